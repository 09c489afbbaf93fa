// DepthToSpace and SpaceToDepth: reshape, transpose, reshape.
#include "runtime/reference/broadcast.h"
#include "runtime/reference/checks.h"
#include "runtime/reference/quantized_view.h"
#include "runtime/reference/register.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

absl::StatusOr<int64_t> ReadBlock(const Attributes& attributes, const Shape& shape) {
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t block,
                            IntAttribute(attributes, "blocksize", std::nullopt));
  if (shape.size() != 4) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected an operand of rank 4, found shape ", ShapeToString(shape)));
  }
  if (block < 1 || block > kMaxElements) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected a block size from 1 on, found ", block));
  }
  return block;
}

// The operand's elements in the order of `split` (extents in the order of the result) with the
// strides that those dimensions have in the operand.
Results Moved(const Value& x, const Shape& split, const std::vector<int64_t>& strides,
              Shape result) {
  Rearrangement how{std::move(result), StridedIndices(split, strides, 0)};
  return std::vector<Value>{Rearrange(x, how)};
}

absl::Status NotDivisible(const Shape& shape, int64_t block) {
  return absl::InvalidArgumentError(absl::StrCat("expected a shape that blocks of ", block,
                                                 " divide, found ", ShapeToString(shape)));
}

Results DepthToSpace(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Value& x = *operands[0];
  const Shape& shape = x.tensor.shape();
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t b, ReadBlock(attributes, shape));
  QCOMPILE_ASSIGN_OR_RETURN(const std::string mode, StringAttribute(attributes, "mode", "DCR"));
  if (mode != "DCR" && mode != "CRD") {
    return absl::InvalidArgumentError(absl::StrCat("expected mode DCR or CRD, found ", mode));
  }
  const int64_t n = shape[0], depth = shape[1], h = shape[2], w = shape[3];
  if (b > (int64_t{1} << 15) || depth % (b * b) != 0) return NotDivisible(shape, b);
  const int64_t c = depth / (b * b), plane = h * w;
  // Where the offsets within a block and the channel stand among the operand's channels.
  const int64_t y_stride = mode == "DCR" ? b * c * plane : b * plane;
  const int64_t x_stride = mode == "DCR" ? c * plane : plane;
  const int64_t c_stride = mode == "DCR" ? plane : b * b * plane;
  const Shape result{n, c, h * b, w * b};
  QCOMPILE_RETURN_IF_ERROR(CheckedSize(result).status());
  return Moved(x, {n, c, h, b, w, b}, {depth * plane, c_stride, w, y_stride, 1, x_stride}, result);
}

Results SpaceToDepth(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Value& x = *operands[0];
  const Shape& shape = x.tensor.shape();
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t b, ReadBlock(attributes, shape));
  const int64_t n = shape[0], c = shape[1], h = shape[2], w = shape[3];
  if (h % b != 0 || w % b != 0) return NotDivisible(shape, b);
  if (x.tensor.size() == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected an operand with elements, found ", ShapeToString(shape)));
  }
  const int64_t plane = h * w;
  return Moved(x, {n, b, b, c, h / b, w / b}, {c * plane, w, 1, plane, b * w, b},
               {n, c * b * b, h / b, w / b});
}

}  // namespace

void RegisterBlocks(ReferenceTable& table) {
  table["onnx.DepthToSpace"] = DepthToSpace;
  table["onnx.SpaceToDepth"] = SpaceToDepth;
}

}  // namespace qcompile::runtime
