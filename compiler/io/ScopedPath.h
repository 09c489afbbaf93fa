//===- ScopedPath.h - Files that must not outlive an interrupt --*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_IO_SCOPEDPATH_H
#define QCOMPILE_COMPILER_IO_SCOPEDPATH_H

#include <memory>
#include <string>

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace qcompile {

/// A file, or a folder with all in it, that is removed when this object goes, or when the process is interrupted
/// before. It is made before what it names: an interrupt may come right after a folder is created.
class ScopedPath {
public:
  explicit ScopedPath(std::string path);
  ~ScopedPath();
  ScopedPath(const ScopedPath &) = delete;
  ScopedPath &operator=(const ScopedPath &) = delete;

  llvm::StringRef path() const { return name; }
  /// It now has another owner, or another name.
  void release();

private:
  std::string name;
  int slot;
};

/// A new folder among the temporary files of the system, its name begins with `prefix`.
llvm::Expected<std::unique_ptr<ScopedPath>> createTemporaryFolder(llvm::StringRef prefix);

/// Removes all that a ScopedPath of the process holds, while all other threads are parked and may hold
/// any lock: allocates nothing, takes no lock, and leaves the work to a child process.
void removeScopedPaths();

} // namespace qcompile

#endif // QCOMPILE_COMPILER_IO_SCOPEDPATH_H
