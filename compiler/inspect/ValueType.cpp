//===- ValueType.cpp - What the codes of a value are ----------------------===//
#include "compiler/inspect/ValueType.h"

#include <cmath>

#include "compiler/inspect/ConstantValue.h"
#include "dialects/data/ElementStorage.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace qcompile::inspect {

using Kind = ValueType::Kind;

std::string ValueType::toString() const {
  switch (kind) {
  case Kind::Bipolar:
    return "bipolar";
  case Kind::Float:
    return "float" + std::to_string(bits);
  case Kind::Signed:
    return "int" + std::to_string(bits);
  case Kind::Unsigned:
    return "uint" + std::to_string(bits);
  }
  return "";
}

static ValueType getElementType(Value value) {
  auto type = dyn_cast<ShapedType>(value.getType());
  if (!type || !type.getElementType().isIntOrFloat())
    return {};
  int bits = int(type.getElementTypeBitWidth());
  if (auto integer = dyn_cast<IntegerType>(type.getElementType()))
    return {integer.isSigned() ? Kind::Signed : Kind::Unsigned, bits};
  return {Kind::Float, bits};
}

static bool isSet(Operation *op, StringRef attribute, bool otherwise) {
  auto value = op->getAttrOfType<IntegerAttr>(attribute);
  return value ? !value.getValue().isZero() : otherwise;
}

/// A quantizer to the integers whose width is operand `widthOperand`.
static ValueType getQuantizedType(Operation *op, unsigned widthOperand) {
  std::optional<double> width = getConstantNumber(op, widthOperand);
  if (!width || !(*width >= 1 && *width <= 64))
    return {};
  int bits = int(std::ceil(*width));
  if (!isSet(op, "signed_", true))
    return {Kind::Unsigned, bits};
  return {bits == 1 ? Kind::Bipolar : Kind::Signed, bits};
}

static ValueType getFloatQuantType(Operation *op) {
  std::optional<double> exponent = getConstantNumber(op, 2), mantissa = getConstantNumber(op, 3);
  if (!exponent || !mantissa || !(*exponent >= 0 && *exponent <= 8) || !(*mantissa >= 0 && *mantissa <= 23))
    return {};
  return {Kind::Float, int(1 + *exponent + *mantissa)};
}

/// Levels are counts plus a bias: signed where the lowest is negative.
static ValueType getThresholdType(Operation *op) {
  auto thresholds = dyn_cast<RankedTensorType>(op->getOperand(1).getType());
  if (!thresholds || thresholds.getRank() != 2 || thresholds.getDimSize(1) <= 0)
    return {};
  auto bias = op->getAttrOfType<FloatAttr>("out_bias");
  Kind kind = bias && bias.getValueAsDouble() < 0 ? Kind::Signed : Kind::Unsigned;
  return {kind, int(llvm::Log2_64_Ceil(uint64_t(thresholds.getDimSize(1)) + 1))};
}

/// The narrowest integers from `low` to `high`; nothing where these need as many bits as `most`.
static std::optional<ValueType> getRangeType(double low, double high, int most) {
  for (int bits = 1; bits < most; ++bits) {
    double top = std::exp2(low < 0 ? bits - 1 : bits) - 1;
    if (high <= top && low >= (low < 0 ? -top - 1 : 0))
      return ValueType{low < 0 ? Kind::Signed : Kind::Unsigned, bits};
  }
  return std::nullopt;
}

/// The codes that a LinearQuant may give.
static std::optional<ValueType> getLinearQuantType(Operation *op) {
  auto low = op->getAttrOfType<IntegerAttr>("low"), high = op->getAttrOfType<IntegerAttr>("high");
  if (!low || !high)
    return std::nullopt;
  return getRangeType(double(low.getValue().getSExtValue()), double(high.getValue().getSExtValue()), /*most=*/34);
}

/// Codes of 8 bits that a Clip keeps within fewer: QCDQ.
static ValueType getStoredType(Value codes) {
  ValueType type = getElementType(codes);
  Operation *clip = codes.getDefiningOp();
  if (!clip || clip->getName().stripDialect() != "Clip" || clip->getNumOperands() != 3 || type.isFloat())
    return type;
  std::optional<double> low = getConstantNumber(clip, 1), high = getConstantNumber(clip, 2);
  if (!low || !high || !(*low <= *high) || std::fabs(*low) > 0x1p40 || std::fabs(*high) > 0x1p40)
    return type;
  return getRangeType(*low, *high, type.bits).value_or(type);
}

/// The type that an operation gives its codes; nothing where it makes none.
static std::optional<ValueType> getMadeType(Operation *op) {
  StringRef name = op->getName().stripDialect();
  if (name == "Quant" || name == "IntQuant")
    return getQuantizedType(op, 3);
  if (name == "LinearQuant")
    return getLinearQuantType(op);
  if (name == "BipolarQuant")
    return ValueType{Kind::Bipolar, 1};
  if (name == "Trunc")
    return getQuantizedType(op, 5);
  if (name == "Trunc_v1")
    return getQuantizedType(op, 4);
  if (name == "FloatQuant")
    return getFloatQuantType(op);
  if (name == "DequantizeLinear")
    return getStoredType(op->getOperand(0));
  if (name == "MultiThreshold")
    return getThresholdType(op);
  return std::nullopt;
}

/// Whether the result holds elements of the first operand only (docs/ExactReading.md).
static bool isSelection(StringRef operation) {
  return llvm::StringSwitch<bool>(operation)
      .Cases({"Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze", "Identity", "Slice", "Split"}, true)
      .Cases({"Gather", "Tile", "Expand", "DepthToSpace", "SpaceToDepth", "Pad", "MaxPool"}, true)
      .Cases({"GlobalMaxPool", "Relu", "Clip", "Im2Col", "MaxPoolNHWC", "Resize", "Upsample"}, true)
      .Default(false);
}

namespace {
/// Looks at every value once: joined values may be joined again and again.
class TypeFinder {
public:
  ValueType find(Value value, unsigned depth = 0);

private:
  ValueType join(Operation *concat, unsigned depth);

  llvm::DenseMap<Value, ValueType> known;
};
} // namespace

/// The widest of the joined types.
ValueType TypeFinder::join(Operation *concat, unsigned depth) {
  ValueType widest = find(concat->getOperand(0), depth);
  for (Value operand : concat->getOperands().drop_front())
    if (ValueType type = find(operand, depth); type.bits > widest.bits || type.isFloat())
      widest = type;
  return widest;
}

ValueType TypeFinder::find(Value value, unsigned depth) {
  constexpr unsigned kMostJoins = 100;
  while (Operation *op = value.getDefiningOp()) {
    if (auto it = known.find(value); it != known.end())
      return it->second;
    if (std::optional<ValueType> made = getMadeType(op))
      return known[value] = *made;
    StringRef name = op->getName().stripDialect();
    if (name == "Concat" && op->getNumOperands() && depth < kMostJoins) {
      ValueType joined = join(op, depth + 1);
      return known[value] = joined;
    }
    if (!isSelection(name) || op->getNumOperands() == 0)
      break;
    value = op->getOperand(0);
  }
  return getElementType(value);
}

ValueType getValueType(Value value) { return TypeFinder().find(value); }

std::optional<int> getSumBits(ValueType input, ValueType weight, double count) {
  if (input.isFloat() || weight.isFloat() || !(count >= 1))
    return std::nullopt;
  // Largest magnitude count * 2^(m1 + m2); a signed number of P bits holds one of P - 1 bits.
  double largest = std::ldexp(count, input.magnitudeBits() + weight.magnitudeBits());
  if (!(largest < 0x1p62))
    return std::nullopt;
  return 1 + int(llvm::bit_width(uint64_t(largest)));
}

} // namespace qcompile::inspect
