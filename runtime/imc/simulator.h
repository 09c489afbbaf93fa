// Runs programs: bit-exact results, cycles per instruction, and an energy estimate.
#ifndef QCOMPILE_RUNTIME_IMC_SIMULATOR_H_
#define QCOMPILE_RUNTIME_IMC_SIMULATOR_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "runtime/core/tensor.h"
#include "runtime/imc/machine.h"
#include "runtime/imc/program.h"

namespace qcompile::runtime::imc {

struct OpcodeTotal {
  int64_t count = 0;
  int64_t cycles = 0;
};

// What one run took. It depends on the program alone, not on the inputs.
struct Report {
  int64_t cycles = 0;
  std::array<OpcodeTotal, kNumOpcodes> opcodes{};  // by alternative of Instruction
  std::vector<int64_t> instruction_cycles;         // by instruction, over all its executions
  Counts counts;
  Energy energy;  // an estimate

  // Lines for people; the energy and the time are labelled as estimates.
  std::string ToString(const Target& target) const;
};

class Simulator {
 public:
  static absl::StatusOr<Simulator> Create(Program program);

  // One inference from a cleared macro: writes the input ports, executes up to `halt`, reads the
  // output ports. `inputs` in the order of the input ports, with their types and as many
  // elements; outputs have one dimension. Errors name the instruction.
  absl::StatusOr<std::vector<Tensor>> Run(absl::Span<const Tensor> inputs);

  // Of the last run.
  const Report& report() const { return report_; }
  const Program& program() const { return *program_; }

 private:
  explicit Simulator(std::unique_ptr<const Program> program);

  absl::Status WriteInputs(absl::Span<const Tensor> inputs);
  absl::Status ExecuteAll();
  absl::StatusOr<std::vector<Tensor>> ReadOutputs() const;

  // On the heap: the machine refers to its data section.
  std::unique_ptr<const Program> program_;
  Machine machine_;
  Report report_;
};

}  // namespace qcompile::runtime::imc

#endif  // QCOMPILE_RUNTIME_IMC_SIMULATOR_H_
