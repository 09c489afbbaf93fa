//===- WriteFile.cpp - Whole files or none --------------------------------===//
#include "compiler/io/WriteFile.h"

#include "llvm/Support/FileSystem.h"

namespace qcompile {

llvm::Error writeFile(const llvm::Twine &path,
                      llvm::function_ref<void(llvm::raw_ostream &)> body) {
  std::string target = path.str(), temporary = target + ".partial";
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
  if (!code)
    code = llvm::sys::fs::rename(temporary, target);
  if (code) {
    (void)llvm::sys::fs::remove(temporary);
    return llvm::createStringError(code, "cannot write '" + target + "': " + code.message());
  }
  return llvm::Error::success();
}

} // namespace qcompile
