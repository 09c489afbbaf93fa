// Im2Col of QONNX: the patches of an NHWC tensor as rows of length KH * KW * C, innermost
// (kh, kw, c). A selection with a constant for the padding.
#include "runtime/reference/checks.h"
#include "runtime/reference/fill.h"
#include "runtime/reference/register.h"
#include "runtime/reference/status_macros.h"
#include "runtime/reference/window.h"

namespace qcompile::runtime {
namespace {

// The window under the names that standard operators use. Pads are (top, left, bottom, right).
absl::StatusOr<Window> ReadPatches(const Attributes& attributes, const Shape& x) {
  Attributes standard;
  const char* const names[][2] = {{"kernel_size", "kernel_shape"},
                                  {"stride", "strides"},
                                  {"pad_amount", "pads"},
                                  {"dilations", "dilations"}};
  for (const auto& [name, standard_name] : names) {
    QCOMPILE_ASSIGN_OR_RETURN(const auto list, IntsAttribute(attributes, name));
    if (list) standard.Set(standard_name, *list);
  }
  return ReadWindow(standard, {x[0], x[3], x[1], x[2]}, {});
}

// Operand element of every patch element. What lies in the padding takes the scale of the element
// at the start of its image and channel.
Filling PatchFilling(const Shape& x, const Window& window, Shape shape) {
  const int64_t channels = x[3], row = window.taps() * channels;
  Filling result;
  result.how.shape = std::move(shape);
  const int64_t size = NumElements(result.how.shape), image = window.in_size() * channels;
  result.how.source.resize(static_cast<size_t>(size));
  result.filled.assign(static_cast<size_t>(size), true);
  for (int64_t i = 0; i < size; ++i) {
    result.how.source[static_cast<size_t>(i)] =
        i / (window.out_size() * row) * image + i % channels;
  }
  for (int64_t n = 0; n < x[0]; ++n) {
    for (int64_t tap = 0; tap < window.taps(); ++tap) {
      window.ForEachRow(tap, [&](int64_t in, int64_t out, int64_t count) {
        for (int64_t i = 0; i < count; ++i) {
          const int64_t to = (n * window.out_size() + out + i) * row + tap * channels;
          const int64_t from = n * image + (in + i * window.in_step()) * channels;
          for (int64_t c = 0; c < channels; ++c) {
            result.how.source[static_cast<size_t>(to + c)] = from + c;
            result.filled[static_cast<size_t>(to + c)] = false;
          }
        }
      });
    }
  }
  return result;
}

Results Im2Col(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Value& x = *operands[0];
  QCOMPILE_RETURN_IF_ERROR(CheckFloat(x.tensor, "an operand"));
  const Shape& shape = x.tensor.shape();
  if (shape.size() != 4) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected an operand of rank 4, found shape ", ShapeToString(shape)));
  }
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t pad_value, IntAttribute(attributes, "pad_value", 0));
  QCOMPILE_ASSIGN_OR_RETURN(const Window window, ReadPatches(attributes, shape));
  const Shape out = window.OutShape();
  int64_t row = 0;
  if (__builtin_mul_overflow(window.taps(), shape[3], &row)) {
    return absl::ResourceExhaustedError("expected rows of at most 64 bits of length");
  }
  Shape result{shape[0], out[0], out[1], row};
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t size, CheckedSize(result));
  if (size == 0 || x.tensor.size() == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected an operand with elements, found ", ShapeToString(shape)));
  }
  return std::vector<Value>{RearrangeAndFill(x, PatchFilling(shape, window, std::move(result)),
                                             Tensor::ScalarFloat(static_cast<float>(pad_value)))};
}

}  // namespace

void RegisterIm2Col(ReferenceTable& table) { table["onnx.Im2Col"] = Im2Col; }

}  // namespace qcompile::runtime
