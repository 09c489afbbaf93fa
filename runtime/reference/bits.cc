// Bits of integers: BitShift, BitwiseAnd and the like; BitCast of any type.
#include "runtime/reference/map_elements.h"
#include "runtime/reference/register.h"

namespace qcompile::runtime {
namespace {

template <typename F>
Results Combine(Operands operands, F f) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  const Tensor &a = operands[0]->tensor, &b = operands[1]->tensor;
  if (!a.type().IsInteger()) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected operands of an integer type, found ", a.type().ToString()));
  }
  return Single(ZipNumbers(a, b, [](auto x, auto) { return x; }, f));
}

Results BitwiseAnd(const Attributes&, Operands operands) {
  return Combine(operands, [](auto a, auto b) { return a & b; });
}
Results BitwiseOr(const Attributes&, Operands operands) {
  return Combine(operands, [](auto a, auto b) { return a | b; });
}
Results BitwiseXor(const Attributes&, Operands operands) {
  return Combine(operands, [](auto a, auto b) { return a ^ b; });
}

Results BitwiseNot(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Tensor& x = operands[0]->tensor;
  if (x.type().kind != TypeKind::kSigned && x.type().kind != TypeKind::kUnsigned) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected an operand of an integer type, found ", x.type().ToString()));
  }
  return Single(MapIntegers(x, [](int64_t v) { return ~v; }));
}

// Shifts beyond the width leave nothing.
Results BitShift(const Attributes& attributes, Operands operands) {
  QCOMPILE_ASSIGN_OR_RETURN(const std::string direction,
                            StringAttribute(attributes, "direction", std::nullopt));
  if (direction != "LEFT" && direction != "RIGHT") {
    return absl::InvalidArgumentError(
        absl::StrCat("expected direction LEFT or RIGHT, found ", direction));
  }
  const bool left = direction == "LEFT";
  return Combine(operands, [left](auto value, auto distance) {
    const auto bits = static_cast<uint64_t>(value);
    const auto steps = static_cast<uint64_t>(distance);
    const uint64_t shifted = steps >= 64 ? 0 : left ? bits << steps : bits >> steps;
    return static_cast<decltype(value)>(shifted);
  });
}

// The same bits read as another type. Elements narrower than a byte are no bits of a tensor: their
// order within it is not defined.
Results BitCast(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Tensor& x = operands[0]->tensor;
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t to, IntAttribute(attributes, "to", std::nullopt));
  QCOMPILE_ASSIGN_OR_RETURN(const DataType type, FromOnnxType(to));
  const bool same = type.ContainerSize() == x.type().ContainerSize() &&
                    (type.bits == x.type().bits || (type.bits == 8 && x.type().bits == 1) ||
                     (type.bits == 1 && x.type().bits == 8));
  if (!same) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected a type of the width of ", x.type().ToString(), ", found ", type.ToString()));
  }
  Tensor result(type, x.shape());
  std::copy(x.bytes().begin(), x.bytes().end(), result.MutableBytes().begin());
  if (type == DataType::Bool()) {
    for (uint8_t& value : result.MutableData<uint8_t>()) value = value != 0;
  }
  return Single(absl::StatusOr<Tensor>(std::move(result)));
}

}  // namespace

void RegisterBits(ReferenceTable& table) {
  table["onnx.BitCast"] = BitCast;
  table["onnx.BitShift"] = BitShift;
  table["onnx.BitwiseAnd"] = BitwiseAnd;
  table["onnx.BitwiseNot"] = BitwiseNot;
  table["onnx.BitwiseOr"] = BitwiseOr;
  table["onnx.BitwiseXor"] = BitwiseXor;
}

}  // namespace qcompile::runtime
