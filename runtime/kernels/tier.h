// What one instruction-set tier provides. The files *-inl.h are compiled once per tier, each time
// with other compiler flags; everything in them is in an unnamed namespace, so that no tier's code
// is ever merged with another's.
#ifndef QCOMPILE_RUNTIME_KERNELS_TIER_H_
#define QCOMPILE_RUNTIME_KERNELS_TIER_H_

#include "runtime/kernels/elementwise_kernels.h"
#include "runtime/kernels/float_product.h"
#include "runtime/kernels/pq_kernels.h"

struct QcrtTier {
  decltype(&qcrt_matmul) matmul;
  decltype(&qcrt_threshold) threshold;
  decltype(&qcrt_quantize) quantize;
  decltype(&qcrt_dequantize) dequantize;
  decltype(&qcrt_convert) convert;
  decltype(&qcrt_conv) conv;
  decltype(&qcrt_max_pool) max_pool;
  decltype(&qcrt_binary) binary;
  decltype(&qcrt_product) product;
  decltype(&qcrt_requantize) requantize;
  decltype(&qcrt_float_product) float_product;
  decltype(&qcrt_pq) pq;
};

extern const QcrtTier kQcrtTierBaseline;
#ifdef QCRT_HAVE_X86_TIERS
extern const QcrtTier kQcrtTierAvx2;
extern const QcrtTier kQcrtTierAvx512;
#endif

#endif  // QCOMPILE_RUNTIME_KERNELS_TIER_H_
