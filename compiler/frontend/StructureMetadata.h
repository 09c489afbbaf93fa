//===- StructureMetadata.h - Structures of weights in ONNX files *- C++ -*-===//
//
// A file with compressed weights stays a standard model: initializers are dense. What is known of them travels beside
// the graph, as one entry of the model's metadata: docs/Encodings.md, "In ONNX files".
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_COMPILER_FRONTEND_STRUCTUREMETADATA_H
#define QCOMPILE_COMPILER_FRONTEND_STRUCTUREMETADATA_H

#include <map>
#include <string>
#include <vector>

#include "dialects/encoding/EncodingDialect.h"

namespace qcompile::frontend {

/// The key of the metadata entry.
inline constexpr llvm::StringLiteral kStructuresKey = "qcompile.encodings";

/// Structures by the name of the initializer.
using Structures = std::map<std::string, encoding::EncodingAttr>;

/// The entry's text: JSON.
std::string writeStructures(const Structures &structures);

/// The structures of an entry, which may be any text. What is no structure is left out; `problems` says why, a sentence
/// each.
Structures readStructures(mlir::MLIRContext *context, llvm::StringRef text, std::vector<std::string> &problems);

} // namespace qcompile::frontend

#endif // QCOMPILE_COMPILER_FRONTEND_STRUCTUREMETADATA_H
