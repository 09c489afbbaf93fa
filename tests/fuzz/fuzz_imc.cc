// Binary programs of the IMC macro: the reader takes exactly what the writer gives.
#include "runtime/imc/program.h"

#include <string>

using namespace qcompile::runtime::imc;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  absl::StatusOr<Program> program = ParseProgram({data, size});
  if (!program.ok())
    return 0;
  const absl::StatusOr<std::string> bytes = SerializeProgram(*program);
  if (!bytes.ok() || *bytes != std::string(reinterpret_cast<const char *>(data), size)) {
    __builtin_trap();
  }
  return 0;
}
