//===- Monotonicity.cpp - Certificates of pointwise operations ------------===//
#include "dialects/onnx/Monotonicity.h"

#include <cmath>

#include "dialects/data/DataDialect.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace qcompile::onnx {

/// Whether `value` is the constant 1, 3, 5, ...
static bool isOddConstant(Value value) {
  Operation *op = value.getDefiningOp();
  auto constant = op ? op->getAttrOfType<data::ConstantAttr>("value") : nullptr;
  if (!constant || constant.size() != 1)
    return false;
  double exponent = constant.getTensor().DoubleAt(0);
  return exponent > 0 && std::fmod(exponent, 2) == 1;
}

/// Whether `value` is a constant without a negative element.
static bool isNotNegative(Value value) {
  Operation *op = value.getDefiningOp();
  auto constant = op ? op->getAttrOfType<data::ConstantAttr>("value") : nullptr;
  if (!constant)
    return false;
  runtime::Tensor tensor = constant.getTensor();
  return llvm::all_of(llvm::seq(tensor.size()), [&](int64_t i) { return tensor.DoubleAt(i) >= 0; });
}

bool isMonotone(Operation *op) {
  // Division is monotone in the dividend; dividing by a variable is not. Sigmoid is computed as
  // 1 / (1 + exp(-x)), each step monotone.
  static const llvm::StringSet<> always = {"Add",         "Sub",      "Mul",           "Neg",
                                           "Relu",        "Clip",     "Min",           "Max",
                                           "Sqrt",        "Exp",      "Tanh",          "Sigmoid",
                                           "HardSigmoid", "Erf",      "Floor",         "Ceil",
                                           "Round",       "Sign",     "Identity",      "BatchNormalization",
                                           "Dropout",     "Quant",    "LinearQuant",   "BipolarQuant",
                                           "Trunc",       "Trunc_v1", "Selu",          "Elu",
                                           "Celu",        "Softplus", "MultiThreshold"};
  StringRef name = op->getName().stripDialect();
  // Branches that meet at 0: monotone where the negative one does not fall.
  if (name == "Selu" || name == "Elu" || name == "Celu")
    for (StringRef factor : {"alpha", "gamma"})
      if (auto value = op->getAttrOfType<FloatAttr>(factor); value && value.getValue().isNegative())
        return false;
  if (name == "LeakyRelu") {
    auto alpha = op->getAttrOfType<FloatAttr>("alpha");
    return !alpha || !alpha.getValue().isNegative();
  }
  if (name == "PRelu")
    return isNotNegative(op->getOperand(1));
  if (name == "Pow") // odd powers
    return isOddConstant(op->getOperand(1));
  if (name == "Div") {
    Operation *divisor = op->getOperand(1).getDefiningOp();
    return divisor && divisor->getName().getStringRef() == "onnx.Constant";
  }
  return always.contains(name);
}

bool isQuantizer(Operation *op) {
  static const llvm::StringSet<> quantizers = {"Quant", "IntQuant", "LinearQuant",   "BipolarQuant",
                                               "Trunc", "Trunc_v1", "MultiThreshold"};
  return op->getName().getDialectNamespace() == "onnx" && quantizers.contains(op->getName().stripDialect());
}

bool isPointwise(Operation *op) {
  static const llvm::StringSet<> others = {"Div",    "LeakyRelu", "Pow",   "Abs",  "Reciprocal", "PRelu",
                                           "Gelu",   "HardSwish", "Swish", "Mish", "Log",        "ThresholdedRelu",
                                           "Shrink", "Softsign",  "Where", "Sin",  "Cos"};
  return op->getNumResults() == 1 && op->getName().getDialectNamespace() == "onnx" &&
         (isMonotone(op) || others.contains(op->getName().stripDialect()));
}

} // namespace qcompile::onnx
