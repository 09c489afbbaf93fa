// MatMul and Gemm: exact where all data operands are quantized, else in ascending order, every step
// rounded to the type of the elements: float32 or float64.
#include <algorithm>
#include <cmath>

#include "runtime/reference/broadcast.h"
#include "runtime/reference/checks.h"
#include "runtime/reference/element_types.h"
#include "runtime/reference/exact_linear.h"
#include "runtime/reference/quantized_view.h"
#include "runtime/reference/register.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

// Products in ascending order of k, multiply then add, each rounded (or wrapped).
template <typename T>
void Product(const T* a, MatrixLayout a_layout, const T* b, MatrixLayout b_layout, int64_t k_extent,
             T* out) {
  for (int64_t m = 0; m < a_layout.vectors; ++m) {
    T* sums = out + m * b_layout.vectors;
    std::fill_n(sums, b_layout.vectors, T(0));
    for (int64_t k = 0; k < k_extent; ++k) {
      const T factor = a[m * a_layout.vector_stride + k * a_layout.k_stride];
      const T* line = b + k * b_layout.k_stride;
      for (int64_t n = 0; n < b_layout.vectors; ++n) {
        const T product = factor * line[n * b_layout.vector_stride];
        sums[n] += product;
      }
    }
  }
}

// The stacks of matrices that a product is made of.
struct Stacks {
  MatrixLayout a, b;
  int64_t k, count;
  BroadcastIndex a_index, b_index;

  template <typename T>
  void Multiply(const T* left, const T* right, T* out) const {
    for (int64_t i = 0; i < count; ++i) {
      Product(left + a_index(i) * a.vectors * k, a, right + b_index(i) * b.vectors * k, b, k,
              out + i * a.vectors * b.vectors);
    }
  }
};

// A vector becomes a matrix of one row (on the left) or one column (on the right).
Value AsMatrix(const Value& value, bool left) {
  if (value.tensor.rank() != 1) return value;
  Shape shape = left ? Shape{1, value.tensor.size()} : Shape{value.tensor.size(), 1};
  return Rearrange(value, Rearrangement{std::move(shape), {}, true});
}

absl::Status DisagreeingShapes(const Tensor& a, const Tensor& b) {
  return absl::InvalidArgumentError(
      absl::StrCat("expected matrices whose inner dimensions agree, found shapes ",
                   ShapeToString(a.shape()), " and ", ShapeToString(b.shape())));
}

// The leading dimensions of a stack of matrices.
Shape BatchShape(const Tensor& tensor) {
  return Shape(tensor.shape().begin(), tensor.shape().end() - 2);
}

// The leading dimensions of the product of two stacks of matrices.
absl::StatusOr<Shape> ReadMatMulBatch(const Tensor& a, const Tensor& b) {
  const Shape &a_shape = a.shape(), &b_shape = b.shape();
  if (b_shape[b_shape.size() - 2] != a_shape.back()) return DisagreeingShapes(a, b);
  QCOMPILE_ASSIGN_OR_RETURN(Shape batch, BroadcastShapes(BatchShape(a), BatchShape(b)));
  Shape shape = batch;
  shape.insert(shape.end(), {a_shape[a_shape.size() - 2], b_shape.back()});
  QCOMPILE_RETURN_IF_ERROR(CheckedSize(shape).status());
  return batch;
}

absl::StatusOr<Tensor> MatMulOfMatrices(const Value& a, const Value& b) {
  const Shape &a_shape = a.tensor.shape(), &b_shape = b.tensor.shape();
  const int64_t rows = a_shape[a_shape.size() - 2], k = a_shape.back(), columns = b_shape.back();
  QCOMPILE_ASSIGN_OR_RETURN(const Shape batch, ReadMatMulBatch(a.tensor, b.tensor));
  Shape shape = batch;
  shape.insert(shape.end(), {rows, columns});
  Tensor result(a.tensor.type(), shape);
  if (result.size() == 0) return result;

  const Stacks stacks{{rows, k, 1},
                      {columns, 1, columns},
                      k,
                      NumElements(batch),
                      BroadcastIndex(BatchShape(a.tensor), batch),
                      BroadcastIndex(BatchShape(b.tensor), batch)};
  if (a.quantized && b.quantized) {
    const ExactMatrixProduct product(*a.quantized, stacks.a, *b.quantized, stacks.b, k);
    const ExactBias no_bias(LinearTerms{}, {rows, columns});
    const auto matrix = static_cast<size_t>(rows * columns);
    for (int64_t i = 0; i < stacks.count; ++i) {
      product.Compute(stacks.a_index(i) * rows * k, stacks.b_index(i) * k * columns, 1, no_bias,
                      result.MutableData<float>().subspan(static_cast<size_t>(i) * matrix, matrix));
    }
    return result;
  }
  if (a.tensor.type().IsInteger()) {
    // As unsigned ones, which wrap.
    std::vector<uint64_t> out(static_cast<size_t>(result.size()));
    stacks.Multiply(ToNumbers<uint64_t>(a.tensor).data(), ToNumbers<uint64_t>(b.tensor).data(),
                    out.data());
    return FromNumbers(a.tensor.type(), shape, out);
  }
  return WithFloats(a.tensor.type(), [&](auto zero) -> absl::StatusOr<Tensor> {
    using T = decltype(zero);
    stacks.Multiply(a.tensor.Data<T>().data(), b.tensor.Data<T>().data(),
                    result.MutableData<T>().data());
    return std::move(result);
  });
}

Results MatMul(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  const Tensor &a = operands[0]->tensor, &b = operands[1]->tensor;
  if (a.type().kind != TypeKind::kSigned && a.type().kind != TypeKind::kUnsigned) {
    QCOMPILE_RETURN_IF_ERROR(CheckFloats(a, "the left matrix"));
  }
  QCOMPILE_RETURN_IF_ERROR(CheckType(b, a.type(), "the right matrix"));
  if (a.rank() == 0 || b.rank() == 0) return DisagreeingShapes(a, b);
  QCOMPILE_ASSIGN_OR_RETURN(
      Tensor result, MatMulOfMatrices(AsMatrix(*operands[0], true), AsMatrix(*operands[1], false)));
  // The dimension of 1 that a vector was given goes away again.
  Shape shape = result.shape();
  if (b.rank() == 1) shape.pop_back();
  if (a.rank() == 1) shape.erase(shape.end() - (b.rank() == 1 ? 1 : 2));
  return Single(absl::StatusOr<Tensor>(result.Reshaped(std::move(shape))));
}

absl::Status CheckMatMul(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  Tensor a = operands[0]->tensor, b = operands[1]->tensor;
  if (a.rank() == 0 || b.rank() == 0) return DisagreeingShapes(a, b);
  if (a.rank() == 1) a = a.Reshaped({1, a.shape()[0]});
  if (b.rank() == 1) b = b.Reshaped({b.shape()[0], 1});
  return ReadMatMulBatch(a, b).status();
}

struct GemmShape {
  MatrixLayout a, b;
  int64_t k = 0;
};

absl::StatusOr<GemmShape> ReadGemmShape(const Tensor& a, bool transpose_a, const Tensor& b,
                                        bool transpose_b) {
  if (a.rank() != 2 || b.rank() != 2) return DisagreeingShapes(a, b);
  const int64_t a_columns = a.shape()[1], b_columns = b.shape()[1];
  GemmShape result;
  result.a = transpose_a ? MatrixLayout{a_columns, 1, a_columns}
                         : MatrixLayout{a.shape()[0], a_columns, 1};
  result.b = transpose_b ? MatrixLayout{b.shape()[0], b_columns, 1}
                         : MatrixLayout{b_columns, 1, b_columns};
  result.k = transpose_a ? a.shape()[0] : a_columns;
  if (result.k != (transpose_b ? b_columns : b.shape()[0])) return DisagreeingShapes(a, b);
  return result;
}

// alpha * (a b) + beta * c in this order, one rounding per step.
template <typename T>
void AddFloatTerms(const LinearTerms& terms, Tensor& result) {
  absl::Span<T> out = result.MutableData<T>();
  for (T& y : out) y = T{terms.alpha} * y;
  if (terms.bias == nullptr || terms.beta == 0) return;
  const BroadcastIndex index(terms.bias->tensor.shape(), result.shape());
  absl::Span<const T> bias = terms.bias->tensor.Data<T>();
  for (int64_t i = 0; i < result.size(); ++i) {
    const T addend = T{terms.beta} * bias[index(i)];
    out[i] += addend;
  }
}

absl::StatusOr<LinearTerms> ReadTerms(const Attributes& attributes, const Value* bias) {
  LinearTerms terms;
  QCOMPILE_ASSIGN_OR_RETURN(terms.alpha, FloatAttribute(attributes, "alpha", 1));
  QCOMPILE_ASSIGN_OR_RETURN(terms.beta, FloatAttribute(attributes, "beta", 1));
  if (!std::isfinite(terms.alpha) || !std::isfinite(terms.beta)) {
    return absl::InvalidArgumentError(absl::StrCat("expected finite factors alpha and beta, found ",
                                                   NumberToString(terms.alpha), " and ",
                                                   NumberToString(terms.beta)));
  }
  terms.bias = bias;
  return terms;
}

struct GemmPlan {
  GemmShape gemm;
  LinearTerms terms;
  Shape result;
};

absl::StatusOr<GemmPlan> PlanGemm(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 3));
  QCOMPILE_RETURN_IF_ERROR(CheckFloats(operands[0]->tensor, "the left matrix"));
  QCOMPILE_ASSIGN_OR_RETURN(const bool transpose_a, BoolAttribute(attributes, "transA", false));
  QCOMPILE_ASSIGN_OR_RETURN(const bool transpose_b, BoolAttribute(attributes, "transB", false));
  QCOMPILE_ASSIGN_OR_RETURN(const LinearTerms terms,
                            ReadTerms(attributes, OptionalOperand(operands, 2)));
  QCOMPILE_ASSIGN_OR_RETURN(const GemmShape gemm, ReadGemmShape(operands[0]->tensor, transpose_a,
                                                                operands[1]->tensor, transpose_b));
  const Shape shape{gemm.a.vectors, gemm.b.vectors};
  if (terms.bias != nullptr && !BroadcastsTo(terms.bias->tensor.shape(), shape)) {
    return absl::InvalidArgumentError(absl::StrCat("expected a bias that broadcasts to ",
                                                   ShapeToString(shape), ", found shape ",
                                                   ShapeToString(terms.bias->tensor.shape())));
  }
  QCOMPILE_RETURN_IF_ERROR(CheckedSize(shape).status());
  return GemmPlan{gemm, terms, shape};
}

Results Gemm(const Attributes& attributes, Operands operands) {
  QCOMPILE_ASSIGN_OR_RETURN(const GemmPlan plan, PlanGemm(attributes, operands));
  const auto& [gemm, terms, shape] = plan;
  const Value &a = *operands[0], &b = *operands[1];
  const DataType type = a.tensor.type();
  QCOMPILE_RETURN_IF_ERROR(CheckType(b.tensor, type, "the right matrix"));
  if (terms.bias != nullptr)
    QCOMPILE_RETURN_IF_ERROR(CheckType(terms.bias->tensor, type, "the bias"));
  Tensor result(type, shape);
  if (a.quantized && b.quantized) {
    const ExactMatrixProduct product(*a.quantized, gemm.a, *b.quantized, gemm.b, gemm.k);
    product.Compute(0, 0, terms.alpha, ExactBias(terms, shape), result.MutableData<float>());
    return Single(absl::StatusOr<Tensor>(std::move(result)));
  }
  return Single(
      WithFloats(type, [&, &gemm = gemm, &terms = terms](auto zero) -> absl::StatusOr<Tensor> {
        using T = decltype(zero);
        Product(a.tensor.Data<T>().data(), gemm.a, b.tensor.Data<T>().data(), gemm.b, gemm.k,
                result.MutableData<T>().data());
        AddFloatTerms<T>(terms, result);
        return std::move(result);
      }));
}

absl::Status CheckGemm(const Attributes& attributes, Operands operands) {
  return PlanGemm(attributes, operands).status();
}

}  // namespace

void RegisterLinear(ReferenceTable& table) {
  table["onnx.Gemm"] = InFloat32<Gemm>;
  table["onnx.MatMul"] = InFloat32<MatMul>;
}

void RegisterLinearChecks(CheckTable& table) {
  table["onnx.Gemm"] = CheckGemm;
  table["onnx.MatMul"] = CheckMatMul;
}

}  // namespace qcompile::runtime
