// The text form of programs (docs/Imc.md, "Assembly").
//
// `Disassemble` writes the canonical text. Assembling that text gives the same program, and
// disassembling what was assembled from canonical text gives the same text.
#ifndef QCOMPILE_RUNTIME_IMC_ASSEMBLER_H_
#define QCOMPILE_RUNTIME_IMC_ASSEMBLER_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/imc/program.h"

namespace qcompile::runtime::imc {

// Errors begin with "line L, column C: ", both counted from one.
absl::StatusOr<Program> Assemble(absl::string_view text);

std::string Disassemble(const Program& program);

// One instruction as it stands in the text: "mac bank=0 accumulator=0 keep=1".
std::string InstructionToString(const Instruction& instruction);

}  // namespace qcompile::runtime::imc

#endif  // QCOMPILE_RUNTIME_IMC_ASSEMBLER_H_
