// Kernels for processors with AVX2, FMA and BMI.
#include "runtime/kernels/tier-inl.h"

const QcrtTier kQcrtTierAvx2 = kTier;
