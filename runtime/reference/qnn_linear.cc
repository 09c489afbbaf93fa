// qnn.matmul, qnn.add and qnn.mul. Check numbers are those of docs/Qnn.md.
#include "runtime/reference/broadcast.h"
#include "runtime/reference/qnn_support.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

// Matrices of the operands and of the result, and which of them belong together.
struct MatrixProduct {
  Shape shape;               // of the result
  Shape left, right, batch;  // leading dimensions
  int64_t n = 1, k = 0, m = 0;
};

absl::StatusOr<MatrixProduct> PlanMatrixProduct(const Shape& a, const Shape& b) {
  // matmul_c1
  const bool sound = !a.empty() && b.size() >= 2 && (b.size() == 2 || b.size() == a.size()) &&
                     a.back() == b[b.size() - 2];
  if (!sound) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected matrices whose inner dimensions agree, found shapes ",
                     ShapeToString(a), " and ", ShapeToString(b)));
  }
  MatrixProduct p;
  p.k = a.back();
  p.m = b.back();
  // One matrix for all: its rows are those of the whole left operand.
  const size_t leading = b.size() == 2 ? 0 : a.size() - 2;
  p.n = NumElements(absl::MakeConstSpan(a).subspan(leading, a.size() - 1 - leading));
  p.left.assign(a.begin(), a.begin() + static_cast<int64_t>(leading));
  p.right.assign(b.begin(), b.end() - 2);
  QCOMPILE_ASSIGN_OR_RETURN(p.batch, BroadcastShapes(p.left, p.right));
  p.shape = p.batch;  // matmul_c2
  p.shape.insert(p.shape.end(), a.begin() + static_cast<int64_t>(leading), a.end() - 1);
  p.shape.push_back(p.m);
  QCOMPILE_RETURN_IF_ERROR(CheckedSize(p.shape).status());
  return p;
}

template <typename T, typename Sum>
void AddMatrixProduct(const T* a, const T* b, const MatrixProduct& p, Sum* sums) {
  for (int64_t i = 0; i < p.n; ++i) {
    Sum* row = sums + i * p.m;
    for (int64_t k = 0; k < p.k; ++k) {
      const Sum factor{a[i * p.k + k]};
      const T* line = b + k * p.m;
      for (int64_t j = 0; j < p.m; ++j) row[j] += factor * Sum{line[j]};
    }
  }
}

Results MatMul(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  const Tensor &a = operands[0]->tensor, &b = operands[1]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckInteger(a, "the left matrix"));  // matmul_c1
  QCOMPILE_RETURN_IF_ERROR(CheckInteger(b, "the right matrix"));
  QCOMPILE_ASSIGN_OR_RETURN(const DataType type, IntegerResultType(attributes));
  QCOMPILE_ASSIGN_OR_RETURN(const MatrixProduct p, PlanMatrixProduct(a.shape(), b.shape()));
  const BroadcastIndex left(p.left, p.batch), right(p.right, p.batch);
  const int64_t size = NumElements(p.shape);
  auto add = [&](const auto* x, const auto* y, auto* sums) {
    if (size == 0) return;
    for (int64_t i = 0; i < NumElements(p.batch); ++i) {
      AddMatrixProduct(x + left(i) * p.n * p.k, y + right(i) * p.k * p.m, p, sums + i * p.n * p.m);
    }
  };
  QCOMPILE_ASSIGN_OR_RETURN(const std::vector<int64_t> sums,
                            SumProducts(a.ToIntegers(), b.ToIntegers(), p.k, size, add));
  return Single(Tensor::FromIntegers(type, p.shape, sums));  // matmul_c3
}

// f(lhs, rhs) for all elements of the broadcast operands, with the result type's check.
template <typename F>
Results Combine(const Attributes& attributes, Operands operands, F f) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  const Tensor &lhs = operands[0]->tensor, &rhs = operands[1]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckInteger(lhs, "the left operand"));
  QCOMPILE_RETURN_IF_ERROR(CheckInteger(rhs, "the right operand"));
  QCOMPILE_ASSIGN_OR_RETURN(const DataType type, IntegerResultType(attributes));
  QCOMPILE_ASSIGN_OR_RETURN(const Shape shape, BroadcastShapes(lhs.shape(), rhs.shape()));
  const BroadcastIndex left(lhs.shape(), shape), right(rhs.shape(), shape);
  std::vector<CheckedInteger> values(static_cast<size_t>(NumElements(shape)));
  for (size_t i = 0; i < values.size(); ++i) {
    const auto n = static_cast<int64_t>(i);
    values[i] = f(CheckedInteger(lhs.IntegerAt(left(n))), CheckedInteger(rhs.IntegerAt(right(n))));
  }
  QCOMPILE_ASSIGN_OR_RETURN(const std::vector<int64_t> codes, Unchecked(values));
  return Single(Tensor::FromIntegers(type, shape, codes));
}

Results Add(const Attributes& attributes, Operands operands) {
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t left,
                            IntAttribute(attributes, "lhs_multiplier", std::nullopt));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t right,
                            IntAttribute(attributes, "rhs_multiplier", std::nullopt));
  if (left == 0 || right == 0) {  // add_c2
    return absl::InvalidArgumentError(
        absl::StrCat("expected multipliers that are not 0, found ", left, " and ", right));
  }
  return Combine(attributes, operands, [&](CheckedInteger a, CheckedInteger b) {
    CheckedInteger sum = a * CheckedInteger(left);
    return sum += b * CheckedInteger(right);
  });
}

Results Mul(const Attributes& attributes, Operands operands) {
  return Combine(attributes, operands, [](CheckedInteger a, CheckedInteger b) { return a * b; });
}

}  // namespace

void RegisterQnnLinear(ReferenceTable& table) {
  table["qnn.add"] = Add;
  table["qnn.matmul"] = MatMul;
  table["qnn.mul"] = Mul;
}

}  // namespace qcompile::runtime
