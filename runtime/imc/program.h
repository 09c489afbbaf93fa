// A program for the macro: target, ports, instructions and data, and its file form.
#ifndef QCOMPILE_RUNTIME_IMC_PROGRAM_H_
#define QCOMPILE_RUNTIME_IMC_PROGRAM_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "runtime/imc/instruction.h"
#include "runtime/imc/target.h"

namespace qcompile::runtime::imc {

// A tensor that the host writes before a run or reads after it: `elements` elements at a byte
// address of the activation buffer, each in ElementBytes(type) bytes.
struct Port {
  bool is_output = false;
  std::string name;
  DataType type = DataType::Unsigned(8);
  int64_t elements = 0;
  int64_t activation = 0;
};

struct Program {
  Target target;
  std::vector<Port> ports;
  std::vector<Instruction> instructions;
  // Weight tiles and thresholds, outside the macro.
  std::vector<uint8_t> data;
};

// Bytes per element in the activation buffer: 1, 2, 4 or 8.
int64_t ElementBytes(DataType type);

// Checks every instruction, that loops are closed, and that every port is a range of the
// activation buffer.
absl::Status CheckProgram(const Program& program);

// The file form, specified in docs/Imc.md. Fails where CheckProgram does.
absl::StatusOr<std::string> SerializeProgram(const Program& program);

// Accepts exactly what SerializeProgram writes; any other bytes give an error.
absl::StatusOr<Program> ParseProgram(absl::Span<const uint8_t> bytes);

}  // namespace qcompile::runtime::imc

#endif  // QCOMPILE_RUNTIME_IMC_PROGRAM_H_
