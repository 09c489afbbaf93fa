//===- ConvertQnnToMultithreshold.cpp - Integers as floats ----------------===//
#include "passes/convert-qnn-to-multithreshold/ConvertQnnToMultithreshold.h"

#include "compiler/nodes/ElementTypes.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/onnx/OnnxDialect.h"
#include "passes/convert-qnn-to-multithreshold/FloatIntegers.h"
#include "passes/convert-qnn-to-multithreshold/Writer.h"

using namespace mlir;

namespace qcompile {

#define GEN_PASS_DEF_CONVERTQNNTOMULTITHRESHOLD
#include "passes/convert-qnn-to-multithreshold/ConvertQnnToMultithreshold.h.inc"

namespace {
struct ConvertQnnToMultithresholdPass : impl::ConvertQnnToMultithresholdBase<ConvertQnnToMultithresholdPass> {
  using ConvertQnnToMultithresholdBase::ConvertQnnToMultithresholdBase;
  void runOnOperation() override {
    if (!getOperation().isExternal() && failed(MultithresholdWriter(getOperation(), allowApproximate).run()))
      signalPassFailure();
  }
};
} // namespace

std::string getDatatypeName(Type elementType) {
  if (isa<qnn::BipolarType>(elementType))
    return "BIPOLAR";
  auto integer = cast<IntegerType>(elementType);
  if (integer.isSigned())
    return "INT" + std::to_string(integer.getWidth());
  return integer.getWidth() == 1 ? "BINARY" : "UINT" + std::to_string(integer.getWidth());
}

static bool isPosition(Type elementType) { return elementType.isSignedInteger(64); }

RankedTensorType MultithresholdWriter::getType(Value codes) {
  RankedTensorType type = tensorOf(codes);
  return isPosition(type.getElementType()) ? type : type.clone(Float32Type::get(type.getContext()));
}

Value MultithresholdWriter::get(Value codes) {
  auto it = values.find(codes);
  return it == values.end() ? codes : it->second;
}

void MultithresholdWriter::set(Operation *op, Value value) {
  values[op->getResult(0)] = value;
  Type type = tensorOf(op->getResult(0)).getElementType();
  if (auto it = coarse.find(op->getResult(0)); it != coarse.end())
    type = getNarrowestType(op->getContext(), it->second.bounds);
  if (!isPosition(type) && !turned.contains(op->getResult(0)))
    value.getDefiningOp()->setAttr(kDatatypeAttr, StringAttr::get(op->getContext(), getDatatypeName(type)));
}

/// Whether float32 holds every code of the type.
static bool holdsAll(Value codes, std::string &reason) {
  Type element = tensorOf(codes).getElementType();
  if (isPosition(element))
    return true;
  // Of an accumulator that holds every partial sum, the type says what those may be.
  qnn::Bounds bounds = qnn::getValueBounds(codes);
  if (std::max(-bounds.low, bounds.high) <= kLargestFloatInteger)
    return true;
  reason = getDatatypeName(element) + " codes " + std::to_string(bounds.low) + " to " + std::to_string(bounds.high) +
           " go beyond 2^24, up to which float32 holds all integers";
  return false;
}

bool MultithresholdWriter::shorten(Operation *op) {
  auto sum = dyn_cast<qnn::AddOp>(op);
  std::optional<CoarseSum> shorter = sum ? CoarseSum::find(sum) : std::nullopt;
  if (shorter)
    coarse.try_emplace(sum.getResult(), std::move(*shorter));
  return sum && coarse.contains(sum.getResult());
}

bool MultithresholdWriter::write(Operation *op, std::string &reason) {
  for (Value result : op->getResults())
    if (qnn::isCodeType(tensorOf(result).getElementType()) && !holdsAll(result, reason) && !shorten(op))
      return false;
  for (Value operand : op->getOperands())
    if (isa<BlockArgument>(operand) && qnn::isCodeType(tensorOf(operand).getElementType()) &&
        !isPosition(tensorOf(operand).getElementType())) {
      reason = "an input of the model is integers";
      return false;
    }
  if (auto constant = dyn_cast<qnn::ConstantOp>(op))
    return writeConstant(constant);
  if (auto product = dyn_cast<qnn::MatMulOp>(op))
    return writeMatMul(product);
  if (auto conv = dyn_cast<qnn::ConvOp>(op))
    return writeConv(conv, reason);
  if (auto conv = dyn_cast<qnn::ConvTransposeOp>(op))
    return writeConvTranspose(conv, reason);
  if (auto pool = dyn_cast<qnn::SumPoolOp>(op))
    return writeSumPool(pool, reason);
  if (auto pool = dyn_cast<qnn::MaxPoolOp>(op))
    return writeMaxPool(pool, reason);
  if (auto sum = dyn_cast<qnn::AddOp>(op))
    return writeAdd(sum);
  if (auto product = dyn_cast<qnn::MulOp>(op))
    return writeMul(product);
  if (auto threshold = dyn_cast<qnn::ThresholdOp>(op))
    return writeThreshold(threshold, reason);
  if (auto table = dyn_cast<qnn::TableOp>(op))
    return writeTable(table, reason);
  if (auto requantize = dyn_cast<qnn::RequantizeOp>(op))
    return writeRequantize(requantize, reason);
  if (auto quantize = dyn_cast<qnn::QuantizeOp>(op))
    return writeQuantize(quantize, reason);
  if (auto dequantize = dyn_cast<qnn::DequantizeOp>(op))
    return writeDequantize(dequantize, reason);
  if (auto pad = dyn_cast<qnn::PadOp>(op))
    return writePad(pad, reason);
  return writeMove(op, reason);
}

/// A Cast behind the definition of `value`, named after it.
static Value makeCast(Value value, Type type) {
  Operation *op = value.getDefiningOp();
  OpBuilder builder(op->getContext());
  builder.setInsertionPointAfter(op);
  OperationState state(op->getLoc(), "onnx.Cast", value, type);
  const int element = nodes::getOnnxElementType(cast<TensorType>(type).getElementType());
  state.addAttribute("to", builder.getI64IntegerAttr(element));
  return builder.create(state)->getResult(0);
}

static bool isQnn(Operation *op) { return isa<qnn::QnnDialect>(op->getDialect()); }

/// Whether the value is codes, which are floats here.
static bool becomesFloat(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && qnn::isCodeType(type.getElementType()) && !isPosition(type.getElementType());
}

/// Operations of onnx between those of qnn compute integers, which take ...
void MultithresholdWriter::takeIntegers() {
  for (Operation &op : llvm::make_early_inc_range(function.front().without_terminator()))
    for (Value result : op.getResults())
      if (!isQnn(&op) && becomesFloat(result) && llvm::any_of(result.getUsers(), isQnn))
        values[result] = makeCast(result, getType(result));
}

/// ... and give them.
void MultithresholdWriter::giveIntegers(ArrayRef<Operation *> operations) {
  for (Operation *op : operations)
    for (Value result : op->getResults())
      if (becomesFloat(result) && !llvm::all_of(result.getUsers(), isQnn))
        result.replaceUsesWithIf(makeCast(get(result), result.getType()),
                                 [](OpOperand &use) { return !isQnn(use.getOwner()); });
}

LogicalResult MultithresholdWriter::run() {
  if (!function.getBody().hasOneBlock())
    return emitError(function.getLoc(), Code::P001) << "expected a function with one block";
  SmallVector<Operation *> operations;
  for (Operation &op : function.front().without_terminator())
    if (isa<qnn::QnnDialect>(op.getDialect()))
      operations.push_back(&op);
  takeIntegers();
  LogicalResult result = success();
  DenseSet<Value> failed;
  for (Operation *op : operations) {
    std::string reason;
    bool follows = llvm::any_of(op->getOperands(), [&](Value operand) { return failed.contains(operand); });
    if (!follows && write(op, reason))
      continue;
    failed.insert(op->result_begin(), op->result_end());
    if (!follows)
      result = emitError(op->getLoc(), Code::X001) << "node '" << onnx::describe(op) << "': " << reason;
  }
  if (mlir::failed(result))
    return failure();
  giveIntegers(operations);
  // Positions have the same type before and after.
  for (auto [codes, value] : values)
    if (codes.getType() == value.getType())
      codes.replaceAllUsesExcept(value, value.getDefiningOp());
  for (Operation *op : llvm::reverse(operations))
    op->erase();
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(function.front())))
    if (isOpTriviallyDead(&op))
      op.erase();
  return success();
}

} // namespace qcompile
