// The qnn dialect (docs/Qnn.md): exact integers. Check numbers are those of the document.
#include <algorithm>
#include <cmath>
#include <limits>

#include "runtime/reference/broadcast.h"
#include "runtime/reference/checks.h"
#include "runtime/reference/exact_sum.h"
#include "runtime/reference/register.h"
#include "runtime/reference/rounding.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

absl::Status CheckInteger(const Tensor& tensor, absl::string_view what) {
  if (tensor.type().IsInteger()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("expected ", what, " of an integer type, found ", tensor.type().ToString()));
}

absl::StatusOr<DataType> IntegerResultType(const Attributes& attributes) {
  QCOMPILE_ASSIGN_OR_RETURN(const std::string name,
                            StringAttribute(attributes, "result_type", std::nullopt));
  QCOMPILE_ASSIGN_OR_RETURN(const DataType type, DataType::Parse(name));
  if (type.IsInteger()) return type;
  return absl::InvalidArgumentError(absl::StrCat("expected an integer result type, found ", name));
}

// quantize_c4: the rank of x, each dimension 1 or that of x.
absl::Status CheckParameter(const Tensor& parameter, const Tensor& x, absl::string_view what) {
  QCOMPILE_RETURN_IF_ERROR(CheckFloat(parameter, what));
  if (parameter.rank() == x.rank() && BroadcastsTo(parameter.shape(), x.shape())) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("expected ", what, " of rank ", x.rank(), " that broadcasts to ",
                   ShapeToString(x.shape()), ", found shape ", ShapeToString(parameter.shape())));
}

absl::Status CheckQuantizeParameters(const Tensor& scale, const Tensor& zero_point) {
  for (float s : scale.Floats()) {  // quantize_c2
    if (!(s > 0) || !std::isfinite(s)) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected scales to be finite and positive, found ", NumberToString(s)));
    }
  }
  for (float z : zero_point.Floats()) {
    if (!std::isfinite(z)) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected zero points to be finite, found ", NumberToString(z)));
    }
  }
  return absl::OkStatus();
}

Results Quantize(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Tensor& x = operands[0]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckFloat(x, "the quantized operand"));  // quantize_c1
  QCOMPILE_ASSIGN_OR_RETURN(const DataType type, IntegerResultType(attributes));
  QCOMPILE_ASSIGN_OR_RETURN(const Tensor scale, TensorAttribute(attributes, "scale"));
  QCOMPILE_ASSIGN_OR_RETURN(const Tensor zero_point, TensorAttribute(attributes, "zero_point"));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t low, IntAttribute(attributes, "low", std::nullopt));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t high, IntAttribute(attributes, "high", std::nullopt));
  QCOMPILE_ASSIGN_OR_RETURN(const std::string rounding,
                            StringAttribute(attributes, "rounding", std::nullopt));
  QCOMPILE_ASSIGN_OR_RETURN(const RoundingMode mode, ParseRoundingMode(rounding));
  QCOMPILE_RETURN_IF_ERROR(CheckParameter(scale, x, "scales"));
  QCOMPILE_RETURN_IF_ERROR(CheckParameter(zero_point, x, "zero points"));
  QCOMPILE_RETURN_IF_ERROR(CheckQuantizeParameters(scale, zero_point));
  if (low > high || !type.Contains(low) || !type.Contains(high)) {  // quantize_c3
    return absl::InvalidArgumentError(absl::StrCat(
        "expected ordered bounds of type ", type.ToString(), ", found ", low, " and ", high));
  }
  const BroadcastIndex scale_index(scale.shape(), x.shape());
  const BroadcastIndex zero_index(zero_point.shape(), x.shape());
  std::vector<int64_t> codes(static_cast<size_t>(x.size()));
  for (int64_t i = 0; i < x.size(); ++i) {
    const float quotient = x.Floats()[i] / scale.Floats()[scale_index(i)];
    const float shifted = quotient + zero_point.Floats()[zero_index(i)];
    codes[static_cast<size_t>(i)] = RoundAndClamp(shifted, mode, low, high);
  }
  return Single(Tensor::FromIntegers(type, x.shape(), codes));
}

// A parameter with one element, or one per index of `axis` (dequantize_c3). Calling it gives the
// position of the parameter that element i of x uses.
class PerAxis {
 public:
  PerAxis() = default;
  static absl::StatusOr<PerAxis> Create(int64_t size, const Shape& shape, int64_t axis,
                                        absl::string_view what) {
    PerAxis result;
    if (size == 1) return result;
    QCOMPILE_ASSIGN_OR_RETURN(axis, NormalizeAxis(axis, static_cast<int64_t>(shape.size())));
    const auto d = static_cast<size_t>(axis);
    if (size != shape[d]) {
      return absl::InvalidArgumentError(absl::StrCat("expected 1 or ", shape[d], " ", what,
                                                     " for axis ", axis, " of shape ",
                                                     ShapeToString(shape), ", found ", size));
    }
    result.extent_ = size;
    result.inner_ = NumElements(absl::MakeConstSpan(shape).subspan(d + 1));
    return result;
  }
  int64_t operator()(int64_t i) const { return extent_ == 1 ? 0 : i / inner_ % extent_; }

 private:
  int64_t extent_ = 1;
  int64_t inner_ = 1;
};

struct DequantizeParameters {
  Tensor scale, zero_point, bias;
  PerAxis scale_at, zero_at, bias_at;
};

absl::StatusOr<DequantizeParameters> ReadDequantize(const Attributes& attributes, const Tensor& x) {
  DequantizeParameters p;
  QCOMPILE_ASSIGN_OR_RETURN(p.scale, TensorAttribute(attributes, "scale"));
  QCOMPILE_ASSIGN_OR_RETURN(p.zero_point, TensorAttribute(attributes, "zero_point"));
  p.bias = Tensor::FromDoubles({}, {0.0});
  if (attributes.values().count("bias") != 0) {
    QCOMPILE_ASSIGN_OR_RETURN(p.bias, TensorAttribute(attributes, "bias"));
  }
  QCOMPILE_RETURN_IF_ERROR(CheckType(p.scale, DataType::Float64(), "scales"));
  QCOMPILE_RETURN_IF_ERROR(CheckType(p.zero_point, DataType::Int64(), "zero points"));
  QCOMPILE_RETURN_IF_ERROR(CheckType(p.bias, DataType::Float64(), "biases"));
  for (double s : p.scale.Data<double>()) {  // dequantize_c2
    if (s == 0 || !std::isfinite(s)) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected scales to be finite and not zero, found ", NumberToString(s)));
    }
  }
  for (double b : p.bias.Data<double>()) {
    if (!std::isfinite(b)) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected biases to be finite, found ", NumberToString(b)));
    }
  }
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t axis, IntAttribute(attributes, "axis", 0));
  const Shape& shape = x.shape();
  QCOMPILE_ASSIGN_OR_RETURN(p.scale_at, PerAxis::Create(p.scale.size(), shape, axis, "scales"));
  QCOMPILE_ASSIGN_OR_RETURN(p.zero_at,
                            PerAxis::Create(p.zero_point.size(), shape, axis, "zero points"));
  QCOMPILE_ASSIGN_OR_RETURN(p.bias_at, PerAxis::Create(p.bias.size(), shape, axis, "biases"));
  return p;
}

Results Dequantize(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Tensor& x = operands[0]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckInteger(x, "the dequantized operand"));  // dequantize_c1
  QCOMPILE_ASSIGN_OR_RETURN(const DequantizeParameters p, ReadDequantize(attributes, x));
  Tensor result(DataType::Float32(), x.shape());
  absl::Span<float> out = result.MutableData<float>();
  ExactSum sum;
  for (int64_t i = 0; i < x.size(); ++i) {
    const double scale = p.scale.Data<double>()[p.scale_at(i)];
    sum.Clear();
    // Two products: the difference of two 64-bit integers might not fit 64 bits.
    sum.Add(ExactProduct(x.IntegerAt(i)).Times(scale));
    sum.Add(ExactProduct(p.zero_point.IntegerAt(p.zero_at(i))).Times(scale).Negate());
    sum.Add(p.bias.Data<double>()[p.bias_at(i)]);
    out[i] = sum.RoundToFloat();
  }
  return Single(absl::StatusOr<Tensor>(std::move(result)));
}

// Bits of the magnitude of every value: |value| <= 2^bits.
int MagnitudeBits(DataType type) {
  if (type.kind == TypeKind::kUnsigned) return type.bits;
  return type.kind == TypeKind::kSigned ? type.bits - 1 : 1;
}

// y[m, n] for one row of a; false where a sum leaves 64 bits.
template <typename Accumulate>
bool MultiplyRow(const int64_t* row, const std::vector<int64_t>& b, int64_t k_extent, int64_t n,
                 int64_t* sums, Accumulate accumulate) {
  for (int64_t k = 0; k < k_extent; ++k) {
    const int64_t* line = b.data() + k * n;
    for (int64_t j = 0; j < n; ++j) {
      if (!accumulate(sums[j], row[k], line[j])) return false;
    }
  }
  return true;
}

bool AddProduct(int64_t& sum, int64_t a, int64_t b) {
  sum += a * b;
  return true;
}

bool AddCheckedProduct(int64_t& sum, int64_t a, int64_t b) {
  int64_t product = 0;
  return !__builtin_mul_overflow(a, b, &product) && !__builtin_add_overflow(sum, product, &sum);
}

Results MatMul(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  const Tensor &a = operands[0]->tensor, &b = operands[1]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckInteger(a, "the left matrix"));  // matmul_c1
  QCOMPILE_RETURN_IF_ERROR(CheckInteger(b, "the right matrix"));
  QCOMPILE_ASSIGN_OR_RETURN(const DataType type, IntegerResultType(attributes));
  if (a.rank() < 1 || b.rank() != 2 || a.shape().back() != b.shape()[0]) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected matrices whose inner dimensions agree, found shapes ",
                     ShapeToString(a.shape()), " and ", ShapeToString(b.shape())));
  }
  const int64_t k = b.shape()[0], n = b.shape()[1];
  Shape shape = a.shape();  // matmul_c2
  shape.back() = n;
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t size, CheckedSize(shape));
  const std::vector<int64_t> left = a.ToIntegers(), right = b.ToIntegers();
  std::vector<int64_t> sums(static_cast<size_t>(size), 0);
  int k_bits = 0;
  while (k_bits < 62 && (int64_t{1} << k_bits) < k) ++k_bits;
  const bool fits = MagnitudeBits(a.type()) + MagnitudeBits(b.type()) + k_bits <= 62;
  const int64_t rows = n == 0 ? 0 : size / n;
  for (int64_t m = 0; m < rows; ++m) {
    const int64_t* row = left.data() + m * k;
    int64_t* out = sums.data() + m * n;
    const bool ok = fits ? MultiplyRow(row, right, k, n, out, AddProduct)
                         : MultiplyRow(row, right, k, n, out, AddCheckedProduct);
    if (!ok) return absl::OutOfRangeError("expected sums of at most 64 bits, found a larger one");
  }
  return Single(Tensor::FromIntegers(type, std::move(shape), sums));  // matmul_c3
}

// The checked form of qnn.threshold's attributes.
struct Thresholds {
  Tensor values;  // [C, T] or [1, T]
  std::vector<int64_t> directions;
  int64_t low = 0;
  int64_t step = 0;
  DataType type;
  PerAxis channel;
};

// threshold_c1 and threshold_c3
absl::Status CheckThresholdTable(const Thresholds& t, const Tensor& x) {
  const Shape& shape = t.values.shape();
  if (shape.size() != 2 || shape[1] < 1 || shape[1] > 255) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected a table of 1 to 255 thresholds per channel, found shape ", ShapeToString(shape)));
  }
  if (t.values.type().IsInteger() != x.type().IsInteger() ||
      (!x.type().IsInteger() && (x.type() != t.values.type() || x.type().bits != 32))) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected integer thresholds for integers or float32 ones for float32, found ",
                     t.values.type().ToString(), " for ", x.type().ToString()));
  }
  if (static_cast<int64_t>(t.directions.size()) != shape[0]) {  // threshold_c2
    return absl::InvalidArgumentError(
        absl::StrCat("expected ", shape[0], " directions, found ", t.directions.size()));
  }
  for (int64_t c = 0; c < shape[0]; ++c) {
    const int64_t direction = t.directions[static_cast<size_t>(c)];
    if (direction != 1 && direction != -1) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected directions of 1 or -1, found ", direction));
    }
    auto before = [&](int64_t i, int64_t j) {
      return t.values.type().IsInteger() ? t.values.IntegerAt(i) < t.values.IntegerAt(j)
                                         : t.values.Floats()[i] < t.values.Floats()[j];
    };
    for (int64_t i = c * shape[1]; i < (c + 1) * shape[1]; ++i) {
      if (!t.values.type().IsInteger() && std::isnan(t.values.Floats()[i])) {
        return absl::InvalidArgumentError("expected thresholds that are numbers, found nan");
      }
      if (i == c * shape[1]) continue;
      if (direction == 1 ? before(i, i - 1) : before(i - 1, i)) {
        return absl::InvalidArgumentError(
            absl::StrCat("expected thresholds sorted in the direction of their channel, found "
                         "unsorted ones in row ",
                         c));
      }
    }
  }
  return absl::OkStatus();
}

// threshold_c4
absl::Status CheckLevels(const Thresholds& t) {
  int64_t last = 0;
  const bool overflows = __builtin_mul_overflow(t.step, t.values.shape()[1], &last) ||
                         __builtin_add_overflow(last, t.low, &last);
  const bool sound = !overflows && t.step != 0 && t.type.Contains(t.low) && t.type.Contains(last);
  const bool bipolar = t.type.kind != TypeKind::kBipolar || t.values.shape()[1] == 1;
  if (sound && bipolar) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("expected levels of type ", t.type.ToString(),
                                                 ", found low ", t.low, " and step ", t.step,
                                                 " with ", t.values.shape()[1], " thresholds"));
}

// A list or an integer tensor.
absl::StatusOr<std::vector<int64_t>> ReadDirections(const Attributes& attributes) {
  if (const auto* list = attributes.Find<std::vector<int64_t>>("directions")) return *list;
  QCOMPILE_ASSIGN_OR_RETURN(const Tensor tensor, TensorAttribute(attributes, "directions"));
  QCOMPILE_RETURN_IF_ERROR(CheckInteger(tensor, "directions"));
  return tensor.ToIntegers();
}

absl::StatusOr<Thresholds> ReadThresholds(const Attributes& attributes, const Tensor& x) {
  Thresholds t;
  QCOMPILE_ASSIGN_OR_RETURN(t.values, TensorAttribute(attributes, "thresholds"));
  QCOMPILE_ASSIGN_OR_RETURN(t.directions, ReadDirections(attributes));
  QCOMPILE_ASSIGN_OR_RETURN(t.low, IntAttribute(attributes, "low", std::nullopt));
  QCOMPILE_ASSIGN_OR_RETURN(t.step, IntAttribute(attributes, "step", std::nullopt));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t axis, IntAttribute(attributes, "axis", 0));
  QCOMPILE_ASSIGN_OR_RETURN(t.type, IntegerResultType(attributes));
  QCOMPILE_RETURN_IF_ERROR(CheckThresholdTable(t, x));
  QCOMPILE_RETURN_IF_ERROR(CheckLevels(t));
  QCOMPILE_ASSIGN_OR_RETURN(
      t.channel, PerAxis::Create(t.values.shape()[0], x.shape(), axis, "threshold rows"));
  return t;
}

// Counts what x reaches; `values` are the thresholds in the type of x.
template <typename T>
std::vector<int64_t> CountReached(const T* x, int64_t size, const T* values, const Thresholds& t) {
  const int64_t levels = t.values.shape()[1];
  std::vector<int64_t> codes(static_cast<size_t>(size));
  for (int64_t i = 0; i < size; ++i) {
    const int64_t c = t.channel(i);
    const T* row = values + c * levels;
    const bool upwards = t.directions[static_cast<size_t>(c)] == 1;
    int64_t reached = 0;
    for (int64_t j = 0; j < levels; ++j) reached += upwards ? x[i] >= row[j] : x[i] <= row[j];
    codes[static_cast<size_t>(i)] = t.low + t.step * reached;
  }
  return codes;
}

Results Threshold(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Tensor& x = operands[0]->tensor;
  QCOMPILE_ASSIGN_OR_RETURN(const Thresholds t, ReadThresholds(attributes, x));
  std::vector<int64_t> codes;
  if (x.type().IsInteger()) {
    const std::vector<int64_t> in = x.ToIntegers(), values = t.values.ToIntegers();
    codes = CountReached(in.data(), x.size(), values.data(), t);
  } else {
    codes = CountReached(x.Floats().data(), x.size(), t.values.Floats().data(), t);
  }
  return Single(Tensor::FromIntegers(t.type, x.shape(), codes));  // threshold_c5
}

}  // namespace

void RegisterQnn(ReferenceTable& table) {
  table["qnn.dequantize"] = Dequantize;
  table["qnn.matmul"] = MatMul;
  table["qnn.quantize"] = Quantize;
  table["qnn.threshold"] = Threshold;
}

}  // namespace qcompile::runtime
