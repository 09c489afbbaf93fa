// Computing with element types beyond float32: narrow floats are computed with as float32 and
// rounded once, float64 stays double, 64-bit unsigned integers keep their sign bit.
#ifndef QCOMPILE_RUNTIME_REFERENCE_ELEMENT_TYPES_H_
#define QCOMPILE_RUNTIME_REFERENCE_ELEMENT_TYPES_H_

#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "runtime/core/float_formats.h"
#include "runtime/reference/checks.h"
#include "runtime/reference/registry.h"

namespace qcompile::runtime {

// The type of an ONNX TensorProto.DataType number.
absl::StatusOr<DataType> FromOnnxType(int64_t number);

// Reads element i as the computation's own type. Float: float32, or a narrow float.
inline float Load(const Tensor& tensor, int64_t i, float) {
  return tensor.type().bits == 32 ? tensor.Floats()[i] : static_cast<float>(tensor.DoubleAt(i));
}
inline double Load(const Tensor& tensor, int64_t i, double) { return tensor.Data<double>()[i]; }
inline int64_t Load(const Tensor& tensor, int64_t i, int64_t) { return tensor.IntegerAt(i); }
inline uint64_t Load(const Tensor& tensor, int64_t i, uint64_t) {
  return static_cast<uint64_t>(tensor.IntegerAt(i));
}

// The elements as float32 (for narrow floats exactly), as double, and back with one rounding.
// Floats only.
Tensor ToFloat32(const Tensor& tensor);
std::vector<double> ToDoubles(const Tensor& tensor);
Tensor FromFloat32(const Tensor& tensor, DataType type);

// The operation on operands of which some may be narrow floats: computed with as float32, and
// rounded once where the first operand is narrow. For operations that give the type of that
// operand.
template <ReferenceFunction operation>
Results InFloat32(const Attributes& attributes, Operands operands) {
  std::vector<Value> widened(operands.size());
  std::vector<const Value*> pointers(operands.begin(), operands.end());
  bool any = false;
  for (size_t i = 0; i < operands.size(); ++i) {
    if (operands[i] == nullptr || !IsNarrowFloat(operands[i]->tensor.type())) continue;
    widened[i] = Value(ToFloat32(operands[i]->tensor));
    pointers[i] = &widened[i];
    any = true;
  }
  if (!any) return operation(attributes, operands);
  Results results = operation(attributes, pointers);
  if (!results.ok() || operands[0] == nullptr) return results;
  const DataType type = operands[0]->tensor.type();
  for (Value& result : *results) {
    if (IsNarrowFloat(type) && result.tensor.type() == DataType::Float32()) {
      result = Value(FromFloat32(result.tensor, type));
    }
  }
  return results;
}

// Calls f(T()) with the type that elements of `type` are computed with: float, double, int64_t or
// uint64_t. Bools and bipolars are no numbers.
template <typename F>
absl::Status VisitNumbers(DataType type, F f) {
  if (type == DataType::Float64()) {
    f(double());
  } else if (type.IsFloat()) {
    f(float());
  } else if (type.kind == TypeKind::kUnsigned) {
    f(uint64_t());
  } else if (type.kind == TypeKind::kSigned) {
    f(int64_t());
  } else {
    return absl::UnimplementedError("expected elements that are numbers, found " + type.ToString());
  }
  return absl::OkStatus();
}

// Elements of any float type. Models have been checked against the types that ONNX allows, so that
// others are not wrong but unsupported.
inline absl::Status CheckFloats(const Tensor& tensor, absl::string_view what) {
  if (tensor.type().IsFloat()) return absl::OkStatus();
  return absl::UnimplementedError(
      absl::StrCat("expected ", what, " of a float type, found ", tensor.type().ToString()));
}

// f(T()) with the type that floats of `type` are computed with, float or double. Sums of them are
// of this type too.
template <typename F>
absl::StatusOr<Tensor> WithFloats(DataType type, F f) {
  if (type == DataType::Float64()) return f(double());
  if (type.IsFloat()) return f(float());
  return absl::UnimplementedError("expected elements of a float type, found " + type.ToString());
}

// The value modulo 2^bits, read in the sign convention of the type: what integer arithmetic of
// ONNX gives when it overflows. Bools and bipolars keep their value.
int64_t WrapToType(int64_t value, DataType type);
// An integer tensor of `type` from values that are wrapped to it.
absl::StatusOr<Tensor> WrappedIntegers(DataType type, Shape shape, std::vector<int64_t> values);

// A tensor of `type` from values of its computation type: rounded once, or wrapped.
absl::StatusOr<Tensor> FromNumbers(DataType type, Shape shape, const std::vector<float>& values);
absl::StatusOr<Tensor> FromNumbers(DataType type, Shape shape, const std::vector<double>& values);
absl::StatusOr<Tensor> FromNumbers(DataType type, Shape shape, std::vector<int64_t> values);
absl::StatusOr<Tensor> FromNumbers(DataType type, Shape shape, const std::vector<uint64_t>& values);

// All elements as T, the computation type.
template <typename T>
std::vector<T> ToNumbers(const Tensor& tensor) {
  std::vector<T> values(static_cast<size_t>(tensor.size()));
  for (size_t i = 0; i < values.size(); ++i) values[i] = Load(tensor, static_cast<int64_t>(i), T());
  return values;
}

}  // namespace qcompile::runtime

#endif  // QCOMPILE_RUNTIME_REFERENCE_ELEMENT_TYPES_H_
