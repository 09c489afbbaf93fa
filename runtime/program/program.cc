#include "runtime/program/program.h"

#include <algorithm>
#include <new>

#include "absl/strings/str_cat.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

std::string Describe(const Operation& op) {
  return op.label.empty() ? absl::StrCat("operation ", op.name)
                          : absl::StrCat("node '", op.label, "' (", op.name, ")");
}

absl::Status WithContext(const Operation& op, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(Describe(op), ": ", status.message()));
}

// What is within the bounds of an operation may still be more than the machine has.
absl::StatusOr<std::vector<Value>> CallFunction(ReferenceFunction function,
                                                const Attributes& attributes,
                                                absl::Span<const Value* const> operands) {
  try {
    return function(attributes, operands);
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError("expected enough memory for the result, found too little");
  }
}

// Which values are defined so far.
class Definitions {
 public:
  explicit Definitions(int32_t count) : defined_(static_cast<size_t>(count), false) {}

  absl::Status Define(int32_t id, absl::string_view by) {
    if (!InRange(id) || defined_[static_cast<size_t>(id)]) {
      return absl::InvalidArgumentError(absl::StrCat(
          "expected ", by, " to define a new value below ", defined_.size(), ", found value ", id));
    }
    defined_[static_cast<size_t>(id)] = true;
    return absl::OkStatus();
  }
  absl::Status Use(int32_t id, absl::string_view by) const {
    if (InRange(id) && defined_[static_cast<size_t>(id)]) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("expected ", by, " to use a defined value, found value ", id));
  }

 private:
  bool InRange(int32_t id) const { return id >= 0 && static_cast<size_t>(id) < defined_.size(); }
  std::vector<bool> defined_;
};

// Memory for the values is taken before anything runs, so their number must be earned by what
// defines them.
absl::Status CheckValueCount(const Program& program) {
  size_t definitions = program.inputs.size() + program.constants.size();
  for (const Operation& op : program.operations) definitions += op.results.size();
  if (program.num_values >= 0 && static_cast<size_t>(program.num_values) <= definitions) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("expected at most ", definitions,
                                                 " values as there are definitions, found ",
                                                 program.num_values));
}

}  // namespace

absl::Status ValidateProgram(const Program& program) {
  QCOMPILE_RETURN_IF_ERROR(CheckValueCount(program));
  Definitions definitions(program.num_values);
  for (const Port& port : program.inputs) {
    QCOMPILE_RETURN_IF_ERROR(
        definitions.Define(port.value, absl::StrCat("input '", port.name, "'")));
  }
  for (const auto& [id, tensor] : program.constants) {
    QCOMPILE_RETURN_IF_ERROR(definitions.Define(id, "a constant"));
  }
  for (const Operation& op : program.operations) {
    for (int32_t id : op.operands) {
      if (id != -1) QCOMPILE_RETURN_IF_ERROR(definitions.Use(id, Describe(op)));
    }
    for (int32_t id : op.results) {
      if (id != -1) QCOMPILE_RETURN_IF_ERROR(definitions.Define(id, Describe(op)));
    }
  }
  for (const Port& port : program.outputs) {
    QCOMPILE_RETURN_IF_ERROR(definitions.Use(port.value, absl::StrCat("output '", port.name, "'")));
  }
  return absl::OkStatus();
}

absl::StatusOr<ProgramExecutor> ProgramExecutor::Create(Program program) {
  QCOMPILE_RETURN_IF_ERROR(ValidateProgram(program));
  ProgramExecutor executor;
  executor.program_ = std::move(program);
  QCOMPILE_RETURN_IF_ERROR(executor.Prepare());
  return executor;
}

absl::Status ProgramExecutor::Prepare() {
  values_.resize(static_cast<size_t>(program_.num_values));
  std::vector<bool> constant_value(values_.size(), false);
  for (const auto& [id, tensor] : program_.constants) {
    values_[static_cast<size_t>(id)] = Value(tensor);
    constant_value[static_cast<size_t>(id)] = true;
  }
  for (const Operation& op : program_.operations) {
    const ReferenceFunction function = FindReference(op.name);
    if (function == nullptr) {
      return WithContext(op, absl::UnimplementedError("expected an operation with reference "
                                                      "semantics, found none of this name"));
    }
    const bool constant = std::all_of(op.operands.begin(), op.operands.end(), [&](int32_t id) {
      return id == -1 || constant_value[static_cast<size_t>(id)];
    });
    functions_.push_back(function);
    is_constant_.push_back(constant);
    if (!constant) continue;
    QCOMPILE_RETURN_IF_ERROR(RunOperation(op, function));
    for (int32_t id : op.results) {
      if (id != -1) constant_value[static_cast<size_t>(id)] = true;
    }
  }
  return absl::OkStatus();
}

absl::Status ProgramExecutor::RunOperation(const Operation& op, ReferenceFunction function) {
  std::vector<const Value*> operands;
  operands.reserve(op.operands.size());
  for (int32_t id : op.operands) {
    operands.push_back(id == -1 ? nullptr : &values_[static_cast<size_t>(id)]);
  }
  absl::StatusOr<std::vector<Value>> results = CallFunction(function, op.attributes, operands);
  if (!results.ok()) return WithContext(op, results.status());
  // Trailing optional results may be left out by the program.
  if (results->size() < op.results.size()) {
    return WithContext(
        op, absl::UnimplementedError(absl::StrCat("expected at most ", results->size(),
                                                  " results, found ", op.results.size())));
  }
  for (size_t i = 0; i < op.results.size(); ++i) {
    if (op.results[i] == -1) continue;
    values_[static_cast<size_t>(op.results[i])] = std::move((*results)[i]);
  }
  return absl::OkStatus();
}

absl::Status ProgramExecutor::Run(absl::Span<const Tensor> inputs) {
  if (inputs.size() != program_.inputs.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected ", program_.inputs.size(), " inputs, found ", inputs.size()));
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Port& port = program_.inputs[i];
    if (inputs[i].type() != port.type || inputs[i].shape() != port.shape) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected ", ShapeToString(port.shape), " ", port.type.ToString(),
                       " for input '", port.name, "', found ", ShapeToString(inputs[i].shape()),
                       " ", inputs[i].type().ToString()));
    }
    values_[static_cast<size_t>(port.value)] = Value(inputs[i]);
  }
  for (size_t i = 0; i < program_.operations.size(); ++i) {
    if (is_constant_[i]) continue;
    QCOMPILE_RETURN_IF_ERROR(RunOperation(program_.operations[i], functions_[i]));
  }
  return absl::OkStatus();
}

}  // namespace qcompile::runtime
