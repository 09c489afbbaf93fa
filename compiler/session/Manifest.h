//===- Manifest.h - What an artifact is -------------------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_SESSION_MANIFEST_H
#define QCOMPILE_COMPILER_SESSION_MANIFEST_H

#include <map>

#include "compiler/backend/ArtifactSink.h"
#include "compiler/frontend/ImportReport.h"
#include "llvm/Support/JSON.h"

namespace qcompile {

struct Manifest {
  std::string modelName;
  std::string backend;
  std::string backendVersion;
  std::map<std::string, std::string> backendOptions;
  ImportReport model;
};

/// The text of manifest.json: the same for the same input and options, wherever it is made.
std::string formatManifest(const Manifest &manifest, llvm::ArrayRef<ArtifactFile> files);

/// Reads the parts of an artifact's manifest that opening it needs, and checks that every file it lists
/// is there with its size and digest.
llvm::Expected<Manifest> readManifest(llvm::StringRef directory);

/// Indented text with a final newline.
std::string formatJson(llvm::json::Value value);

} // namespace qcompile

#endif // QCOMPILE_COMPILER_SESSION_MANIFEST_H
