//===- QonnxType.cpp - Data types as qonnx infers them --------------------===//
#include "compiler/inspect/QonnxType.h"

#include <cmath>

#include "compiler/evaluator/ProgramBuilder.h"
#include "compiler/frontend/export/ValueNames.h"
#include "compiler/inspect/ConstantValue.h"
#include "dialects/onnx/NodeLocation.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;

namespace qcompile::inspect {

using Kind = QonnxType::Kind;

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

std::string QonnxType::name() const {
  auto number = [](int n) { return std::to_string(n); };
  switch (kind) {
  case Kind::Float32:
    return "FLOAT32";
  case Kind::Float16:
    return "FLOAT16";
  case Kind::SmallFloat:
    return "FLOAT<" + number(exponent) + "," + number(mantissa) + "," + number(bias) + ">";
  case Kind::Signed:
    return "INT" + number(bits);
  case Kind::Unsigned:
    return bits == 1 ? "BINARY" : "UINT" + number(bits);
  case Kind::Bipolar:
    return "BIPOLAR";
  case Kind::Ternary:
    return "TERNARY";
  case Kind::Fixed:
    return "FIXED<" + number(bits) + "," + number(integerBits) + ">";
  case Kind::ScaledInt:
    return "SCALEDINT<" + number(bits) + ">";
  }
  return "";
}

/// The numbers of "4,3>"; nothing where the text is not of that form.
static std::optional<SmallVector<int, 3>> readNumbers(StringRef text) {
  SmallVector<StringRef> parts;
  SmallVector<int, 3> numbers;
  if (!text.consume_back(">"))
    return std::nullopt;
  text.split(parts, ',');
  for (StringRef part : parts)
    if (part.trim().getAsInteger(10, numbers.emplace_back()))
      return std::nullopt;
  return numbers;
}

std::optional<QonnxType> QonnxType::parse(StringRef name) {
  static const std::pair<StringRef, QonnxType> plain[] = {{"FLOAT32", {}},
                                                          {"FLOAT16", {Kind::Float16, 16}},
                                                          {"BINARY", {Kind::Unsigned, 1}},
                                                          {"BIPOLAR", {Kind::Bipolar, 1}},
                                                          {"TERNARY", {Kind::Ternary, 2}}};
  for (const auto &[text, type] : plain)
    if (name == text)
      return type;
  int bits = 0;
  for (bool isSigned : {true, false})
    if (StringRef rest = name; rest.consume_front(isSigned ? "INT" : "UINT"))
      return rest.getAsInteger(10, bits) || bits < 1 || bits > 64 ? std::nullopt
                                                                  : std::optional(integer(isSigned, bits));
  std::optional<SmallVector<int, 3>> numbers = readNumbers(name.split('<').second);
  if (!numbers)
    return std::nullopt;
  if (name.starts_with("SCALEDINT<") && numbers->size() == 1)
    return scaledInt((*numbers)[0]);
  if (name.starts_with("FIXED<") && numbers->size() == 2)
    return QonnxType{Kind::Fixed, (*numbers)[0], 0, 0, 0, (*numbers)[1]};
  if (!name.starts_with("FLOAT<") || numbers->size() < 2 || (*numbers)[0] < 1 || (*numbers)[0] > 16)
    return std::nullopt;
  int bias = numbers->size() == 3 ? (*numbers)[2] : (1 << ((*numbers)[0] - 1)) - 1;
  return QonnxType{Kind::SmallFloat, 1 + (*numbers)[0] + (*numbers)[1], (*numbers)[0], (*numbers)[1], bias};
}

//===----------------------------------------------------------------------===//
// Inference
//===----------------------------------------------------------------------===//

/// Constants with that many elements are no parameters of quantizers.
static constexpr int64_t kMostParameters = 1 << 20;

QonnxTypes::QonnxTypes(func::FuncOp function, const llvm::DenseSet<Value> &constants,
                       const std::map<std::string, std::string> &annotations)
    : constants(constants) {
  if (!function.getBody().hasOneBlock())
    return;
  for (BlockArgument argument : function.getArguments())
    if (auto name = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), kPortNameAttr))
      annotate(argument, name, annotations);
  auto operations = function.front().without_terminator();
  for (Operation &op : operations)
    for (Value result : op.getResults())
      annotate(result, onnx::getTensorName(op.getLoc()), annotations);
  // Nothing is folded in the first round: parameters that are computed are unknown in it.
  for (Operation &op : operations)
    infer(&op);
  folded = true;
  for (Operation &op : operations)
    if (op.getNumResults() && !constants.contains(op.getResult(0)))
      infer(&op);
}

void QonnxTypes::annotate(Value value, StringRef name, const std::map<std::string, std::string> &annotations) {
  auto it = annotations.find(name.str());
  if (it == annotations.end())
    return;
  if (std::optional<QonnxType> type = QonnxType::parse(it->second))
    types[value] = *type;
}

QonnxType QonnxTypes::get(Value value) const {
  if (auto it = types.find(value); it != types.end())
    return it->second;
  auto type = dyn_cast<ShapedType>(value.getType());
  return type && type.getElementType().isF16() ? QonnxType{Kind::Float16, 16} : QonnxType();
}

/// Whether qonnx finds the value among the initializers.
bool QonnxTypes::isKnown(Value value) const {
  return folded ? constants.contains(value) : value.getDefiningOp() && getHeldConstant(value.getDefiningOp());
}

/// Whether all elements of a small constant are `number`.
static bool isAll(Value value, double number) {
  std::optional<runtime::Value> constant = evaluateConstant(value, kMostParameters);
  if (!constant)
    return false;
  for (int64_t i = 0; i < constant->tensor.size(); ++i)
    if (constant->tensor.DoubleAt(i) != number)
      return false;
  return true;
}

/// The integer that a constant scalar is; nothing for constants with dimensions.
static std::optional<int> readScalar(Operation *op, unsigned operand) {
  auto type = dyn_cast<RankedTensorType>(op->getOperand(operand).getType());
  std::optional<double> number = type && type.getRank() == 0 ? getConstantNumber(op, operand) : std::nullopt;
  if (!number || *number != std::trunc(*number) || std::fabs(*number) > 1e6)
    return std::nullopt;
  return int(*number);
}

QonnxType QonnxTypes::inferQuant(Operation *op) const {
  for (unsigned operand : {1, 2, 3})
    if (!isKnown(op->getOperand(operand)))
      return {};
  std::optional<int> bits = readScalar(op, 3);
  if (!bits || !isAll(op->getOperand(2), 0))
    return {};
  if (!isAll(op->getOperand(1), 1))
    return QonnxType::scaledInt(*bits);
  auto attribute = op->getAttrOfType<IntegerAttr>("signed_");
  bool isSigned = !attribute || !attribute.getValue().isZero();
  return isSigned && *bits == 1 ? QonnxType{Kind::Bipolar, 1} : QonnxType::integer(isSigned, *bits);
}

QonnxType QonnxTypes::inferBipolar(Operation *op) const {
  bool unit = isKnown(op->getOperand(1)) && isAll(op->getOperand(1), 1);
  return unit ? QonnxType{Kind::Bipolar, 1} : QonnxType();
}

QonnxType QonnxTypes::inferFloatQuant(Operation *op) const {
  for (unsigned operand : {1, 2, 3, 4, 5})
    if (!isKnown(op->getOperand(operand)))
      return {};
  std::optional<int> exponent = readScalar(op, 2), mantissa = readScalar(op, 3), bias = readScalar(op, 4);
  auto limit = dyn_cast<RankedTensorType>(op->getOperand(5).getType());
  if (!exponent || !mantissa || !bias || !limit || limit.getRank() != 0 || !isAll(op->getOperand(1), 1))
    return {};
  return {Kind::SmallFloat, 1 + *exponent + *mantissa, *exponent, *mantissa, *bias};
}

static bool isInteger(QonnxType type) {
  return type.kind == Kind::Signed || type.kind == Kind::Unsigned || type.kind == Kind::Bipolar ||
         type.kind == Kind::Ternary;
}

/// The result of products and sums: 32 bits for integers.
QonnxType QonnxTypes::inferSum(Operation *op, bool mayNegate) const {
  bool integers = true, grids = true, floats = false, isSigned = mayNegate;
  for (Value operand : op->getOperands()) {
    QonnxType type = get(operand);
    bool integer = isInteger(type);
    integers &= integer;
    grids &= integer || type.kind == Kind::Fixed || type.kind == Kind::ScaledInt;
    floats |= type.kind == Kind::Float32 || type.kind == Kind::Float16 || type.kind == Kind::SmallFloat;
    isSigned |= type.kind != Kind::Unsigned;
  }
  if (integers)
    return QonnxType::integer(isSigned, 32);
  if (grids)
    return QonnxType::scaledInt(32);
  return floats ? QonnxType() : get(op->getResult(0));
}

static QonnxType inferThreshold(Operation *op) {
  for (StringRef name : {"out_scale", "out_bias"})
    if (auto value = op->getAttrOfType<FloatAttr>(name))
      if (value.getValueAsDouble() != std::trunc(value.getValueAsDouble()))
        return {};
  auto type = op->getAttrOfType<StringAttr>("out_dtype");
  return (type ? QonnxType::parse(type.getValue()) : std::nullopt).value_or(QonnxType());
}

static std::optional<QonnxType> getStoredInteger(Value value) {
  auto shaped = dyn_cast<ShapedType>(value.getType());
  auto type = shaped ? dyn_cast<IntegerType>(shaped.getElementType()) : IntegerType();
  return type ? std::optional(QonnxType::integer(type.isSigned(), int(type.getWidth()))) : std::nullopt;
}

namespace {
enum class Rule {
  Keep,
  Same,
  Sum,
  Difference,
  Quant,
  Bipolar,
  FloatQuant,
  Float,
  Threshold,
  Count,
  Pool,
  Sign,
  Resize,
  Quantize,
  Dequantize
};
} // namespace

static Rule getRule(StringRef name) {
  return llvm::StringSwitch<Rule>(name)
      .Cases({"Reshape", "Transpose", "Flatten", "Slice", "Gather", "GatherElements", "GatherND"}, Rule::Same)
      .Cases({"Identity", "Expand", "MaxPool", "GlobalMaxPool", "Scatter", "ScatterElements"}, Rule::Same)
      .Cases({"ScatterND", "Squeeze", "Unsqueeze", "Tile", "Pad", "Concat", "Clip", "Im2Col"}, Rule::Same)
      .Cases({"MaxPoolNHWC", "channels_last.Conv", "channels_last.MaxPool"}, Rule::Same)
      .Case("channels_last.BatchNormalization", Rule::Same)
      .Cases({"MatMul", "Gemm", "Conv", "Add", "Mul"}, Rule::Sum)
      .Case("Sub", Rule::Difference)
      .Cases({"Quant", "IntQuant"}, Rule::Quant)
      .Case("BipolarQuant", Rule::Bipolar)
      .Case("FloatQuant", Rule::FloatQuant)
      .Cases({"Trunc", "Trunc_v1"}, Rule::Float)
      .Case("MultiThreshold", Rule::Threshold)
      .Case("XnorPopcountMatMul", Rule::Count)
      .Case("QuantAvgPool2d", Rule::Pool)
      .Case("Sign", Rule::Sign)
      .Cases({"Resize", "Upsample"}, Rule::Resize)
      .Case("QuantizeLinear", Rule::Quantize)
      .Case("DequantizeLinear", Rule::Dequantize)
      .Default(Rule::Keep);
}

static QonnxType inferPool(Operation *op) {
  auto bits = op->getAttrOfType<IntegerAttr>("obits"), isSigned = op->getAttrOfType<IntegerAttr>("signed_");
  return bits ? QonnxType::integer(isSigned && !isSigned.getValue().isZero(), int(bits.getInt())) : QonnxType();
}

QonnxType QonnxTypes::inferResult(Operation *op) const {
  Value result = op->getResult(0);
  switch (getRule(op->getName().stripDialect())) {
  case Rule::Keep:
    return get(result);
  case Rule::Same:
    return op->getNumOperands() ? get(op->getOperand(0)) : get(result);
  case Rule::Sum:
    return inferSum(op, /*mayNegate=*/false);
  case Rule::Difference:
    return inferSum(op, /*mayNegate=*/true);
  case Rule::Quant:
    return inferQuant(op);
  case Rule::Bipolar:
    return inferBipolar(op);
  case Rule::FloatQuant:
    return inferFloatQuant(op);
  case Rule::Float:
    return {};
  case Rule::Threshold:
    return inferThreshold(op);
  case Rule::Count:
    return QonnxType::integer(false, 32);
  case Rule::Pool:
    return inferPool(op);
  case Rule::Sign:
    return {Kind::Bipolar, 1};
  case Rule::Resize: {
    auto mode = op->getAttrOfType<StringAttr>("mode");
    return !mode || mode.getValue() == "nearest" ? get(op->getOperand(0)) : get(result);
  }
  case Rule::Quantize:
    return getStoredInteger(result).value_or(QonnxType());
  case Rule::Dequantize:
    return QonnxType::scaledInt(getStoredInteger(op->getOperand(0)).value_or(QonnxType()).bits);
  }
  return {};
}

void QonnxTypes::infer(Operation *op) {
  if (op->getNumResults() && !getHeldConstant(op))
    types[op->getResult(0)] = inferResult(op);
}

} // namespace qcompile::inspect
