//===- FoldConstants.cpp - Compute what depends on constants --------------===//
#include "passes/fold-constants/FoldConstants.h"

#include "compiler/evaluator/Evaluator.h"
#include "compiler/nodes/ShapeInference.h"
#include "dialects/data/DataDialect.h"
#include "dialects/data/StaticShape.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/HeldConstant.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/onnx/OnnxDialect.h"
#include "passes/rewriting/Quantizer.h"
#include "passes/rewriting/Structures.h"
#include "runtime/reference/registry.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace qcompile {

#define GEN_PASS_DEF_FOLDCONSTANTS
#include "passes/fold-constants/FoldConstants.h.inc"

namespace {

bool isQuantizer(Operation *op) {
  static const llvm::StringSet<> quantizers = {"Quant",    "IntQuant",   "BipolarQuant",   "LinearQuant",     "Trunc",
                                               "Trunc_v1", "FloatQuant", "QuantizeLinear", "DequantizeLinear"};
  return quantizers.contains(op->getName().stripDialect());
}

/// A constant with another way of writing its value (value_float, value_ints, …) as a tensor.
std::optional<runtime::Tensor> readConstantAttribute(Operation *op) {
  if (auto f = op->getAttrOfType<FloatAttr>("value_float"))
    return runtime::Tensor::ScalarFloat(float(f.getValueAsDouble()));
  if (auto f = op->getAttrOfType<DenseF32ArrayAttr>("value_floats"))
    return runtime::Tensor::FromFloats({f.size()}, {f.asArrayRef().data(), size_t(f.size())});
  auto integers = [](runtime::Shape shape, ArrayRef<int64_t> values) {
    return *runtime::Tensor::FromIntegers(runtime::DataType::Int64(), shape, {values.data(), values.size()});
  };
  if (auto i = op->getAttrOfType<IntegerAttr>("value_int"))
    return integers({}, {i.getInt()});
  if (auto i = op->getAttrOfType<DenseI64ArrayAttr>("value_ints"))
    return integers({i.size()}, i.asArrayRef());
  return std::nullopt;
}

struct FoldConstantsPass : impl::FoldConstantsBase<FoldConstantsPass> {
  void runOnOperation() override {
    if (getOperation().isExternal())
      return;
    for (Operation &op : llvm::make_early_inc_range(getOperation().front()))
      if (isa<onnx::OnnxDialect>(op.getDialect()) && failed(visit(&op)))
        return signalPassFailure();
    Operation *terminator = getOperation().front().getTerminator();
    getOperation().setFunctionType(
        FunctionType::get(&getContext(), getOperation().getArgumentTypes(), terminator->getOperandTypes()));
    // Constants that only folded operations used.
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(getOperation().front())))
      if (isOpTriviallyDead(&op))
        op.erase();
  }

private:
  LogicalResult visit(Operation *op) {
    if (op->getNumResults() == 0)
      return success();
    FailureOr<bool> folded = fold(op);
    if (failed(folded))
      return failure();
    return *folded ? success() : refineTypes(op);
  }

  /// Operands that have been folded may tell the shapes that were open.
  LogicalResult refineTypes(Operation *op) {
    if (data::hasStaticResults(op))
      return success();
    std::string problem;
    FailureOr<SmallVector<Type>> types = nodes::inferResultTypes(op, problem);
    if (failed(types))
      return emitError(op->getLoc(), Code::I006) << "node '" << onnx::describe(op) << "': " << problem;
    for (auto [result, type] : llvm::zip(op->getResults(), *types))
      result.setType(type);
    return success();
  }

  /// Whether the operation has been replaced.
  FailureOr<bool> fold(Operation *op) {
    if (isQuantizer(op))
      return false;
    if (op->getName().getStringRef() == "onnx.Constant") {
      std::optional<runtime::Tensor> tensor = readConstantAttribute(op);
      if (tensor)
        replace(op, {*tensor}, nullptr, onnx::getTensorName(op->getLoc()));
      return tensor.has_value();
    }
    if (op->getName().getStringRef() == "onnx.Shape")
      return foldShape(op);
    std::vector<runtime::Value> operands;
    for (Value operand : op->getOperands()) {
      data::ConstantAttr constant = getConstant(operand);
      if (!constant)
        return false;
      operands.push_back(constant.getTensor());
    }
    StringRef name = op->getName().getStringRef();
    if (!runtime::FindReference(absl::string_view(name.data(), name.size())))
      return false;
    return evaluate(op, operands);
  }

  /// Only the shape of the operand matters, so any elements do: none are allocated.
  FailureOr<bool> foldShape(Operation *op) {
    auto type = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
    if (!type || !type.hasStaticShape())
      return false;
    auto borrowed = runtime::Tensor::Borrow(runtime::DataType::Float32(), {0}, {}, nullptr);
    runtime::Value operand(borrowed->Reshaped({type.getShape().begin(), type.getShape().end()}));
    return evaluate(op, {operand});
  }

  static LogicalResult report(Operation *op, llvm::Error error) {
    return emitError(op->getLoc(), getCode(error, Code::P001))
           << "node '" << onnx::describe(op) << "': " << llvm::toString(std::move(error));
  }

  FailureOr<bool> evaluate(Operation *op, ArrayRef<runtime::Value> values) {
    SmallVector<const runtime::Value *> operands;
    auto next = values.begin();
    for (Value operand : getFormalOperands(op))
      operands.push_back(operand ? next++ : nullptr);
    llvm::Expected<std::vector<runtime::Value>> results = evaluateOperation(op, operands);
    if (!results)
      return report(op, results.takeError());
    std::vector<runtime::Tensor> tensors;
    for (const runtime::Value &value : *results)
      tensors.push_back(value.tensor);
    DenseI64ArrayAttr codes = getCodes(op, values);
    // Limited integers are still what they were.
    StringRef name = codes ? getConstant(op->getOperand(0)).getName() : onnx::getTensorName(op->getLoc());
    SmallVector<Operation *> constants = replace(op, tensors, followRecorded(op, tensors), name);
    if (codes)
      constants.front()->setAttr(kCodesAttr, codes);
    return true;
  }

  /// What Clip says of integers: they have fewer bits than their type. Else it would be forgotten.
  static DenseI64ArrayAttr getCodes(Operation *op, ArrayRef<runtime::Value> operands) {
    if (op->getName().getStringRef() != "onnx.Clip" || operands.size() != 3 || !operands[0].tensor.type().IsInteger())
      return nullptr;
    return Builder(op->getContext())
        .getDenseI64ArrayAttr({operands[1].tensor.IntegerAt(0), operands[2].tensor.IntegerAt(0)});
  }

  /// The structure of weights that the operation only moves.
  encoding::EncodingAttr followRecorded(Operation *op, ArrayRef<runtime::Tensor> results) {
    Operation *source = op->getNumOperands() ? op->getOperand(0).getDefiningOp() : nullptr;
    encoding::EncodingAttr structure = source ? encoding::getStructure(source) : nullptr;
    if (!structure || results.size() != 1)
      return nullptr;
    structure = followStructure(structure, op);
    return structure && encoding::checkShape(structure, results[0].shape()).ok() ? structure : nullptr;
  }

  SmallVector<Operation *> replace(Operation *op, ArrayRef<runtime::Tensor> results, encoding::EncodingAttr structure,
                                   StringRef name) {
    OpBuilder builder(op);
    SmallVector<Operation *> constants;
    for (auto [result, tensor] : llvm::zip(op->getResults(), results)) {
      auto constant = data::ConstantAttr::get(op->getContext(), name.empty() ? StringRef("folded") : name, tensor);
      constants.push_back(makeHeldConstant(builder, op->getLoc(), constant));
      if (structure)
        constants.back()->setAttr(encoding::kStructureAttr, structure);
      result.replaceAllUsesWith(constants.back()->getResult(0));
    }
    op->erase();
    return constants;
  }
};

} // namespace
} // namespace qcompile
