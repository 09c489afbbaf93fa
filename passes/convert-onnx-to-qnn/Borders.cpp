//===- Borders.cpp - Codes that enter or leave the model as they are ------===//
//
// DequantizeLinear of integers that the model is given, QuantizeLinear of what it gives back, and quantizers of what
// lies on their grid already: no number is computed there.
//
//===----------------------------------------------------------------------===//
#include <cmath>

#include "dialects/data/ElementStorage.h"
#include "dialects/onnx/OnnxOps.h"
#include "passes/convert-onnx-to-qnn/Converter.h"
#include "passes/rewriting/LinearParameters.h"
#include "runtime/reference/quantizer_parameters.h"

using namespace mlir;
using qcompile::runtime::DataType;
using qcompile::runtime::Tensor;

namespace qcompile {

/// Scale and zero point of a QuantizeLinear or DequantizeLinear as those of codes of type `type`, in its rank.
static std::optional<runtime::QuantizedView> readParameters(Operation *op, const ConstantValues &constants,
                                                            RankedTensorType type) {
  std::optional<DataType> codes = data::getDataType(type.getElementType());
  auto scale = constants.find(op->getOperand(1));
  if (!codes || !codes->IsInteger() || codes->bits > 32 || scale == constants.end() ||
      scale->second.tensor.type() != DataType::Float32())
    return std::nullopt;
  Tensor zero = Tensor::ScalarFloat(0);
  if (op->getNumOperands() > 2) {
    auto constant = constants.find(op->getOperand(2));
    if (constant == constants.end())
      return std::nullopt;
    std::vector<float> values;
    for (int64_t z : constant->second.tensor.ToIntegers())
      values.push_back(float(z));
    zero = Tensor::FromFloats(constant->second.tensor.shape(), values);
  }
  runtime::Attributes axis = getAxisAttributes(op);
  runtime::Shape shape(type.getShape().begin(), type.getShape().end());
  auto arrangedScale = runtime::ArrangeParameter(axis, scale->second.tensor, shape, "scales");
  auto arrangedZero = runtime::ArrangeParameter(axis, zero, shape, "zero points");
  if (!arrangedScale.ok() || !arrangedZero.ok() ||
      llvm::any_of(arrangedScale->Floats(), [](float s) { return !(s > 0) || !std::isfinite(s); }))
    return std::nullopt;
  return runtime::QuantizedView{Tensor(*codes, runtime::Shape(shape.size(), 0)), *arrangedScale, *arrangedZero};
}

/// Integers of a model input, or of an operation on integers, as the numbers they stand for.
bool Converter::convertDequantizer(Operation *op, std::string &reason) {
  if (!isa<onnx::DequantizeLinearOp>(op))
    return false;
  Value source = op->getOperand(0);
  if (Value codes = floats.lookup(source))
    source = codes;
  auto type = dyn_cast<RankedTensorType>(source.getType());
  std::optional<runtime::QuantizedView> view =
      type && cast<RankedTensorType>(op->getResult(0).getType()).getElementType().isF32()
          ? readParameters(op, constants, type)
          : std::nullopt;
  if (!view) {
    reason = "its codes are no integers of at most 32 bits, or its scale is no positive float32 constant";
    return false;
  }
  std::optional<IntegerForm> form = readQuantizedView(*view, reason);
  if (!form)
    return false;
  form->codes = source;
  forms[op->getResult(0)] = std::move(*form);
  return true;
}

/// The codes plus `offsets` (one, or one per index of `axis`), clamped to `bounds`, in a type that holds these.
Value Converter::castCodes(Location loc, Value codes, DataType type, qnn::Bounds bounds, int64_t axis,
                           const std::vector<int64_t> &offsets) {
  auto from = cast<RankedTensorType>(codes.getType());
  auto to = from.clone(qnn::getCodeType(builder.getContext(), type));
  if (from == to && offsets == std::vector<int64_t>{0})
    return codes;
  auto constant = [&](StringRef name, const std::vector<int64_t> &values) {
    return makeConstant(loc, name, *Tensor::FromIntegers(DataType::Int64(), {int64_t(values.size())}, values));
  };
  std::vector<int64_t> ones(offsets.size(), 1);
  return qnn::RequantizeOp::create(builder, loc, to, codes, axis, constant("multipliers", ones),
                                   constant("offsets", offsets), 0, "ROUND", bounds.low, bounds.high);
}

/// The form of `value` where a quantizer with the scale and zero point of `view` and the codes from low to high finds
/// the very codes again. It divides `fl(scale * k)` by the scale: an integer again, after rounding to the nearest,
/// below 2^21.
const IntegerForm *Converter::getOnGrid(Value value, const runtime::QuantizedView &view, qnn::Bounds codes) const {
  const IntegerForm *form = getForm(value);
  std::string reason;
  std::optional<IntegerForm> grid = readQuantizedView(view, reason);
  if (!form || !form->quantized || form->pending || !grid || form->divisor != 1 || !form->bias.empty())
    return nullptr;
  bool sameAxis = form->isPerTensor() || form->axis == grid->axis;
  if (!sameAxis || form->scale != grid->scale || form->zeroPoint != grid->zeroPoint)
    return nullptr;
  qnn::Bounds bounds = qnn::unite(form->bounds);
  auto isSmall = [&](int64_t zero) {
    return std::max(std::abs(bounds.low - zero), std::abs(bounds.high - zero)) < int64_t{1} << 21;
  };
  auto isModest = [](double scale) { return scale < 0x1p100; }; // no product overflows
  bool within = bounds.low >= codes.low && bounds.high <= codes.high;
  return within && llvm::all_of(form->zeroPoint, isSmall) && llvm::all_of(form->scale, isModest) ? form : nullptr;
}

/// The codes of what a quantizer gave are an output, or go to an operation of integers.
bool Converter::convertCodesOut(Operation *op, std::string &reason) {
  if (!isa<onnx::QuantizeLinearOp>(op))
    return false;
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  std::optional<runtime::QuantizedView> view = readParameters(op, constants, type);
  if (!view) {
    reason = "its codes are no integers of at most 32 bits, or its scale is no positive float32 constant";
    return false;
  }
  DataType codes = view->codes.type();
  const IntegerForm *form = getOnGrid(op->getOperand(0), *view, {codes.MinValue(), codes.MaxValue()});
  if (!form) {
    reason = "its input is no value on its own grid";
    return false;
  }
  floats[op->getResult(0)] = castCodes(op->getLoc(), form->codes, codes, qnn::unite(form->bounds));
  return true;
}

} // namespace qcompile
