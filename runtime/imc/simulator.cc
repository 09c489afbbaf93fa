#include "runtime/imc/simulator.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace qcompile::runtime::imc {

std::string Report::ToString(const Target& target) const {
  std::string out = absl::StrCat("cycles: ", cycles, "\n");
  for (size_t i = 0; i < kNumOpcodes; ++i) {
    if (opcodes[i].count == 0) continue;
    absl::StrAppend(&out, "  ", MnemonicOf(i), ": ", opcodes[i].count, " instructions, ",
                    opcodes[i].cycles, " cycles\n");
  }
  absl::StrAppend(&out, "weight slots written: ", counts.weight_slots_written,
                  "\npeak slots used: ", counts.peak_slots_used, " of ",
                  target.banks * target.slots * target.columns, "\nmacs: ", counts.macs,
                  " (of stored entries: ", counts.stored_macs, ")\n");
  absl::StrAppendFormat(&out, "estimated time: %.3f us at %d MHz\n",
                        static_cast<double>(cycles) / static_cast<double>(target.clock_mhz),
                        target.clock_mhz);
  absl::StrAppendFormat(&out, "estimated energy: %.3f nJ\n", energy.Total() * 1e-9);
  for (const auto& [name, attojoules] : energy.Components()) {
    absl::StrAppendFormat(&out, "  %s: %.3f nJ\n", name, attojoules * 1e-9);
  }
  return out;
}

Simulator::Simulator(std::unique_ptr<const Program> program)
    : program_(std::move(program)),
      machine_(program_->target, program_->data, program_->instructions.size()) {}

absl::StatusOr<Simulator> Simulator::Create(Program program) {
  absl::Status checked = CheckProgram(program);
  if (!checked.ok()) return checked;
  return Simulator(std::make_unique<const Program>(std::move(program)));
}

absl::Status Simulator::WriteInputs(absl::Span<const Tensor> inputs) {
  size_t next = 0;
  for (const Port& port : program_->ports) {
    if (port.is_output) continue;
    if (next == inputs.size()) {
      return absl::InvalidArgumentError(
          absl::StrCat("no tensor was given for input '", port.name, "'"));
    }
    const Tensor& input = inputs[next++];
    if (input.type() != port.type || input.size() != port.elements) {
      return absl::InvalidArgumentError(absl::StrCat(
          "input '", port.name, "' takes ", port.elements, " elements of ", port.type.ToString(),
          ", found ", input.size(), " of ", input.type().ToString()));
    }
    int64_t bytes = ElementBytes(port.type);
    for (int64_t i = 0; i < port.elements; ++i) {
      machine_.WriteElement(port.activation + i * bytes, port.type, input.IntegerAt(i));
    }
  }
  if (next == inputs.size()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("the program has ", next, " inputs, found ", inputs.size()));
}

absl::Status Simulator::ExecuteAll() {
  const std::vector<Instruction>& code = program_->instructions;
  while (machine_.next() < code.size() && !machine_.halted()) {
    size_t i = machine_.next();
    auto cost = machine_.Execute(code[i]);
    if (!cost.ok()) {
      return absl::Status(
          cost.status().code(),
          absl::StrCat("instruction ", i, " (", Mnemonic(code[i]), "): ", cost.status().message()));
    }
    report_.cycles += cost->cycles;
    report_.energy += cost->energy;
    report_.instruction_cycles[i] += cost->cycles;
    OpcodeTotal& total = report_.opcodes[code[i].index()];
    ++total.count;
    total.cycles += cost->cycles;
  }
  report_.counts = machine_.counts();
  if (machine_.halted()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the program ends after ", code.size(), " instructions without 'halt'"));
}

absl::StatusOr<std::vector<Tensor>> Simulator::ReadOutputs() const {
  std::vector<Tensor> outputs;
  for (const Port& port : program_->ports) {
    if (!port.is_output) continue;
    int64_t bytes = ElementBytes(port.type);
    std::vector<int64_t> values(static_cast<size_t>(port.elements));
    for (int64_t i = 0; i < port.elements; ++i) {
      values[i] = machine_.ReadElement(port.activation + i * bytes, port.type);
    }
    auto tensor = Tensor::FromIntegers(port.type, {port.elements}, values);
    if (!tensor.ok()) {
      return absl::OutOfRangeError(
          absl::StrCat("output '", port.name, "': ", tensor.status().message()));
    }
    outputs.push_back(*std::move(tensor));
  }
  return outputs;
}

absl::StatusOr<std::vector<Tensor>> Simulator::Run(absl::Span<const Tensor> inputs) {
  machine_.Reset();
  report_ = {};
  report_.instruction_cycles.assign(program_->instructions.size(), 0);
  absl::Status status = WriteInputs(inputs);
  if (status.ok()) status = ExecuteAll();
  if (!status.ok()) return status;
  return ReadOutputs();
}

}  // namespace qcompile::runtime::imc
