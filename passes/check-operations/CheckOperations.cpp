//===- CheckOperations.cpp - Operations that cannot be computed -----------===//
#include "passes/check-operations/CheckOperations.h"

#include "compiler/evaluator/Evaluator.h"
#include "dialects/data/DataDialect.h"
#include "dialects/data/ElementStorage.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/Monotonicity.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/onnx/OnnxDialect.h"
#include "passes/rewriting/Quantizer.h"
#include "runtime/reference/registry.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;

namespace qcompile {

#define GEN_PASS_DEF_CHECKOPERATIONS
#include "passes/check-operations/CheckOperations.h.inc"

namespace {

/// Elements that are evaluated in all: a tenth of a second.
constexpr double kBudget = 1 << 22;

/// Operations whose steps are the product of their operands' sizes at most, and which have no check of their own.
bool isProduct(StringRef name) {
  static const llvm::StringSet<> products = {"ConvInteger",
                                             "DFT",
                                             "DeformConv",
                                             "Det",
                                             "Einsum",
                                             "GRU",
                                             "GridSample",
                                             "Im2Col",
                                             "LRN",
                                             "LSTM",
                                             "MatMulInteger",
                                             "MatMulNBits",
                                             "MultiThreshold",
                                             "NonMaxSuppression",
                                             "PqMatMul",
                                             "QGemm",
                                             "QLinearConv",
                                             "QLinearMatMul",
                                             "RNN",
                                             "Resize",
                                             "RoiAlign",
                                             "STFT",
                                             "XnorPopcountMatMul"};
  return products.contains(name);
}

/// Values of this type may be indices or sizes.
bool mayDecide(runtime::DataType type) {
  return type.kind == runtime::TypeKind::kBool || (type.IsInteger() && type.bits >= 32);
}

/// Whether the operation has as many results as the numbers of this operand say, whatever their type.
bool decidesSize(StringRef name, unsigned index) {
  if (name == "Resize") // region and scales
    return index == 1 || index == 2;
  if (name == "OneHot") // the depth
    return index == 1;
  return llvm::StringSwitch<bool>(name).Cases({"NonMaxSuppression", "NonZero", "Range", "Unique"}, true).Default(false);
}

/// Conditions are false: a true one may ask for training.
runtime::Tensor makeOnes(runtime::DataType type, const runtime::Shape &shape) {
  size_t size = size_t(runtime::NumElements(shape));
  if (type.IsFloat())
    return runtime::Tensor::FromReals(type, shape, std::vector<double>(size, 1));
  const int64_t one = type.kind == runtime::TypeKind::kBool ? 0 : std::min<int64_t>(1, type.MaxValue());
  return *runtime::Tensor::FromIntegers(type, shape, std::vector<int64_t>(size, one));
}

/// A tensor of which only type and shape are ever looked at.
runtime::Tensor makeShape(runtime::DataType type, const runtime::Shape &shape) {
  return runtime::Tensor::Borrow(type, {0}, {}, nullptr)->Reshaped(shape);
}

/// One operation with its operands, as far as they are known.
struct Question {
  struct Operand {
    runtime::DataType type;
    runtime::Shape shape;
    data::ConstantAttr constant;
  };
  std::vector<std::optional<Operand>> operands; ///< none for absent ones
  bool decidedByData = false;
  double cost = 0;

  /// What is passed to the operation: `fill` makes the operands that are not constant.
  std::vector<runtime::Value> fill(runtime::Tensor (*make)(runtime::DataType, const runtime::Shape &)) const {
    std::vector<runtime::Value> values(operands.size());
    for (auto [value, operand] : llvm::zip(values, operands))
      if (operand)
        value = operand->constant ? operand->constant.getTensor() : make(operand->type, operand->shape);
    return values;
  }
  SmallVector<const runtime::Value *> point(ArrayRef<runtime::Value> values) const {
    SmallVector<const runtime::Value *> out;
    for (auto [value, operand] : llvm::zip(values, operands))
      out.push_back(operand ? &value : nullptr);
    return out;
  }
};

/// What to ask about an operation; none where a type is open, or where it depends on constants alone and is computed
/// anyway.
std::optional<Question> ask(Operation *op) {
  Question out;
  double sum = 0, product = 1;
  bool variable = false;
  for (auto [index, operand] : llvm::enumerate(getFormalOperands(op))) {
    auto type = operand ? dyn_cast<RankedTensorType>(operand.getType()) : nullptr;
    std::optional<runtime::DataType> element = type ? data::getDataType(type.getElementType()) : std::nullopt;
    if (operand && (!element || !type.hasStaticShape()))
      return std::nullopt;
    if (!operand) {
      out.operands.emplace_back();
      continue;
    }
    data::ConstantAttr constant = getConstant(operand);
    variable |= !constant;
    out.decidedByData |= !constant && (mayDecide(*element) || decidesSize(op->getName().stripDialect(), index));
    out.operands.push_back(Question::Operand{*element, {type.getShape().begin(), type.getShape().end()}, constant});
    sum += double(type.getNumElements());
    product *= double(std::max<int64_t>(type.getNumElements(), 1));
  }
  for (Type result : op->getResultTypes())
    if (auto type = dyn_cast<RankedTensorType>(result); type && type.hasStaticShape())
      sum += double(type.getNumElements());
  out.cost = isProduct(op->getName().stripDialect()) ? sum + product : sum;
  return variable ? std::optional(std::move(out)) : std::nullopt;
}

struct CheckOperationsPass : impl::CheckOperationsBase<CheckOperationsPass> {
  void runOnOperation() override {
    if (getOperation().isExternal())
      return;
    double budget = kBudget;
    for (Operation &op : getOperation().front().without_terminator())
      if (isa<onnx::OnnxDialect>(op.getDialect()) && !onnx::isQuantizer(&op) && failed(check(&op, budget)))
        signalPassFailure();
  }

private:
  LogicalResult check(Operation *op, double &budget) {
    std::optional<Question> question = ask(op);
    StringRef name = op->getName().getStringRef();
    if (!question || !runtime::FindReference(absl::string_view(name.data(), name.size())))
      return success();
    if (runtime::CheckFunction function = runtime::FindCheck(absl::string_view(name.data(), name.size()))) {
      std::vector<runtime::Value> values = question->fill(makeShape);
      SmallVector<const runtime::Value *> operands = question->point(values);
      absl::Status status = function(convertOperation(op).attributes, {operands.data(), operands.size()});
      return status.ok() ? success() : report(op, toError(status));
    }
    if (question->cost > budget)
      return success();
    budget -= question->cost;
    std::vector<runtime::Value> values = question->fill(makeOnes);
    llvm::Expected<std::vector<runtime::Value>> results = evaluateOperation(op, question->point(values));
    if (!question->decidedByData)
      return results ? checkShapes(op, *results) : report(op, results.takeError());
    // Ones may be wrong indices, but what is unsupported is so for any data.
    llvm::Error error = results.takeError();
    if (error.isA<UnsupportedError>())
      return report(op, std::move(error));
    llvm::consumeError(std::move(error));
    return success();
  }

  static LogicalResult report(Operation *op, llvm::Error error) {
    return emitError(op->getLoc(), getCode(error, Code::R001))
           << "node '" << onnx::describe(op) << "': " << llvm::toString(std::move(error));
  }

  static LogicalResult checkShapes(Operation *op, ArrayRef<runtime::Value> values) {
    for (auto [result, value] : llvm::zip(op->getResults(), values)) {
      auto type = dyn_cast<RankedTensorType>(result.getType());
      if (type && type.hasStaticShape() && type.getShape() != ArrayRef(value.tensor.shape()))
        return emitError(op->getLoc(), Code::I006)
               << "node '" << onnx::describe(op) << "': expected a result of shape "
               << runtime::ShapeToString({type.getShape().data(), type.getShape().size()})
               << " as the model says, found " << runtime::ShapeToString(value.tensor.shape());
    }
    return success();
  }
};

} // namespace
} // namespace qcompile
