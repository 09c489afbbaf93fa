// Checks that every operation makes on its operands, attributes and sizes before it computes.
#ifndef QCOMPILE_RUNTIME_REFERENCE_CHECKS_H_
#define QCOMPILE_RUNTIME_REFERENCE_CHECKS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "runtime/core/attributes.h"
#include "runtime/core/value.h"

namespace qcompile::runtime {

using Operands = absl::Span<const Value* const>;
using Results = absl::StatusOr<std::vector<Value>>;

// The largest tensor that an operation will make. No network of this project's kind comes near
// it, and a model that asks for more would only exhaust the machine.
inline constexpr int64_t kMaxElements = int64_t{1} << 31;

// The first `required` operands are present, and there are at most `maximum`.
absl::Status CheckOperands(Operands operands, size_t required, size_t maximum);
// There is at least one operand, and none is absent.
absl::Status CheckVariadic(Operands operands);
// Operand `i`, or nullptr where it is absent.
const Value* OptionalOperand(Operands operands, size_t i);
absl::Status CheckType(const Tensor& tensor, DataType expected, absl::string_view what);
inline absl::Status CheckFloat(const Tensor& tensor, absl::string_view what) {
  return CheckType(tensor, DataType::Float32(), what);
}
// One element of type float32 or integer, for `what`.
absl::Status CheckSingle(const Tensor& tensor, absl::string_view what);

// No dimension is negative, and the product of those that are not 0 is at most kMaxElements;
// returns the number of elements.
absl::StatusOr<int64_t> CheckedSize(absl::Span<const int64_t> shape);
// A zero-filled tensor, after CheckedSize.
absl::StatusOr<Tensor> NewTensor(DataType type, Shape shape);

// Axes count from the end when negative; the result lies in [0, rank).
absl::StatusOr<int64_t> NormalizeAxis(int64_t axis, int64_t rank);
// Normalized, sorted, without repetition.
absl::StatusOr<std::vector<int64_t>> NormalizeAxes(absl::Span<const int64_t> axes, int64_t rank);
// The elements of an integer operand of rank 0 or 1.
absl::StatusOr<std::vector<int64_t>> IntegerList(const Value& operand, absl::string_view what);

// Attributes: an absent one gives the default, one of another kind is an error.
absl::StatusOr<int64_t> IntAttribute(const Attributes& attributes, absl::string_view name,
                                     std::optional<int64_t> otherwise);
absl::StatusOr<float> FloatAttribute(const Attributes& attributes, absl::string_view name,
                                     float otherwise);
absl::StatusOr<std::string> StringAttribute(const Attributes& attributes, absl::string_view name,
                                            std::optional<std::string> otherwise);
absl::StatusOr<std::optional<std::vector<int64_t>>> IntsAttribute(const Attributes& attributes,
                                                                  absl::string_view name);
absl::StatusOr<Tensor> TensorAttribute(const Attributes& attributes, absl::string_view name);
// An attribute that must be 0 or 1.
absl::StatusOr<bool> BoolAttribute(const Attributes& attributes, absl::string_view name,
                                   bool otherwise);

// Fails where the attribute is present: older versions of an operator said by an attribute what the
// newest one says by an operand, and passing over it would compute something else.
absl::Status RefuseAttribute(const Attributes& attributes, absl::string_view name);

// Shortest text that reads back as the same number, for messages.
std::string NumberToString(double value);

template <typename T>
Results Single(absl::StatusOr<T> result) {
  if (!result.ok()) return result.status();
  std::vector<Value> values;
  values.emplace_back(*std::move(result));
  return values;
}

}  // namespace qcompile::runtime

#endif  // QCOMPILE_RUNTIME_REFERENCE_CHECKS_H_
