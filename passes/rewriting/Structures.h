//===- Structures.h - Structures of weights that are moved ------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_REWRITING_STRUCTURES_H
#define QCOMPILE_PASSES_REWRITING_STRUCTURES_H

#include "dialects/encoding/EncodingDialect.h"
#include "mlir/IR/Operation.h"

namespace qcompile {

/// The structure behind an operation that moves the elements of its first operand, which have `structure`; null where
/// it cannot be followed.
encoding::EncodingAttr followStructure(encoding::EncodingAttr structure, mlir::Operation *op);

/// The structure recorded on the constant that `weights` comes from, for weights arranged as `weights` is. Null where
/// none is recorded, or, with `lost` set to its name, where what stands between moves elements in a way that it cannot
/// follow.
encoding::EncodingAttr findStructure(mlir::Value weights, std::string &lost);

} // namespace qcompile

#endif // QCOMPILE_PASSES_REWRITING_STRUCTURES_H
