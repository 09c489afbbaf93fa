//===- ArtifactSink.h - Where backends write --------------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_BACKEND_ARTIFACTSINK_H
#define QCOMPILE_COMPILER_BACKEND_ARTIFACTSINK_H

#include <string>
#include <vector>

#include "compiler/io/ScopedPath.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace qcompile {

/// One file of an artifact, as the manifest lists it.
struct ArtifactFile {
  std::string name;        ///< relative path with '/', for instance "weights/fc1.bin"
  std::string kind;        ///< "header", "library", "weights", "source", "testbench", "program", …
  std::string description; ///< one line
  std::string sha256;      ///< hex digest of the contents
  uint64_t size = 0;       ///< bytes
};

/// A folder that appears complete or not at all: files go to a temporary sibling of the target, which
/// `commit` renames. Without a commit everything is removed.
class ArtifactSink {
public:
  static llvm::Expected<std::unique_ptr<ArtifactSink>> create(llvm::StringRef directory);

  /// Writes a file of the artifact. Same input and options must give the same bytes: no times, host
  /// names or absolute paths.
  llvm::Error write(llvm::StringRef name, llvm::StringRef kind, llvm::StringRef description, llvm::StringRef contents);

  /// Where external tools (a linker) may read and write before the commit.
  llvm::StringRef stagingDirectory() const { return staging.path(); }
  /// Lists a file that an external tool wrote below the staging directory.
  llvm::Error adopt(llvm::StringRef name, llvm::StringRef kind, llvm::StringRef description);

  /// Files written so far, sorted by name.
  const std::vector<ArtifactFile> &files() const { return written; }

  /// Puts the artifact in place; an artifact of an earlier run there is replaced. Refuses to replace
  /// a folder that is not an artifact (one that has other contents and no manifest.json or report.json of ours).
  llvm::Error commit();

private:
  ArtifactSink(std::string target, const std::string &staging) : target(std::move(target)), staging(staging) {}

  std::string target;
  ScopedPath staging;
  std::vector<ArtifactFile> written;
};

} // namespace qcompile

#endif // QCOMPILE_COMPILER_BACKEND_ARTIFACTSINK_H
