//===- Monotonicity.cpp - Certificates of pointwise operations ------------===//
#include "dialects/onnx/Monotonicity.h"

#include "llvm/ADT/StringSet.h"
#include "mlir/IR/BuiltinAttributes.h"

using namespace mlir;

namespace qcompile::onnx {

bool isMonotone(Operation *op) {
  // Division is monotone in the dividend; dividing by a variable is not. Sigmoid is computed as
  // 1 / (1 + exp(-x)), each step monotone.
  static const llvm::StringSet<> always = {
      "Add",     "Sub",  "Mul",   "Neg",   "Relu",    "Clip",        "Min",
      "Max",     "Sqrt", "Exp",   "Tanh",  "Sigmoid", "HardSigmoid", "Erf",
      "Floor",   "Ceil", "Round", "Sign",  "Identity", "BatchNormalization",
      "Dropout", "Quant", "BipolarQuant"};
  StringRef name = op->getName().stripDialect();
  if (name == "LeakyRelu") {
    auto alpha = op->getAttrOfType<FloatAttr>("alpha");
    return !alpha || !alpha.getValue().isNegative();
  }
  if (name == "Div") {
    Operation *divisor = op->getOperand(1).getDefiningOp();
    return divisor && divisor->getName().getStringRef() == "onnx.Constant";
  }
  return always.contains(name);
}

bool isPointwise(Operation *op) {
  static const llvm::StringSet<> others = {"Div", "LeakyRelu", "Pow", "Abs", "Reciprocal"};
  return op->getNumResults() == 1 && op->getName().getDialectNamespace() == "onnx" &&
         (isMonotone(op) || others.contains(op->getName().stripDialect()));
}

} // namespace qcompile::onnx
