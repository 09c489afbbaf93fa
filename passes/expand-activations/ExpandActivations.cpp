//===- ExpandActivations.cpp - Activations by their formulas --------------===//
#include "passes/expand-activations/ExpandActivations.h"

#include <cmath>

#include "dialects/data/DataDialect.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/onnx/OnnxOps.h"

using namespace mlir;

namespace qcompile {

#define GEN_PASS_DEF_EXPANDACTIVATIONS
#include "passes/expand-activations/ExpandActivations.h.inc"

namespace {

/// Writes the steps in front of an activation. Their names are those of the activation with the step's behind.
class Steps {
public:
  explicit Steps(Operation *op) : op(op), builder(op) {}

  Value apply(StringRef name, ValueRange operands, ArrayRef<NamedAttribute> attributes = {}) {
    return create(name, operands, attributes, op->getResult(0).getType());
  }

  Value constant(float value) {
    auto attribute = data::ConstantAttr::get(builder.getContext(), "constant",
                                             runtime::Tensor::ScalarFloat(value));
    return create("Constant", {}, builder.getNamedAttr("value", attribute), attribute.getType());
  }

  NamedAttribute number(StringRef name, float value) {
    return builder.getNamedAttr(name, builder.getF32FloatAttr(value));
  }

  /// The last step takes the place of the activation, and its name.
  void finish(Value lhs, Value rhs) {
    OperationState state(op->getLoc(), "onnx.Mul", ValueRange{lhs, rhs},
                         op->getResult(0).getType());
    op->replaceAllUsesWith(builder.create(state));
    op->erase();
  }

private:
  Value create(StringRef name, ValueRange operands, ArrayRef<NamedAttribute> attributes, Type type) {
    std::string node = (onnx::getNodeName(op->getLoc()) + "." + name + Twine(steps)).str();
    std::string tensor = (onnx::getTensorName(op->getLoc()) + "." + name + Twine(steps++)).str();
    Location inner = UnknownLoc::get(builder.getContext());
    Location loc = NameLoc::get(builder.getStringAttr(node),
                                NameLoc::get(builder.getStringAttr(tensor), inner));
    OperationState state(loc, ("onnx." + name).str(), operands, type, attributes);
    return builder.create(state)->getResult(0);
  }

  Operation *op;
  OpBuilder builder;
  int steps = 0;
};

float getFloat(Operation *op, StringRef name, float otherwise) {
  auto attribute = op->getAttrOfType<FloatAttr>(name);
  return attribute ? attribute.getValue().convertToFloat() : otherwise;
}

/// x * HardSigmoid(x) with slope 1/6 and offset 1/2.
void expandHardSwish(Operation *op) {
  Steps steps(op);
  Value x = op->getOperand(0);
  NamedAttribute attributes[] = {steps.number("alpha", 0.16666667163372f),
                                 steps.number("beta", 0.5f)};
  steps.finish(x, steps.apply("HardSigmoid", x, attributes));
}

/// x * Sigmoid(alpha * x).
void expandSwish(Operation *op) {
  Steps steps(op);
  Value x = op->getOperand(0);
  Value scaled = steps.apply("Mul", {steps.constant(getFloat(op, "alpha", 1)), x});
  steps.finish(x, steps.apply("Sigmoid", scaled));
}

/// x * Tanh(Softplus(x)).
void expandMish(Operation *op) {
  Steps steps(op);
  Value x = op->getOperand(0);
  steps.finish(x, steps.apply("Tanh", steps.apply("Softplus", x)));
}

/// (0.5 * x) * (1 + Erf(x / Sqrt(2))), or with Tanh(Sqrt(2 / pi) * (x + 0.044715 * x^3)) for the error function.
void expandGelu(Operation *op) {
  Steps steps(op);
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
  steps.finish(half, steps.apply("Add", {steps.constant(1), factor}));
}

struct ExpandActivationsPass : impl::ExpandActivationsBase<ExpandActivationsPass> {
  void runOnOperation() override {
    getOperation().walk([](Operation *op) {
      auto type = op->getNumResults() == 1 ? dyn_cast<RankedTensorType>(op->getResult(0).getType())
                                           : RankedTensorType();
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
