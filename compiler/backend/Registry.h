//===- Registry.h - The backends of a process -------------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_BACKEND_REGISTRY_H
#define QCOMPILE_COMPILER_BACKEND_REGISTRY_H

#include "compiler/backend/Backend.h"
#include "compiler/backend/HeaderFingerprint.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/Compiler.h"

namespace qcompile {

/// What a plugin's `qcompileBackendPlugin` function returns. A plugin is refused unless the interface
/// version, the LLVM version string and the fingerprint of the public headers equal the host's.
struct BackendPlugin {
  unsigned apiVersion;
  const char *llvmVersion;
  const char *headerFingerprint;
  /// A new backend, owned by the caller.
  Backend *(*create)();
};

/// Makes a shared object a plugin: `QCOMPILE_BACKEND_PLUGIN(MyBackend)`, once, outside of
/// namespaces. The versions are those of the headers that the plugin is built with.
#define QCOMPILE_BACKEND_PLUGIN(BackendClass)                                                                          \
  extern "C" LLVM_ATTRIBUTE_VISIBILITY_DEFAULT ::qcompile::BackendPlugin qcompileBackendPlugin() {                     \
    return {::qcompile::kBackendApiVersion, LLVM_VERSION_STRING, QCOMPILE_HEADER_FINGERPRINT,                          \
            []() -> ::qcompile::Backend * { return new BackendClass(); }};                                             \
  }

class BackendRegistry {
public:
  struct Entry {
    std::unique_ptr<Backend> backend;
    std::string origin; ///< "built in", or the path of the plugin
  };

  /// Adds a backend. A second one of the same name is an error that names both origins.
  llvm::Error add(std::unique_ptr<Backend> backend, llvm::StringRef origin);
  /// Loads a plugin's shared object and adds its backend.
  llvm::Error load(llvm::StringRef path);

  const Backend *find(llvm::StringRef name) const;
  /// Sorted by name.
  const std::vector<Entry> &entries() const { return backends; }

private:
  std::vector<Entry> backends;
};

} // namespace qcompile

#endif // QCOMPILE_COMPILER_BACKEND_REGISTRY_H
