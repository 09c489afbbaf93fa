// Binary programs of the IMC macro: the reader takes exactly what the writer gives.
#include "runtime/imc/program.h"

#include <algorithm>

using namespace qcompile::runtime::imc;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  absl::StatusOr<Program> program = ParseProgram({data, size});
  if (!program.ok()) return 0;
  const auto bytes = SerializeProgram(*program);
  if (!std::equal(bytes.begin(), bytes.end(), data, data + size,
                  [](auto a, uint8_t b) { return static_cast<uint8_t>(a) == b; })) {
    __builtin_trap();
  }
  return 0;
}
