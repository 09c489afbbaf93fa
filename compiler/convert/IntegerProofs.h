//===- IntegerProofs.h - What the integer form says of a model --*- C++ -*-===//
//
// Facts about quantizers that hold for every input, read off the integer form of a copy of the model, and noted on the
// model for the passes that write formats.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_COMPILER_CONVERT_INTEGERPROOFS_H
#define QCOMPILE_COMPILER_CONVERT_INTEGERPROOFS_H

#include "mlir/IR/BuiltinOps.h"

namespace qcompile::convert {

/// Finds the quantizers of a model in the normal form that give the same codes for every input when they round as those
/// of the target format do (QONNX: zero point first; else: half to even, zero point last), and notes it on them
/// (`kRoundsAlikeAttr`).
///
/// The model is brought to its integer form twice, with either rounding. Where the codes of a quantizer are then the
/// same function of the same integers (thresholds, a table, a requantization: constants found by evaluating the
/// source's own chain), they are equal for every input. Nothing is sampled.
void proveRoundings(mlir::ModuleOp module, bool toQonnx);

/// Notes on every Trunc the codes that it may give (`kCodesAttr`), where they are bounded.
void noteTruncatedCodes(mlir::ModuleOp module);

} // namespace qcompile::convert

#endif // QCOMPILE_COMPILER_CONVERT_INTEGERPROOFS_H
