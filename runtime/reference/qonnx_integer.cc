// The operators of QONNX whose results are integers: MultiThreshold, XnorPopcountMatMul,
// QuantAvgPool2d.
#include <algorithm>
#include <cmath>
#include <optional>

#include "runtime/reference/checks.h"
#include "runtime/reference/lanes.h"
#include "runtime/reference/quantized_view.h"
#include "runtime/reference/register.h"
#include "runtime/reference/registry.h"
#include "runtime/reference/status_macros.h"
#include "runtime/reference/window.h"

namespace qcompile::runtime {
namespace {

// Unsigned, and wide enough for every count from 0 to `largest`.
DataType CountType(int64_t largest) {
  int bits = 1;
  while (DataType::Unsigned(bits).MaxValue() < largest) ++bits;
  return DataType::Unsigned(bits);
}

// Integers as codes of scale `scale` and zero point `zero_point`.
absl::StatusOr<Value> Coded(DataType type, const Shape& shape, absl::Span<const int64_t> codes,
                            float scale, float zero_point) {
  QCOMPILE_ASSIGN_OR_RETURN(Tensor tensor, Tensor::FromIntegers(type, shape, codes));
  const Shape ones(shape.size(), 1);
  return MakeQuantized({std::move(tensor), Tensor::ScalarFloat(scale).Reshaped(ones),
                        Tensor::ScalarFloat(zero_point).Reshaped(ones)});
}

// scale * count + bias, one float32 rounding per step.
float Level(float scale, float bias, int64_t count) {
  const float product = scale * static_cast<float>(count);
  return product + bias;
}

// The zero point with which scale * (count - zero point) is every level exactly, if there is one.
std::optional<float> LevelZeroPoint(float scale, float bias, int64_t counts) {
  if (!(scale > 0) || !std::isfinite(scale) || !std::isfinite(bias)) return std::nullopt;
  const float zero_point = -bias / scale;
  if (static_cast<double>(zero_point) * scale != -static_cast<double>(bias)) return std::nullopt;
  for (int64_t count = 0; count <= counts; ++count) {
    if (ReadingToFloat(count, scale, zero_point) != Level(scale, bias, count)) return std::nullopt;
  }
  return zero_point + 0.0f;
}

absl::StatusOr<int64_t> ChannelAxis(const Attributes& attributes, int64_t rank) {
  QCOMPILE_ASSIGN_OR_RETURN(const std::string layout,
                            StringAttribute(attributes, "data_layout", "NCHW"));
  if (rank < 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected an operand of rank 2 or more, found rank ", rank));
  }
  return !layout.empty() && layout.back() == 'C' ? rank - 1 : 1;
}

Results MultiThreshold(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  const Tensor &x = operands[0]->tensor, &thresholds = operands[1]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckFloat(x, "the compared operand"));
  QCOMPILE_RETURN_IF_ERROR(CheckFloat(thresholds, "thresholds"));
  QCOMPILE_ASSIGN_OR_RETURN(const float scale, FloatAttribute(attributes, "out_scale", 1));
  QCOMPILE_ASSIGN_OR_RETURN(const float bias, FloatAttribute(attributes, "out_bias", 0));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t axis, ChannelAxis(attributes, x.rank()));
  const Lanes lanes = LanesAlong(x.shape(), axis);
  const bool fits = thresholds.rank() == 2 &&
                    (thresholds.shape()[0] == 1 || thresholds.shape()[0] == lanes.extent);
  if (!fits) {
    return absl::InvalidArgumentError(absl::StrCat("expected thresholds for 1 or ", lanes.extent,
                                                   " channels, found shape ",
                                                   ShapeToString(thresholds.shape())));
  }
  const int64_t levels = thresholds.shape()[1];
  std::vector<int64_t> counts(static_cast<size_t>(x.size()));
  for (size_t i = 0; i < counts.size(); ++i) {
    const int64_t channel = static_cast<int64_t>(i) / lanes.inner % lanes.extent;
    const float* row =
        thresholds.Floats().data() + (thresholds.shape()[0] == 1 ? 0 : channel * levels);
    const float value = x.Floats()[i];
    counts[i] = std::count_if(row, row + levels, [value](float t) { return value >= t; });
  }
  if (std::optional<float> zero_point = LevelZeroPoint(scale, bias, levels)) {
    return Single(Coded(CountType(levels), x.shape(), counts, scale, *zero_point));
  }
  Tensor result(DataType::Float32(), x.shape());
  absl::Span<float> out = result.MutableData<float>();
  for (size_t i = 0; i < counts.size(); ++i) out[i] = Level(scale, bias, counts[i]);
  return Single(absl::StatusOr<Tensor>(std::move(result)));
}

absl::Status CheckBits(const Tensor& x) {
  QCOMPILE_RETURN_IF_ERROR(CheckFloat(x, "a matrix of bits"));
  for (float v : x.Floats()) {
    if (v != 0 && v != 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected elements 0 and 1, found ", NumberToString(v)));
    }
  }
  return absl::OkStatus();
}

// Equal bits of a and b are a b + (1 - a) (1 - b): counted as half of K plus the product of the
// bits read as -1 and +1, all of which are codes.
Results XnorPopcountMatMul(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  std::vector<Value> signs;
  for (const Value* operand : operands) {
    QCOMPILE_RETURN_IF_ERROR(CheckBits(operand->tensor));
    std::vector<int64_t> codes;
    for (float v : operand->tensor.Floats()) codes.push_back(v == 1 ? 1 : -1);
    QCOMPILE_ASSIGN_OR_RETURN(Value sign,
                              Coded(DataType::Bipolar(), operand->tensor.shape(), codes, 1, 0));
    signs.push_back(std::move(sign));
  }
  const std::vector<const Value*> factors = {&signs[0], &signs[1]};
  QCOMPILE_ASSIGN_OR_RETURN(const std::vector<Value> products,
                            FindReference("onnx.MatMul")(Attributes(), factors));
  const int64_t k = operands[0]->tensor.shape().back();
  // Within 24 bits float32 sums of bits are exact.
  if (k >= int64_t{1} << 24) {
    return absl::ResourceExhaustedError(
        absl::StrCat("expected rows of fewer than 2^24 bits, found ", k));
  }
  std::vector<int64_t> counts;
  for (float product : products[0].tensor.Floats()) {
    counts.push_back((static_cast<int64_t>(product) + k) / 2);
  }
  return Single(Coded(CountType(k), products[0].tensor.shape(), counts, 1, 0));
}

absl::StatusOr<int64_t> ReadRange(const Attributes& attributes, absl::string_view name,
                                  int64_t least, int64_t most) {
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t value, IntAttribute(attributes, name, std::nullopt));
  if (value >= least && value <= most) return value;
  return absl::InvalidArgumentError(absl::StrCat("expected attribute '", name, "' from ", least,
                                                 " to ", most, ", found ", value));
}

// What QuantAvgPool2d says about its window and the shift of its sums.
struct QuantPool {
  int64_t stride = 1, kernel = 1, shift = 0;
  DataType type;
};

absl::StatusOr<QuantPool> ReadQuantPool(const Attributes& attributes) {
  QuantPool pool;
  QCOMPILE_ASSIGN_OR_RETURN(pool.stride, ReadRange(attributes, "stride", 1, 1 << 15));
  QCOMPILE_ASSIGN_OR_RETURN(pool.kernel, ReadRange(attributes, "kernel", 1, 1 << 10));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t in_bits, ReadRange(attributes, "ibits", 1, 32));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t out_bits, ReadRange(attributes, "obits", 1, 32));
  QCOMPILE_ASSIGN_OR_RETURN(const bool is_signed, BoolAttribute(attributes, "signed", false));
  // The width of the largest unsigned sum, whatever the sign of the input (as the executor).
  const int64_t largest = ((int64_t{1} << in_bits) - 1) * pool.kernel * pool.kernel;
  int64_t bits = 0;
  while (largest >> bits != 0) ++bits;
  pool.shift = std::max<int64_t>(0, bits - out_bits);
  pool.type = is_signed ? DataType::Signed(static_cast<int>(out_bits))
                        : DataType::Unsigned(static_cast<int>(out_bits));
  return pool;
}

// NCHW. Sums are rounded to integers and shifted right, towards minus infinity.
absl::StatusOr<Value> PoolPlanes(const Tensor& x, const QuantPool& pool) {
  Attributes attributes;
  attributes.Set("kernel_shape", std::vector<int64_t>{pool.kernel, pool.kernel});
  attributes.Set("strides", std::vector<int64_t>{pool.stride, pool.stride});
  QCOMPILE_ASSIGN_OR_RETURN(const Window window, ReadWindow(attributes, x.shape(), {}));
  const int64_t planes = x.shape()[0] * x.shape()[1];
  Shape shape{x.shape()[0], x.shape()[1]};
  for (int64_t d : window.OutShape()) shape.push_back(d);
  std::vector<int64_t> codes;
  std::vector<double> sums(static_cast<size_t>(window.out_size()));
  DataType type = pool.type;
  for (int64_t p = 0; p < planes; ++p) {
    std::fill(sums.begin(), sums.end(), 0.0);
    const float* plane = x.Floats().data() + p * window.in_size();
    for (int64_t tap = 0; tap < window.taps(); ++tap) {
      window.AddTap<float, double>(tap, 1, plane, sums.data());
    }
    for (double sum : sums) {
      const double rounded = std::nearbyint(sum);
      if (!(std::fabs(rounded) < 0x1p47)) {
        return absl::OutOfRangeError(
            absl::StrCat("expected sums of integers, found ", NumberToString(sum)));
      }
      codes.push_back(static_cast<int64_t>(rounded) >> pool.shift);
      // Inputs wider than their attribute says make wider results.
      if (!type.Contains(codes.back())) type = DataType::Signed(48);
    }
  }
  return Coded(type, shape, codes, 1, 0);
}

Results QuantAvgPool2d(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  QCOMPILE_RETURN_IF_ERROR(CheckFloat(operands[0]->tensor, "the pooled operand"));
  if (operands[0]->tensor.rank() != 4) {
    return absl::InvalidArgumentError(absl::StrCat("expected an operand of rank 4, found shape ",
                                                   ShapeToString(operands[0]->tensor.shape())));
  }
  QCOMPILE_ASSIGN_OR_RETURN(const QuantPool pool, ReadQuantPool(attributes));
  QCOMPILE_ASSIGN_OR_RETURN(const std::string layout,
                            StringAttribute(attributes, "data_layout", "NCHW"));
  if (layout != "NHWC") return Single(PoolPlanes(operands[0]->tensor, pool));
  Attributes first, last;
  first.Set("perm", std::vector<int64_t>{0, 3, 1, 2});
  last.Set("perm", std::vector<int64_t>{0, 2, 3, 1});
  const ReferenceFunction transpose = FindReference("onnx.Transpose");
  QCOMPILE_ASSIGN_OR_RETURN(const std::vector<Value> moved, transpose(first, operands));
  QCOMPILE_ASSIGN_OR_RETURN(const Value pooled, PoolPlanes(moved[0].tensor, pool));
  const Value* operand = &pooled;
  return transpose(last, {&operand, 1});
}

}  // namespace

void RegisterQonnxIntegers(ReferenceTable& table) {
  table["onnx.MultiThreshold"] = MultiThreshold;
  table["onnx.QuantAvgPool2d"] = QuantAvgPool2d;
  table["onnx.XnorPopcountMatMul"] = XnorPopcountMatMul;
}

}  // namespace qcompile::runtime
