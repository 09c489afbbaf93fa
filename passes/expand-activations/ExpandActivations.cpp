//===- ExpandActivations.cpp - Activations by their formulas --------------===//
#include "passes/expand-activations/ExpandActivations.h"

#include <cmath>

#include "dialects/onnx/OnnxOps.h"
#include "passes/rewriting/OnnxSteps.h"

using namespace mlir;

namespace qcompile {

#define GEN_PASS_DEF_EXPANDACTIVATIONS
#include "passes/expand-activations/ExpandActivations.h.inc"

namespace {

float getFloat(Operation *op, StringRef name, float otherwise) {
  auto attribute = op->getAttrOfType<FloatAttr>(name);
  return attribute ? attribute.getValue().convertToFloat() : otherwise;
}

/// x * HardSigmoid(x) with slope 1/6 and offset 1/2.
void expandHardSwish(Operation *op) {
  OnnxSteps steps(op);
  Value x = op->getOperand(0);
  NamedAttribute attributes[] = {steps.attribute("alpha", 0.16666667163372f), steps.attribute("beta", 0.5f)};
  steps.finish("Mul", {x, steps.apply("HardSigmoid", x, attributes)});
}

/// x * Sigmoid(alpha * x).
void expandSwish(Operation *op) {
  OnnxSteps steps(op);
  Value x = op->getOperand(0);
  Value scaled = steps.apply("Mul", {steps.constant(getFloat(op, "alpha", 1)), x});
  steps.finish("Mul", {x, steps.apply("Sigmoid", scaled)});
}

/// x * Tanh(Softplus(x)).
void expandMish(Operation *op) {
  OnnxSteps steps(op);
  Value x = op->getOperand(0);
  steps.finish("Mul", {x, steps.apply("Tanh", steps.apply("Softplus", x))});
}

/// (0.5 * x) * (1 + Erf(x / Sqrt(2))), or with Tanh(Sqrt(2 / pi) * (x + 0.044715 * x^3)) for the error function.
void expandGelu(Operation *op) {
  OnnxSteps steps(op);
  Value x = op->getOperand(0);
  Value half = steps.apply("Mul", {steps.constant(0.5f), x}), factor;
  auto approximate = op->getAttrOfType<StringAttr>("approximate");
  if (approximate && approximate.getValue() == "tanh") {
    Value cube = steps.apply("Pow", {x, steps.constant(3)});
    Value cubic = steps.apply("Mul", {steps.constant(0.044715f), cube});
    Value sum = steps.apply("Add", {x, cubic});
    Value scaled = steps.apply("Mul", {steps.constant(std::sqrt(0.63661977236f)), sum});
    factor = steps.apply("Tanh", scaled);
  } else {
    factor = steps.apply("Erf", steps.apply("Div", {x, steps.constant(std::sqrt(2.0f))}));
  }
  steps.finish("Mul", {half, steps.apply("Add", {steps.constant(1), factor})});
}

struct ExpandActivationsPass : impl::ExpandActivationsBase<ExpandActivationsPass> {
  void runOnOperation() override {
    getOperation().walk([](Operation *op) {
      auto type =
          op->getNumResults() == 1 ? dyn_cast<RankedTensorType>(op->getResult(0).getType()) : RankedTensorType();
      if (!type || !type.getElementType().isF32())
        return;
      if (isa<onnx::HardSwishOp>(op))
        expandHardSwish(op);
      else if (isa<onnx::SwishOp>(op))
        expandSwish(op);
      else if (isa<onnx::MishOp>(op))
        expandMish(op);
      else if (isa<onnx::GeluOp>(op))
        expandGelu(op);
    });
  }
};

} // namespace
} // namespace qcompile
