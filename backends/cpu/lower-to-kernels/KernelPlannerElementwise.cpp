//===- KernelPlannerElementwise.cpp - Operations element by element -------===//
#include "backends/cpu/lower-to-kernels/KernelPlanner.h"
#include "backends/cpu/lower-to-kernels/PlannerHelpers.h"

using namespace mlir;

namespace qcompile::cpu {

/// Codes in the storage that their users want, by a kernel that writes any.
template <typename Op, typename Pack> LogicalResult KernelPlanner::addActivation(Op op, StringRef callee, Pack pack) {
  Value input = op.getInput();
  ArrayRef<int64_t> shape = getShape(input);
  int64_t channels = getNumChannels(op);
  int64_t period = getAxisPeriod(shape, op.getAxis(), channels);
  Storage out = chooseStorage(op.getResult(), period);
  RowPlan rows = planRows(shape, op.getAxis(), channels, out.isDense() ? getPaddedRow(input, period) : out.n);
  Storage in = isCodes(input) ? findIntegers(input, rows.n) : Storage{};
  FailureOr<ParameterArgument> block = parameters(op, pack(op, rows, in.format.layout, out.format));
  if (failed(block))
    return failure();
  unsigned from = ensure(input, in, op.getLoc());
  addStep(op.getLoc(), callee,
          {*block, use(from), use(place(op.getResult(), out)), i64(getNumElements(input) / rows.n)});
  return success();
}

LogicalResult KernelPlanner::add(qnn::ThresholdOp op) { return addActivation(op, "qcrt_threshold", packThreshold); }

LogicalResult KernelPlanner::add(qnn::RequantizeOp op) { return addActivation(op, "qcrt_requantize", packRequantize); }

LogicalResult KernelPlanner::add(qnn::TableOp op) {
  Value input = op.getInput();
  ArrayRef<int64_t> shape = getShape(input);
  int64_t channels = getNumChannels(op);
  // One period per row: a longer one would hold every table more than once.
  int64_t period = getAxisPeriod(shape, op.getAxis(), channels);
  bool isLast = period == channels;
  RowPlan rows = planRows(shape, op.getAxis(), channels, isLast && channels > 1 ? channels : 0);
  Storage in = findIntegers(input, rows.n);
  FailureOr<ParameterArgument> block = parameters(op, packTable(op, rows, in.format.layout));
  if (failed(block))
    return failure();
  unsigned from = ensure(input, in, op.getLoc());
  unsigned to = place(op.getResult(), getContainers(op.getResult()));
  addStep(op.getLoc(), "qcrt_table", {*block, use(from), use(to), i64(getNumElements(input) / rows.n)});
  return success();
}

LogicalResult KernelPlanner::add(qnn::QuantizeOp op) {
  int64_t period = getPeriod(op), count = getNumElements(op.getInput());
  Storage out = chooseStorage(op.getResult(), period);
  int64_t n = !out.isDense() ? out.n : period == 1 ? count : period;
  FailureOr<ParameterArgument> block = parameters(op, packQuantize(op, n, out.format));
  if (failed(block))
    return failure();
  unsigned from = ensureContainers(op.getInput(), op.getLoc());
  addStep(op.getLoc(), "qcrt_quantize", {*block, use(from), use(place(op.getResult(), out)), i64(count / n)});
  return success();
}

LogicalResult KernelPlanner::add(qnn::DequantizeOp op) {
  Value input = op.getInput();
  ArrayRef<int64_t> shape = getShape(input);
  int64_t channels = getNumChannels(op);
  int64_t period = getAxisPeriod(shape, op.getAxis(), channels);
  RowPlan rows = planColumns(shape, op.getAxis(), channels, getPaddedRow(input, period));
  Storage in = findIntegers(input, rows.n);
  FailureOr<ParameterArgument> block = parameters(op, packDequantize(op, rows, in.format.layout));
  if (failed(block))
    return failure();
  unsigned from = ensure(input, in, op.getLoc());
  unsigned to = place(op.getResult(), getContainers(op.getResult()));
  addStep(op.getLoc(), "qcrt_dequantize", {*block, use(from), use(to), i64(getNumElements(input) / rows.n)});
  return success();
}

LogicalResult KernelPlanner::addBinary(Operation *op, const runtime::BinaryProblem &problem) {
  FailureOr<ParameterArgument> block = parameters(op, runtime::PackBinary(problem));
  if (failed(block))
    return failure();
  unsigned lhs = ensureContainers(op->getOperand(0), op->getLoc());
  unsigned rhs = ensureContainers(op->getOperand(1), op->getLoc());
  unsigned to = place(op->getResult(0), getContainers(op->getResult(0)));
  addStep(op->getLoc(), "qcrt_binary", {*block, use(lhs), use(rhs), use(to)});
  return success();
}

static runtime::BinaryProblem getProblem(Operation *op, int32_t operation) {
  auto shapeOf = [](Value value) {
    ArrayRef<int64_t> shape = getShape(value);
    return runtime::Shape(shape.begin(), shape.end());
  };
  runtime::BinaryProblem problem;
  problem.operation = operation;
  problem.a_type = getDataType(op->getOperand(0));
  problem.b_type = getDataType(op->getOperand(1));
  problem.result_type = getDataType(op->getResult(0));
  problem.a = shapeOf(op->getOperand(0));
  problem.b = shapeOf(op->getOperand(1));
  problem.result = shapeOf(op->getResult(0));
  return problem;
}

LogicalResult KernelPlanner::add(qnn::AddOp op) {
  runtime::BinaryProblem problem = getProblem(op, QCRT_CODES_ADD);
  problem.a_multiplier = op.getLhsMultiplier();
  problem.b_multiplier = op.getRhsMultiplier();
  return addBinary(op, problem);
}

LogicalResult KernelPlanner::add(qnn::MulOp op) { return addBinary(op, getProblem(op, QCRT_CODES_MULTIPLY)); }

/// A product of two tensors that are both data.
LogicalResult KernelPlanner::addProduct(qnn::MatMulOp op) {
  runtime::BinaryProblem sides = getProblem(op, 0);
  FailureOr<ParameterArgument> block = parameters(
      op, runtime::PackProduct({sides.a_type, sides.b_type, sides.result_type, sides.a, sides.b, sides.result}));
  if (failed(block))
    return failure();
  unsigned lhs = ensureContainers(op.getLhs(), op.getLoc());
  unsigned rhs = ensureContainers(op.getRhs(), op.getLoc());
  unsigned to = place(op.getResult(), getContainers(op.getResult()));
  addStep(op.getLoc(), "qcrt_product", {*block, use(lhs), use(rhs), use(to)});
  return success();
}

} // namespace qcompile::cpu
