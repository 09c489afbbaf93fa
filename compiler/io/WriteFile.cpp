//===- WriteFile.cpp - Whole files or none --------------------------------===//
#include "compiler/io/WriteFile.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"

namespace qcompile {

llvm::Error writeFile(const llvm::Twine &path,
                      llvm::function_ref<void(llvm::raw_ostream &)> body) {
  std::string target = path.str();
  // A link stays one; what it names is replaced. A device or pipe is written to as it is.
  llvm::SmallString<128> real;
  llvm::sys::fs::file_status status;
  const bool exists = !llvm::sys::fs::status(target, status) && llvm::sys::fs::exists(status);
  if (exists && !llvm::sys::fs::real_path(target, real))
    target = real.str().str();
  const bool replaces = !exists || status.type() == llvm::sys::fs::file_type::regular_file;
  const std::string temporary = replaces ? target + ".partial" : target;
  std::error_code code;
  {
    llvm::raw_fd_ostream os(temporary, code);
    if (code)
      return llvm::createStringError(code, "cannot write '" + target + "': " + code.message());
    body(os);
    os.close();
    code = os.error();
    os.clear_error();
  }
  if (!code && replaces)
    code = llvm::sys::fs::rename(temporary, target);
  if (code) {
    if (replaces)
      (void)llvm::sys::fs::remove(temporary);
    return llvm::createStringError(code, "cannot write '" + target + "': " + code.message());
  }
  return llvm::Error::success();
}

} // namespace qcompile
