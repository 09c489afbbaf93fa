//===- KernelPlannerOperations.cpp - Steps of the single operations -------===//
#include "backends/cpu/KernelSupport.h"
#include "backends/cpu/lower-to-kernels/KernelPlanner.h"
#include "backends/cpu/lower-to-kernels/PlannerHelpers.h"
#include "compiler/evaluator/ProgramBuilder.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/ADT/TypeSwitch.h"
#include "mlir/IR/SymbolTable.h"

using namespace mlir;

namespace qcompile::cpu {

LogicalResult KernelPlanner::add(qnn::MatMulOp op) {
  const runtime::MatmulPlan &plan = matmulPlans[op];
  FailureOr<ParameterArgument> block = parameters(op, packMatMul(op, plan));
  if (failed(block))
    return failure();
  int64_t k = getRowLength(op.getLhs());
  unsigned in = ensure(op.getLhs(), {plan.activations, k}, op.getLoc());
  Storage out{plan.accumulators, getRowLength(op.getResult())};
  unsigned buffer = addWorkspace(storageSize(op.getResult(), out));
  addStep(op.getLoc(), "qcrt_matmul",
          {*block, use(in), use(buffer), i64(getNumElements(op.getLhs()) / k)});
  placements[op.getResult()].push_back({buffer, out});
  return success();
}

LogicalResult KernelPlanner::add(qnn::ThresholdOp op) {
  Storage out = chooseStorage(op.getResult(), getPeriod(op));
  bool isFloat = !isCodes(op.getInput());
  Storage in = isFloat ? Storage{} : integerStorage(op.getInput(), out.n, getPeriod(op));
  FailureOr<ParameterArgument> block = parameters(op, packThreshold(op, in, out));
  if (failed(block))
    return failure();
  unsigned from = isFloat ? ensureDense(op.getInput(), op.getLoc())
                          : ensure(op.getInput(), in, op.getLoc());
  unsigned buffer = addWorkspace(storageSize(op.getResult(), out));
  addStep(op.getLoc(), "qcrt_threshold",
          {*block, use(from), use(buffer), i64(getNumElements(op.getInput()) / out.n)});
  placements[op.getResult()].push_back({buffer, out});
  return success();
}

LogicalResult KernelPlanner::add(qnn::QuantizeOp op) {
  Storage out = chooseStorage(op.getResult(), getPeriod(op));
  FailureOr<ParameterArgument> block = parameters(op, packQuantize(op, out));
  if (failed(block))
    return failure();
  unsigned from = ensureDense(op.getInput(), op.getLoc());
  unsigned buffer = addWorkspace(storageSize(op.getResult(), out));
  addStep(op.getLoc(), "qcrt_quantize",
          {*block, use(from), use(buffer), i64(getNumElements(op.getInput()) / out.n)});
  placements[op.getResult()].push_back({buffer, out});
  return success();
}

LogicalResult KernelPlanner::add(qnn::DequantizeOp op) {
  Storage in = integerStorage(op.getInput(), 0, getPeriod(op));
  FailureOr<ParameterArgument> block = parameters(op, packDequantize(op, in));
  if (failed(block))
    return failure();
  unsigned from = ensure(op.getInput(), in, op.getLoc());
  unsigned buffer = denseResult(op.getResult());
  addStep(op.getLoc(), "qcrt_dequantize",
          {*block, use(from), use(buffer), i64(getNumElements(op.getInput()) / in.n)});
  return success();
}

/// Free: rows are a matter of the storage, which keeps the order of elements.
LogicalResult KernelPlanner::add(qnn::ReshapeOp op) {
  SmallVector<Placement, 2> same = placements[op.getInput()];
  placements[op.getResult()] = std::move(same);
  return success();
}

LogicalResult KernelPlanner::add(qnn::TransposeOp op) {
  const qcrt_format wide = runtime::Int64Format();
  Value input = op.getInput();
  unsigned from = ensure(input, {wide, getRowLength(input)}, op.getLoc());
  SmallVector<int64_t> extents(getShape(input));
  llvm::append_range(extents, op.getPerm());
  ParameterArgument shape{image.add(ArrayRef(reinterpret_cast<const uint8_t *>(extents.data()),
                                             extents.size() * sizeof(int64_t)))};
  ParameterArgument perm{shape.at + getShape(input).size() * sizeof(int64_t)};
  Storage out{wide, getRowLength(op.getResult())};
  unsigned buffer = addWorkspace(storageSize(op.getResult(), out));
  addStep(op.getLoc(), "qcrt_transpose",
          {use(from), use(buffer), i32(8), i32(getShape(input).size()), shape, perm});
  placements[op.getResult()].push_back({buffer, out});
  return success();
}

LogicalResult KernelPlanner::add(func::CallOp call) {
  auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(call, call.getCalleeAttr());
  if (!callee || callee.isExternal())
    return fail(call, "function '" + call.getCallee() + "' has no body");
  llvm::Expected<runtime::Program> program = buildProgram(callee);
  if (!program)
    return fail(call, llvm::toString(program.takeError()));
  for (const runtime::Operation &operation : program->operations)
    if (!runtime::FindReference(operation.name))
      return emitError(call.getLoc(), Code::B001)
             << "node '" << operation.label << "': operation '" << operation.name
             << "' has no reference semantics";
  std::string bytes = runtime::SerializeProgram(*program);
  SmallVector<unsigned> inputs, outputs;
  for (Value operand : call.getOperands())
    inputs.push_back(ensureDense(operand, call.getLoc()));
  for (Value value : call.getResults())
    outputs.push_back(denseResult(value));
  for (unsigned buffer : inputs)
    use(buffer);
  for (unsigned buffer : outputs)
    use(buffer);
  Step &step = addStep(call.getLoc(), callee.getName(), {});
  step.program = result.programs.size();
  step.islandInputs = inputs;
  step.islandOutputs = outputs;
  result.programs.push_back({image.add(StringRef(bytes)), bytes.size()});
  return success();
}

static std::optional<int32_t> getFloatOperation(Operation *op) {
  return llvm::StringSwitch<std::optional<int32_t>>(op->getName().getStringRef())
      .Case("onnx.Add", QCRT_ADD)
      .Case("onnx.Sub", QCRT_SUBTRACT)
      .Case("onnx.Mul", QCRT_MULTIPLY)
      .Case("onnx.Div", QCRT_DIVIDE)
      .Default(std::nullopt);
}

/// The value of a constant operation that defines `value`, or null.
static data::ConstantAttr getConstant(Value value) {
  Operation *producer = value.getDefiningOp();
  return producer && isConstant(producer) ? producer->getAttrOfType<data::ConstantAttr>("value")
                                          : nullptr;
}

/// Float operations that have a kernel: reshapes, which are free, and elementwise ones of which one
/// operand may be constant.
LogicalResult KernelPlanner::addFloat(Operation *op) {
  Value result = op->getResult(0);
  if (keepsElements(op)) {
    SmallVector<Placement, 2> same = placements[op->getOperand(0)];
    placements[result] = std::move(same);
    return success();
  }
  // Rows are periods of the constant; a scalar repeats along one row.
  std::optional<FloatColumns> columns;
  SmallVector<unsigned> buffers;
  for (Value operand : op->getOperands())
    if (data::ConstantAttr constant = getConstant(operand))
      columns = getFloatColumns(constant, getShape(result));
    else
      buffers.push_back(ensureDense(operand, op->getLoc()));
  int64_t count = getNumElements(result);
  bool isScalar = columns && columns->period == 1;
  int64_t n = columns && !isScalar ? columns->period : count;

  SmallVector<Argument> arguments = {i32(*getFloatOperation(op))};
  ArrayRef<unsigned> next = buffers;
  for (Value operand : op->getOperands()) {
    if (getConstant(operand)) {
      auto bytes = reinterpret_cast<const uint8_t *>(columns->values.data());
      uint64_t at = image.add(ArrayRef(bytes, columns->values.size() * sizeof(float)));
      llvm::append_values(arguments, Argument(ParameterArgument{at}), Argument(i64(0)),
                          Argument(i64(isScalar ? 0 : 1)));
    } else {
      llvm::append_values(arguments, Argument(use(next.front())), Argument(i64(n)),
                          Argument(i64(1)));
      next = next.drop_front();
    }
  }
  unsigned to = denseResult(result);
  llvm::append_values(arguments, Argument(use(to)), Argument(i64(count / n)), Argument(i64(n)));
  addStep(op->getLoc(), "qcrt_float_binary", arguments);
  return success();
}

/// Constants other than weights reach the outputs of the network only.
void KernelPlanner::addConstant(Operation *op) {
  auto constant = op->getAttrOfType<data::ConstantAttr>("value");
  if (!constant || !llvm::any_of(op->getUsers(), llvm::IsaPred<func::ReturnOp>))
    return;
  runtime::Tensor tensor = constant.getTensor();
  uint64_t at = image.add(ArrayRef(tensor.bytes().data(), tensor.bytes().size()));
  placements[op->getResult(0)].push_back({addBuffer(Buffer::Kind::Parameter, at), {}});
}

LogicalResult KernelPlanner::addOperation(Operation *op) {
  if (isConstant(op)) {
    addConstant(op);
    return success();
  }
  for (Value operand : op->getOperands()) {
    bool mayBeConstant = isa<qnn::MatMulOp>(op) || !isa<qnn::QnnDialect>(op->getDialect());
    if (!mayBeConstant && !placements.count(operand))
      return fail(op, "an operand is constant; run cpu-outline-islands first");
  }
  if (op->getName().getDialectNamespace() == "onnx" && hasKernel(op))
    return addFloat(op);
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case<qnn::MatMulOp, qnn::ThresholdOp, qnn::QuantizeOp, qnn::DequantizeOp, qnn::ReshapeOp,
            qnn::TransposeOp, func::CallOp>([&](auto typed) { return add(typed); })
      .Default([&](Operation *) {
        return fail(op, "expected a kernel's operation, found '" +
                            op->getName().getStringRef() + "'; run cpu-outline-islands first");
      });
}

} // namespace qcompile::cpu
