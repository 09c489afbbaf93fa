// Everything one tier compiles.
#ifndef QCOMPILE_RUNTIME_KERNELS_TIER_INL_H_
#define QCOMPILE_RUNTIME_KERNELS_TIER_INL_H_

#include "runtime/kernels/binary-inl.h"
#include "runtime/kernels/conv-inl.h"
#include "runtime/kernels/float_product-inl.h"
#include "runtime/kernels/lanes-inl.h"
#include "runtime/kernels/matmul-inl.h"
#include "runtime/kernels/pool-inl.h"
#include "runtime/kernels/pq-inl.h"
#include "runtime/kernels/product-inl.h"
#include "runtime/kernels/quantize-inl.h"
#include "runtime/kernels/requantize-inl.h"
#include "runtime/kernels/threshold-inl.h"
#include "runtime/kernels/tier.h"

namespace {

constexpr QcrtTier kTier = {Matmul,  Threshold, Quantize, Dequantize, Convert,      Conv,
                            MaxPool, Binary,    Product,  Requantize, FloatProduct, Pq};

}  // namespace

#endif  // QCOMPILE_RUNTIME_KERNELS_TIER_INL_H_
