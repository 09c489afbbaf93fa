// The instruction set: every instruction is one alternative of `Instruction`.
#ifndef QCOMPILE_RUNTIME_IMC_INSTRUCTION_H_
#define QCOMPILE_RUNTIME_IMC_INSTRUCTION_H_

#include <cstddef>
#include <variant>

#include "absl/status/status.h"
#include "runtime/imc/macro_instructions.h"
#include "runtime/imc/vector_instructions.h"

namespace qcompile::runtime::imc {

using Instruction =
    std::variant<Halt, Repeat, EndRepeat, Configure, ConfigureOutput, ConfigureWindow,
                 ConfigureRequantize, ConfigureTable, LoadWeights, LoadThresholds, LoadConstants,
                 Stream, MultiplyAccumulate, StreamWindow, Threshold, LoadAccumulators,
                 StoreAccumulators, MoveAccumulators, AddAccumulators, MultiplyAccumulators,
                 MaxAccumulators, MultiplyAdd, Requantize, Lookup, Select, Copy, Fill>;
inline constexpr size_t kNumOpcodes = std::variant_size_v<Instruction>;

// Loops that may be open at one time.
inline constexpr int kMaxLoops = 8;

// The mnemonic of an instruction, and of the i-th alternative of `Instruction`.
absl::string_view Mnemonic(const Instruction& instruction);
absl::string_view MnemonicOf(size_t alternative);

// Checks what the range of a single field does not say: every field in its range, n and m
// against the format, bounds in order.
absl::Status CheckInstruction(const Instruction& instruction);

// The words of a choice for messages: "a, b".
std::string ChoiceNames(const FieldChoices& choices);

}  // namespace qcompile::runtime::imc

#endif  // QCOMPILE_RUNTIME_IMC_INSTRUCTION_H_
