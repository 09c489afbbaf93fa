// Assembly text of the IMC macro.
#include "runtime/imc/assembler.h"

using namespace qcompile::runtime::imc;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  absl::StatusOr<Program> program = Assemble({reinterpret_cast<const char *>(data), size});
  if (!program.ok())
    return 0;
  // The canonical text is a fixed point.
  const std::string text = Disassemble(*program);
  absl::StatusOr<Program> again = Assemble(text);
  if (!again.ok() || Disassemble(*again) != text)
    __builtin_trap();
  return 0;
}
