//===- KernelPlannerOperations.cpp - Steps of the single operations -------===//
#include "backends/cpu/KernelSupport.h"
#include "backends/cpu/lower-to-kernels/KernelPlanner.h"
#include "backends/cpu/lower-to-kernels/PlannerHelpers.h"
#include "compiler/evaluator/ProgramBuilder.h"
#include "dialects/onnx/HeldConstant.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace qcompile::cpu {

LogicalResult KernelPlanner::add(qnn::MatMulOp op) {
  auto it = matmulPlans.find(op);
  if (it == matmulPlans.end())
    return addProduct(op);
  const runtime::MatmulPlan &plan = it->second;
  FailureOr<ParameterArgument> block = parameters(op, packMatMul(op, plan));
  if (failed(block))
    return failure();
  int64_t k = getRowLength(op.getLhs());
  unsigned in = ensure(op.getLhs(), getRowStorage(plan.activations, k), op.getLoc());
  // Wide sums are what the containers of a wide type are, or convert to them.
  Storage out = getRowStorage(plan.accumulators, getRowLength(op.getResult()));
  addStep(op.getLoc(), "qcrt_matmul",
          {*block, use(in), use(place(op.getResult(), out)), i64(getNumElements(op.getLhs()) / k)});
  return success();
}

LogicalResult KernelPlanner::add(qnn::PqOp op) {
  const runtime::PqPlan &plan = pqPlans.find(op)->second;
  FailureOr<ParameterArgument> block = parameters(op, packPq(op, plan));
  if (failed(block))
    return failure();
  int64_t k = getRowLength(op.getInput());
  unsigned in = ensure(op.getInput(), getRowStorage(plan.input, k), op.getLoc());
  Storage out = getRowStorage(plan.sums, getRowLength(op.getResult()));
  addStep(op.getLoc(), "qcrt_pq",
          {*block, use(in), use(place(op.getResult(), out)), i64(getNumElements(op.getInput()) / k)});
  return success();
}

/// Free: rows are a matter of the storage, which keeps the order of elements.
LogicalResult KernelPlanner::add(qnn::ReshapeOp op) {
  placeConstant(op.getInput());
  SmallVector<Placement, 2> same = placements[op.getInput()];
  placements[op.getResult()] = std::move(same);
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
             << "node '" << operation.label << "': operation '" << operation.name << "' has no reference semantics";
  std::string bytes = runtime::SerializeProgram(*program);
  SmallVector<unsigned> inputs, outputs;
  for (Value operand : call.getOperands())
    inputs.push_back(ensureContainers(operand, call.getLoc()));
  for (Value value : call.getResults())
    outputs.push_back(place(value, getContainers(value)));
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
  return producer && isConstantOperation(producer) ? producer->getAttrOfType<data::ConstantAttr>("value") : nullptr;
}

/// Float operations that have a kernel: reshapes, which are free, transposes, and elementwise ones
/// of which one operand may be constant.
LogicalResult KernelPlanner::addFloat(Operation *op) {
  Value result = op->getResult(0);
  if (keepsElements(op)) {
    SmallVector<Placement, 2> same = placements[op->getOperand(0)];
    placements[result] = std::move(same);
    return success();
  }
  if (std::optional<SmallVector<int64_t>> perm = getPermutation(op)) {
    unsigned from = ensureContainers(op->getOperand(0), op->getLoc());
    unsigned to = place(result, getContainers(result));
    return addPermutation(op, from, to, getShape(op->getOperand(0)), *perm, sizeof(float));
  }
  // Rows are periods of the constant; a scalar repeats along one row.
  std::optional<FloatColumns> columns;
  SmallVector<unsigned> buffers;
  for (Value operand : op->getOperands())
    if (data::ConstantAttr constant = getConstant(operand))
      columns = getFloatColumns(constant, getShape(result));
    else
      buffers.push_back(ensureContainers(operand, op->getLoc()));
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
      llvm::append_values(arguments, Argument(use(next.front())), Argument(i64(n)), Argument(i64(1)));
      next = next.drop_front();
    }
  }
  unsigned to = place(result, getContainers(result));
  llvm::append_values(arguments, Argument(use(to)), Argument(i64(count / n)), Argument(i64(n)));
  addStep(op->getLoc(), "qcrt_float_binary", arguments);
  return success();
}

LogicalResult KernelPlanner::addOperation(Operation *op) {
  if (isConstantOperation(op) || fused.contains(op))
    return success();
  if (op->getName().getDialectNamespace() == "onnx" && hasKernel(op))
    return addFloat(op);
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case<qnn::AddOp, qnn::ArgMaxOp, qnn::ConcatOp, qnn::ConvOp, qnn::DepthToSpaceOp, qnn::DequantizeOp,
            qnn::GatherOp, qnn::LookupOp, qnn::MatMulOp, qnn::MaxPoolOp, qnn::MulOp, qnn::PadOp, qnn::PqOp,
            qnn::QuantizeOp, qnn::RequantizeOp, qnn::ReshapeOp, qnn::SliceOp, qnn::SumPoolOp, qnn::TableOp,
            qnn::ThresholdOp, qnn::TopKOp, qnn::TransposeOp, func::CallOp>([&](auto typed) { return add(typed); })
      .Default([&](Operation *) {
        return fail(op, "expected a kernel's operation, found '" + op->getName().getStringRef() +
                            "'; run cpu-outline-islands first");
      });
}

} // namespace qcompile::cpu
