// qnn.pq and PqMatMul of the domain `qcompile`. Check numbers are those of docs/Qnn.md.
#include "runtime/reference/product_quantization.h"

#include <algorithm>
#include <cmath>

#include "runtime/reference/exact_sum.h"
#include "runtime/reference/qnn_support.h"
#include "runtime/reference/rounding.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {

absl::Status Codebooks::Read(const Tensor& tensor, const Tensor& offset_tensor,
                             int64_t factor_attribute, int64_t norm_attribute) {
  QCOMPILE_RETURN_IF_ERROR(CheckInteger(tensor, "prototypes"));
  QCOMPILE_RETURN_IF_ERROR(CheckInteger(offset_tensor, "offsets"));
  if (tensor.rank() != 3 || tensor.size() == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected prototypes of shape [sub-spaces, prototypes, length], found ",
                     ShapeToString(tensor.shape())));
  }
  if (offset_tensor.shape() != Shape{tensor.shape()[0], tensor.shape()[1]}) {
    return absl::InvalidArgumentError(absl::StrCat("expected offsets of shape [", tensor.shape()[0],
                                                   ", ", tensor.shape()[1], "], found ",
                                                   ShapeToString(offset_tensor.shape())));
  }
  if (norm_attribute != 1 && norm_attribute != 2) {
    return absl::InvalidArgumentError(absl::StrCat("expected norm 1 or 2, found ", norm_attribute));
  }
  if (factor_attribute < 1 || factor_attribute > int64_t{1} << 30) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected a factor from 1 to 2^30, found ", factor_attribute));
  }
  spaces = tensor.shape()[0];
  prototypes = tensor.shape()[1];
  length = tensor.shape()[2];
  factor = factor_attribute;
  norm = norm_attribute;
  values = tensor.ToIntegers();
  offsets = offset_tensor.ToIntegers();
  return absl::OkStatus();
}

absl::Status Codebooks::CheckDistances(int64_t low, int64_t high, int64_t limit) const {
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  const __int128 below = static_cast<__int128>(*most) - static_cast<__int128>(factor) * low;
  const __int128 above = static_cast<__int128>(factor) * high - *least;
  const __int128 reach = std::max(below, above);
  const auto [lowest, highest] = std::minmax_element(offsets.begin(), offsets.end());
  const __int128 offset = std::max<__int128>(*highest, -static_cast<__int128>(*lowest));
  // Refused before it is squared: 2^62 is the largest limit.
  const bool fits = reach < limit && offset < limit &&
                    (norm == 1 ? reach : reach * reach) < (limit - offset) / length;
  if (fits) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("expected distances below ", limit,
                                                 ", found larger ones for inputs from ", low,
                                                 " to ", high));
}

void Codebooks::Encode(const int64_t* row, int64_t k, int64_t* positions) const {
  const int64_t* prototype = values.data();
  for (int64_t s = 0; s < spaces; ++s) {
    const int64_t count = std::min(length, k - s * length);
    int64_t best = 0;
    for (int64_t p = 0; p < prototypes; ++p, prototype += length) {
      int64_t distance = offsets[static_cast<size_t>(s * prototypes + p)];
      for (int64_t l = 0; l < count; ++l) {
        const int64_t difference = factor * row[s * length + l] - prototype[l];
        distance += norm == 1 ? std::abs(difference) : difference * difference;
      }
      if (p == 0 || distance < best) {
        best = distance;
        positions[s] = p;
      }
    }
  }
}

namespace {

struct Product {
  Codebooks codebooks;
  int64_t k = 0, rows = 0, outputs = 0;
  Shape shape;  // of the result
  std::vector<int64_t> tables;
};

absl::StatusOr<Product> PlanProduct(const Shape& x, Codebooks codebooks, const Tensor& tables) {
  QCOMPILE_RETURN_IF_ERROR(CheckInteger(tables, "tables"));
  const bool fits = tables.rank() == 3 && tables.shape()[0] == codebooks.spaces &&
                    tables.shape()[1] == codebooks.prototypes && tables.shape()[2] > 0;
  if (!fits) {
    return absl::InvalidArgumentError(absl::StrCat("expected tables of shape [", codebooks.spaces,
                                                   ", ", codebooks.prototypes, ", outputs], found ",
                                                   ShapeToString(tables.shape())));
  }
  const int64_t most = codebooks.spaces * codebooks.length;
  if (x.empty() || x.back() > most || x.back() <= most - codebooks.length) {
    return absl::InvalidArgumentError(absl::StrCat("expected rows of ", most - codebooks.length + 1,
                                                   " to ", most, " elements, found shape ",
                                                   ShapeToString(x)));
  }
  Product product;
  product.k = x.back();
  product.rows = NumElements(absl::MakeConstSpan(x).subspan(0, x.size() - 1));
  product.outputs = tables.shape()[2];
  product.shape.assign(x.begin(), x.end() - 1);
  product.shape.push_back(product.outputs);
  product.codebooks = std::move(codebooks);
  product.tables = tables.ToIntegers();
  QCOMPILE_RETURN_IF_ERROR(CheckedSize(product.shape).status());
  return product;
}

// y[m] = sum over sub-spaces s of tables[s][position of s][m].
absl::StatusOr<std::vector<int64_t>> AddTables(const Product& product, const int64_t* x) {
  const Codebooks& codebooks = product.codebooks;
  std::vector<CheckedInteger> sums(static_cast<size_t>(product.rows * product.outputs));
  std::vector<int64_t> positions(static_cast<size_t>(codebooks.spaces));
  for (int64_t r = 0; r < product.rows; ++r) {
    codebooks.Encode(x + r * product.k, product.k, positions.data());
    for (int64_t s = 0; s < codebooks.spaces; ++s) {
      const int64_t entry = s * codebooks.prototypes + positions[static_cast<size_t>(s)];
      const int64_t* table = product.tables.data() + entry * product.outputs;
      for (int64_t m = 0; m < product.outputs; ++m) {
        sums[static_cast<size_t>(r * product.outputs + m)] += CheckedInteger(table[m]);
      }
    }
  }
  return Unchecked(sums);
}

Results Pq(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Tensor& x = operands[0]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckInteger(x, "the operand"));  // pq_c1
  QCOMPILE_ASSIGN_OR_RETURN(const Tensor prototypes, TensorAttribute(attributes, "prototypes"));
  QCOMPILE_ASSIGN_OR_RETURN(const Tensor offsets, TensorAttribute(attributes, "offsets"));
  QCOMPILE_ASSIGN_OR_RETURN(const Tensor tables, TensorAttribute(attributes, "tables"));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t factor, IntAttribute(attributes, "factor", 1));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t norm, IntAttribute(attributes, "norm", 2));
  QCOMPILE_ASSIGN_OR_RETURN(const DataType type, IntegerResultType(attributes));
  Codebooks codebooks;
  QCOMPILE_RETURN_IF_ERROR(codebooks.Read(prototypes, offsets, factor, norm));  // pq_c1, pq_c3
  QCOMPILE_ASSIGN_OR_RETURN(const Product product,
                            PlanProduct(x.shape(), std::move(codebooks), tables));
  const std::vector<int64_t> codes = x.ToIntegers();
  if (!codes.empty()) {  // pq_c3
    const auto [low, high] = std::minmax_element(codes.begin(), codes.end());
    QCOMPILE_RETURN_IF_ERROR(product.codebooks.CheckDistances(*low, *high, int64_t{1} << 62));
  }
  QCOMPILE_ASSIGN_OR_RETURN(const std::vector<int64_t> sums, AddTables(product, codes.data()));
  return Single(Tensor::FromIntegers(type, product.shape, sums));  // pq_c4
}

// Operands 5 and 6 of PqMatMul: float64, one element or one per output.
absl::Status CheckPerOutput(const Tensor& tensor, int64_t outputs, absl::string_view what) {
  QCOMPILE_RETURN_IF_ERROR(CheckType(tensor, DataType::Float64(), what));
  const bool fits = tensor.rank() == 1 && (tensor.size() == 1 || tensor.size() == outputs);
  if (!fits) {
    return absl::InvalidArgumentError(absl::StrCat("expected 1 or ", outputs, " elements of ", what,
                                                   ", found shape ",
                                                   ShapeToString(tensor.shape())));
  }
  for (double v : tensor.Data<double>()) {
    if (!std::isfinite(v)) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected finite ", what, ", found ", NumberToString(v)));
    }
  }
  return absl::OkStatus();
}

// Prototypes lie on the border where a last, shorter sub-vector has no inputs: the function body
// pads with zeros there.
absl::Status CheckBorder(const Product& product) {
  const Codebooks& c = product.codebooks;
  const int64_t last = product.k - (c.spaces - 1) * c.length;
  for (int64_t p = 0; p < c.prototypes; ++p) {
    for (int64_t l = last; l < c.length; ++l) {
      const int64_t at = ((c.spaces - 1) * c.prototypes + p) * c.length + l;
      if (c.values[static_cast<size_t>(at)] != 0) {
        return absl::InvalidArgumentError(
            "expected prototypes of 0 behind the last input of a row, found others");
      }
    }
  }
  return absl::OkStatus();
}

Results PqMatMul(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 7, 7));
  const Tensor &x = operands[0]->tensor, &input_scale = operands[1]->tensor;
  const Tensor &scale = operands[5]->tensor, &bias = operands[6]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckFloat(x, "the operand"));
  QCOMPILE_RETURN_IF_ERROR(CheckFloat(input_scale, "the input scale"));
  if (input_scale.size() != 1 || !(input_scale.Floats()[0] > 0) ||
      !std::isfinite(input_scale.Floats()[0])) {
    return absl::InvalidArgumentError("expected one finite positive input scale, found another");
  }
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t low, IntAttribute(attributes, "low", std::nullopt));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t high, IntAttribute(attributes, "high", std::nullopt));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t factor, IntAttribute(attributes, "factor", 1));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t norm, IntAttribute(attributes, "norm", 2));
  constexpr int64_t kLargest = int64_t{1} << 22;
  if (low > high || low < -kLargest || high > kLargest) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected low <= high within 2^22, found ", low, " and ", high));
  }
  Codebooks codebooks;
  QCOMPILE_RETURN_IF_ERROR(codebooks.Read(operands[2]->tensor, operands[3]->tensor, factor, norm));
  QCOMPILE_ASSIGN_OR_RETURN(const Product product,
                            PlanProduct(x.shape(), std::move(codebooks), operands[4]->tensor));
  QCOMPILE_RETURN_IF_ERROR(CheckBorder(product));
  // The function body computes distances in 32 bits.
  QCOMPILE_RETURN_IF_ERROR(product.codebooks.CheckDistances(low, high, (int64_t{1} << 31) - 1));
  QCOMPILE_RETURN_IF_ERROR(CheckPerOutput(scale, product.outputs, "scales"));
  QCOMPILE_RETURN_IF_ERROR(CheckPerOutput(bias, product.outputs, "biases"));

  std::vector<int64_t> codes(static_cast<size_t>(x.size()));
  for (size_t i = 0; i < codes.size(); ++i) {
    const float quotient = x.Floats()[i] / input_scale.Floats()[0];
    codes[i] = RoundAndClamp(quotient, RoundingMode::kHalfEven, low, high);
  }
  QCOMPILE_ASSIGN_OR_RETURN(const std::vector<int64_t> sums, AddTables(product, codes.data()));
  QCOMPILE_ASSIGN_OR_RETURN(Tensor result, NewTensor(DataType::Float32(), product.shape));
  absl::Span<float> out = result.MutableData<float>();
  ExactSum sum;
  for (size_t i = 0; i < sums.size(); ++i) {
    const size_t m = i % static_cast<size_t>(product.outputs);
    sum.Clear();
    sum.Add(ExactProduct(sums[i]).Times(scale.Data<double>()[scale.size() == 1 ? 0 : m]));
    sum.Add(bias.Data<double>()[bias.size() == 1 ? 0 : m]);
    out[i] = sum.RoundToFloat();
  }
  return Single(absl::StatusOr<Tensor>(std::move(result)));
}

}  // namespace

void RegisterProductQuantization(ReferenceTable& table) {
  table["onnx.PqMatMul"] = PqMatMul;
  table["qnn.pq"] = Pq;
}

}  // namespace qcompile::runtime
