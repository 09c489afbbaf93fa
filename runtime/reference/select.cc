// Operations that pick, join or repeat elements: Gather, Slice, Concat, Expand.
#include <algorithm>
#include <numeric>
#include <optional>

#include "runtime/reference/broadcast.h"
#include "runtime/reference/checks.h"
#include "runtime/reference/quantized_view.h"
#include "runtime/reference/register.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

Results Gather(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  const Shape& shape = operands[0]->tensor.shape();
  const Tensor& indices = operands[1]->tensor;
  if (!indices.type().IsInteger()) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected integer indices, found ", indices.type().ToString()));
  }
  QCOMPILE_ASSIGN_OR_RETURN(int64_t axis, IntAttribute(attributes, "axis", 0));
  QCOMPILE_ASSIGN_OR_RETURN(axis, NormalizeAxis(axis, static_cast<int64_t>(shape.size())));
  const int64_t extent = shape[static_cast<size_t>(axis)];
  std::vector<int64_t> positions = indices.ToIntegers();
  for (int64_t& p : positions) {
    if (p < -extent || p >= extent) {
      return absl::OutOfRangeError(
          absl::StrCat("expected an index of ", extent, " elements, found ", p));
    }
    if (p < 0) p += extent;
  }
  Rearrangement how{shape, {}};
  how.shape.erase(how.shape.begin() + axis);
  how.shape.insert(how.shape.begin() + axis, indices.shape().begin(), indices.shape().end());
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t size, CheckedSize(how.shape));
  if (size > 0) {
    const auto dims = absl::MakeConstSpan(shape);
    const int64_t outer = NumElements(dims.subspan(0, static_cast<size_t>(axis)));
    const int64_t inner = NumElements(dims.subspan(static_cast<size_t>(axis) + 1));
    how.source.reserve(static_cast<size_t>(size));
    for (int64_t o = 0; o < outer; ++o) {
      for (int64_t p : positions) {
        for (int64_t i = 0; i < inner; ++i) how.source.push_back((o * extent + p) * inner + i);
      }
    }
  }
  return std::vector<Value>{Rearrange(*operands[0], how)};
}

// One sliced dimension: `count` elements from `start`, `step` apart.
struct Range {
  int64_t start;
  int64_t count;
  int64_t step;
};

// Slice-13: out-of-range ends are clamped, negative ones count from the end.
Range ClampRange(int64_t start, int64_t end, int64_t step, int64_t extent) {
  if (extent == 0) return {0, 0, 1};
  auto from_end = [extent](int64_t i) { return i < 0 ? i + extent : i; };
  const int64_t low = step > 0 ? 0 : -1;
  const int64_t high = step > 0 ? extent : extent - 1;
  start = std::clamp<int64_t>(from_end(start), 0, high);
  end = std::clamp(from_end(end), low, high);
  const int64_t distance = step > 0 ? end - start : start - end;
  if (distance <= 0) return {0, 0, 1};
  // Steps beyond the extent all take one element; this also keeps -step in range.
  const int64_t stride = step > 0 ? std::min(step, extent) : -std::max(step, -extent);
  return {start, (distance + stride - 1) / stride, step > 0 ? stride : -stride};
}

Results Slice(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 3, 5));
  const Shape& shape = operands[0]->tensor.shape();
  QCOMPILE_ASSIGN_OR_RETURN(const std::vector<int64_t> starts,
                            IntegerList(*operands[1], "the starts"));
  QCOMPILE_ASSIGN_OR_RETURN(const std::vector<int64_t> ends, IntegerList(*operands[2], "the ends"));
  std::vector<int64_t> axes(starts.size());
  std::iota(axes.begin(), axes.end(), 0);
  if (const Value* operand = OptionalOperand(operands, 3)) {
    QCOMPILE_ASSIGN_OR_RETURN(axes, IntegerList(*operand, "the axes"));
  }
  std::vector<int64_t> steps(starts.size(), 1);
  if (const Value* operand = OptionalOperand(operands, 4)) {
    QCOMPILE_ASSIGN_OR_RETURN(steps, IntegerList(*operand, "the steps"));
  }
  if (ends.size() != starts.size() || axes.size() != starts.size() ||
      steps.size() != starts.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected ", starts.size(), " ends, axes and steps as there are starts, found ",
        ends.size(), ", ", axes.size(), " and ", steps.size()));
  }
  QCOMPILE_RETURN_IF_ERROR(NormalizeAxes(axes, static_cast<int64_t>(shape.size())).status());
  Rearrangement how{shape, {}};
  std::vector<int64_t> strides = RowMajorStrides(shape);
  int64_t offset = 0;
  for (size_t i = 0; i < starts.size(); ++i) {
    if (steps[i] == 0) return absl::InvalidArgumentError("expected steps other than 0, found 0");
    const auto d =
        static_cast<size_t>(axes[i] < 0 ? axes[i] + static_cast<int64_t>(shape.size()) : axes[i]);
    const Range range = ClampRange(starts[i], ends[i], steps[i], shape[d]);
    how.shape[d] = range.count;
    offset += range.start * strides[d];
    strides[d] *= range.step;
  }
  how.source = StridedIndices(how.shape, strides, offset);
  return std::vector<Value>{Rearrange(*operands[0], how)};
}

// Joins tensors of one type whose shapes are equal except along `axis`.
Tensor Join(const std::vector<Tensor>& parts, int64_t axis, const Shape& shape) {
  Tensor result(parts[0].type(), shape);
  uint8_t* out = result.MutableBytes().data();
  const auto dims = absl::MakeConstSpan(shape);
  const int64_t outer = NumElements(dims.subspan(0, static_cast<size_t>(axis)));
  for (int64_t o = 0; o < outer && result.size() > 0; ++o) {
    for (const Tensor& part : parts) {
      const size_t block = part.bytes().size() / static_cast<size_t>(outer);
      out = std::copy_n(part.bytes().data() + static_cast<size_t>(o) * block, block, out);
    }
  }
  return result;
}

std::optional<QuantizedView> JoinViews(Operands operands, int64_t axis, const Shape& shape) {
  std::vector<Tensor> codes, scales, zeros;
  for (const Value* operand : operands) {
    if (!operand->quantized) return std::nullopt;
    const QuantizedView& view = *operand->quantized;
    if (view.codes.type() != operands[0]->quantized->codes.type()) return std::nullopt;
    codes.push_back(view.codes);
    scales.push_back(BroadcastTensor(view.scale, view.codes.shape()));
    zeros.push_back(BroadcastTensor(view.zero_point, view.codes.shape()));
  }
  return QuantizedView{Join(codes, axis, shape), Compact(Join(scales, axis, shape)),
                       Compact(Join(zeros, axis, shape))};
}

Results Concat(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckVariadic(operands));
  QCOMPILE_ASSIGN_OR_RETURN(int64_t axis, IntAttribute(attributes, "axis", std::nullopt));
  const Tensor& first = operands[0]->tensor;
  QCOMPILE_ASSIGN_OR_RETURN(axis, NormalizeAxis(axis, first.rank()));
  const auto d = static_cast<size_t>(axis);
  Shape shape = first.shape();
  shape[d] = 0;
  std::vector<Tensor> parts;
  for (const Value* operand : operands) {
    const Tensor& part = operand->tensor;
    QCOMPILE_RETURN_IF_ERROR(CheckType(part, first.type(), "operands"));
    Shape other = part.shape();
    if (other.size() == shape.size()) other[d] = shape[d];
    if (other != shape) {
      return absl::InvalidArgumentError(absl::StrCat("expected shapes that agree except on axis ",
                                                     axis, ", found ", ShapeToString(first.shape()),
                                                     " and ", ShapeToString(part.shape())));
    }
    if (__builtin_add_overflow(shape[d], part.shape()[d], &shape[d])) {
      return absl::ResourceExhaustedError("expected a joined extent of at most 64 bits");
    }
    parts.push_back(part);
  }
  QCOMPILE_RETURN_IF_ERROR(CheckedSize(shape).status());
  Value result(Join(parts, axis, shape));
  result.quantized = JoinViews(operands, axis, shape);
  return std::vector<Value>{std::move(result)};
}

Results Expand(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  const Shape& from = operands[0]->tensor.shape();
  QCOMPILE_ASSIGN_OR_RETURN(const std::vector<int64_t> wanted,
                            IntegerList(*operands[1], "the shape"));
  QCOMPILE_RETURN_IF_ERROR(CheckedSize(wanted).status());
  Rearrangement how;
  QCOMPILE_ASSIGN_OR_RETURN(how.shape, BroadcastShapes(from, wanted));
  const BroadcastIndex index(from, how.shape);
  how.source.resize(static_cast<size_t>(NumElements(how.shape)));
  for (size_t i = 0; i < how.source.size(); ++i) how.source[i] = index(static_cast<int64_t>(i));
  return std::vector<Value>{Rearrange(*operands[0], how)};
}

}  // namespace

void RegisterSelections(ReferenceTable& table) {
  table["onnx.Concat"] = Concat;
  table["onnx.Expand"] = Expand;
  table["onnx.Gather"] = Gather;
  table["onnx.Slice"] = Slice;
}

}  // namespace qcompile::runtime
