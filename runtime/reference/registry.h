// The scalar reference semantics of every operation, by name ("onnx.MatMul", "qnn.threshold").
//
// This is the oracle of the project: written for obviousness, one rounding per step, no vector
// code, no reordering. The evaluator, the constant folder, float islands of artifacts and the
// kernel tests all call it.
#ifndef QCOMPILE_RUNTIME_REFERENCE_REGISTRY_H_
#define QCOMPILE_RUNTIME_REFERENCE_REGISTRY_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "runtime/core/attributes.h"
#include "runtime/core/value.h"

namespace qcompile::runtime {

// Computes the results of one operation. An absent optional operand is a null pointer.
using ReferenceFunction = absl::StatusOr<std::vector<Value>> (*)(
    const Attributes& attributes, absl::Span<const Value* const> operands);

// The semantics of `name`, or nullptr where none exists.
ReferenceFunction FindReference(absl::string_view name);

// What an operation finds wrong with its attributes and with the types and shapes of its operands,
// before it computes: elements are not read, so that operands need none.
using CheckFunction = absl::Status (*)(const Attributes& attributes,
                                       absl::Span<const Value* const> operands);

// The check of `name`. Operations that do far more than a few steps per element have one; for
// others, whose semantics are as soon evaluated, nullptr.
CheckFunction FindCheck(absl::string_view name);

// Every name with reference semantics, sorted.
std::vector<absl::string_view> ReferenceNames();

}  // namespace qcompile::runtime

#endif  // QCOMPILE_RUNTIME_REFERENCE_REGISTRY_H_
