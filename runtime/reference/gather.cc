// Operations that pick elements by index: Gather, GatherElements, GatherND.
#include "runtime/reference/broadcast.h"
#include "runtime/reference/checks.h"
#include "runtime/reference/lanes.h"
#include "runtime/reference/quantized_view.h"
#include "runtime/reference/register.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

absl::Status CheckIndices(const Tensor& indices) {
  if (indices.type().IsInteger()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("expected integer indices, found ", indices.type().ToString()));
}

// Negative indices count from the end.
absl::StatusOr<int64_t> PositionOf(int64_t index, int64_t extent) {
  if (index < -extent || index >= extent) {
    return absl::OutOfRangeError(
        absl::StrCat("expected an index into ", extent, " elements, found ", index));
  }
  return index < 0 ? index + extent : index;
}

absl::StatusOr<std::vector<int64_t>> Positions(const Tensor& indices, int64_t extent) {
  QCOMPILE_RETURN_IF_ERROR(CheckIndices(indices));
  std::vector<int64_t> positions = indices.ToIntegers();
  for (int64_t& p : positions) {
    QCOMPILE_ASSIGN_OR_RETURN(p, PositionOf(p, extent));
  }
  return positions;
}

Results Gather(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  const Shape& shape = operands[0]->tensor.shape();
  const Tensor& indices = operands[1]->tensor;
  QCOMPILE_ASSIGN_OR_RETURN(int64_t axis, IntAttribute(attributes, "axis", 0));
  QCOMPILE_ASSIGN_OR_RETURN(axis, NormalizeAxis(axis, static_cast<int64_t>(shape.size())));
  const int64_t extent = shape[static_cast<size_t>(axis)];
  QCOMPILE_ASSIGN_OR_RETURN(const std::vector<int64_t> positions, Positions(indices, extent));
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

// Along one axis every result element names its own operand element.
Results GatherElements(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  const Shape& shape = operands[0]->tensor.shape();
  const Tensor& indices = operands[1]->tensor;
  QCOMPILE_ASSIGN_OR_RETURN(int64_t axis, IntAttribute(attributes, "axis", 0));
  QCOMPILE_ASSIGN_OR_RETURN(axis, NormalizeAxis(axis, static_cast<int64_t>(shape.size())));
  const auto d = static_cast<size_t>(axis);
  bool fits = indices.rank() == static_cast<int64_t>(shape.size());
  for (size_t i = 0; fits && i < shape.size(); ++i) {
    fits = i == d || indices.shape()[i] <= shape[i];
  }
  if (!fits) {
    return absl::InvalidArgumentError(absl::StrCat("expected indices within shape ",
                                                   ShapeToString(shape), ", found shape ",
                                                   ShapeToString(indices.shape())));
  }
  QCOMPILE_ASSIGN_OR_RETURN(const std::vector<int64_t> positions, Positions(indices, shape[d]));
  std::vector<int64_t> strides = RowMajorStrides(shape);
  const int64_t stride = strides[d];
  strides[d] = 0;
  Rearrangement how{indices.shape(), StridedIndices(indices.shape(), strides, 0)};
  for (size_t i = 0; i < how.source.size(); ++i) how.source[i] += positions[i] * stride;
  return std::vector<Value>{Rearrange(*operands[0], how)};
}

// The last dimension of the indices holds the leading coordinates of a slice.
Results GatherND(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  const Shape& shape = operands[0]->tensor.shape();
  const Tensor& indices = operands[1]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckIndices(indices));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t batch, IntAttribute(attributes, "batch_dims", 0));
  const int64_t depth = indices.rank() == 0 ? 0 : indices.shape().back();
  bool agrees = depth >= 1 && batch >= 0 && batch < indices.rank() &&
                batch + depth <= static_cast<int64_t>(shape.size());
  for (int64_t i = 0; agrees && i < batch; ++i) {
    agrees = shape[static_cast<size_t>(i)] == indices.shape()[static_cast<size_t>(i)];
  }
  if (!agrees) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected indices whose last dimension fits the operand, found shapes ",
                     ShapeToString(indices.shape()), " and ", ShapeToString(shape), " with ", batch,
                     " batch dimensions"));
  }
  Rearrangement how;
  how.shape.assign(indices.shape().begin(), indices.shape().end() - 1);
  how.shape.insert(how.shape.end(), shape.begin() + batch + depth, shape.end());
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t size, CheckedSize(how.shape));
  if (size == 0) return std::vector<Value>{Rearrange(*operands[0], how)};
  const std::vector<int64_t> strides = RowMajorStrides(shape);
  const auto dims = absl::MakeConstSpan(shape);
  const int64_t slice = NumElements(dims.subspan(static_cast<size_t>(batch + depth)));
  const int64_t batch_size = NumElements(dims.subspan(0, static_cast<size_t>(batch)));
  const int64_t tuples = indices.size() / depth;
  const int64_t batch_stride = operands[0]->tensor.size() / std::max<int64_t>(batch_size, 1);
  for (int64_t t = 0; t < tuples; ++t) {
    int64_t first = t / (tuples / batch_size) * batch_stride;
    for (int64_t i = 0; i < depth; ++i) {
      const auto d = static_cast<size_t>(batch + i);
      QCOMPILE_ASSIGN_OR_RETURN(const int64_t position,
                                PositionOf(indices.IntegerAt(t * depth + i), shape[d]));
      first += position * strides[d];
    }
    for (int64_t i = 0; i < slice; ++i) how.source.push_back(first + i);
  }
  return std::vector<Value>{Rearrange(*operands[0], how)};
}

}  // namespace

void RegisterGathers(ReferenceTable& table) {
  table["onnx.Gather"] = Gather;
  table["onnx.GatherElements"] = GatherElements;
  table["onnx.GatherND"] = GatherND;
}

}  // namespace qcompile::runtime
