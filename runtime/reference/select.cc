// Operations that pick, join or repeat whole ranges: Slice, Split, Concat, Expand, Tile.
#include <algorithm>
#include <numeric>
#include <optional>

#include "runtime/reference/broadcast.h"
#include "runtime/reference/checks.h"
#include "runtime/reference/fill.h"
#include "runtime/reference/quantized_view.h"
#include "runtime/reference/register.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

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
  for (const Value* operand : operands) {
    if (!operand->quantized) return std::nullopt;
  }
  DataType type = operands[0]->quantized->codes.type();
  for (const Value* operand : operands) {
    type = CommonCodeType(type, operand->quantized->codes.type());
  }
  std::vector<Tensor> codes, scales, zeros;
  for (const Value* operand : operands) {
    const QuantizedView& view = *operand->quantized;
    codes.push_back(WithType(view.codes, type));
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

// The extents of the parts: given, or equal but for a smaller last one.
absl::StatusOr<std::vector<int64_t>> SplitSizes(const Attributes& attributes, Operands operands,
                                                int64_t extent) {
  QCOMPILE_RETURN_IF_ERROR(RefuseAttribute(attributes, "split"));
  std::vector<int64_t> sizes;
  if (const Value* operand = OptionalOperand(operands, 1)) {
    QCOMPILE_ASSIGN_OR_RETURN(sizes, IntegerList(*operand, "the sizes of the parts"));
    int64_t total = 0;
    for (int64_t size : sizes) {
      if (size < 0 || size > extent - total) total = extent + 1;
      if (total <= extent) total += size;
    }
    if (total == extent) return sizes;
    return absl::InvalidArgumentError(
        absl::StrCat("expected parts that add up to ", extent, ", found others"));
  }
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t count,
                            IntAttribute(attributes, "num_outputs", std::nullopt));
  if (count < 1 || count > std::max<int64_t>(extent, 1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected 1 to ", extent, " parts, found ", count));
  }
  const int64_t part = (extent + count - 1) / count;
  for (int64_t start = 0; start < count; ++start) {
    sizes.push_back(std::clamp<int64_t>(extent - start * part, 0, part));
  }
  return sizes;
}

Results Split(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 2));
  const Value& x = *operands[0];
  const Shape& shape = x.tensor.shape();
  QCOMPILE_ASSIGN_OR_RETURN(int64_t axis, IntAttribute(attributes, "axis", 0));
  QCOMPILE_ASSIGN_OR_RETURN(axis, NormalizeAxis(axis, static_cast<int64_t>(shape.size())));
  const auto d = static_cast<size_t>(axis);
  QCOMPILE_ASSIGN_OR_RETURN(const std::vector<int64_t> sizes,
                            SplitSizes(attributes, operands, shape[d]));
  const std::vector<int64_t> strides = RowMajorStrides(shape);
  std::vector<Value> results;
  int64_t start = 0;
  for (int64_t size : sizes) {
    Rearrangement how{shape, {}};
    how.shape[d] = size;
    how.source = StridedIndices(how.shape, strides, start * strides[d]);
    results.push_back(Rearrange(x, how));
    start += size;
  }
  return results;
}

Results Tile(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  const Value& x = *operands[0];
  const Shape& shape = x.tensor.shape();
  QCOMPILE_ASSIGN_OR_RETURN(const std::vector<int64_t> repeats,
                            IntegerList(*operands[1], "the repeats"));
  if (repeats.size() != shape.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected ", shape.size(), " repeats, found ", repeats.size()));
  }
  QCOMPILE_RETURN_IF_ERROR(CheckedSize(repeats).status());
  Shape tiled = shape;
  for (size_t d = 0; d < shape.size(); ++d) {
    if (__builtin_mul_overflow(shape[d], repeats[d], &tiled[d])) {
      return absl::ResourceExhaustedError("expected a tiled extent of at most 64 bits");
    }
  }
  QCOMPILE_RETURN_IF_ERROR(CheckedSize(tiled).status());
  std::vector<AxisSource> axes(shape.size());
  for (size_t d = 0; d < shape.size(); ++d) {
    for (int64_t i = 0; i < tiled[d]; ++i) axes[d].position.push_back(i % shape[d]);
  }
  return std::vector<Value>{RearrangeAndFill(x, ComposeAxes(shape, axes), Tensor())};
}

}  // namespace

void RegisterSelections(ReferenceTable& table) {
  table["onnx.Concat"] = Concat;
  table["onnx.Expand"] = Expand;
  table["onnx.Slice"] = Slice;
  table["onnx.Split"] = Split;
  table["onnx.Tile"] = Tile;
}

}  // namespace qcompile::runtime
