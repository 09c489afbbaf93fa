// The quantizers of QONNX. Codes come from the source's own float32 steps; the value is the exact
// reading of the codes, which equals the source's float32 output wherever (code - zero point) is
// a float32 number: always, for integer zero points and codes of up to 24 bits.
#include <algorithm>
#include <cmath>

#include "runtime/reference/broadcast.h"
#include "runtime/reference/checks.h"
#include "runtime/reference/quantized_view.h"
#include "runtime/reference/register.h"
#include "runtime/reference/rounding.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

// Some exporters (QKeras) write scales and zero points as integers.
Tensor AsFloat(const Tensor& parameter) {
  if (!parameter.type().IsInteger()) return parameter;
  Tensor result(DataType::Float32(), parameter.shape());
  absl::Span<float> out = result.MutableData<float>();
  for (int64_t i = 0; i < parameter.size(); ++i) {
    out[i] = static_cast<float>(parameter.IntegerAt(i));
  }
  return result;
}

absl::Status CheckScale(const Tensor& scale, absl::string_view what) {
  QCOMPILE_RETURN_IF_ERROR(CheckFloat(scale, what));
  for (float s : scale.Floats()) {
    if (!(s > 0) || !std::isfinite(s)) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected ", what, " to be finite and positive, found ", NumberToString(s)));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckZeroPoint(const Tensor& zero_point) {
  QCOMPILE_RETURN_IF_ERROR(CheckFloat(zero_point, "the zero point"));
  for (float z : zero_point.Floats()) {
    if (!std::isfinite(z)) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected the zero point to be finite, found ", NumberToString(z)));
    }
  }
  return absl::OkStatus();
}

// Bit widths may come as floats or integers.
absl::StatusOr<std::vector<int>> ReadBitWidths(const Tensor& widths) {
  std::vector<int> result;
  for (int64_t i = 0; i < widths.size(); ++i) {
    const double bits = widths.DoubleAt(i);
    if (!(bits >= 1 && bits <= 32) || bits != std::trunc(bits)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "expected a bit width that is an integer from 1 to 32, found ", NumberToString(bits)));
    }
    result.push_back(static_cast<int>(bits));
  }
  return result;
}

struct Bounds {
  int64_t low;
  int64_t high;
};

Bounds BoundsOf(int bits, bool is_signed, bool narrow) {
  if (is_signed) {
    const int64_t half = int64_t{1} << (bits - 1);
    return {narrow ? 1 - half : -half, half - 1};
  }
  return {0, (int64_t{1} << bits) - (narrow ? 2 : 1)};
}

DataType CodeType(int bits, bool is_signed) {
  if (!is_signed) return DataType::Unsigned(bits);
  return bits == 1 ? DataType::Bipolar() : DataType::Signed(bits);
}

// The value whose codes are `codes`; scale and zero point broadcast against them. Weights have
// millions of codes, so each form of them goes before the next one is made.
Results Quantized(DataType type, const Shape& shape, std::vector<int64_t> codes,
                  const Tensor& scale, const Tensor& zero_point) {
  QCOMPILE_ASSIGN_OR_RETURN(Tensor tensor, Tensor::FromIntegers(type, shape, codes));
  std::vector<int64_t>().swap(codes);
  const auto rank = static_cast<int64_t>(shape.size());
  return std::vector<Value>{MakeQuantized(
      QuantizedView{std::move(tensor), ExtendRank(scale, rank), ExtendRank(zero_point, rank)})};
}

// A parameter as float32, without dimensions of 1 in front of those of the quantized operand.
Tensor ReadParameter(const Tensor& parameter, const Tensor& x) {
  Shape shape = parameter.shape();
  while (shape.size() > x.shape().size() && shape.front() == 1) shape.erase(shape.begin());
  return AsFloat(parameter).Reshaped(std::move(shape));
}

absl::StatusOr<Shape> CommonShape(std::initializer_list<const Tensor*> tensors) {
  Shape shape;
  for (const Tensor* tensor : tensors) {
    QCOMPILE_ASSIGN_OR_RETURN(shape, BroadcastShapes(shape, tensor->shape()));
  }
  return shape;
}

// x / scale + zero point, one float32 rounding per step.
std::vector<float> Scaled(const Tensor& x, const Tensor& scale, const Tensor& zero_point,
                          const Shape& shape) {
  const BroadcastIndex x_index(x.shape(), shape);
  const BroadcastIndex scale_index(scale.shape(), shape);
  const BroadcastIndex zero_index(zero_point.shape(), shape);
  absl::Span<const float> values = x.Floats(), scales = scale.Floats(), zeros = zero_point.Floats();
  std::vector<float> result(static_cast<size_t>(NumElements(shape)));
  for (size_t i = 0; i < result.size(); ++i) {
    const auto n = static_cast<int64_t>(i);
    const float quotient = values[x_index(n)] / scales[scale_index(n)];
    result[i] = quotient + zeros[zero_index(n)];
  }
  return result;
}

Results Quant(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 4, 4));
  const Tensor& x = operands[0]->tensor;
  const Tensor scale = ReadParameter(operands[1]->tensor, x),
               zero_point = ReadParameter(operands[2]->tensor, x),
               widths = ReadParameter(operands[3]->tensor, x);
  QCOMPILE_RETURN_IF_ERROR(CheckFloat(x, "the quantized operand"));
  QCOMPILE_RETURN_IF_ERROR(CheckScale(scale, "the scale"));
  QCOMPILE_RETURN_IF_ERROR(CheckZeroPoint(zero_point));
  QCOMPILE_ASSIGN_OR_RETURN(const std::vector<int> bits, ReadBitWidths(widths));
  QCOMPILE_ASSIGN_OR_RETURN(const bool is_signed, BoolAttribute(attributes, "signed", true));
  QCOMPILE_ASSIGN_OR_RETURN(const bool narrow, BoolAttribute(attributes, "narrow", false));
  QCOMPILE_ASSIGN_OR_RETURN(const std::string name,
                            StringAttribute(attributes, "rounding_mode", "ROUND"));
  QCOMPILE_ASSIGN_OR_RETURN(const RoundingMode mode, ParseRoundingMode(name));
  QCOMPILE_ASSIGN_OR_RETURN(const Shape shape, CommonShape({&x, &scale, &zero_point, &widths}));

  std::vector<float> scaled = Scaled(x, scale, zero_point, shape);
  const BroadcastIndex bits_index(widths.shape(), shape);
  int widest = 1;
  for (int b : bits) widest = std::max(widest, b);
  std::vector<int64_t> codes(scaled.size());
  for (size_t i = 0; i < codes.size(); ++i) {
    const int b = bits[static_cast<size_t>(bits_index(static_cast<int64_t>(i)))];
    if (b == 1 && is_signed) {
      codes[i] = scaled[i] >= 0 ? 1 : -1;
      continue;
    }
    const Bounds bounds = BoundsOf(b, is_signed, narrow);
    codes[i] = RoundAndClamp(scaled[i], mode, bounds.low, bounds.high);
  }
  std::vector<float>().swap(scaled);
  return Quantized(CodeType(widest, is_signed), shape, std::move(codes), scale, zero_point);
}

Results BipolarQuant(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  const Tensor& x = operands[0]->tensor;
  const Tensor scale = ReadParameter(operands[1]->tensor, x);
  QCOMPILE_RETURN_IF_ERROR(CheckFloat(x, "the quantized operand"));
  QCOMPILE_RETURN_IF_ERROR(CheckScale(scale, "the scale"));
  QCOMPILE_ASSIGN_OR_RETURN(const Shape shape, CommonShape({&x, &scale}));
  const BroadcastIndex index(x.shape(), shape);
  std::vector<int64_t> codes(static_cast<size_t>(NumElements(shape)));
  for (size_t i = 0; i < codes.size(); ++i) {
    codes[i] = x.Floats()[index(static_cast<int64_t>(i))] >= 0 ? 1 : -1;
  }
  return Quantized(DataType::Bipolar(), shape, std::move(codes), scale, Tensor::ScalarFloat(0));
}

// 2^round(log2(ratio)) for a positive ratio. No fraction has the logarithm n + 1/2, so comparing
// squares decides.
double NearestPowerOfTwo(double ratio) {
  int exponent = 0;
  const double mantissa = std::frexp(ratio, &exponent);  // in [1/2, 1)
  return std::ldexp(1.0, mantissa * mantissa > 0.5 ? exponent : exponent - 1);
}

// A tensor of one element, as its number.
absl::StatusOr<int> SingleBitWidth(const Tensor& widths, absl::string_view what) {
  QCOMPILE_RETURN_IF_ERROR(CheckSingle(widths, what));
  QCOMPILE_ASSIGN_OR_RETURN(const std::vector<int> bits, ReadBitWidths(widths));
  return bits[0];
}

// Integers, or no reading where one is too large (or not a number at all).
Results TruncatedValue(std::vector<double> codes, const Shape& shape, const Tensor& scale,
                       const Tensor& zero_point) {
  std::vector<int64_t> integers(codes.size());
  bool fits = true;
  for (size_t i = 0; i < codes.size() && fits; ++i) {
    fits = std::fabs(codes[i]) < 0x1p31;
    if (fits) integers[i] = static_cast<int64_t>(codes[i]);
  }
  if (fits) return Quantized(DataType::Signed(32), shape, integers, scale, zero_point);
  const BroadcastIndex scale_index(scale.shape(), shape);
  const BroadcastIndex zero_index(zero_point.shape(), shape);
  Tensor result(DataType::Float32(), shape);
  absl::Span<float> out = result.MutableData<float>();
  for (int64_t i = 0; i < result.size(); ++i) {
    const float code = static_cast<float>(codes[static_cast<size_t>(i)]);
    const float difference = code - zero_point.Floats()[zero_index(i)];
    out[i] = difference * scale.Floats()[scale_index(i)];
  }
  return std::vector<Value>{Value(std::move(result))};
}

// Version 1: the output keeps the input's scale, and nothing is clamped.
Results TruncV1(Operands operands, RoundingMode mode) {
  const Tensor& x = operands[0]->tensor;
  const Tensor scale = AsFloat(operands[1]->tensor), zero_point = AsFloat(operands[2]->tensor);
  QCOMPILE_ASSIGN_OR_RETURN(const int in_bits,
                            SingleBitWidth(operands[3]->tensor, "the input bit width"));
  QCOMPILE_ASSIGN_OR_RETURN(const int out_bits,
                            SingleBitWidth(operands[4]->tensor, "the output bit width"));
  QCOMPILE_ASSIGN_OR_RETURN(const Shape shape, CommonShape({&x, &scale, &zero_point}));
  std::vector<double> codes;
  for (float y : Scaled(x, scale, zero_point, shape)) {
    const double code = RoundToIntegral(y, RoundingMode::kHalfEven);
    codes.push_back(RoundToIntegral(std::ldexp(code, out_bits - in_bits), mode));
  }
  return TruncatedValue(std::move(codes), shape, scale, zero_point);
}

// Version 2: rescaled by a power of two and clamped to the output width.
Results TruncV2(const Attributes& attributes, Operands operands, RoundingMode mode) {
  const Tensor& x = operands[0]->tensor;
  const Tensor scale = AsFloat(operands[1]->tensor), zero_point = AsFloat(operands[2]->tensor),
               out_scale = AsFloat(operands[4]->tensor);
  QCOMPILE_RETURN_IF_ERROR(CheckScale(out_scale, "the output scale"));
  QCOMPILE_ASSIGN_OR_RETURN(const int out_bits,
                            SingleBitWidth(operands[5]->tensor, "the output bit width"));
  QCOMPILE_ASSIGN_OR_RETURN(const bool is_signed, BoolAttribute(attributes, "signed", true));
  QCOMPILE_ASSIGN_OR_RETURN(const bool narrow, BoolAttribute(attributes, "narrow", false));
  QCOMPILE_ASSIGN_OR_RETURN(const Shape shape, CommonShape({&x, &scale, &zero_point, &out_scale}));
  const Bounds bounds = BoundsOf(out_bits, is_signed, narrow);
  // A narrow signed bit has the single code 0, which no bipolar type holds.
  const DataType type = is_signed ? DataType::Signed(out_bits) : DataType::Unsigned(out_bits);

  const std::vector<float> scaled = Scaled(x, scale, zero_point, shape);
  const BroadcastIndex scale_index(scale.shape(), shape), out_index(out_scale.shape(), shape),
      zero_index(zero_point.shape(), shape);
  Tensor out_zero(DataType::Float32(), shape);
  absl::Span<float> out_zeros = out_zero.MutableData<float>();
  std::vector<int64_t> codes(scaled.size());
  for (size_t i = 0; i < codes.size(); ++i) {
    const auto n = static_cast<int64_t>(i);
    const double out = out_scale.Floats()[out_index(n)], in = scale.Floats()[scale_index(n)];
    const double t = NearestPowerOfTwo(out / in);
    const double code = RoundToIntegral(scaled[i], RoundingMode::kHalfEven) / t;
    codes[i] = RoundAndClamp(code, mode, bounds.low, bounds.high);
    out_zeros[i] = static_cast<float>(zero_point.Floats()[zero_index(n)] / t);
  }
  QCOMPILE_RETURN_IF_ERROR(CheckZeroPoint(out_zero));
  return Quantized(type, shape, codes, out_scale, Compact(std::move(out_zero)));
}

// The number of operands tells the versions apart, since many files import no version at all.
Results Trunc(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 5, 6));
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, operands.size(), 6));
  QCOMPILE_RETURN_IF_ERROR(CheckFloat(operands[0]->tensor, "the truncated operand"));
  QCOMPILE_RETURN_IF_ERROR(CheckScale(AsFloat(operands[1]->tensor), "the scale"));
  QCOMPILE_RETURN_IF_ERROR(CheckZeroPoint(AsFloat(operands[2]->tensor)));
  QCOMPILE_ASSIGN_OR_RETURN(const std::string name,
                            StringAttribute(attributes, "rounding_mode", "FLOOR"));
  QCOMPILE_ASSIGN_OR_RETURN(const RoundingMode mode, ParseRoundingMode(name));
  return operands.size() == 5 ? TruncV1(operands, mode) : TruncV2(attributes, operands, mode);
}

}  // namespace

void RegisterQuantizers(ReferenceTable& table) {
  table["onnx.BipolarQuant"] = BipolarQuant;
  table["onnx.IntQuant"] = Quant;
  table["onnx.Quant"] = Quant;
  table["onnx.Trunc"] = Trunc;
  table["onnx.Trunc_v1"] = Trunc;
}

}  // namespace qcompile::runtime
