// Relu, Clip, Min and Max. They keep codes wherever what they compare with lies on the grid of the
// quantizer, or out of reach of its codes.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "runtime/core/float_formats.h"
#include "runtime/reference/checks.h"
#include "runtime/reference/fill.h"
#include "runtime/reference/map_elements.h"
#include "runtime/reference/quantized_view.h"
#include "runtime/reference/register.h"

namespace qcompile::runtime {
namespace {

// Both give NaN where either operand is NaN, as numpy does.
constexpr auto kFloatMin = [](auto a, auto b) { return std::isnan(a) || a < b ? a : b; };
constexpr auto kFloatMax = [](auto a, auto b) { return std::isnan(a) || a > b ? a : b; };
constexpr auto kIntegerMin = [](auto a, auto b) { return a < b ? a : b; };
constexpr auto kIntegerMax = [](auto a, auto b) { return a > b ? a : b; };

enum class Side { kLower, kUpper };

// What a bound does to the codes of one scale and zero point.
struct CodeBound {
  bool representable = false;
  bool reached = false;  // else the bound changes nothing
  int64_t code = 0;
};

// The bound is the real number `bound`. Whatever the codes are, only their type counts: what is
// quantized must not depend on the data.
CodeBound BoundOf(float bound, float scale, float zero_point, DataType type, Side side) {
  if (std::isnan(bound)) return {};
  if (std::optional<int64_t> code = GridCode(bound, scale, zero_point)) {
    if (type.Contains(*code)) return {true, true, *code};
    // 0 among bipolar codes is on the grid, but no code of the type.
    if (*code > type.MinValue() && *code < type.MaxValue()) return {};
    const bool harmless = side == Side::kLower ? *code < type.MinValue() : *code > type.MaxValue();
    return {harmless, false, 0};
  }
  // Off the grid: the quotient, rounded once, may have been rounded to an integer, but never past
  // one. Beside a fractional zero point one more step makes up for all roundings.
  const double steps = static_cast<double>(bound) / scale;
  const bool integral = std::fabs(zero_point) < 0x1p48f && std::trunc(zero_point) == zero_point;
  const double margin = integral ? 0 : 1;
  const bool harmless = side == Side::kLower
                            ? steps < static_cast<double>(type.MinValue()) - zero_point - margin
                            : steps > static_cast<double>(type.MaxValue()) - zero_point + margin;
  return {harmless, false, 0};
}

// The codes clamped to a bound, or nothing where that leaves the grid. The bound is one number:
// more of them may be another layer's data, and happen to lie on the grid.
std::optional<QuantizedView> Clamped(const QuantizedView& view, const Tensor& bound, Side side) {
  if (bound.type() != DataType::Float32() || bound.size() != 1) return std::nullopt;
  const float number = bound.Floats()[0];
  const Shape& shape = view.codes.shape();
  const BroadcastIndex scale_index(view.scale.shape(), shape);
  const BroadcastIndex zero_index(view.zero_point.shape(), shape);
  std::vector<int64_t> codes = view.codes.ToIntegers();
  CodeBound known;
  float last_scale = 0, last_zero = 0;  // no scale is 0
  for (size_t i = 0; i < codes.size(); ++i) {
    const auto n = static_cast<int64_t>(i);
    const float scale = view.scale.Floats()[scale_index(n)];
    const float zero = view.zero_point.Floats()[zero_index(n)];
    if (scale != last_scale || zero != last_zero) {
      known = BoundOf(number, scale, zero, view.codes.type(), side);
      last_scale = scale, last_zero = zero;
    }
    if (!known.representable) return std::nullopt;
    if (!known.reached) continue;
    codes[i] =
        side == Side::kLower ? std::max(codes[i], known.code) : std::min(codes[i], known.code);
  }
  absl::StatusOr<Tensor> tensor = Tensor::FromIntegers(view.codes.type(), shape, codes);
  if (!tensor.ok()) return std::nullopt;
  return QuantizedView{*std::move(tensor), view.scale, view.zero_point};
}

// The larger or smaller codes of two readings with one grid.
std::optional<QuantizedView> Extreme(const QuantizedView& a, const QuantizedView& b,
                                     const Shape& shape, Side side) {
  auto broadcast = [&](const Tensor& t) {
    return BroadcastTensor(ExtendRank(t, static_cast<int64_t>(shape.size())), shape);
  };
  const Tensor scale = broadcast(a.scale), zero_point = broadcast(a.zero_point);
  if (!(scale == broadcast(b.scale)) || !(zero_point == broadcast(b.zero_point))) {
    return std::nullopt;
  }
  const DataType type = CommonCodeType(a.codes.type(), b.codes.type());
  const std::vector<int64_t> codes =
      side == Side::kLower ? ZipElements<int64_t>(a.codes, b.codes, shape, kIntegerMax)
                           : ZipElements<int64_t>(a.codes, b.codes, shape, kIntegerMin);
  absl::StatusOr<Tensor> tensor = Tensor::FromIntegers(type, shape, codes);
  if (!tensor.ok()) return std::nullopt;
  return QuantizedView{*std::move(tensor), Compact(scale), Compact(zero_point)};
}

// max(a, b) for a lower side, min(a, b) for an upper one.
absl::StatusOr<Value> Bounded(const Value& a, const Value& b, Side side) {
  QCOMPILE_ASSIGN_OR_RETURN(
      Tensor tensor, side == Side::kLower ? ZipNumbers(a.tensor, b.tensor, kFloatMax, kIntegerMax)
                                          : ZipNumbers(a.tensor, b.tensor, kFloatMin, kIntegerMin));
  Value result(std::move(tensor));
  const Shape& shape = result.tensor.shape();
  if (a.quantized && b.quantized) {
    result.quantized = Extreme(*a.quantized, *b.quantized, shape, side);
  } else if (a.quantized && a.tensor.shape() == shape) {
    result.quantized = Clamped(*a.quantized, b.tensor, side);
  } else if (b.quantized && b.tensor.shape() == shape) {
    result.quantized = Clamped(*b.quantized, a.tensor, side);
  }
  return result;
}

Results Relu(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Value& x = *operands[0];
  if (x.tensor.type().kind == TypeKind::kSigned) {
    return Single(MapIntegers(x.tensor, [](int64_t v) { return v < 0 ? 0 : v; }));
  }
  // NaN and -0 stay.
  QCOMPILE_ASSIGN_OR_RETURN(Tensor tensor,
                            MapFloats(x.tensor, [](auto v) { return v < 0 ? decltype(v)(0) : v; }));
  Value result(std::move(tensor));
  if (x.quantized) {
    result.quantized = Clamped(*x.quantized, Tensor::ScalarFloat(0), Side::kLower);
  }
  return std::vector<Value>{std::move(result)};
}

Results Variadic(Operands operands, Side side) {
  QCOMPILE_RETURN_IF_ERROR(CheckVariadic(operands));
  Value result = *operands[0];
  for (size_t i = 1; i < operands.size(); ++i) {
    QCOMPILE_ASSIGN_OR_RETURN(result, Bounded(result, *operands[i], side));
  }
  return std::vector<Value>{std::move(result)};
}

Results Min(const Attributes&, Operands operands) { return Variadic(operands, Side::kUpper); }
Results Max(const Attributes&, Operands operands) { return Variadic(operands, Side::kLower); }

// The finite number of a float type that lies furthest to a side.
Tensor FurthestFloat(DataType type, Side side) {
  const double sign = side == Side::kLower ? -1 : 1;
  double furthest = std::numeric_limits<double>::max();
  if (type == DataType::Float32()) furthest = std::numeric_limits<float>::max();
  if (IsNarrowFloat(type)) {
    furthest = DecodeFloat(type, EncodeFloat(type, furthest, Overflow::kSaturate));
  }
  return Tensor::FromReals(type, {}, {sign * furthest});
}

// A bound of one element; where it is quantized itself its value counts, not its grid. An absent
// one leaves all that is finite.
absl::Status ClipTo(const Value* bound, absl::string_view what, Side side, Value& result) {
  if (bound == nullptr) {
    const DataType type = result.tensor.type();
    if (!type.IsFloat()) return absl::OkStatus();
    QCOMPILE_ASSIGN_OR_RETURN(result, Bounded(result, Value(FurthestFloat(type, side)), side));
    return absl::OkStatus();
  }
  QCOMPILE_RETURN_IF_ERROR(CheckSingle(bound->tensor, what));
  QCOMPILE_ASSIGN_OR_RETURN(result, Bounded(result, Value(bound->tensor.Reshaped({})), side));
  return absl::OkStatus();
}

Results Clip(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 3));
  QCOMPILE_RETURN_IF_ERROR(RefuseAttribute(attributes, "min"));
  QCOMPILE_RETURN_IF_ERROR(RefuseAttribute(attributes, "max"));
  Value result = *operands[0];
  QCOMPILE_RETURN_IF_ERROR(
      ClipTo(OptionalOperand(operands, 1), "the minimum", Side::kLower, result));
  QCOMPILE_RETURN_IF_ERROR(
      ClipTo(OptionalOperand(operands, 2), "the maximum", Side::kUpper, result));
  return std::vector<Value>{std::move(result)};
}

}  // namespace

void RegisterClamps(ReferenceTable& table) {
  table["onnx.Clip"] = Clip;
  table["onnx.Max"] = Max;
  table["onnx.Min"] = Min;
  table["onnx.Relu"] = Relu;
}

}  // namespace qcompile::runtime
