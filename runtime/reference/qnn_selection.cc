// Operations of qnn that pick, move or join elements. Check numbers are those of docs/Qnn.md.
#include <algorithm>
#include <optional>

#include "runtime/reference/broadcast.h"
#include "runtime/reference/qnn_support.h"
#include "runtime/reference/quantized_view.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

absl::StatusOr<std::vector<int64_t>> PadValues(const Attributes& attributes) {
  QCOMPILE_ASSIGN_OR_RETURN(const Tensor values, TensorAttribute(attributes, "values"));
  QCOMPILE_RETURN_IF_ERROR(CheckType(values, DataType::Int64(), "pad values"));
  if (values.rank() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected a list of pad values, found shape ", ShapeToString(values.shape())));
  }
  return values.ToIntegers();
}

Results Pad(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Tensor& x = operands[0]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckInteger(x, "the operand"));
  QCOMPILE_ASSIGN_OR_RETURN(const DataType type, IntegerResultType(attributes));
  QCOMPILE_ASSIGN_OR_RETURN(const auto low, ListAttribute(attributes, "low", x.rank(), 0));
  QCOMPILE_ASSIGN_OR_RETURN(const auto high, ListAttribute(attributes, "high", x.rank(), 0));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t axis, IntAttribute(attributes, "axis", 0));
  QCOMPILE_ASSIGN_OR_RETURN(const std::vector<int64_t> values, PadValues(attributes));
  Shape shape = x.shape();  // pad_c1
  for (size_t d = 0; d < shape.size(); ++d) shape[d] += low[d] + high[d];
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t size, CheckedSize(shape));
  const auto count = static_cast<int64_t>(values.size());
  // pad_c2: the dimension of several values has its own extent in operand and result.
  QCOMPILE_RETURN_IF_ERROR(PerAxis::Create(count, x.shape(), axis, "pad values").status());
  QCOMPILE_ASSIGN_OR_RETURN(const PerAxis value_at,
                            PerAxis::Create(count, shape, axis, "pad values"));
  std::vector<int64_t> codes(static_cast<size_t>(size));
  for (int64_t i = 0; i < size; ++i) {
    codes[static_cast<size_t>(i)] = values[static_cast<size_t>(value_at(i))];
  }
  const std::vector<int64_t> strides = RowMajorStrides(shape);
  int64_t offset = 0;
  for (size_t d = 0; d < shape.size(); ++d) offset += low[d] * strides[d];
  const std::vector<int64_t> targets = StridedIndices(x.shape(), strides, offset);
  for (size_t i = 0; i < targets.size(); ++i) {
    codes[static_cast<size_t>(targets[i])] = x.IntegerAt(static_cast<int64_t>(i));
  }
  return Single(Tensor::FromIntegers(type, std::move(shape), codes));  // pad_c3
}

Results Slice(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Tensor& x = operands[0]->tensor;
  QCOMPILE_ASSIGN_OR_RETURN(const auto offsets, ListAttribute(attributes, "offsets", x.rank(), 0));
  QCOMPILE_ASSIGN_OR_RETURN(const auto steps, ListAttribute(attributes, "steps", x.rank(), 1));
  Rearrangement how;
  QCOMPILE_ASSIGN_OR_RETURN(how.shape, ResultShape(attributes));
  bool inside = how.shape.size() == x.shape().size();
  for (size_t d = 0; inside && d < how.shape.size(); ++d) {
    const int64_t count = how.shape[d];  // at most kMaxElements
    inside = count == 0 || offsets[d] + (count - 1) * steps[d] < x.shape()[d];
  }
  if (!inside) {  // slice_c1
    return absl::InvalidArgumentError(absl::StrCat("expected a slice inside of shape ",
                                                   ShapeToString(x.shape()), ", found shape ",
                                                   ShapeToString(how.shape)));
  }
  std::vector<int64_t> strides = RowMajorStrides(x.shape());
  int64_t offset = 0;
  for (size_t d = 0; d < strides.size() && NumElements(how.shape) > 0; ++d) {
    offset += offsets[d] * strides[d];
    strides[d] = how.shape[d] > 1 ? strides[d] * steps[d] : 0;
  }
  how.source = StridedIndices(how.shape, strides, offset);
  return std::vector<Value>{Rearrange(x, how)};
}

Results Concat(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckVariadic(operands));  // concat_c1
  QCOMPILE_ASSIGN_OR_RETURN(const DataType type, IntegerResultType(attributes));
  Shape shape = operands[0]->tensor.shape();
  QCOMPILE_ASSIGN_OR_RETURN(const AxisView view, ReadAxis(attributes, shape));
  const auto axis = static_cast<size_t>(view.axis);
  shape[axis] = 0;
  for (const Value* operand : operands) {
    const Tensor& part = operand->tensor;
    QCOMPILE_RETURN_IF_ERROR(CheckInteger(part, "operands"));
    Shape other = part.shape();
    if (other.size() == shape.size()) other[axis] = shape[axis];
    if (other != shape) {
      return absl::InvalidArgumentError(absl::StrCat(
          "expected shapes that agree except on axis ", view.axis, ", found ",
          ShapeToString(operands[0]->tensor.shape()), " and ", ShapeToString(part.shape())));
    }
    shape[axis] += part.shape()[axis];  // tensors in memory: far from overflow
  }
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t size, CheckedSize(shape));
  std::vector<int64_t> codes;
  codes.reserve(static_cast<size_t>(size));
  for (int64_t o = 0; o < view.outer; ++o) {
    for (const Value* operand : operands) {
      const Tensor& part = operand->tensor;
      const int64_t block = part.shape()[axis] * view.inner;
      for (int64_t i = o * block; i < (o + 1) * block; ++i) codes.push_back(part.IntegerAt(i));
    }
  }
  return Single(Tensor::FromIntegers(type, std::move(shape), codes));  // concat_c2
}

// Elements at `positions` of the viewed dimension, in the place of which stand the dimensions of
// `shape`.
Results TakePositions(const Tensor& x, const AxisView& view, const Shape& shape,
                      const std::vector<int64_t>& positions) {
  Rearrangement how{x.shape(), {}};
  how.shape.erase(how.shape.begin() + view.axis);
  how.shape.insert(how.shape.begin() + view.axis, shape.begin(), shape.end());
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t size, CheckedSize(how.shape));
  how.source.reserve(static_cast<size_t>(size));
  for (int64_t o = 0; o < view.outer; ++o) {
    for (int64_t p : positions) {
      const int64_t first = (o * view.extent + p) * view.inner;
      for (int64_t i = 0; i < view.inner; ++i) how.source.push_back(first + i);
    }
  }
  return std::vector<Value>{Rearrange(x, how)};
}

Results Gather(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Tensor& x = operands[0]->tensor;
  QCOMPILE_ASSIGN_OR_RETURN(const AxisView view, ReadAxis(attributes, x.shape()));
  QCOMPILE_ASSIGN_OR_RETURN(const auto indices, IntsAttribute(attributes, "indices"));
  if (!indices) return absl::InvalidArgumentError("expected attribute 'indices', found none");
  for (int64_t p : *indices) {
    if (p < 0 || p >= view.extent) {  // gather_c1
      return absl::InvalidArgumentError(
          absl::StrCat("expected an index into ", view.extent, " elements, found ", p));
    }
  }
  return TakePositions(x, view, {static_cast<int64_t>(indices->size())}, *indices);
}

Results Lookup(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  const Tensor &indices = operands[0]->tensor, &table = operands[1]->tensor;
  if (indices.type() != DataType::Int64() && indices.type() != DataType::Signed(32)) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected indices of type int64 or int32, found ",
                     indices.type().ToString()));  // lookup_c1
  }
  if (table.rank() < 1) {
    return absl::InvalidArgumentError("expected a table of rows, found a scalar");
  }
  const int64_t rows = table.shape()[0];
  std::vector<int64_t> positions = indices.ToIntegers();
  for (int64_t& p : positions) {
    if (p < -rows || p >= rows) {
      return absl::OutOfRangeError(
          absl::StrCat("expected an index into ", rows, " rows, found ", p));
    }
    if (p < 0) p += rows;
  }
  const AxisView view{0, 1, rows, NumElements(absl::MakeConstSpan(table.shape()).subspan(1))};
  return TakePositions(table, view, indices.shape(), positions);
}

// How channels become positions.
struct BlockPlan {
  std::vector<int64_t> blocks;  // one per spatial dimension
  int64_t channels = 0;         // of the result
  int64_t product = 1;
  size_t axis = 1;
  bool depth_first = false;  // mode DCR

  // The channel of x for channel c and number r inside of a block.
  int64_t Source(int64_t c, int64_t r) const {
    return depth_first ? r * channels + c : c * product + r;
  }
};

absl::StatusOr<BlockPlan> ReadBlocks(const Attributes& attributes, const Shape& x) {
  BlockPlan plan;
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t axis, IntAttribute(attributes, "axis", std::nullopt));
  const auto rank = static_cast<int64_t>(x.size());
  if (rank < 3 || (axis != 1 && axis != rank - 1)) {  // depth_to_space_c1
    return absl::InvalidArgumentError(
        absl::StrCat("expected channels in dimension 1 or the last one, found axis ", axis,
                     " of shape ", ShapeToString(x)));
  }
  plan.axis = static_cast<size_t>(axis);
  QCOMPILE_ASSIGN_OR_RETURN(plan.blocks, ListAttribute(attributes, "blocks", rank - 2, 1));
  QCOMPILE_ASSIGN_OR_RETURN(const std::string mode,
                            StringAttribute(attributes, "mode", std::nullopt));
  if (mode != "DCR" && mode != "CRD") {
    return absl::InvalidArgumentError(absl::StrCat("expected mode DCR or CRD, found '", mode, "'"));
  }
  plan.depth_first = mode == "DCR";
  bool divides = true;
  for (int64_t block : plan.blocks) {
    divides = divides && !__builtin_mul_overflow(plan.product, block, &plan.product);
  }
  if (!divides || x[plan.axis] % plan.product != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected channels in groups of the elements "
                     "of a block, found ",
                     x[plan.axis], " channels"));
  }
  plan.channels = x[plan.axis] / plan.product;
  return plan;
}

Results DepthToSpace(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Tensor& x = operands[0]->tensor;
  QCOMPILE_ASSIGN_OR_RETURN(const BlockPlan plan, ReadBlocks(attributes, x.shape()));
  const size_t rank = x.shape().size();
  std::vector<size_t> spatial;
  for (size_t d = 1; d < rank; ++d) {
    if (d != plan.axis) spatial.push_back(d);
  }
  Rearrangement how{x.shape(), {}};
  how.shape[plan.axis] = plan.channels;
  for (size_t i = 0; i < spatial.size(); ++i) {
    if (__builtin_mul_overflow(how.shape[spatial[i]], plan.blocks[i], &how.shape[spatial[i]])) {
      return absl::ResourceExhaustedError("expected extents of at most 63 bits");
    }
  }
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t size, CheckedSize(how.shape));
  const std::vector<int64_t> strides = RowMajorStrides(x.shape());
  const std::vector<int64_t> own = RowMajorStrides(how.shape);
  how.source.resize(static_cast<size_t>(size));
  for (int64_t i = 0; i < size; ++i) {
    auto index = [&](size_t d) { return i / own[d] % how.shape[d]; };
    int64_t source = index(0) * strides[0], number = 0;
    for (size_t s = 0; s < spatial.size(); ++s) {
      const int64_t q = index(spatial[s]);
      source += q / plan.blocks[s] * strides[spatial[s]];
      number = number * plan.blocks[s] + q % plan.blocks[s];
    }
    source += plan.Source(index(plan.axis), number) * strides[plan.axis];
    how.source[static_cast<size_t>(i)] = source;
  }
  return std::vector<Value>{Rearrange(x, how)};
}

}  // namespace

void RegisterQnnSelections(ReferenceTable& table) {
  table["qnn.concat"] = Concat;
  table["qnn.depth_to_space"] = DepthToSpace;
  table["qnn.gather"] = Gather;
  table["qnn.lookup"] = Lookup;
  table["qnn.pad"] = Pad;
  table["qnn.slice"] = Slice;
}

}  // namespace qcompile::runtime
