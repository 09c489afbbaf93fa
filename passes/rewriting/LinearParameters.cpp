//===- LinearParameters.cpp - What QuantizeLinear and DequantizeLinear scale by -===//
#include "passes/rewriting/LinearParameters.h"

#include "dialects/onnx/OnnxOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "passes/rewriting/Quantizer.h"
#include "runtime/reference/quantizer_parameters.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile {

static Value getFloats(Operation *op) { return isa<onnx::QuantizeLinearOp>(op) ? op->getOperand(0) : op->getResult(0); }

static int64_t getInt(Operation *op, StringRef name, int64_t otherwise) {
  auto attribute = op->getAttrOfType<IntegerAttr>(name);
  return attribute ? attribute.getInt() : otherwise;
}

bool computesInFloat32(Operation *op) {
  constexpr int64_t kNone = 0, kFloat = 1; // of ONNX' element types
  int64_t precision = getInt(op, "precision", kNone);
  return getElementTypeOrSelf(op->getOperand(1)).isF32() && getElementTypeOrSelf(getFloats(op)).isF32() &&
         (precision == kNone || precision == kFloat);
}

static data::ConstantAttr getParameter(Operation *op, unsigned index) {
  return op->getNumOperands() > index ? getConstant(op->getOperand(index)) : nullptr;
}

static bool areEqual(data::ConstantAttr a, data::ConstantAttr b) {
  return a.getType().getElementType() == b.getType().getElementType() && a.getBytes() == b.getBytes() &&
         (a.size() == 1 || a.getType() == b.getType());
}

static bool haveSameZeroPoint(Operation *a, Operation *b) {
  auto isZero = [](Operation *op) {
    data::ConstantAttr zero = getParameter(op, 2);
    return op->getNumOperands() <= 2 || (zero && llvm::all_of(zero.getBytes(), [](uint8_t byte) { return byte == 0; }));
  };
  data::ConstantAttr first = getParameter(a, 2), second = getParameter(b, 2);
  return (isZero(a) && isZero(b)) || (first && second && areEqual(first, second));
}

bool haveSameParameters(Operation *a, Operation *b) {
  data::ConstantAttr first = getParameter(a, 1), second = getParameter(b, 1);
  if (!first || !second || !areEqual(first, second) || !haveSameZeroPoint(a, b))
    return false;
  auto getAxis = [](Operation *op) {
    int64_t axis = getInt(op, "axis", 1);
    return axis < 0 ? axis + cast<RankedTensorType>(getFloats(op).getType()).getRank() : axis;
  };
  return first.size() == 1 || (getAxis(a) == getAxis(b) && getInt(a, "block_size", 0) == getInt(b, "block_size", 0));
}

runtime::Attributes getAxisAttributes(Operation *op) {
  runtime::Attributes out;
  for (StringRef name : {"axis", "block_size"})
    if (auto attribute = op->getAttrOfType<IntegerAttr>(name))
      out.Set(name.str(), attribute.getValue().getSExtValue());
  return out;
}

std::optional<Tensor> spreadParameter(Operation *op, const Tensor &parameter, std::string &reason) {
  if (parameter.size() == 1)
    return parameter.Reshaped({});
  ArrayRef<int64_t> shape = cast<RankedTensorType>(op->getResult(0).getType()).getShape();
  absl::StatusOr<Tensor> spread = runtime::ArrangeParameter(getAxisAttributes(op), parameter,
                                                            {shape.begin(), shape.end()}, "scales and zero points");
  if (spread.ok())
    return *std::move(spread);
  reason = std::string(spread.status().message());
  return std::nullopt;
}

int64_t findAxis(std::initializer_list<const Tensor *> parameters, int64_t rank) {
  int64_t axis = kNoAxis;
  for (const Tensor *parameter : parameters)
    for (int64_t d = 0; d < parameter->rank(); ++d)
      if (int64_t at = d + rank - parameter->rank(); parameter->shape()[d] != 1 && at != axis)
        axis = axis == kNoAxis ? at : kSeveralAxes;
  return axis;
}

} // namespace qcompile
