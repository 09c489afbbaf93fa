//===- Linker.h - The system's C compiler driver as a linker ----*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_CPU_LINKER_H
#define QCOMPILE_BACKENDS_CPU_LINKER_H

#include <optional>
#include <string>

#include "llvm/Support/Error.h"

namespace qcompile::cpu {

/// The driver to link with: `wanted` (a name on the path, or a path) or, where that is empty, the first of
/// cc, clang and gcc that exists. Nothing where none is there; an error where `wanted` is not.
llvm::Expected<std::optional<std::string>> findDriver(llvm::StringRef wanted);

/// The archive with the runtime that artifacts contain; installed beside this library.
llvm::Expected<std::string> findRuntimeArchive();

struct LinkJob {
  std::string driver;
  std::string directory; ///< the driver runs here, with relative file names: none ends in the output
  std::string object;
  std::string library;
  bool hasIslands = false; ///< they need the C++ standard library, which goes in statically
};

/// Links a shared library that needs nothing but the C library.
llvm::Error link(const LinkJob &job);

} // namespace qcompile::cpu

#endif // QCOMPILE_BACKENDS_CPU_LINKER_H
