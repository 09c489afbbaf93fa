// Kernels for processors with AVX-512 F, BW, DQ, VL, VNNI and VPOPCNTDQ.
#include "runtime/kernels/tier-inl.h"

const QcrtTier kQcrtTierAvx512 = kTier;
