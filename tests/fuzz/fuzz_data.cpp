// Files of input data; the first byte says of which kind.
#include <unistd.h>

#include "compiler/io/InputData.h"
#include "compiler/io/Npy.h"
#include "compiler/io/Npz.h"
#include "compiler/io/OnnxTensor.h"
#include "compiler/io/Pictures.h"
#include "llvm/Support/raw_ostream.h"

using namespace qcompile;

static void check(llvm::Expected<runtime::Tensor> tensor) {
  if (!tensor)
    llvm::consumeError(tensor.takeError());
}

/// A file of these bytes, until the program ends.
static std::string writeFile(llvm::StringRef bytes, llvm::StringRef suffix) {
  static const std::string stem = "/tmp/qcompile-fuzz-" + std::to_string(getpid());
  const std::string path = stem + suffix.str();
  std::error_code problem;
  llvm::raw_fd_ostream(path, problem) << bytes;
  static const bool removed = [] {
    return std::atexit([] {
             for (const char *end : {".npz", ".png"})
               ::unlink((stem + end).c_str());
           }) == 0;
  }();
  (void)removed;
  return path;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0)
    return 0;
  const llvm::StringRef bytes(reinterpret_cast<const char *>(data) + 1, size - 1);
  switch (data[0] % 4) {
  case 0:
    if (auto tensor = parseNpy(bytes))
      // What was read can be written and read again.
      llvm::cantFail(parseNpy(formatNpy(*tensor)));
    else
      llvm::consumeError(tensor.takeError());
    break;
  case 1:
    check(parseOnnxTensor(bytes, "tensor.pb"));
    break;
  case 2:
    check(readNpzArray(writeFile(bytes, ".npz"), "", {}));
    break;
  case 3:
    check(readPictures({writeFile(bytes, ".png")}, {"x", runtime::DataType::Float32(), {1, 3, 8, 8}, 0}, {}));
    break;
  }
  return 0;
}
