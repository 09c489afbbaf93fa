// Arithmetic of ONNX: one float32 rounding per step; integers wrap around.
#include <cmath>
#include <limits>

#include "runtime/reference/checks.h"
#include "runtime/reference/exact_sum.h"
#include "runtime/reference/float_math.h"
#include "runtime/reference/map_elements.h"
#include "runtime/reference/quantized_view.h"
#include "runtime/reference/register.h"

namespace qcompile::runtime {

int64_t WrapToType(int64_t value, DataType type) {
  if (type.kind == TypeKind::kBool || type.kind == TypeKind::kBipolar || type.bits >= 64) {
    return value;
  }
  const int spare = 64 - type.bits;
  const uint64_t shifted = static_cast<uint64_t>(value) << spare;
  return type.kind == TypeKind::kSigned ? static_cast<int64_t>(shifted) >> spare
                                        : static_cast<int64_t>(shifted >> spare);
}

absl::StatusOr<Tensor> WrappedIntegers(DataType type, Shape shape, std::vector<int64_t> values) {
  for (int64_t& value : values) value = WrapToType(value, type);
  return Tensor::FromIntegers(type, std::move(shape), values);
}

namespace {

// Integer arithmetic modulo 2^64: overflow is defined on unsigned operands.
int64_t WrapAdd(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}
int64_t WrapSub(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}
int64_t WrapMul(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
}
int64_t TruncatingDivision(int64_t a, int64_t b) { return b == -1 ? WrapSub(0, a) : a / b; }

int64_t IntegerPower(int64_t base, int64_t exponent) {
  int64_t result = 1;
  for (; exponent > 0; exponent >>= 1) {
    if (exponent & 1) result = WrapMul(result, base);
    base = WrapMul(base, base);
  }
  return result;
}

// A sum of two exact readings, rounded once.
absl::StatusOr<Tensor> ExactSumOfViews(const QuantizedView& a, const QuantizedView& b,
                                       double b_sign) {
  QCOMPILE_ASSIGN_OR_RETURN(const Shape shape, BroadcastShapes(a.codes.shape(), b.codes.shape()));
  Tensor result(DataType::Float32(), shape);
  absl::Span<float> out = result.MutableData<float>();
  struct Side {
    const QuantizedView& view;
    BroadcastIndex codes, scales, zeros;
    double sign;
  };
  auto side = [&](const QuantizedView& view, double sign) {
    return Side{view, BroadcastIndex(view.codes.shape(), shape),
                BroadcastIndex(view.scale.shape(), shape),
                BroadcastIndex(view.zero_point.shape(), shape), sign};
  };
  const Side sides[] = {side(a, 1), side(b, b_sign)};
  ExactSum sum;
  for (int64_t i = 0; i < result.size(); ++i) {
    sum.Clear();
    for (const Side& s : sides) {
      AddReading(s.view.codes.IntegerAt(s.codes(i)), s.view.scale.Floats()[s.scales(i)],
                 s.view.zero_point.Floats()[s.zeros(i)], s.sign, sum);
    }
    out[i] = sum.RoundToFloat();
  }
  return result;
}

Results Add(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  const Value &a = *operands[0], &b = *operands[1];
  if (a.quantized && b.quantized) return Single(ExactSumOfViews(*a.quantized, *b.quantized, 1));
  return Single(ZipNumbers(a.tensor, b.tensor, [](float x, float y) { return x + y; }, WrapAdd));
}

Results Sub(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  const Value &a = *operands[0], &b = *operands[1];
  if (a.quantized && b.quantized) return Single(ExactSumOfViews(*a.quantized, *b.quantized, -1));
  return Single(ZipNumbers(a.tensor, b.tensor, [](float x, float y) { return x - y; }, WrapSub));
}

Results Mul(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  return Single(ZipNumbers(
      operands[0]->tensor, operands[1]->tensor, [](float x, float y) { return x * y; }, WrapMul));
}

Results Div(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  const Tensor& divisor = operands[1]->tensor;
  for (int64_t i = 0; divisor.type().IsInteger() && i < divisor.size(); ++i) {
    if (divisor.IntegerAt(i) == 0) {
      return absl::InvalidArgumentError("expected integer divisors other than 0, found 0");
    }
  }
  return Single(ZipNumbers(
      operands[0]->tensor, divisor, [](float x, float y) { return x / y; }, TruncatingDivision));
}

Results Pow(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  const Tensor& base = operands[0]->tensor;
  Tensor exponent = operands[1]->tensor;
  if (base.type() == DataType::Float32() && exponent.type().IsInteger()) {
    Tensor converted(DataType::Float32(), exponent.shape());
    absl::Span<float> out = converted.MutableData<float>();
    for (int64_t i = 0; i < exponent.size(); ++i) {
      out[i] = static_cast<float>(exponent.IntegerAt(i));
    }
    exponent = converted;
  }
  for (int64_t i = 0; exponent.type().IsInteger() && i < exponent.size(); ++i) {
    if (exponent.IntegerAt(i) < 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "expected exponents of at least 0 for an integer base, found ", exponent.IntegerAt(i)));
    }
  }
  return Single(ZipNumbers(base, exponent, PowFloat, IntegerPower));
}

template <typename F>
Results UnaryFloat(Operands operands, F f) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  return Single(MapFloats(operands[0]->tensor, f));
}

template <typename F, typename G>
Results UnaryNumber(Operands operands, F f, G g) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Tensor& x = operands[0]->tensor;
  if (x.type().kind == TypeKind::kSigned || x.type().kind == TypeKind::kUnsigned) {
    return Single(MapIntegers(x, g));
  }
  return Single(MapFloats(x, f));
}

Results Sqrt(const Attributes&, Operands operands) {
  return UnaryFloat(operands, [](float x) { return std::sqrt(x); });
}
Results Exp(const Attributes&, Operands operands) { return UnaryFloat(operands, ExpFloat); }
Results Log(const Attributes&, Operands operands) { return UnaryFloat(operands, LogFloat); }
Results Erf(const Attributes&, Operands operands) { return UnaryFloat(operands, ErfFloat); }
Results Reciprocal(const Attributes&, Operands operands) {
  return UnaryFloat(operands, [](float x) { return 1.0f / x; });
}
Results Floor(const Attributes&, Operands operands) {
  return UnaryFloat(operands, [](float x) { return std::floor(x); });
}
Results Ceil(const Attributes&, Operands operands) {
  return UnaryFloat(operands, [](float x) { return std::ceil(x); });
}
Results Round(const Attributes&, Operands operands) {
  // Half to even, in the default rounding direction of the processor.
  return UnaryFloat(operands, [](float x) { return std::nearbyint(x); });
}
Results Neg(const Attributes&, Operands operands) {
  return UnaryNumber(operands, [](float x) { return -x; }, [](int64_t x) { return WrapSub(0, x); });
}
Results Abs(const Attributes&, Operands operands) {
  return UnaryNumber(
      operands, [](float x) { return std::fabs(x); },
      [](int64_t x) { return x < 0 ? WrapSub(0, x) : x; });
}
Results Sign(const Attributes&, Operands operands) {
  return UnaryNumber(
      operands, [](float x) { return x > 0    ? 1.0f
                                     : x < 0  ? -1.0f
                                     : x == 0 ? 0.0f
                                              : x; },
      [](int64_t x) { return int64_t{x > 0} - int64_t{x < 0}; });
}

}  // namespace

void RegisterElementwise(ReferenceTable& table) {
  table["onnx.Abs"] = Abs;
  table["onnx.Add"] = Add;
  table["onnx.Ceil"] = Ceil;
  table["onnx.Div"] = Div;
  table["onnx.Erf"] = Erf;
  table["onnx.Exp"] = Exp;
  table["onnx.Floor"] = Floor;
  table["onnx.Log"] = Log;
  table["onnx.Mul"] = Mul;
  table["onnx.Neg"] = Neg;
  table["onnx.Pow"] = Pow;
  table["onnx.Reciprocal"] = Reciprocal;
  table["onnx.Round"] = Round;
  table["onnx.Sign"] = Sign;
  table["onnx.Sqrt"] = Sqrt;
  table["onnx.Sub"] = Sub;
}

}  // namespace qcompile::runtime
