//===- WriteFile.h - Whole files or none ------------------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_IO_WRITEFILE_H
#define QCOMPILE_COMPILER_IO_WRITEFILE_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

namespace qcompile {

/// Writes what `body` prints through a temporary sibling, so that nothing half-written is left behind. The
/// error names the path.
llvm::Error writeFile(const llvm::Twine &path, llvm::function_ref<void(llvm::raw_ostream &)> body);

} // namespace qcompile

#endif // QCOMPILE_COMPILER_IO_WRITEFILE_H
