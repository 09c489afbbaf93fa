//===- Registry.cpp - The backends of a process ---------------------------===//
#include "compiler/backend/Registry.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/DynamicLibrary.h"

using namespace llvm;

namespace qcompile {

Error BackendRegistry::add(std::unique_ptr<Backend> backend, StringRef origin) {
  for (const Entry &entry : backends)
    if (entry.backend->name() == backend->name())
      return createStringError("backend '" + backend->name() + "' exists twice: " + entry.origin + " and " + origin);
  auto before = [](const Entry &a, const Entry &b) { return a.backend->name() < b.backend->name(); };
  Entry entry{std::move(backend), origin.str()};
  backends.insert(std::upper_bound(backends.begin(), backends.end(), entry, before), std::move(entry));
  return Error::success();
}

static Error refuse(StringRef path, StringRef what, const Twine &found, const Twine &expected) {
  return createStringError("plugin '" + path + "' refused: expected " + what + " " + expected + ", found " + found +
                           "; rebuild it against this installation");
}

Error BackendRegistry::load(StringRef path) {
  std::string message;
  sys::DynamicLibrary library = sys::DynamicLibrary::getPermanentLibrary(path.str().c_str(), &message);
  if (!library.isValid())
    return createStringError("plugin '" + path + "' cannot be loaded: " + message);
  auto query = reinterpret_cast<BackendPlugin (*)()>(library.getAddressOfSymbol("qcompileBackendPlugin"));
  if (!query)
    return createStringError("plugin '" + path + "' has no function qcompileBackendPlugin");
  BackendPlugin plugin = query();
  if (plugin.apiVersion != kBackendApiVersion)
    return refuse(path, "interface version", Twine(plugin.apiVersion), Twine(kBackendApiVersion));
  if (StringRef(plugin.llvmVersion) != LLVM_VERSION_STRING)
    return refuse(path, "LLVM", plugin.llvmVersion, LLVM_VERSION_STRING);
  if (StringRef(plugin.headerFingerprint) != QCOMPILE_HEADER_FINGERPRINT)
    return refuse(path, "headers", plugin.headerFingerprint, QCOMPILE_HEADER_FINGERPRINT);
  return add(std::unique_ptr<Backend>(plugin.create()), path);
}

const Backend *BackendRegistry::find(StringRef name) const {
  for (const Entry &entry : backends)
    if (entry.backend->name() == name)
      return entry.backend.get();
  return nullptr;
}

} // namespace qcompile
