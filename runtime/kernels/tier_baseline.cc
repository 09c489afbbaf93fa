// Kernels for any processor of the architecture.
#include "runtime/kernels/tier-inl.h"

const QcrtTier kQcrtTierBaseline = kTier;
