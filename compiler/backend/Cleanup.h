//===- Cleanup.h - Folders that must not outlive an interrupt ---*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_BACKEND_CLEANUP_H
#define QCOMPILE_COMPILER_BACKEND_CLEANUP_H

#include <string>

#include "llvm/ADT/StringRef.h"

namespace qcompile {

/// A folder that is removed when this object goes, or when the process is interrupted before.
class ScopedFolder {
public:
  explicit ScopedFolder(std::string path);
  ~ScopedFolder();
  ScopedFolder(const ScopedFolder &) = delete;
  ScopedFolder &operator=(const ScopedFolder &) = delete;

  llvm::StringRef path() const { return folder; }
  /// The folder now has another owner, or another name.
  void release();

private:
  std::string folder;
  int slot;
};

/// Removes every folder that a ScopedFolder of the process holds, while all other threads are parked and may hold
/// any lock: allocates nothing, takes no lock, and leaves the work to a child process.
void removeScopedFolders();

} // namespace qcompile

#endif // QCOMPILE_COMPILER_BACKEND_CLEANUP_H
