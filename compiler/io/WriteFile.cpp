//===- WriteFile.cpp - Whole files or none --------------------------------===//
#include "compiler/io/WriteFile.h"

#include <optional>
#include <unistd.h>

#include "compiler/io/ScopedPath.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"

namespace qcompile {

llvm::Error writeFile(const llvm::Twine &path, llvm::function_ref<void(llvm::raw_ostream &)> body) {
  std::string target = path.str();
  // A link stays one; what it names is replaced. A device or pipe is written to as it is.
  llvm::SmallString<128> real;
  llvm::sys::fs::file_status status;
  const bool exists = !llvm::sys::fs::status(target, status) && llvm::sys::fs::exists(status);
  if (exists && !llvm::sys::fs::real_path(target, real))
    target = real.str().str();
  const bool replaces = !exists || status.type() == llvm::sys::fs::file_type::regular_file;
  auto failure = [&](std::error_code code) {
    return llvm::createStringError(code, "cannot write '" + target + "': " + code.message());
  };
  std::optional<ScopedPath> partial;
  if (replaces)
    partial.emplace(target + ".partial-" + std::to_string(::getpid()));
  std::error_code code;
  llvm::raw_fd_ostream os(partial ? partial->path() : llvm::StringRef(target), code);
  if (code)
    return failure(code);
  body(os);
  os.close();
  if ((code = os.error())) {
    os.clear_error();
    return failure(code);
  }
  if (!partial)
    return llvm::Error::success();
  if ((code = llvm::sys::fs::rename(partial->path(), target)))
    return failure(code);
  partial->release();
  return llvm::Error::success();
}

} // namespace qcompile
