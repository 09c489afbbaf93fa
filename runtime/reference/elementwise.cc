// Arithmetic of ONNX: one float32 rounding per step; integers wrap around.
#include <cmath>
#include <limits>
#include <type_traits>

#include "runtime/reference/checks.h"
#include "runtime/reference/exact_sum.h"
#include "runtime/reference/float_math.h"
#include "runtime/reference/map_elements.h"
#include "runtime/reference/quantized_view.h"
#include "runtime/reference/register.h"

namespace qcompile::runtime {

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
template <typename T>
T TruncatingDivision(T a, T b) {
  if constexpr (std::is_signed_v<T>) {
    if (b == -1) return WrapSub(0, a);
  }
  return a / b;
}

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
  return Single(ZipNumbers(a.tensor, b.tensor, [](auto x, auto y) { return x + y; }, WrapAdd));
}

Results Sub(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  const Value &a = *operands[0], &b = *operands[1];
  if (a.quantized && b.quantized) return Single(ExactSumOfViews(*a.quantized, *b.quantized, -1));
  return Single(ZipNumbers(a.tensor, b.tensor, [](auto x, auto y) { return x - y; }, WrapSub));
}

Results Mul(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  return Single(ZipNumbers(
      operands[0]->tensor, operands[1]->tensor, [](auto x, auto y) { return x * y; }, WrapMul));
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
      operands[0]->tensor, divisor, [](auto x, auto y) { return x / y; },
      [](auto x, auto y) { return TruncatingDivision(x, y); }));
}

// The result has the type of the base. Mixed types meet in a float type, and the power is cut to an
// integer base's type.
// The numbers in a float type.
Tensor FloatsOf(const Tensor& x, DataType type) {
  return x.type() == type ? x : Tensor::FromReals(type, x.shape(), ToDoubles(x));
}

Results Pow(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  const Tensor &base = operands[0]->tensor, &exponent = operands[1]->tensor;
  const auto power = [](auto x, auto y) { return PowOf(x, y); };
  if (base.type().IsFloat()) {
    // In float64 where either is that, else in float32, and rounded to the type of the base once.
    const bool wide = base.type() == DataType::Float64() || exponent.type() == DataType::Float64();
    const DataType type = wide ? DataType::Float64() : DataType::Float32();
    QCOMPILE_ASSIGN_OR_RETURN(
        const Tensor powers,
        ZipNumbers(FloatsOf(base, type), FloatsOf(exponent, type), power, IntegerPower));
    return Single(absl::StatusOr<Tensor>(FloatsOf(powers, base.type())));
  }
  if (exponent.type().IsFloat()) {
    const Tensor wide = Tensor::FromDoubles(base.shape(), ToDoubles(base));
    const Tensor steps = Tensor::FromDoubles(exponent.shape(), ToDoubles(exponent));
    QCOMPILE_ASSIGN_OR_RETURN(const Tensor powers, ZipNumbers(wide, steps, power, IntegerPower));
    std::vector<int64_t> values;
    for (double value : powers.Data<double>()) {
      if (!(value > -0x1p63 && value < 0x1p63)) {
        return absl::OutOfRangeError(absl::StrCat("expected a power of type ",
                                                  base.type().ToString(), ", found ",
                                                  NumberToString(value)));
      }
      values.push_back(static_cast<int64_t>(value));
    }
    return Single(WrappedIntegers(base.type(), powers.shape(), std::move(values)));
  }
  for (int64_t i = 0; i < exponent.size(); ++i) {
    if (exponent.IntegerAt(i) < 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "expected exponents of at least 0 for an integer base, found ", exponent.IntegerAt(i)));
    }
  }
  QCOMPILE_ASSIGN_OR_RETURN(const Tensor converted,
                            WrappedIntegers(base.type(), exponent.shape(), exponent.ToIntegers()));
  return Single(ZipNumbers(base, converted, power, IntegerPower));
}

// The remainder with the sign of the divisor, or with that of the dividend (C's fmod).
template <typename T>
T Remainder(T x, T y, bool fmod) {
  if constexpr (std::is_floating_point_v<T>) {
    const T rest = std::fmod(x, y);
    if (fmod || rest == 0) return rest;
    return (rest < 0) != (y < 0) ? rest + y : rest;
  } else {
    if (std::is_signed_v<T> && y == static_cast<T>(-1)) return 0;
    const T rest = x % y;
    if constexpr (std::is_signed_v<T>) {
      if (!fmod && rest != 0 && (rest < 0) != (y < 0)) return rest + y;
    }
    return rest;
  }
}

Results Mod(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  QCOMPILE_ASSIGN_OR_RETURN(const bool fmod, BoolAttribute(attributes, "fmod", false));
  const Tensor& divisor = operands[1]->tensor;
  if (!fmod && divisor.type().IsFloat()) {
    return absl::InvalidArgumentError("expected fmod to be 1 for floats, found 0");
  }
  for (int64_t i = 0; divisor.type().IsInteger() && i < divisor.size(); ++i) {
    if (divisor.IntegerAt(i) == 0) {
      return absl::InvalidArgumentError("expected integer divisors other than 0, found 0");
    }
  }
  const auto rest = [fmod](auto x, auto y) { return Remainder(x, y, fmod); };
  return Single(ZipNumbers(operands[0]->tensor, divisor, rest, rest));
}

absl::StatusOr<Tensor> SumOf(Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckVariadic(operands));
  Tensor sum = operands[0]->tensor;
  for (size_t i = 1; i < operands.size(); ++i) {
    QCOMPILE_ASSIGN_OR_RETURN(
        sum, ZipNumbers(sum, operands[i]->tensor, [](auto x, auto y) { return x + y; }, WrapAdd));
  }
  return sum;
}

Results Sum(const Attributes& attributes, Operands operands) {
  // Two quantized operands are added exactly.
  if (operands.size() == 2) return Add(attributes, operands);
  return Single(SumOf(operands));
}

Results Mean(const Attributes&, Operands operands) {
  QCOMPILE_ASSIGN_OR_RETURN(const Tensor sum, SumOf(operands));
  const auto count = static_cast<int64_t>(operands.size());
  return Single(MapFloats(sum, [count](auto x) {
    return static_cast<decltype(x)>(x / static_cast<decltype(x)>(count));
  }));
}

template <typename F>
Results UnaryFloat(Operands operands, F f) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  return Single(MapFloats(operands[0]->tensor, f));
}

template <typename F>
Results UnaryNumber(Operands operands, F f) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Tensor& x = operands[0]->tensor;
  if (x.type().kind == TypeKind::kSigned || x.type().kind == TypeKind::kUnsigned) {
    return Single(MapIntegers(x, f));
  }
  return Single(MapFloats(x, f));
}

Results Sqrt(const Attributes&, Operands operands) {
  return UnaryFloat(operands, [](auto x) { return std::sqrt(x); });
}
Results Exp(const Attributes&, Operands operands) {
  return UnaryFloat(operands, [](auto x) { return ExpOf(x); });
}
Results Log(const Attributes&, Operands operands) {
  return UnaryFloat(operands, [](auto x) { return LogOf(x); });
}
Results Erf(const Attributes&, Operands operands) {
  return UnaryFloat(operands, [](auto x) { return ErfOf(x); });
}
Results Reciprocal(const Attributes&, Operands operands) {
  return UnaryFloat(operands, [](auto x) { return decltype(x)(1) / x; });
}
Results Floor(const Attributes&, Operands operands) {
  return UnaryFloat(operands, [](auto x) { return std::floor(x); });
}
Results Ceil(const Attributes&, Operands operands) {
  return UnaryFloat(operands, [](auto x) { return std::ceil(x); });
}
Results Round(const Attributes&, Operands operands) {
  // Half to even, in the default rounding direction of the processor.
  return UnaryFloat(operands, [](auto x) { return std::nearbyint(x); });
}
Results Neg(const Attributes&, Operands operands) {
  return UnaryNumber(operands, [](auto x) {
    if constexpr (std::is_integral_v<decltype(x)>)
      return WrapSub(0, x);
    else
      return -x;
  });
}
Results Abs(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Tensor& x = operands[0]->tensor;
  if (x.type().kind == TypeKind::kUnsigned) return std::vector<Value>{*operands[0]};
  return UnaryNumber(operands, [](auto v) {
    if constexpr (std::is_integral_v<decltype(v)>)
      return v < 0 ? WrapSub(0, v) : v;
    else
      return std::fabs(v);
  });
}
Results Sign(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Tensor& x = operands[0]->tensor;
  if (x.type().kind == TypeKind::kUnsigned) {
    return Single(MapIntegers(x, [](int64_t v) { return int64_t{v != 0}; }));
  }
  return UnaryNumber(operands, [](auto v) {
    using T = decltype(v);
    return v > 0 ? T(1) : v < 0 ? T(-1) : v == 0 ? T(0) : v;
  });
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
  table["onnx.Mean"] = Mean;
  table["onnx.Mod"] = Mod;
  table["onnx.Mul"] = Mul;
  table["onnx.Neg"] = Neg;
  table["onnx.Pow"] = Pow;
  table["onnx.Reciprocal"] = Reciprocal;
  table["onnx.Round"] = Round;
  table["onnx.Sign"] = Sign;
  table["onnx.Sqrt"] = Sqrt;
  table["onnx.Sub"] = Sub;
  table["onnx.Sum"] = Sum;
}

}  // namespace qcompile::runtime
