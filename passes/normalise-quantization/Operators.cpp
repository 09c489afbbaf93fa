//===- Operators.cpp - Quantized operators as operators on floats ---------===//
#include "passes/normalise-quantization/Operators.h"

#include "runtime/reference/broadcast.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile::normalise {

std::optional<Coding> OperatorRewriter::read(const Port &port) {
  auto type = dyn_cast<RankedTensorType>(port.codes.getType());
  if (!type || !type.hasStaticShape())
    return std::nullopt;
  return CodedValues::readCoding(op, type, port.scale, port.zeroPoint, makeAxis(port.axis), ok);
}

bool OperatorRewriter::check(const Port &port) { return read(port).has_value(); }

Value OperatorRewriter::getReal(const Port &port) {
  if (Value real = coded.getReal(port.codes, *read(port)))
    return real;
  auto type = cast<RankedTensorType>(port.codes.getType());
  SmallVector<Value> operands = {port.codes, port.scale};
  if (port.zeroPoint)
    operands.push_back(port.zeroPoint);
  Builder builder(op->getContext());
  NamedAttribute axis = builder.getNamedAttr("axis", builder.getI64IntegerAttr(port.axis));
  return dequantize(operands, axis, type.clone(builder.getF32Type()));
}

Value OperatorRewriter::dequantize(ValueRange operands, NamedAttribute axis, RankedTensorType type) {
  Value real = steps.apply("DequantizeLinear", operands, axis, type);
  // Weights are called after themselves, whatever reads them is called.
  if (data::ConstantAttr codes = getConstant(operands[0])) {
    Builder builder(op->getContext());
    StringAttr name = builder.getStringAttr(codes.getName() + "_DequantizeLinear");
    real.getDefiningOp()->setLoc(NameLoc::get(name, NameLoc::get(name)));
  }
  return real;
}

Value OperatorRewriter::getBias(Value codes, Value first, Value second, int64_t axis, float factor) {
  Tensor a = getConstant(first).getTensor(), b = getConstant(second).getTensor();
  std::vector<float> products(std::max(a.size(), b.size()));
  for (size_t i = 0; i < products.size(); ++i) {
    float scaled = factor * a.Floats()[a.size() == 1 ? 0 : i];
    products[i] = scaled * b.Floats()[b.size() == 1 ? 0 : i];
  }
  runtime::Shape shape = products.size() == 1 ? runtime::Shape{} : runtime::Shape{int64_t(products.size())};
  OpBuilder builder(op);
  Value scale = makeConstant(builder, op->getLoc(), "bias_scale", Tensor::FromFloats(shape, products));
  auto type = cast<RankedTensorType>(codes.getType());
  NamedAttribute along = builder.getNamedAttr("axis", builder.getI64IntegerAttr(axis));
  return dequantize({codes, scale}, along, type.clone(builder.getF32Type()));
}

Value OperatorRewriter::apply(StringRef name, ValueRange operands, ArrayRef<NamedAttribute> attributes,
                              RankedTensorType shape) {
  return steps.apply(name, operands, attributes, shape.clone(Float32Type::get(op->getContext())));
}

void OperatorRewriter::finish(Value real, const Port &result) {
  coded.quantize(op, result.codes, real, *read(result));
  coded.finish(op);
}

SmallVector<NamedAttribute> takeAttributes(Operation *op, ArrayRef<StringRef> names) {
  SmallVector<NamedAttribute> out;
  for (StringRef name : names)
    if (Attribute value = op->getAttr(name))
      out.push_back({StringAttr::get(op->getContext(), name), value});
  return out;
}

} // namespace qcompile::normalise
