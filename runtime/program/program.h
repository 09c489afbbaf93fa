// A straight-line list of operations with reference semantics: what an evaluator runs, and how
// float islands and host parts travel in artifacts.
#ifndef QCOMPILE_RUNTIME_PROGRAM_PROGRAM_H_
#define QCOMPILE_RUNTIME_PROGRAM_PROGRAM_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/core/attributes.h"
#include "runtime/core/value.h"
#include "runtime/reference/registry.h"

namespace qcompile::runtime {

// Values are numbered; -1 stands for an absent optional operand, and for a result that nobody
// wants.
struct Operation {
  std::string name;   // "onnx.Add"
  std::string label;  // the source node's name, for messages
  Attributes attributes;
  std::vector<int32_t> operands;
  std::vector<int32_t> results;
};

struct Port {
  std::string name;
  DataType type;
  Shape shape;
  int32_t value = -1;
};

struct Program {
  int32_t num_values = 0;
  std::vector<Port> inputs;
  std::vector<Port> outputs;
  // Constant tensors and the value each defines.
  std::vector<std::pair<int32_t, Tensor>> constants;
  // In an order in which every operand is defined before it is used.
  std::vector<Operation> operations;
};

// Every value is defined exactly once (by an input, a constant or an operation), before it is
// used, and outputs name defined values.
absl::Status ValidateProgram(const Program& program);

// Runs programs. Operations that depend on constants alone are computed once, on creation.
class ProgramExecutor {
 public:
  // Fails where the program is not valid, where an operation has no reference semantics, and
  // where an operation on constants fails; messages name the operation's label.
  static absl::StatusOr<ProgramExecutor> Create(Program program);

  // Computes every value. `inputs` in the order of `program().inputs`; their types and shapes
  // must be those of the ports.
  absl::Status Run(absl::Span<const Tensor> inputs);

  // Valid after a successful Run.
  const Value& value(int32_t id) const { return values_[id]; }
  const Tensor& output(size_t i) const { return values_[program_.outputs[i].value].tensor; }
  const Program& program() const { return program_; }

 private:
  absl::Status Prepare();
  absl::Status RunOperation(const Operation& op, ReferenceFunction function);

  Program program_;
  std::vector<ReferenceFunction> functions_;  // parallel to program_.operations
  std::vector<bool> is_constant_;             // parallel to program_.operations
  std::vector<Value> values_;
};

// The byte form is documented in serialize.cc; reading checks every length, count and number, and
// that the program is valid. With an `owner`, which keeps `bytes` alive, tensors refer to the
// bytes where those are aligned for them (as they are when `bytes` starts at a multiple of 64,
// like a mapped file); otherwise they are copied.
std::string SerializeProgram(const Program& program);
absl::StatusOr<Program> ParseProgram(absl::Span<const uint8_t> bytes,
                                     std::shared_ptr<const void> owner = nullptr);

}  // namespace qcompile::runtime

#endif  // QCOMPILE_RUNTIME_PROGRAM_PROGRAM_H_
