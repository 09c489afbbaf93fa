// Elementwise float operations at the borders of a network: few elements, one rounding each.
#include "runtime/kernels/kernels.h"

namespace {

struct Operand {
  const float* data;
  int64_t row_stride;
  int64_t column_stride;
};

template <typename Function>
void Apply(Operand a, Operand b, float* y, int64_t rows, int64_t n, Function function) {
  for (int64_t r = 0; r < rows; ++r, a.data += a.row_stride, b.data += b.row_stride) {
    for (int64_t c = 0; c < n; ++c) {
      *y++ = function(a.data[c * a.column_stride], b.data[c * b.column_stride]);
    }
  }
}

}  // namespace

extern "C" void qcrt_float_binary(int32_t operation, const float* a, int64_t a_row_stride,
                                  int64_t a_column_stride, const float* b, int64_t b_row_stride,
                                  int64_t b_column_stride, float* y, int64_t rows, int64_t n) {
  const Operand first = {a, a_row_stride, a_column_stride};
  const Operand second = {b, b_row_stride, b_column_stride};
  switch (operation) {
    case QCRT_ADD:
      return Apply(first, second, y, rows, n, [](float p, float q) { return p + q; });
    case QCRT_SUBTRACT:
      return Apply(first, second, y, rows, n, [](float p, float q) { return p - q; });
    case QCRT_MULTIPLY:
      return Apply(first, second, y, rows, n, [](float p, float q) { return p * q; });
    default:
      return Apply(first, second, y, rows, n, [](float p, float q) { return p / q; });
  }
}
