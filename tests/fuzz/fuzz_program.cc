// Serialized programs and parameter images of artifacts.
#include "runtime/artifact/artifact.h"
#include "runtime/program/program.h"

using namespace qcompile::runtime;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char message[128];
  (void)qcrt_image_check(data, size, message, sizeof message);
  absl::StatusOr<Program> program = ParseProgram({data, size});
  if (!program.ok())
    return 0;
  // What was read can be written and read again, byte for byte.
  const std::string bytes = SerializeProgram(*program);
  absl::StatusOr<Program> again = ParseProgram({reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size()});
  if (!again.ok() || SerializeProgram(*again) != bytes)
    __builtin_trap();
  return 0;
}
