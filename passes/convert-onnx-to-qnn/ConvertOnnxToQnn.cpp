//===- ConvertOnnxToQnn.cpp - The exact integer form ----------------------===//
#include "passes/convert-onnx-to-qnn/ConvertOnnxToQnn.h"

#include "dialects/data/StaticShape.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/Monotonicity.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/onnx/OnnxDialect.h"
#include "passes/convert-onnx-to-qnn/Converter.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace qcompile {

#define GEN_PASS_DEF_CONVERTONNXTOQNN
#include "passes/convert-onnx-to-qnn/ConvertOnnxToQnn.h.inc"

namespace {
struct ConvertOnnxToQnnPass : impl::ConvertOnnxToQnnBase<ConvertOnnxToQnnPass> {
  using ConvertOnnxToQnnBase::ConvertOnnxToQnnBase;
  void runOnOperation() override {
    if (!getOperation().isExternal() && failed(Converter(getOperation(), enumerationLimit).run()))
      signalPassFailure();
  }
};
} // namespace

/// Most operations of all long chains together. Those of one quantizer are followed up to three times, and few
/// operations have several quantizers behind them.
constexpr int64_t kChainStepsPerOperation = 4;

/// Every size that is open where it arises: an operation on operands of known sizes takes it from data, else it comes
/// from an input.
static LogicalResult checkSizes(func::FuncOp function) {
  LogicalResult result = success();
  Operation *open = nullptr;
  for (Operation &op : function.front().without_terminator()) {
    if (!isa<onnx::OnnxDialect>(op.getDialect()) || data::hasStaticResults(&op))
      continue;
    if (!open)
      open = &op;
    if (data::hasStaticOperands(&op))
      result = emitError(op.getLoc(), Code::I003)
               << "node '" << onnx::describe(&op) << "': the size of the result of " << op.getName().stripDialect()
               << " depends on data, which is not supported";
  }
  if (!open || failed(result))
    return result;
  Value first = *llvm::find_if(open->getResults(), [](Value v) { return !data::isStatic(v); });
  return emitError(open->getLoc(), Code::I006)
         << "node '" << onnx::describe(open) << "': expected a static shape, found " << first.getType()
         << "; give the sizes of the inputs with --input-shape";
}

LogicalResult Converter::run() {
  if (!function.getBody().hasOneBlock())
    return emitError(function.getLoc(), Code::P001) << "expected a function with one block";
  if (failed(checkSizes(function)))
    return failure();
  Operation *terminator = function.front().getTerminator();
  SmallVector<Operation *> operations;
  for (Operation &op : function.front().without_terminator())
    operations.push_back(&op);
  chainSteps = kChainStepsPerOperation * int64_t(operations.size());
  for (Operation *op : operations) {
    // A function that is in the integer form in part keeps that part.
    if (!isa<onnx::OnnxDialect>(op->getDialect()))
      continue;
    builder.setInsertionPointAfter(op);
    convert(op);
    noteQuantized(op);
    releaseConstants(op);
  }
  finish(terminator, operations);
  return success();
}

/// Lets go of large quantized constants that all users have as integers: their floats are four times the codes.
void Converter::releaseConstants(Operation *op) {
  constexpr int64_t kLarge = 1 << 14;
  for (Value operand : op->getOperands()) {
    auto constant = constants.find(operand);
    if (constant == constants.end() || !constant->second.quantized || constant->second.tensor.size() < kLarge)
      continue;
    bool done = llvm::all_of(operand.getUsers(), [&](Operation *user) {
      return user->getNumResults() > 0 && (getForm(user->getResult(0)) || constants.contains(user->getResult(0)));
    });
    if (done)
      constant->second = runtime::Value();
  }
}

/// Gives floats to what stays float, from the outputs back; what nothing needs any longer is removed. (Not on the
/// way: a quantizer further down may still look through an operation at the integers before it.)
void Converter::finish(Operation *terminator, ArrayRef<Operation *> operations) {
  for (OpOperand &operand : terminator->getOpOperands())
    operand.set(getFloat(operand.get()));
  SmallVector<Operation *> kept; // last one first
  for (Operation *op : llvm::reverse(operations)) {
    if (isOpTriviallyDead(op)) {
      op->erase();
      continue;
    }
    kept.push_back(op);
    for (OpOperand &operand : op->getOpOperands())
      operand.set(getFloat(operand.get()));
  }
  for (Operation *op : llvm::reverse(kept)) {
    auto reason = reasons.find(op);
    if (reason == reasons.end())
      continue;
    if (inexact.contains(op))
      emitWarning(op->getLoc(), Code::P003)
          << "node '" << onnx::describe(op)
          << "' is summed in float32 in ascending order, not exactly, so its last bit may differ from "
             "the source model's: "
          << reason->second;
    else
      emitRemark(op->getLoc(), Code::P002) << "node '" << onnx::describe(op) << "' stays float: " << reason->second;
  }
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(function.front())))
    if (isOpTriviallyDead(&op))
      op.erase();
}

void Converter::convert(Operation *op) {
  if (evaluateConstant(op))
    return;
  std::string reason;
  // Constants without elements stand for parameters that are not given.
  auto isEmpty = [&](Value value) {
    auto tensor = dyn_cast<RankedTensorType>(value.getType());
    return tensor && tensor.hasStaticShape() && tensor.getNumElements() == 0 && !constants.contains(value);
  };
  if (llvm::any_of(op->getOperands(), isEmpty) || llvm::any_of(op->getResults(), isEmpty)) {
    reasons[op] = "it has tensors without elements";
    return;
  }
  using Conversion = bool (Converter::*)(Operation *, std::string &);
  static constexpr Conversion conversions[] = {&Converter::convertDequantizer,
                                               &Converter::convertCodesOut,
                                               &Converter::convertRearrangement,
                                               &Converter::convertSelection,
                                               &Converter::convertGather,
                                               &Converter::convertPad,
                                               &Converter::convertBlocks,
                                               &Converter::convertPositions,
                                               &Converter::convertLinear,
                                               &Converter::convertConv,
                                               &Converter::convertConvTranspose,
                                               &Converter::convertMaxPool,
                                               &Converter::convertAveragePool,
                                               &Converter::convertReduction,
                                               &Converter::convertSum,
                                               &Converter::convertConcat,
                                               &Converter::convertProductQuantization,
                                               &Converter::convertXnorPopcount,
                                               &Converter::convertActivation};
  for (Conversion conversion : conversions)
    if ((this->*conversion)(op, reason))
      return;
  static const llvm::StringSet<> linear = {
      "MatMul",    "Gemm",       "Add",           "Sub",         "Conv",
      "ReduceSum", "ReduceMean", "ConvTranspose", "AveragePool", "GlobalAveragePool"};
  if (linear.contains(op->getName().stripDialect()) && isQuantized(op->getOperand(0)) &&
      (op->getNumOperands() < 2 || isQuantized(op->getOperand(1))))
    inexact.insert(op);
  if (reason.empty())
    reason = !onnx::isPointwise(op) ? "there is no integer operation for it"
             : chainSteps > 0       ? "no quantizer behind it turns it into integers"
                                    : "too many quantizers stand behind long chains of pointwise operations";
  reasons[op] = reason;
}

Value Converter::getFloat(Value value) {
  if (Value known = floats.lookup(value))
    return known;
  if (auto constant = constants.find(value); constant != constants.end())
    return floats[value] = makeFloatConstant(value, constant->second.tensor);
  const IntegerForm *form = getForm(value);
  if (!form || form->pending)
    return value;
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointAfterValue(form->codes);
  DequantizeConstants parameters = getDequantizeConstants(*form);
  Location loc = value.getLoc();
  auto bias = parameters.bias ? makeConstant(loc, "bias", *parameters.bias) : nullptr;
  return floats[value] = qnn::DequantizeOp::create(
             builder, loc, value.getType(), form->codes, form->axis, makeConstant(loc, "scale", parameters.scale),
             makeConstant(loc, "zero_point", parameters.zeroPoint), bias, form->divisor);
}

data::ConstantAttr Converter::makeConstant(Location loc, StringRef suffix, const runtime::Tensor &tensor) {
  StringRef name = onnx::getTensorName(loc);
  return data::ConstantAttr::get(builder.getContext(), (name.empty() ? suffix : name + "." + suffix).str(), tensor);
}

} // namespace qcompile
