#include "runtime/reference/checks.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

absl::Status WrongKind(absl::string_view name, absl::string_view kind) {
  return absl::InvalidArgumentError(absl::StrCat("expected attribute '", name, "' to be ", kind));
}

absl::Status MissingAttribute(absl::string_view name) {
  return absl::InvalidArgumentError(absl::StrCat("expected attribute '", name, "', found none"));
}

bool Has(const Attributes& attributes, absl::string_view name) {
  return attributes.values().find(name) != attributes.values().end();
}

}  // namespace

absl::Status CheckOperands(Operands operands, size_t required, size_t maximum) {
  if (operands.size() < required || operands.size() > maximum) {
    const std::string expected = required == maximum
                                     ? absl::StrCat(required)
                                     : absl::StrCat("between ", required, " and ", maximum);
    return absl::InvalidArgumentError(
        absl::StrCat("expected ", expected, " operands, found ", operands.size()));
  }
  for (size_t i = 0; i < required; ++i) {
    if (operands[i] == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat("expected operand ", i, ", found none"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckVariadic(Operands operands) {
  if (operands.empty()) {
    return absl::InvalidArgumentError("expected at least 1 operand, found none");
  }
  return CheckOperands(operands, operands.size(), operands.size());
}

const Value* OptionalOperand(Operands operands, size_t i) {
  return i < operands.size() ? operands[i] : nullptr;
}

absl::Status CheckType(const Tensor& tensor, DataType expected, absl::string_view what) {
  if (tensor.type() == expected) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "expected ", what, " of type ", expected.ToString(), ", found ", tensor.type().ToString()));
}

absl::Status CheckSingle(const Tensor& tensor, absl::string_view what) {
  if (tensor.size() == 1) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("expected one element for ", what,
                                                 ", found shape ", ShapeToString(tensor.shape())));
}

absl::StatusOr<int64_t> CheckedSize(absl::Span<const int64_t> shape) {
  for (int64_t d : shape) {
    if (d < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected dimensions of at least 0, found shape ", ShapeToString(shape)));
    }
  }
  // The other dimensions of an empty tensor are bounded too, so that no product of dimensions
  // overflows anywhere.
  int64_t size = 1;
  bool empty = false;
  for (int64_t d : shape) {
    empty |= d == 0;
    if (__builtin_mul_overflow(size, std::max<int64_t>(d, 1), &size) || size > kMaxElements) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "expected at most ", kMaxElements, " elements, found shape ", ShapeToString(shape)));
    }
  }
  return empty ? 0 : size;
}

absl::StatusOr<Tensor> NewTensor(DataType type, Shape shape) {
  QCOMPILE_RETURN_IF_ERROR(CheckedSize(shape).status());
  return Tensor(type, std::move(shape));
}

absl::StatusOr<int64_t> NormalizeAxis(int64_t axis, int64_t rank) {
  if (axis < -rank || axis >= rank) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected an axis of a tensor of rank ", rank, ", found ", axis));
  }
  return axis < 0 ? axis + rank : axis;
}

absl::StatusOr<std::vector<int64_t>> NormalizeAxes(absl::Span<const int64_t> axes, int64_t rank) {
  std::vector<int64_t> result;
  for (int64_t axis : axes) {
    QCOMPILE_ASSIGN_OR_RETURN(const int64_t normalized, NormalizeAxis(axis, rank));
    result.push_back(normalized);
  }
  std::sort(result.begin(), result.end());
  auto repeated = std::adjacent_find(result.begin(), result.end());
  if (repeated != result.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected different axes, found axis ", *repeated, " twice"));
  }
  return result;
}

absl::StatusOr<std::vector<int64_t>> IntegerList(const Value& operand, absl::string_view what) {
  const Tensor& tensor = operand.tensor;
  if (!tensor.type().IsInteger() || tensor.rank() > 1) {
    return absl::InvalidArgumentError(absl::StrCat("expected a list of integers for ", what,
                                                   ", found ", tensor.type().ToString(),
                                                   " of shape ", ShapeToString(tensor.shape())));
  }
  return tensor.ToIntegers();
}

absl::StatusOr<int64_t> IntAttribute(const Attributes& attributes, absl::string_view name,
                                     std::optional<int64_t> otherwise) {
  if (const int64_t* found = attributes.Find<int64_t>(name)) return *found;
  if (Has(attributes, name)) return WrongKind(name, "an integer");
  if (!otherwise) return MissingAttribute(name);
  return *otherwise;
}

absl::StatusOr<float> FloatAttribute(const Attributes& attributes, absl::string_view name,
                                     float otherwise) {
  if (const float* found = attributes.Find<float>(name)) return *found;
  if (Has(attributes, name)) return WrongKind(name, "a number");
  return otherwise;
}

absl::StatusOr<std::string> StringAttribute(const Attributes& attributes, absl::string_view name,
                                            std::optional<std::string> otherwise) {
  if (const std::string* found = attributes.Find<std::string>(name)) return *found;
  if (Has(attributes, name)) return WrongKind(name, "a string");
  if (!otherwise) return MissingAttribute(name);
  return *otherwise;
}

absl::StatusOr<std::optional<std::vector<int64_t>>> IntsAttribute(const Attributes& attributes,
                                                                  absl::string_view name) {
  if (const auto* found = attributes.Find<std::vector<int64_t>>(name)) {
    return std::optional<std::vector<int64_t>>(*found);
  }
  if (Has(attributes, name)) return WrongKind(name, "a list of integers");
  return std::optional<std::vector<int64_t>>();
}

absl::StatusOr<Tensor> TensorAttribute(const Attributes& attributes, absl::string_view name) {
  if (const Tensor* found = attributes.Find<Tensor>(name)) return *found;
  return Has(attributes, name) ? WrongKind(name, "a tensor") : MissingAttribute(name);
}

absl::StatusOr<bool> BoolAttribute(const Attributes& attributes, absl::string_view name,
                                   bool otherwise) {
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t found, IntAttribute(attributes, name, otherwise));
  if (found != 0 && found != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected attribute '", name, "' to be 0 or 1, found ", found));
  }
  return found == 1;
}

absl::Status RefuseAttribute(const Attributes& attributes, absl::string_view name) {
  if (!Has(attributes, name)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "expected '", name, "' as an operand of the newest opset, found it as an attribute"));
}

std::string NumberToString(double value) {
  char buffer[32];
  for (int digits = 6; digits <= 17; ++digits) {
    std::snprintf(buffer, sizeof(buffer), "%.*g", digits, value);
    if (std::strtod(buffer, nullptr) == value) break;
  }
  return buffer;
}

}  // namespace qcompile::runtime
