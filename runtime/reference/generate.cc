// Operations that make tensors from attributes and shapes.
#include <cmath>

#include "runtime/reference/checks.h"
#include "runtime/reference/element_types.h"
#include "runtime/reference/map_elements.h"
#include "runtime/reference/quantized_view.h"
#include "runtime/reference/register.h"

namespace qcompile::runtime {
namespace {

Results Constant(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 0, 0));
  if (const auto* value = attributes.Find<float>("value_float")) {
    return Single(absl::StatusOr<Tensor>(Tensor::ScalarFloat(*value)));
  }
  if (const auto* values = attributes.Find<std::vector<float>>("value_floats")) {
    return Single(absl::StatusOr<Tensor>(
        Tensor::FromFloats({static_cast<int64_t>(values->size())}, *values)));
  }
  if (const auto* value = attributes.Find<int64_t>("value_int")) {
    return Single(Tensor::FromIntegers(DataType::Int64(), {}, {*value}));
  }
  if (const auto* values = attributes.Find<std::vector<int64_t>>("value_ints")) {
    return Single(
        Tensor::FromIntegers(DataType::Int64(), {static_cast<int64_t>(values->size())}, *values));
  }
  return Single(TensorAttribute(attributes, "value"));
}

Results ConstantOfShape(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  QCOMPILE_ASSIGN_OR_RETURN(const Shape shape, IntegerList(*operands[0], "the shape"));
  QCOMPILE_RETURN_IF_ERROR(CheckedSize(shape).status());
  Tensor value = Tensor::ScalarFloat(0);
  if (attributes.values().count("value") != 0) {
    QCOMPILE_ASSIGN_OR_RETURN(value, TensorAttribute(attributes, "value"));
  }
  QCOMPILE_RETURN_IF_ERROR(CheckSingle(value, "attribute 'value'"));
  return Single(absl::StatusOr<Tensor>(BroadcastTensor(value.Reshaped({}), shape)));
}

absl::StatusOr<int64_t> CheckedCount(double count) {
  if (!(count <= static_cast<double>(kMaxElements))) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "expected at most ", kMaxElements, " elements, found a range of ", NumberToString(count)));
  }
  return count > 0 ? static_cast<int64_t>(count) : 0;
}

// start + i * delta in the type that floats are computed with, float or double.
template <typename T>
absl::StatusOr<Tensor> FloatRange(const Tensor& start, const Tensor& limit, const Tensor& delta) {
  const T first = Load(start, 0, T()), end = Load(limit, 0, T()), step = Load(delta, 0, T());
  if (step == 0) return absl::InvalidArgumentError("expected a delta other than 0, found 0");
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t count, CheckedCount(std::ceil((end - first) / step)));
  std::vector<T> values(static_cast<size_t>(count));
  for (size_t i = 0; i < values.size(); ++i) {
    const T distance = static_cast<T>(i) * step;
    values[i] = first + distance;
  }
  return FromNumbers(start.type(), {count}, values);
}

absl::StatusOr<Tensor> IntegerRange(DataType type, int64_t start, int64_t limit, int64_t delta) {
  if (delta == 0) return absl::InvalidArgumentError("expected a delta other than 0, found 0");
  using Wide = __int128;
  const Wide distance = delta > 0 ? Wide{limit} - start : Wide{start} - limit;
  const Wide step = delta > 0 ? Wide{delta} : -Wide{delta};
  const Wide steps = distance > 0 ? (distance + step - 1) / step : 0;
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t count, CheckedCount(static_cast<double>(steps)));
  std::vector<int64_t> values(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    values[static_cast<size_t>(i)] = static_cast<int64_t>(Wide{start} + Wide{i} * delta);
  }
  return Tensor::FromIntegers(type, {count}, values);
}

Results Range(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 3, 3));
  const DataType type = operands[0]->tensor.type();
  for (const Value* operand : operands) {
    QCOMPILE_RETURN_IF_ERROR(CheckSingle(operand->tensor, "a bound of the range"));
    QCOMPILE_RETURN_IF_ERROR(CheckType(operand->tensor, type, "bounds"));
  }
  const Tensor &start = operands[0]->tensor, &limit = operands[1]->tensor,
               &delta = operands[2]->tensor;
  if (type.kind == TypeKind::kSigned) {
    return Single(IntegerRange(type, start.IntegerAt(0), limit.IntegerAt(0), delta.IntegerAt(0)));
  }
  return Single(
      WithFloats(type, [&](auto zero) { return FloatRange<decltype(zero)>(start, limit, delta); }));
}

}  // namespace

void RegisterGenerators(ReferenceTable& table) {
  table["onnx.Constant"] = Constant;
  table["onnx.ConstantOfShape"] = ConstantOfShape;
  table["onnx.Range"] = Range;
}

}  // namespace qcompile::runtime
