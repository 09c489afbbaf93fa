//===- ConstantValue.cpp - Values that constants alone decide -------------===//
#include "compiler/inspect/ConstantValue.h"

#include "compiler/evaluator/Evaluator.h"
#include "compiler/frontend/export/ValueNames.h"
#include "dialects/data/ElementStorage.h"

using namespace mlir;

namespace qcompile::inspect {

/// Numbers that steer an operation are few.
static constexpr int64_t kParameterElements = 1 << 20;

llvm::DenseSet<Value> findConstants(func::FuncOp function) {
  llvm::DenseSet<Value> constants;
  if (!function.getBody().hasOneBlock())
    return constants;
  for (Operation &op : function.front().without_terminator()) {
    bool constant = llvm::all_of(op.getOperands(), [&](Value v) { return constants.contains(v); });
    // The shape of a tensor is known even where its elements are not.
    if (!constant && op.getName().stripDialect() == "Shape")
      if (auto type = dyn_cast<RankedTensorType>(op.getOperand(0).getType()))
        constant = type.hasStaticShape();
    if (constant)
      constants.insert(op.result_begin(), op.result_end());
  }
  return constants;
}

namespace {
/// Evaluates values that few operations lead to; each of them once.
class Evaluation {
public:
  explicit Evaluation(int64_t limit) : limit(limit) {}
  std::optional<runtime::Value> evaluate(Value value, unsigned depth = 0);

private:
  std::optional<runtime::Value> compute(Value value, unsigned depth);

  int64_t limit;
  llvm::DenseMap<Value, std::optional<runtime::Value>> known;
};
} // namespace

std::optional<runtime::Value> Evaluation::evaluate(Value value, unsigned depth) {
  if (auto it = known.find(value); it != known.end())
    return it->second;
  std::optional<runtime::Value> out = compute(value, depth);
  known[value] = out;
  return out;
}

std::optional<runtime::Value> Evaluation::compute(Value value, unsigned depth) {
  Operation *op = value ? value.getDefiningOp() : nullptr;
  if (!op || depth > 8)
    return std::nullopt;
  if (data::ConstantAttr constant = getHeldConstant(op)) {
    if (constant.size() > limit || !data::getDataType(constant.getType().getElementType()))
      return std::nullopt;
    return runtime::Value(constant.getTensor());
  }
  auto type = dyn_cast<RankedTensorType>(value.getType());
  bool isLarge = type && type.hasStaticShape() && type.getNumElements() > limit;
  if (op->getNumOperands() == 0 || isLarge)
    return std::nullopt;
  std::vector<std::optional<runtime::Value>> operands;
  std::vector<const runtime::Value *> pointers;
  for (Value operand : getFormalOperands(op)) {
    operands.push_back(operand ? evaluate(operand, depth + 1) : std::nullopt);
    if (operand && !operands.back())
      return std::nullopt;
  }
  for (const auto &operand : operands)
    pointers.push_back(operand ? &*operand : nullptr);
  llvm::Expected<std::vector<runtime::Value>> results = evaluateOperation(op, pointers);
  if (!results) {
    llvm::consumeError(results.takeError());
    return std::nullopt;
  }
  unsigned index = cast<OpResult>(value).getResultNumber();
  return index < results->size() ? std::optional(std::move((*results)[index])) : std::nullopt;
}

std::optional<runtime::Value> evaluateConstant(Value value, int64_t limit) { return Evaluation(limit).evaluate(value); }

std::optional<double> getConstantNumber(Operation *op, unsigned index) {
  if (index >= op->getNumOperands())
    return std::nullopt;
  std::optional<runtime::Value> value = evaluateConstant(op->getOperand(index), kParameterElements);
  return value && value->tensor.size() == 1 ? std::optional(value->tensor.DoubleAt(0)) : std::nullopt;
}

} // namespace qcompile::inspect
