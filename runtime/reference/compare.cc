// Comparisons, logic, kinds of floats, and selection by a condition.
#include <cmath>

#include "runtime/reference/checks.h"
#include "runtime/reference/map_elements.h"
#include "runtime/reference/quantized_view.h"
#include "runtime/reference/register.h"

namespace qcompile::runtime {
namespace {

absl::StatusOr<Tensor> Bools(Shape shape, const std::vector<bool>& values) {
  Tensor result(DataType::Bool(), std::move(shape));
  absl::Span<uint8_t> out = result.MutableData<uint8_t>();
  for (size_t i = 0; i < values.size(); ++i) out[i] = values[i];
  return result;
}

template <typename F>
Results Compare(Operands operands, F f) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  const Tensor &a = operands[0]->tensor, &b = operands[1]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckSameType(a, b));
  QCOMPILE_ASSIGN_OR_RETURN(const Shape shape, BroadcastShapes(a.shape(), b.shape()));
  if (a.type() == DataType::Float64()) {
    return Single(Bools(shape, ZipElements<double>(a, b, shape, f)));
  }
  if (a.type().IsFloat()) return Single(Bools(shape, ZipElements<float>(a, b, shape, f)));
  if (a.type().kind == TypeKind::kUnsigned) {
    return Single(Bools(shape, ZipElements<uint64_t>(a, b, shape, f)));
  }
  return Single(Bools(shape, ZipElements<int64_t>(a, b, shape, f)));
}

Results Equal(const Attributes&, Operands operands) {
  return Compare(operands, [](auto a, auto b) { return a == b; });
}
Results Greater(const Attributes&, Operands operands) {
  return Compare(operands, [](auto a, auto b) { return a > b; });
}
Results GreaterOrEqual(const Attributes&, Operands operands) {
  return Compare(operands, [](auto a, auto b) { return a >= b; });
}
Results Less(const Attributes&, Operands operands) {
  return Compare(operands, [](auto a, auto b) { return a < b; });
}
Results LessOrEqual(const Attributes&, Operands operands) {
  return Compare(operands, [](auto a, auto b) { return a <= b; });
}

template <typename F>
Results Logic(Operands operands, F f) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  for (const Value* operand : operands) {
    QCOMPILE_RETURN_IF_ERROR(CheckType(operand->tensor, DataType::Bool(), "operands"));
  }
  return Compare(operands, f);
}

Results And(const Attributes&, Operands operands) {
  return Logic(operands, [](auto a, auto b) { return a != 0 && b != 0; });
}
Results Or(const Attributes&, Operands operands) {
  return Logic(operands, [](auto a, auto b) { return a != 0 || b != 0; });
}

Results Xor(const Attributes&, Operands operands) {
  return Logic(operands, [](auto a, auto b) { return (a != 0) != (b != 0); });
}

Results Not(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Tensor& x = operands[0]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckType(x, DataType::Bool(), "an operand"));
  return Single(MapIntegers(x, [](int64_t v) { return int64_t{v == 0}; }));
}

// Whether each float is of a kind that `f` tells.
template <typename F>
Results Classify(Operands operands, F f) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Tensor& x = operands[0]->tensor;
  if (!x.type().IsFloat()) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected an operand of a float type, found ", x.type().ToString()));
  }
  std::vector<bool> values(static_cast<size_t>(x.size()));
  for (size_t i = 0; i < values.size(); ++i) values[i] = f(x.DoubleAt(static_cast<int64_t>(i)));
  return Single(Bools(x.shape(), values));
}

Results IsNaN(const Attributes&, Operands operands) {
  return Classify(operands, [](double v) { return std::isnan(v); });
}

Results IsInf(const Attributes& attributes, Operands operands) {
  QCOMPILE_ASSIGN_OR_RETURN(const bool positive,
                            BoolAttribute(attributes, "detect_positive", true));
  QCOMPILE_ASSIGN_OR_RETURN(const bool negative,
                            BoolAttribute(attributes, "detect_negative", true));
  return Classify(operands, [positive, negative](double v) {
    return std::isinf(v) && (v > 0 ? positive : negative);
  });
}

Results Where(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 3, 3));
  const Tensor& condition = operands[0]->tensor;
  const Tensor &a = operands[1]->tensor, &b = operands[2]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckType(condition, DataType::Bool(), "a condition"));
  QCOMPILE_RETURN_IF_ERROR(CheckSameType(a, b));
  QCOMPILE_ASSIGN_OR_RETURN(Shape shape, BroadcastShapes(a.shape(), b.shape()));
  QCOMPILE_ASSIGN_OR_RETURN(shape, BroadcastShapes(condition.shape(), shape));
  const BroadcastIndex choose(condition.shape(), shape);
  Tensor result = BroadcastTensor(b, shape);
  const Tensor chosen = BroadcastTensor(a, shape);
  const size_t width = a.type().ContainerSize();
  absl::Span<uint8_t> out = result.MutableBytes();
  for (int64_t i = 0; i < result.size(); ++i) {
    if (condition.IntegerAt(choose(i)) == 0) continue;
    const size_t at = static_cast<size_t>(i) * width;
    std::copy_n(chosen.bytes().data() + at, width, out.data() + at);
  }
  return Single(absl::StatusOr<Tensor>(std::move(result)));
}

}  // namespace

void RegisterComparisons(ReferenceTable& table) {
  table["onnx.And"] = And;
  table["onnx.Equal"] = Equal;
  table["onnx.Greater"] = Greater;
  table["onnx.GreaterOrEqual"] = GreaterOrEqual;
  table["onnx.IsInf"] = IsInf;
  table["onnx.IsNaN"] = IsNaN;
  table["onnx.Less"] = Less;
  table["onnx.LessOrEqual"] = LessOrEqual;
  table["onnx.Not"] = Not;
  table["onnx.Or"] = Or;
  table["onnx.Where"] = Where;
  table["onnx.Xor"] = Xor;
}

}  // namespace qcompile::runtime
