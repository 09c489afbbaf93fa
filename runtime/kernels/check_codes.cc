// Checks codes that come from outside.
#include "runtime/kernels/row_codes.h"

namespace {

template <typename T>
bool AllWithin(const void* containers, int64_t low, int64_t high, int64_t step, int64_t count) {
  const T* codes = static_cast<const T*>(containers);
  // No early exit: what is right, which is nearly always, runs faster without.
  bool good = true;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t code = static_cast<int64_t>(codes[i]);
    good &= (code >= low) & (code <= high) & ((((code ^ low) & 1) == 0) | (step == 1));
  }
  return good;
}

}  // namespace

extern "C" int32_t qcrt_check_codes(const void* containers, int32_t layout, int64_t low,
                                    int64_t high, int64_t step, int64_t count) {
  bool good = false;
  switch (layout) {
    case QCRT_DENSE_INT8:
      good = AllWithin<int8_t>(containers, low, high, step, count);
      break;
    case QCRT_DENSE_UINT8:
      good = AllWithin<uint8_t>(containers, low, high, step, count);
      break;
    case QCRT_DENSE_INT16:
      good = AllWithin<int16_t>(containers, low, high, step, count);
      break;
    case QCRT_DENSE_UINT16:
      good = AllWithin<uint16_t>(containers, low, high, step, count);
      break;
    case QCRT_DENSE_INT32:
      good = AllWithin<int32_t>(containers, low, high, step, count);
      break;
    case QCRT_DENSE_UINT32:
      good = AllWithin<uint32_t>(containers, low, high, step, count);
      break;
    default:
      good = AllWithin<int64_t>(containers, low, high, step, count);
  }
  return good ? 0 : -1;
}
