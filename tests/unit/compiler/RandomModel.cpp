//===- RandomModel.cpp - Random quantized models as written ---------------===//
#include "tests/unit/compiler/RandomModel.h"

#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/onnx/OnnxDialect.h"
#include "dialects/qnn/QnnDialect.h"

using namespace mlir;
using qcompile::runtime::DataType;
using qcompile::runtime::Shape;
using qcompile::runtime::Tensor;

namespace qcompile::testing {

TestContext::TestContext()
    : handler(&context, [this](Diagnostic &diagnostic) {
        std::string text = diagnostic.str();
        if (diagnostic.getSeverity() == DiagnosticSeverity::Error)
          errors += text + "\n";
        else if (splitCode(text).first == getCodeName(Code::P003))
          inexact.push_back(onnx::getNodeName(diagnostic.getLocation()).str());
      }) {
  context.loadDialect<func::FuncDialect, onnx::OnnxDialect, qnn::QnnDialect, data::DataDialect>();
}

ModelBuilder::ModelBuilder(MLIRContext *context, uint64_t seed)
    : random(seed), builder(context), module(ModuleOp::create(builder.getUnknownLoc())) {
  builder.setInsertionPointToEnd(module->getBody());
  main = func::FuncOp::create(builder, loc(), "main", builder.getFunctionType({}, {}));
  builder.setInsertionPointToStart(main.addEntryBlock());
}

Location ModelBuilder::loc() {
  std::string name = "n" + std::to_string(count);
  return onnx::makeNodeLocation(builder.getContext(), name, name + ".out", "model.onnx", count++);
}

float ModelBuilder::number() {
  if (chance(8))
    return 0;
  return dyadic ? float(below(49) - 24) / 8 : (uniform() - 0.5f) * 6;
}

Value ModelBuilder::addInput(ArrayRef<int64_t> shape) {
  return main.front().addArgument(RankedTensorType::get(shape, builder.getF32Type()), loc());
}

Value ModelBuilder::create(StringRef name, ArrayRef<Value> operands, ArrayRef<int64_t> shape,
                           ArrayRef<NamedAttribute> attributes) {
  OperationState state(loc(), ("onnx." + name).str());
  state.addOperands(operands);
  state.addAttributes(attributes);
  state.addTypes(RankedTensorType::get(shape, builder.getF32Type()));
  return builder.create(state)->getResult(0);
}

Value ModelBuilder::constant(const Tensor &tensor) {
  auto value = data::ConstantAttr::get(builder.getContext(), "c", tensor);
  OperationState state(loc(), "onnx.Constant");
  state.addAttribute("value", value);
  state.addTypes(value.getType());
  return builder.create(state)->getResult(0);
}

/// A scalar in one of its spellings, or one parameter per index of `axis`.
Shape ModelBuilder::parameterShape(Value x, int64_t axis) {
  if (axis < 0 || chance(60))
    return chance(50) ? Shape{} : chance(50) ? Shape{1} : Shape(shapeOf(x).size(), 1);
  Shape shape(shapeOf(x).size(), 1);
  shape[axis] = shapeOf(x)[axis];
  // Leading dimensions may be left out: broadcasting aligns the last ones.
  if (chance(40))
    shape.erase(shape.begin(), shape.begin() + axis);
  return shape;
}

Value ModelBuilder::quant(Value x, Value scale, Value zeroPoint, int bits, bool isSigned, bool narrow,
                          StringRef rounding) {
  return create("Quant", {x, scale, zeroPoint, floats({}, {float(bits)})}, shapeOf(x),
                {attribute("signed_", int64_t(isSigned)), attribute("narrow", int64_t(narrow)),
                 builder.getNamedAttr("rounding_mode", builder.getStringAttr(rounding))});
}

Value ModelBuilder::quantize(Value x, int64_t axis) {
  Shape shape = parameterShape(x, axis);
  std::vector<float> scales(runtime::NumElements(shape)), zeroPoints(scales.size());
  for (float &s : scales)
    s = scale();
  if (chance(15))
    return create("BipolarQuant", {x, floats(shape, scales)}, shapeOf(x));
  static constexpr StringLiteral modes[] = {"ROUND", "CEIL", "FLOOR", "UP", "DOWN", "HALF_UP", "HALF_DOWN"};
  int bits = 1 + int(below(8));
  bool isSigned = chance(60), narrow = bits > 1 && chance(30);
  bool shifted = chance(35), perChannel = chance(30);
  float common = float(below(9) - 4);
  for (float &z : zeroPoints)
    z = !shifted ? 0 : perChannel ? float(below(9) - 4) : common;
  return quant(x, floats(shape, scales), floats(shape, zeroPoints), bits, isSigned, narrow, modes[below(7)]);
}

Value ModelBuilder::transpose(Value x, ArrayRef<int64_t> permutation) {
  SmallVector<int64_t> shape;
  for (int64_t d : permutation)
    shape.push_back(shapeOf(x)[d]);
  return create("Transpose", {x}, shape, {builder.getNamedAttr("perm", builder.getDenseI64ArrayAttr(permutation))});
}

Value ModelBuilder::reshape(Value x, ArrayRef<int64_t> shape) {
  Value target =
      constant(*Tensor::FromIntegers(DataType::Int64(), {int64_t(shape.size())}, {shape.data(), shape.size()}));
  return create("Reshape", {x, target}, shape);
}

/// Quantized weights [inputs, outputs], or transposed, at times rearranged behind their quantizer.
Value ModelBuilder::weights(int64_t inputs, int64_t outputs, bool transposed) {
  int64_t rows = transposed ? outputs : inputs, columns = transposed ? inputs : outputs;
  std::vector<float> values(rows * columns);
  for (float &value : values)
    value = number() / 2;
  int64_t channels = transposed ? 0 : 1;
  switch (below(5)) {
  case 0:
    return transpose(quantize(floats({columns, rows}, values), 1 - channels), {1, 0});
  case 1:
    return reshape(quantize(floats({rows * columns}, values), -1), {rows, columns});
  case 2:
    return create("Flatten", {quantize(floats({rows, 1, columns}, values), channels ? 2 : 0)}, {rows, columns},
                  {attribute("axis", int64_t(chance(50) ? 1 : 2))});
  default:
    return quantize(floats({rows, columns}, values), channels);
  }
}

Value ModelBuilder::linear(Value x, int64_t outputs) {
  SmallVector<int64_t> shape(shapeOf(x));
  int64_t inputs = shape.back();
  shape.back() = outputs;
  if (shape.size() != 2 || chance(50))
    return create("MatMul", {x, weights(inputs, outputs, false)}, shape);
  bool transposed = chance(50);
  SmallVector<Value> operands = {x, weights(inputs, outputs, transposed)};
  if (chance(75)) {
    Shape bias = chance(70) ? Shape{outputs} : chance(50) ? Shape{1, outputs} : Shape{1};
    std::vector<float> values(runtime::NumElements(bias));
    for (float &value : values)
      value = number();
    operands.push_back(floats(bias, values));
    if (chance(30))
      operands.back() = quantize(operands.back(), -1);
  }
  float alpha = chance(70) ? 1.0f : chance(70) ? 0.5f : 0.3f;
  return create("Gemm", operands, shape,
                {attribute("transB", int64_t(transposed)), attribute("alpha", alpha),
                 attribute("beta", chance(80) ? 1.0f : -0.25f)});
}

Value ModelBuilder::batchNorm(Value x) {
  int64_t channels = shapeOf(x)[1];
  SmallVector<Value> operands = {x};
  for (int parameter = 0; parameter < 4; ++parameter) {
    std::vector<float> values(channels);
    for (float &value : values) // the last one is the variance
      value = parameter < 3 ? number() : dyadic ? std::ldexp(1.0f, int(below(3)) * 2 - 2) : 0.2f + uniform() * 3;
    operands.push_back(floats({channels}, values));
  }
  return create("BatchNormalization", operands, shapeOf(x),
                {attribute("epsilon", dyadic ? 0.0f : 1e-5f), segments("resultSegmentSizes", {1, 0, 0})});
}

Value ModelBuilder::activation(Value x) {
  switch (below(8)) {
  case 0:
    return create("LeakyRelu", {x}, shapeOf(x), {attribute("alpha", dyadic ? 0.125f : 0.01f)});
  case 1:
    return create("Sigmoid", {x}, shapeOf(x));
  case 2:
    return create("Tanh", {x}, shapeOf(x));
  case 3:
  case 4: {
    bool low = chance(70), high = !low || chance(50);
    SmallVector<Value> operands = {x};
    if (low)
      operands.push_back(floats({}, {-std::fabs(number())}));
    if (high)
      operands.push_back(floats({}, {std::fabs(number())}));
    return create("Clip", operands, shapeOf(x), {segments("operandSegmentSizes", {1, int32_t(low), int32_t(high)})});
  }
  case 5:
    return x;
  default:
    return create("Relu", {x}, shapeOf(x));
  }
}

/// Moves elements there and, for transposes, back.
Value ModelBuilder::rearrange(Value x) {
  SmallVector<int64_t> shape(shapeOf(x));
  if (shape.size() == 2)
    return chance(50) ? transpose(quantize(transpose(x, {1, 0}), -1), {1, 0}) : reshape(x, {1, shape[0], shape[1]});
  if (chance(40))
    return transpose(transpose(x, {1, 0, 2}), {1, 0, 2});
  return create("Flatten", {x}, {shape[0] * shape[1], shape[2]}, {attribute("axis", int64_t(2))});
}

/// The sum of two values, which are two quantized tensors at times.
Value ModelBuilder::join(Value x, Value y) {
  if (chance(50))
    return create("Add", {x, y}, shapeOf(x));
  return create("Add", {quantize(x, -1), quantize(y, -1)}, shapeOf(x));
}

OwningOpRef<ModuleOp> ModelBuilder::finish(ArrayRef<Value> outputs) {
  func::ReturnOp::create(builder, loc(), outputs);
  main.setFunctionType(builder.getFunctionType(main.front().getArgumentTypes(), ValueRange(outputs).getTypes()));
  return std::move(module);
}

OwningOpRef<ModuleOp> ModelBuilder::build() {
  setDyadic(chance(50));
  SmallVector<int64_t> shape = {1 + below(3), 1 + below(9)};
  if (chance(35))
    shape.insert(shape.begin(), 1 + below(2));
  Value x = addInput(shape);
  SmallVector<Value> outputs;
  if (chance(15)) // a first layer that multiplies unquantized inputs
    x = linear(x, 1 + below(6));
  if (chance(25))
    x = activation(chance(50) ? batchNorm(x) : x);
  x = quantize(x, chance(15) ? below(int64_t(shapeOf(x).size())) : -1);
  for (int64_t layer = 0, layers = 1 + below(3); layer < layers; ++layer) {
    if (chance(20))
      x = create("Relu", {x}, shapeOf(x)); // of codes
    if (chance(20))
      x = rearrange(x);
    int64_t width = 1 + below(7);
    Value sum = linear(x, width);
    if (chance(15))
      sum = join(sum, linear(x, width));
    if (chance(15))
      outputs.push_back(sum);
    if (chance(50))
      sum = batchNorm(sum);
    Value y = activation(sum);
    int64_t last = int64_t(shapeOf(y).size()) - 1;
    x = quantize(y, chance(10) ? last : -1);
    if (chance(15))
      outputs.push_back(chance(50) ? quantize(sum, -1) : x);
  }
  outputs.push_back(chance(50) ? linear(x, 1 + below(4)) : x);
  return finish(outputs);
}

} // namespace qcompile::testing
