// Running one operation of the reference semantics, for tests.
#ifndef QCOMPILE_TESTS_UNIT_RUNTIME_REFERENCE_TESTING_H_
#define QCOMPILE_TESTS_UNIT_RUNTIME_REFERENCE_TESTING_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "runtime/reference/registry.h"

namespace qcompile::runtime::testing {

using NamedAttributes = std::vector<std::pair<std::string, AttributeValue>>;

inline Attributes MakeAttributes(const NamedAttributes &named) {
  Attributes attributes;
  for (const auto &[name, value] : named)
    attributes.Set(name, value);
  return attributes;
}

inline absl::StatusOr<std::vector<Value>> RunAll(const std::string &name, const std::vector<const Value *> &operands,
                                                 const NamedAttributes &attributes = {}) {
  const ReferenceFunction function = FindReference(name);
  if (function == nullptr)
    return absl::NotFoundError(name);
  return function(MakeAttributes(attributes), operands);
}

// The first result, or an empty value after a failure of the test.
inline Value Evaluate(const std::string &name, const std::vector<Value> &operands,
                      const NamedAttributes &attributes = {}) {
  std::vector<const Value *> pointers;
  for (const Value &operand : operands)
    pointers.push_back(&operand);
  auto results = RunAll(name, pointers, attributes);
  if (!results.ok() || results->empty()) {
    ADD_FAILURE() << name << ": " << results.status();
    return Value();
  }
  return (*results)[0];
}

// The message of the failure, or "ok".
inline std::string Failure(const std::string &name, const std::vector<Value> &operands,
                           const NamedAttributes &attributes = {}) {
  std::vector<const Value *> pointers;
  for (const Value &operand : operands)
    pointers.push_back(&operand);
  auto results = RunAll(name, pointers, attributes);
  return results.ok() ? "ok" : std::string(results.status().message());
}

inline Value Floats(Shape shape, std::vector<float> values) {
  return Value(Tensor::FromFloats(std::move(shape), values));
}
inline Value Float(float value) { return Floats({}, {value}); }
inline Value Integers(DataType type, Shape shape, std::vector<int64_t> values) {
  return Value(Tensor::FromIntegers(type, std::move(shape), values).value());
}
inline Value Int64s(std::vector<int64_t> values) {
  const auto size = static_cast<int64_t>(values.size());
  return Integers(DataType::Int64(), {size}, std::move(values));
}
inline Value Bools(Shape shape, std::vector<int64_t> values) {
  return Integers(DataType::Bool(), std::move(shape), std::move(values));
}

// A quantized value: `codes` as signed integers of 8 bits unless a type is given.
inline Value Quantized(Shape shape, std::vector<int64_t> codes, Value scale, Value zero_point,
                       DataType type = DataType::Signed(8)) {
  Value value(Tensor(DataType::Float32(), shape));
  value.quantized =
      QuantizedView{Integers(type, std::move(shape), std::move(codes)).tensor, scale.tensor, zero_point.tensor};
  return value;
}

inline std::vector<float> ToFloats(const Value &value) {
  if (value.tensor.type() != DataType::Float32()) {
    ADD_FAILURE() << "expected float32, found " << value.tensor.type().ToString();
    return {};
  }
  return {value.tensor.Floats().begin(), value.tensor.Floats().end()};
}
inline std::vector<int64_t> ToIntegers(const Value &value) {
  if (!value.tensor.type().IsInteger()) {
    ADD_FAILURE() << "expected integers, found " << value.tensor.type().ToString();
    return {};
  }
  return value.tensor.ToIntegers();
}
inline std::vector<int64_t> Codes(const Value &value) {
  if (!value.quantized) {
    ADD_FAILURE() << "expected a quantized value";
    return {};
  }
  return value.quantized->codes.ToIntegers();
}

} // namespace qcompile::runtime::testing

#endif // QCOMPILE_TESTS_UNIT_RUNTIME_REFERENCE_TESTING_H_
