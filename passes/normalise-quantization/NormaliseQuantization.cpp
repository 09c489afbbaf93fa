//===- NormaliseQuantization.cpp - One way of writing quantization --------===//
#include "passes/normalise-quantization/NormaliseQuantization.h"

#include <cmath>

#include "dialects/data/DataDialect.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/onnx/OnnxOps.h"
#include "dialects/qnn/QnnDialect.h"

using namespace mlir;

namespace qcompile {

#define GEN_PASS_DEF_NORMALISEQUANTIZATION
#include "passes/normalise-quantization/NormaliseQuantization.h.inc"

namespace {

InFlightDiagnostic nodeError(Operation *op, Code code) {
  return std::move(emitError(op->getLoc(), code) << "node '" << onnx::describe(op) << "': ");
}

/// The constant parameter, or null after an error.
data::ConstantAttr requireConstant(Operation *op, Value parameter, StringRef name) {
  auto constant = parameter.getDefiningOp<onnx::ConstantOp>();
  auto value = constant ? dyn_cast_or_null<data::ConstantAttr>(constant.getValueAttr()) : nullptr;
  if (!value)
    nodeError(op, Code::S001) << "expected a constant " << name << ", found "
                              << (parameter.getDefiningOp()
                                      ? "a value computed by '" +
                                            onnx::describe(parameter.getDefiningOp()) + "'"
                                      : std::string("a model input"));
  return value;
}

LogicalResult checkScale(Operation *op, data::ConstantAttr scale) {
  runtime::Tensor tensor = scale.getTensor();
  for (int64_t i = 0; i < tensor.size(); ++i) {
    // As the float32 that the quantizer computes with.
    float value = float(tensor.DoubleAt(i));
    if (!std::isfinite(value) || value <= 0)
      return nodeError(op, Code::S002)
             << "expected finite and positive scales, found " << std::to_string(value)
             << " at index " << i << " of '" << scale.getName() << "'";
  }
  return success();
}

LogicalResult checkZeroPoint(Operation *op, data::ConstantAttr zeroPoint) {
  runtime::Tensor tensor = zeroPoint.getTensor();
  for (int64_t i = 0; i < tensor.size(); ++i)
    if (!std::isfinite(tensor.DoubleAt(i)))
      return nodeError(op, Code::S005) << "expected finite zero points, found "
                                       << std::to_string(tensor.DoubleAt(i));
  return success();
}

LogicalResult checkBitWidth(Operation *op, data::ConstantAttr bitWidth) {
  runtime::Tensor tensor = bitWidth.getTensor();
  for (int64_t i = 0; i < tensor.size(); ++i) {
    double value = tensor.DoubleAt(i);
    if (value != std::floor(value) || value < 1 || value > 32 || value != tensor.DoubleAt(0))
      return nodeError(op, Code::S003)
             << "expected one integer bit width from 1 to 32, found " << std::to_string(value);
  }
  if (tensor.size() == 0)
    return nodeError(op, Code::S003) << "expected one integer bit width from 1 to 32, found none";
  return success();
}

struct NormaliseQuantizationPass : impl::NormaliseQuantizationBase<NormaliseQuantizationPass> {
  void runOnOperation() override {
    bool ok = true;
    // Quantizers may be created while walking; collect first.
    SmallVector<Operation *> quantizers;
    getOperation().walk([&](Operation *op) {
      if (isa<onnx::QuantOp, onnx::IntQuantOp, onnx::BipolarQuantOp>(op))
        quantizers.push_back(op);
    });
    for (Operation *op : quantizers) {
      if (auto bipolar = dyn_cast<onnx::BipolarQuantOp>(op))
        ok &= succeeded(normalise(bipolar));
      else
        ok &= succeeded(normaliseQuant(op));
    }
    if (!ok)
      signalPassFailure();
  }

private:
  /// The parameter as a float32 constant.
  Value toFloat(OpBuilder &builder, Value parameter, data::ConstantAttr constant) {
    if (constant.getType().getElementType().isF32())
      return parameter;
    runtime::Tensor tensor = constant.getTensor();
    std::vector<float> values(tensor.size());
    for (int64_t i = 0; i < tensor.size(); ++i)
      values[i] = float(tensor.DoubleAt(i));
    auto converted = data::ConstantAttr::get(
        builder.getContext(), constant.getName(),
        runtime::Tensor::FromFloats(tensor.shape(), values));
    OperationState state(parameter.getLoc(), onnx::ConstantOp::getOperationName());
    state.addAttribute("value", converted);
    state.addTypes(converted.getType());
    return builder.create(state)->getResult(0);
  }

  LogicalResult normalise(onnx::BipolarQuantOp op) {
    data::ConstantAttr scale = requireConstant(op, op.getScale(), "scale");
    if (!scale || failed(checkScale(op, scale)))
      return failure();
    OpBuilder builder(op);
    op.getScaleMutable().assign(toFloat(builder, op.getScale(), scale));
    return success();
  }

  LogicalResult normaliseQuant(Operation *op) {
    Value scaleValue = op->getOperand(1), zeroValue = op->getOperand(2), bits = op->getOperand(3);
    data::ConstantAttr scale = requireConstant(op, scaleValue, "scale");
    data::ConstantAttr zeroPoint = requireConstant(op, zeroValue, "zero point");
    data::ConstantAttr bitWidth = requireConstant(op, bits, "bit width");
    if (!scale || !zeroPoint || !bitWidth)
      return failure();
    auto quant = [&](StringRef name, auto otherwise) {
      Attribute attribute = op->getAttr(name);
      return attribute ? attribute : Attribute(otherwise);
    };
    Builder attributes(op->getContext());
    auto rounding =
        cast<StringAttr>(quant("rounding_mode", attributes.getStringAttr("ROUND")));
    // All of them are checked, so that all problems are reported at once.
    bool ok = succeeded(checkScale(op, scale));
    ok = succeeded(checkZeroPoint(op, zeroPoint)) && ok;
    ok = succeeded(checkBitWidth(op, bitWidth)) && ok;
    if (!qnn::isRoundingMode(rounding.getValue())) {
      nodeError(op, Code::S004)
          << "expected rounding mode ROUND, CEIL, FLOOR, UP, DOWN, HALF_UP or HALF_DOWN, found "
          << rounding.getValue();
      ok = false;
    }
    if (!ok)
      return failure();
    OpBuilder builder(op);
    OperationState state(op->getLoc(), onnx::QuantOp::getOperationName());
    state.addOperands({op->getOperand(0), toFloat(builder, scaleValue, scale),
                       toFloat(builder, zeroValue, zeroPoint), toFloat(builder, bits, bitWidth)});
    state.addTypes(op->getResultTypes());
    state.addAttribute("signed_", quant("signed_", attributes.getI64IntegerAttr(1)));
    state.addAttribute("narrow", quant("narrow", attributes.getI64IntegerAttr(0)));
    state.addAttribute("rounding_mode", rounding);
    op->replaceAllUsesWith(builder.create(state));
    op->erase();
    return success();
  }
};

} // namespace
} // namespace qcompile
