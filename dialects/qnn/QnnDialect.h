//===- QnnDialect.h - The exact integer form --------------------*- C++ -*-===//
#ifndef QCOMPILE_DIALECTS_QNN_QNNDIALECT_H
#define QCOMPILE_DIALECTS_QNN_QNNDIALECT_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/data/DataDialect.h"
#include "dialects/encoding/EncodingDialect.h"
#include "dialects/qnn/ValueBounds.h"

#include "dialects/qnn/QnnDialect.h.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/qnn/QnnTypes.h.inc"

namespace qcompile::qnn {

/// Whether `type` is an integer of explicit signedness and at most 64 bits, or bipolar.
bool isCodeType(mlir::Type type);

/// Whether `mode` is one of the seven rounding modes in their canonical spelling.
bool isRoundingMode(llvm::StringRef mode);

/// The attribute of a function's argument that says which codes it may hold, where these are fewer than those of its
/// type: [low, high]. Who cuts a function in pieces sets it, so that proofs hold in each piece.
inline constexpr llvm::StringLiteral kBoundsAttr = "qnn.bounds";

/// The builtin or bipolar element type of a runtime integer type.
mlir::Type getCodeType(mlir::MLIRContext *context, runtime::DataType type);

} // namespace qcompile::qnn

namespace qcompile::qnn {

/// Results hold elements of the operands and nothing else; their element type follows.
template <typename ConcreteOp> class SelectsElements : public mlir::OpTrait::TraitBase<ConcreteOp, SelectsElements> {};

/// The result is a sum or product in an accumulator, whose type bound-accumulators may narrow.
template <typename ConcreteOp> class Accumulates : public mlir::OpTrait::TraitBase<ConcreteOp, Accumulates> {};

} // namespace qcompile::qnn

#include "dialects/qnn/QnnInterfaces.h.inc"

#define GET_OP_CLASSES
#include "dialects/qnn/QnnOps.h.inc"

#endif // QCOMPILE_DIALECTS_QNN_QNNDIALECT_H
