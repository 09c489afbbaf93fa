//===- FreeBatch.h - Files for any number of samples ------------*- C++ -*-===//
//
// A model whose number of samples is open is compiled for one. Written once for one and once for two, it is the same
// file for any number where nothing but sizes differs.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_COMPILER_CONVERT_FREEBATCH_H
#define QCOMPILE_COMPILER_CONVERT_FREEBATCH_H

#include <optional>
#include <string>

#include "llvm/ADT/StringRef.h"

namespace qcompile::convert {

/// The bytes of the ONNX file for any number of samples, from those for one and for two. Sizes that are that number get
/// the name `symbol`, or none; other ones that grow are left open. Reshapes to it copy the dimension of samples, or
/// take what is left. Nothing where the files differ otherwise.
std::optional<std::string> freeBatch(llvm::StringRef one, llvm::StringRef two, llvm::StringRef symbol);

} // namespace qcompile::convert

#endif // QCOMPILE_COMPILER_CONVERT_FREEBATCH_H
