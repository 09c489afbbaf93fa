//===- ForeignFormats.h - Files that are no models --------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_FRONTEND_FOREIGNFORMATS_H
#define QCOMPILE_COMPILER_FRONTEND_FOREIGNFORMATS_H

#include "llvm/ADT/StringRef.h"

namespace qcompile::frontend {

/// Bytes of a file that are enough to tell.
inline constexpr size_t kHeadBytes = 64;

/// What a file is that begins with these bytes and is no ONNX model, and what to do about it; an empty string where
/// that is not known.
llvm::StringRef describeForeignFormat(llvm::StringRef head);

} // namespace qcompile::frontend

#endif // QCOMPILE_COMPILER_FRONTEND_FOREIGNFORMATS_H
