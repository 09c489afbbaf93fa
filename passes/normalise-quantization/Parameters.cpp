//===- Parameters.cpp - Constant parameters of quantizers -----------------===//
#include "passes/normalise-quantization/Parameters.h"

#include <cmath>

#include "dialects/onnx/HeldConstant.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/onnx/OnnxOps.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile::normalise {

InFlightDiagnostic nodeError(Operation *op, Code code) {
  return std::move(emitError(op->getLoc(), code) << "node '" << onnx::describe(op) << "': ");
}

void leave(Operation *op, Code code, const Twine &reason) {
  emitWarning(op->getLoc(), code) << "node '" << onnx::describe(op) << "' stays as it is: " << reason.str();
}

data::ConstantAttr requireConstant(Operation *op, Value parameter, StringRef name) {
  data::ConstantAttr value = getConstant(parameter);
  if (!value)
    nodeError(op, Code::S001) << "expected a constant " << name << ", found "
                              << (parameter.getDefiningOp()
                                      ? "a value computed by '" + onnx::describe(parameter.getDefiningOp()) + "'"
                                      : std::string("a model input"));
  return value;
}

LogicalResult checkScale(Operation *op, data::ConstantAttr scale) {
  Tensor tensor = scale.getTensor();
  for (int64_t i = 0; i < tensor.size(); ++i) {
    // As the float32 that the quantizer computes with.
    float value = float(tensor.DoubleAt(i));
    if (!std::isfinite(value) || value <= 0)
      return nodeError(op, Code::S002) << "expected finite and positive scales, found " << std::to_string(value)
                                       << " at index " << i << " of '" << scale.getName() << "'";
  }
  return success();
}

LogicalResult checkZeroPoint(Operation *op, data::ConstantAttr zeroPoint) {
  Tensor tensor = zeroPoint.getTensor();
  for (int64_t i = 0; i < tensor.size(); ++i)
    if (!std::isfinite(tensor.DoubleAt(i)))
      return nodeError(op, Code::S005) << "expected finite zero points, found " << std::to_string(tensor.DoubleAt(i));
  return success();
}

LogicalResult checkBitWidth(Operation *op, data::ConstantAttr bitWidth) {
  Tensor tensor = bitWidth.getTensor();
  for (int64_t i = 0; i < tensor.size(); ++i) {
    double value = tensor.DoubleAt(i);
    if (value != std::floor(value) || value < 1 || value > 32)
      return nodeError(op, Code::S003) << "expected integer bit widths from 1 to 32, found " << std::to_string(value);
  }
  if (tensor.size() == 0)
    return nodeError(op, Code::S003) << "expected integer bit widths from 1 to 32, found none";
  return success();
}

Value makeConstant(OpBuilder &builder, Location loc, StringRef name, const Tensor &tensor) {
  return makeHeldConstant(builder, loc, data::ConstantAttr::get(builder.getContext(), name, tensor))->getResult(0);
}

runtime::Attributes makeAxis(int64_t axis) {
  runtime::Attributes out;
  out.Set("axis", axis);
  return out;
}

} // namespace qcompile::normalise
