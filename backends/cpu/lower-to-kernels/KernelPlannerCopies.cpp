//===- KernelPlannerCopies.cpp - Rearrangement and selection --------------===//
#include "backends/cpu/lower-to-kernels/KernelPlanner.h"
#include "backends/cpu/lower-to-kernels/PlannerHelpers.h"
#include "runtime/artifact/artifact.h"

using namespace mlir;

namespace qcompile::cpu {

using runtime::CopyDimension;
using runtime::EvenTable;

/// Elements from one index of each dimension to the next.
static SmallVector<int64_t> getStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (size_t d = shape.size(); d-- > 1;)
    strides[d - 1] = strides[d] * shape[d];
  return strides;
}

static int64_t getProduct(ArrayRef<int64_t> extents) {
  int64_t result = 1;
  for (int64_t extent : extents)
    result *= extent;
  return result;
}

static int64_t containerBytes(Value value) { return getDataType(value).ContainerSize(); }

LogicalResult KernelPlanner::addCopy(Operation *op, unsigned from, unsigned to, std::vector<CopyDimension> dimensions,
                                     int64_t outOffset, int64_t containerBytes) {
  FailureOr<ParameterArgument> block =
      parameters(op, runtime::PackCopy(std::move(dimensions), outOffset, containerBytes));
  if (failed(block))
    return failure();
  addStep(op->getLoc(), "qcrt_copy", {*block, use(from), use(to)});
  return success();
}

LogicalResult KernelPlanner::addPermutation(Operation *op, unsigned from, unsigned to, ArrayRef<int64_t> shape,
                                            ArrayRef<int64_t> perm, int64_t containerBytes) {
  SmallVector<int64_t> strides = getStrides(shape);
  std::vector<CopyDimension> dimensions(perm.size());
  int64_t outStride = 1;
  for (size_t d = perm.size(); d-- > 0;) {
    dimensions[d] = {EvenTable(shape[perm[d]], strides[perm[d]]), outStride};
    outStride *= shape[perm[d]];
  }
  return addCopy(op, from, to, std::move(dimensions), 0, containerBytes);
}

LogicalResult KernelPlanner::add(qnn::TransposeOp op) {
  unsigned from = ensureContainers(op.getInput(), op.getLoc());
  unsigned to = place(op.getResult(), getContainers(op.getResult()));
  return addPermutation(op, from, to, getShape(op.getInput()), op.getPerm(), containerBytes(op.getInput()));
}

LogicalResult KernelPlanner::add(qnn::SliceOp op) {
  SmallVector<int64_t> strides = getStrides(getShape(op.getInput()));
  ArrayRef<int64_t> shape = getShape(op.getResult());
  SmallVector<int64_t> outStrides = getStrides(shape);
  std::vector<CopyDimension> dimensions;
  for (size_t d = 0; d < shape.size(); ++d)
    dimensions.push_back(
        {EvenTable(shape[d], strides[d] * op.getSteps()[d], strides[d] * op.getOffsets()[d]), outStrides[d]});
  unsigned from = ensureContainers(op.getInput(), op.getLoc());
  unsigned to = place(op.getResult(), getContainers(op.getResult()));
  return addCopy(op, from, to, std::move(dimensions), 0, containerBytes(op.getInput()));
}

LogicalResult KernelPlanner::add(qnn::GatherOp op) {
  SmallVector<int64_t> strides = getStrides(getShape(op.getInput()));
  ArrayRef<int64_t> shape = getShape(op.getResult());
  SmallVector<int64_t> outStrides = getStrides(shape);
  std::vector<CopyDimension> dimensions;
  for (size_t d = 0; d < shape.size(); ++d) {
    std::vector<int64_t> table = EvenTable(shape[d], strides[d]);
    if (d == op.getAxis())
      for (auto [entry, index] : llvm::zip(table, op.getIndices()))
        entry = index * strides[d];
    dimensions.push_back({std::move(table), outStrides[d]});
  }
  unsigned from = ensureContainers(op.getInput(), op.getLoc());
  unsigned to = place(op.getResult(), getContainers(op.getResult()));
  return addCopy(op, from, to, std::move(dimensions), 0, containerBytes(op.getInput()));
}

/// A whole tensor into a part of a larger one.
static std::vector<CopyDimension> getPart(ArrayRef<int64_t> shape, ArrayRef<int64_t> outShape) {
  SmallVector<int64_t> strides = getStrides(shape), outStrides = getStrides(outShape);
  std::vector<CopyDimension> dimensions;
  for (size_t d = 0; d < shape.size(); ++d)
    dimensions.push_back({EvenTable(shape[d], strides[d]), outStrides[d]});
  return dimensions;
}

LogicalResult KernelPlanner::add(qnn::ConcatOp op) {
  Storage containers = getContainers(op.getResult());
  SmallVector<unsigned> parts;
  for (Value part : op.getInputs())
    parts.push_back(ensure(part, containers, op.getLoc()));
  unsigned to = place(op.getResult(), containers);
  ArrayRef<int64_t> shape = getShape(op.getResult());
  int64_t outOffset = 0, stride = getStrides(shape)[op.getAxis()];
  for (auto [part, from] : llvm::zip(op.getInputs(), parts)) {
    if (failed(addCopy(op, from, to, getPart(getShape(part), shape), outOffset, containerBytes(op.getResult()))))
      return failure();
    outOffset += getShape(part)[op.getAxis()] * stride;
  }
  return success();
}

LogicalResult KernelPlanner::add(qnn::PadOp op) {
  Value result = op.getResult();
  Storage containers = getContainers(result);
  ArrayRef<int64_t> shape = getShape(result);
  unsigned from = ensure(op.getInput(), containers, op.getLoc());
  unsigned to = place(result, containers);
  absl::StatusOr<runtime::Tensor> values = runtime::Tensor::FromIntegers(
      getDataType(result), {op.getValues().getTensor().size()}, op.getValues().getTensor().ToIntegers());
  if (!values.ok())
    return fail(op, toStringRef(values.status().message()));
  int64_t channels = values->size();
  int64_t inner = getProduct(channels == 1 ? shape : shape.drop_front(op.getAxis() + 1));
  ParameterArgument filling = array(ArrayRef(values->bytes().data(), values->bytes().size()));
  addStep(op.getLoc(), "qcrt_fill",
          {filling, i32(containerBytes(result)), use(to), i64(getProduct(shape) / (channels * inner)), i64(channels),
           i64(inner)});
  int64_t outOffset = 0;
  for (auto [low, stride] : llvm::zip(op.getLow(), getStrides(shape)))
    outOffset += low * stride;
  return addCopy(op, from, to, getPart(getShape(op.getInput()), shape), outOffset, containerBytes(result));
}

/// A dimension of the result after the other, of which every spatial one is a position and a place
/// in its block.
LogicalResult KernelPlanner::add(qnn::DepthToSpaceOp op) {
  ArrayRef<int64_t> shape = getShape(op.getInput());
  SmallVector<int64_t> strides = getStrides(shape);
  int64_t axis = op.getAxis(), blocks = getProduct(op.getBlocks());
  int64_t channels = shape[axis] / blocks;
  bool isDcr = op.getMode() == "DCR";
  int64_t blockStride = strides[axis] * (isDcr ? channels : 1); // of the last spatial dimension
  std::vector<CopyDimension> dimensions;                        // innermost first
  size_t block = op.getBlocks().size();
  for (int64_t d = shape.size() - 1; d >= 0; --d) {
    if (d == axis) {
      dimensions.push_back({EvenTable(channels, strides[axis] * (isDcr ? 1 : blocks))});
    } else if (d == 0) {
      dimensions.push_back({EvenTable(shape[0], strides[0])});
    } else {
      int64_t extent = op.getBlocks()[--block];
      dimensions.push_back({EvenTable(extent, blockStride)});
      dimensions.push_back({EvenTable(shape[d], strides[d])});
      blockStride *= extent;
    }
  }
  int64_t outStride = 1;
  for (CopyDimension &dimension : dimensions) {
    dimension.out_stride = outStride;
    outStride *= dimension.table.size();
  }
  std::reverse(dimensions.begin(), dimensions.end());
  unsigned from = ensureContainers(op.getInput(), op.getLoc());
  unsigned to = place(op.getResult(), getContainers(op.getResult()));
  return addCopy(op, from, to, std::move(dimensions), 0, containerBytes(op.getInput()));
}

LogicalResult KernelPlanner::add(qnn::LookupOp op) {
  unsigned indices = ensureContainers(op.getIndices(), op.getLoc());
  unsigned table = ensureContainers(op.getTable(), op.getLoc());
  unsigned to = place(op.getResult(), getContainers(op.getResult()));
  ArrayRef<int64_t> shape = getShape(op.getTable());
  int64_t rowBytes = getProduct(shape.drop_front()) * containerBytes(op.getTable());
  addStep(op.getLoc(), "qcrt_lookup",
          {use(indices), i32(getContainers(op.getIndices()).format.layout), i64(getNumElements(op.getIndices())),
           use(table), i64(shape[0]), i64(rowBytes), use(to)})
      .failure = QCRT_INDEX_OUT_OF_RANGE;
  return success();
}

LogicalResult KernelPlanner::add(qnn::ArgMaxOp op) {
  unsigned from = ensureContainers(op.getInput(), op.getLoc());
  unsigned to = place(op.getResult(), getContainers(op.getResult()));
  ArrayRef<int64_t> shape = getShape(op.getInput());
  int64_t axis = op.getAxis();
  addStep(op.getLoc(), "qcrt_arg_max",
          {use(from), i32(getContainers(op.getInput()).format.layout), use(to), i64(getProduct(shape.take_front(axis))),
           i64(shape[axis]), i64(getProduct(shape.drop_front(axis + 1))), i32(op.getSelectLast())});
  return success();
}

LogicalResult KernelPlanner::add(qnn::TopKOp op) {
  unsigned from = ensureContainers(op.getInput(), op.getLoc());
  unsigned values = place(op.getValues(), getContainers(op.getValues()));
  unsigned indices = place(op.getIndices(), getContainers(op.getIndices()));
  ArrayRef<int64_t> shape = getShape(op.getInput());
  int64_t axis = op.getAxis();
  addStep(op.getLoc(), "qcrt_top_k",
          {use(from), i32(getContainers(op.getInput()).format.layout), use(values), use(indices),
           i64(getProduct(shape.take_front(axis))), i64(shape[axis]), i64(getProduct(shape.drop_front(axis + 1))),
           i64(getShape(op.getValues())[axis]), i32(op.getSmallest())});
  return success();
}

} // namespace qcompile::cpu
