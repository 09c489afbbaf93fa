// Matrices: triangles, identity, determinants; OneHot and Hardmax, which mark one of many.
#include <cmath>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "runtime/reference/element_types.h"
#include "runtime/reference/lanes.h"
#include "runtime/reference/register.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

absl::StatusOr<Shape> MatrixShape(const Tensor& x) {
  if (x.rank() >= 2) return x.shape();
  return absl::InvalidArgumentError(
      absl::StrCat("expected matrices, found shape ", ShapeToString(x.shape())));
}

// Zero on one side of the diagonal that lies k above the main one.
Results Trilu(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 2));
  const Tensor& x = operands[0]->tensor;
  QCOMPILE_ASSIGN_OR_RETURN(const Shape shape, MatrixShape(x));
  QCOMPILE_ASSIGN_OR_RETURN(const bool upper, BoolAttribute(attributes, "upper", true));
  int64_t k = 0;
  if (const Value* operand = OptionalOperand(operands, 1)) {
    QCOMPILE_RETURN_IF_ERROR(CheckType(operand->tensor, DataType::Int64(), "the diagonal"));
    QCOMPILE_RETURN_IF_ERROR(CheckSingle(operand->tensor, "the diagonal"));
    k = operand->tensor.IntegerAt(0);
  }
  const int64_t columns = shape.back(), rows = shape[shape.size() - 2];
  const size_t width = x.type().ContainerSize();
  Tensor result = x;
  uint8_t* out = result.MutableBytes().data();
  for (int64_t i = 0; i < x.size(); ++i) {
    const int64_t row = i / columns % rows, column = i % columns;
    // k may be any number: the difference of two positions is not.
    const bool kept = upper ? column - row >= k : column - row <= k;
    if (!kept) std::fill_n(out + static_cast<size_t>(i) * width, width, uint8_t{0});
  }
  return Single(absl::StatusOr<Tensor>(std::move(result)));
}

// Ones, or other numbers, of any type.
absl::StatusOr<Tensor> FromDoubleNumbers(DataType type, const Shape& shape,
                                         const std::vector<double>& values) {
  if (type.IsFloat()) return Tensor::FromReals(type, shape, values);
  std::vector<int64_t> integers(values.begin(), values.end());
  return Tensor::FromIntegers(type, shape, integers);
}

Results EyeLike(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Tensor& x = operands[0]->tensor;
  if (x.rank() != 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected a matrix, found shape ", ShapeToString(x.shape())));
  }
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t k, IntAttribute(attributes, "k", 0));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t number, IntAttribute(attributes, "dtype", 0));
  DataType type = x.type();
  if (number != 0) {
    QCOMPILE_ASSIGN_OR_RETURN(type, FromOnnxType(number));
  }
  std::vector<double> values(static_cast<size_t>(x.size()), 0);
  const int64_t columns = x.shape()[1];
  for (int64_t i = 0; i < x.size(); ++i) {
    if (i % columns - i / columns == k) values[static_cast<size_t>(i)] = 1;
  }
  return Single(FromDoubleNumbers(type, x.shape(), values));
}

// By elimination with the largest pivot of each column.
template <typename T>
T Determinant(std::vector<T> matrix, size_t n) {
  T result = 1;
  for (size_t c = 0; c < n; ++c) {
    size_t pivot = c;
    for (size_t r = c + 1; r < n; ++r) {
      if (std::fabs(matrix[r * n + c]) > std::fabs(matrix[pivot * n + c])) pivot = r;
    }
    const T head = matrix[pivot * n + c];
    if (head == 0) return 0;
    if (pivot != c) {
      for (size_t i = 0; i < n; ++i) std::swap(matrix[pivot * n + i], matrix[c * n + i]);
      result = -result;
    }
    result = result * head;
    for (size_t r = c + 1; r < n; ++r) {
      const T factor = matrix[r * n + c] / head;
      for (size_t i = c; i < n; ++i) {
        const T product = factor * matrix[c * n + i];
        matrix[r * n + i] -= product;
      }
    }
  }
  return result;
}

Results Det(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Tensor& x = operands[0]->tensor;
  QCOMPILE_ASSIGN_OR_RETURN(Shape shape, MatrixShape(x));
  const int64_t n = shape.back();
  if (shape[shape.size() - 2] != n) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected square matrices, found shape ", ShapeToString(shape)));
  }
  shape.resize(shape.size() - 2);
  return Single(WithFloats(x.type(), [&](auto zero) {
    using T = decltype(zero);
    const std::vector<T> values = ToNumbers<T>(x);
    std::vector<T> results;
    for (int64_t m = 0; m < NumElements(shape); ++m) {
      const auto first = values.begin() + m * n * n;
      results.push_back(Determinant(std::vector<T>(first, first + n * n), static_cast<size_t>(n)));
    }
    return FromNumbers(x.type(), shape, results);
  }));
}

// The first of the largest elements along the axis becomes 1, the others 0.
Results Hardmax(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Tensor& x = operands[0]->tensor;
  QCOMPILE_ASSIGN_OR_RETURN(int64_t axis, IntAttribute(attributes, "axis", -1));
  QCOMPILE_ASSIGN_OR_RETURN(axis, NormalizeAxis(axis, x.rank()));
  const Lanes lanes = LanesAlong(x.shape(), axis);
  return Single(WithFloats(x.type(), [&](auto zero) {
    using T = decltype(zero);
    const std::vector<T> values = ToNumbers<T>(x);
    std::vector<T> marks(values.size(), 0);
    if (!marks.empty()) {
      lanes.ForEach([&](int64_t first, int64_t step) {
        int64_t best = first;
        for (int64_t i = 1; i < lanes.extent; ++i) {
          const int64_t at = first + i * step;
          if (values[static_cast<size_t>(at)] > values[static_cast<size_t>(best)]) best = at;
        }
        marks[static_cast<size_t>(best)] = 1;
      });
    }
    return FromNumbers(x.type(), x.shape(), marks);
  }));
}

// A number of any type, cast to int64.
absl::StatusOr<int64_t> Integral(const Tensor& x, int64_t i, absl::string_view what) {
  const double value = x.DoubleAt(i);
  if (x.type().IsInteger()) return x.IntegerAt(i);
  if (std::fabs(value) < 0x1p63) return static_cast<int64_t>(value);
  return absl::InvalidArgumentError(
      absl::StrCat("expected 64-bit integers for ", what, ", found ", NumberToString(value)));
}

// values = [off, on]; indices that lie outside the depth mark nothing.
Results OneHot(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 3, 3));
  const Tensor &indices = operands[0]->tensor, &values = operands[2]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckSingle(operands[1]->tensor, "the depth"));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t depth, Integral(operands[1]->tensor, 0, "the depth"));
  if (values.shape() != Shape{2} || depth < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected two values and a depth of at least 0, found shape ",
                     ShapeToString(values.shape()), " and depth ", depth));
  }
  QCOMPILE_ASSIGN_OR_RETURN(int64_t axis, IntAttribute(attributes, "axis", -1));
  QCOMPILE_ASSIGN_OR_RETURN(axis, NormalizeAxis(axis, indices.rank() + 1));
  Shape shape = indices.shape();
  shape.insert(shape.begin() + axis, depth);
  QCOMPILE_ASSIGN_OR_RETURN(Tensor result, NewTensor(values.type(), shape));
  const size_t width = values.type().ContainerSize();
  const Lanes lanes = LanesAlong(shape, axis);
  uint8_t* out = result.MutableBytes().data();
  for (int64_t i = 0; i < result.size(); ++i) {
    const int64_t from = i / (lanes.extent * lanes.inner) * lanes.inner + i % lanes.inner;
    QCOMPILE_ASSIGN_OR_RETURN(int64_t index, Integral(indices, from, "the indices"));
    if (index < 0) index += depth;
    const size_t on = index == i / lanes.inner % lanes.extent ? 1 : 0;
    std::copy_n(values.bytes().data() + on * width, width, out + static_cast<size_t>(i) * width);
  }
  return Single(absl::StatusOr<Tensor>(std::move(result)));
}

}  // namespace

void RegisterMatrices(ReferenceTable& table) {
  table["onnx.Det"] = Det;
  table["onnx.EyeLike"] = EyeLike;
  table["onnx.Hardmax"] = Hardmax;
  table["onnx.OneHot"] = OneHot;
  table["onnx.Trilu"] = Trilu;
}

}  // namespace qcompile::runtime
