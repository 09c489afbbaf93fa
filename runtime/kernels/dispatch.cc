// Selects a tier once per process and forwards to it.
#include <atomic>

#include "runtime/kernels/row_codes.h"
#include "runtime/kernels/tier.h"

namespace {

constexpr const char* kTierNames[QCRT_TIER_COUNT] = {"baseline", "avx2", "avx512"};

const QcrtTier* const kTiers[QCRT_TIER_COUNT] = {
    &kQcrtTierBaseline,
#ifdef QCRT_HAVE_X86_TIERS
    &kQcrtTierAvx2,
    &kQcrtTierAvx512,
#else
    nullptr,
    nullptr,
#endif
};

// -1 until a kernel is called. Threads that race here select the same tier.
std::atomic<int32_t> selected_tier{-1};

bool ProcessorHas(int32_t tier) {
#ifdef QCRT_HAVE_X86_TIERS
  // These also ask whether the operating system saves the wide registers.
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                    __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
                    __builtin_cpu_supports("popcnt");
  if (tier == QCRT_TIER_AVX2) return avx2;
  if (tier == QCRT_TIER_AVX512) {
    return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512vpopcntdq");
  }
#endif
  return tier == QCRT_TIER_BASELINE;
}

inline const QcrtTier& Tier() { return *kTiers[qcrt_selected_tier()]; }

}  // namespace

extern "C" {

const char* qcrt_tier_name(int32_t tier) {
  return tier >= 0 && tier < QCRT_TIER_COUNT ? kTierNames[tier] : "unknown";
}

int32_t qcrt_tier_supported(int32_t tier) {
  return tier >= 0 && tier < QCRT_TIER_COUNT && kTiers[tier] != nullptr && ProcessorHas(tier);
}

int32_t qcrt_selected_tier(void) {
  int32_t tier = selected_tier.load(std::memory_order_relaxed);
  if (tier >= 0) return tier;
  tier = QCRT_TIER_COUNT - 1;
  while (!qcrt_tier_supported(tier)) --tier;
  selected_tier.store(tier, std::memory_order_relaxed);
  return tier;
}

int32_t qcrt_select_tier(int32_t tier) {
  if (!qcrt_tier_supported(tier)) return -1;
  selected_tier.store(tier, std::memory_order_relaxed);
  return 0;
}

int64_t qcrt_row_bytes(const qcrt_format* format, int64_t n) { return RowBytes(*format, n); }

void qcrt_matmul(const qcrt_matmul_block* block, const void* activations, void* accumulators,
                 int64_t rows) {
  Tier().matmul(block, activations, accumulators, rows);
}

void qcrt_threshold(const qcrt_threshold_block* block, const void* x, void* out, int64_t rows) {
  Tier().threshold(block, x, out, rows);
}

void qcrt_quantize(const qcrt_quantize_block* block, const float* x, void* out, int64_t rows) {
  Tier().quantize(block, x, out, rows);
}

void qcrt_dequantize(const qcrt_dequantize_block* block, const void* codes, float* y,
                     int64_t rows) {
  Tier().dequantize(block, codes, y, rows);
}

void qcrt_convert(const qcrt_format* in_format, const void* in, int64_t rows, int64_t in_n,
                  const qcrt_format* out_format, void* out, int64_t out_n) {
  Tier().convert(in_format, in, rows, in_n, out_format, out, out_n);
}

void qcrt_conv(const qcrt_conv_block* block, const void* in, void* out, void* scratch) {
  Tier().conv(block, in, out, scratch);
}

void qcrt_max_pool(const qcrt_max_pool_block* block, const void* in, void* out) {
  Tier().max_pool(block, in, out);
}

void qcrt_binary(const qcrt_binary_block* block, const void* a, const void* b, void* y) {
  Tier().binary(block, a, b, y);
}

void qcrt_product(const qcrt_product_block* block, const void* a, const void* b, void* y) {
  Tier().product(block, a, b, y);
}

void qcrt_requantize(const qcrt_requantize_block* block, const void* x, void* out, int64_t rows) {
  Tier().requantize(block, x, out, rows);
}

void qcrt_float_product(const float* a, int64_t a_stride, const float* b, int64_t b_stride,
                        float* y, int64_t y_stride, int64_t rows, int64_t k, int64_t n) {
  Tier().float_product(a, a_stride, b, b_stride, y, y_stride, rows, k, n);
}

void qcrt_pq(const qcrt_pq_block* block, const void* x, void* sums, int64_t rows) {
  Tier().pq(block, x, sums, rows);
}

}  // extern "C"
