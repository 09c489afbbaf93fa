// The binary form of instructions: 128-bit little-endian words.
#ifndef QCOMPILE_RUNTIME_IMC_ENCODING_H_
#define QCOMPILE_RUNTIME_IMC_ENCODING_H_

#include <array>
#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "runtime/imc/instruction.h"

namespace qcompile::runtime::imc {

inline constexpr size_t kInstructionBytes = 16;
using InstructionWord = std::array<uint8_t, kInstructionBytes>;

// Fails where CheckInstruction does.
absl::StatusOr<InstructionWord> EncodeInstruction(const Instruction& instruction);

// Fails on unknown opcodes, fields out of range and unused bits that are not zero, so that one
// instruction has one encoding. `word` must have kInstructionBytes bytes.
absl::StatusOr<Instruction> DecodeInstruction(absl::Span<const uint8_t> word);

}  // namespace qcompile::runtime::imc

#endif  // QCOMPILE_RUNTIME_IMC_ENCODING_H_
