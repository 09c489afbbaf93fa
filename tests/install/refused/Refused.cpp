//===- Refused.cpp - Plugins built for something else ---------------------===//
#include "compiler/backend/Registry.h"

#ifndef REFUSED_INTERFACE
#define REFUSED_INTERFACE qcompile::kBackendApiVersion
#endif
#ifndef REFUSED_LLVM
#define REFUSED_LLVM LLVM_VERSION_STRING
#endif
#ifndef REFUSED_HEADERS
#define REFUSED_HEADERS QCOMPILE_HEADER_FINGERPRINT
#endif
#ifndef REFUSED_ENTRY
#define REFUSED_ENTRY qcompileBackendPlugin
#endif

// A backend is never asked for: the plugin is refused before that.
extern "C" qcompile::BackendPlugin REFUSED_ENTRY() {
  return {REFUSED_INTERFACE, REFUSED_LLVM, REFUSED_HEADERS, nullptr};
}
