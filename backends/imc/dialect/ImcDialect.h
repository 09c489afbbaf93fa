//===- ImcDialect.h - Instructions of the macro -----------------*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_IMC_IMCDIALECT_H
#define QCOMPILE_BACKENDS_IMC_IMCDIALECT_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/data/DataDialect.h"
#include "dialects/qnn/QnnDialect.h"

#include "backends/imc/dialect/ImcDialect.h.inc"

namespace qcompile::imc {

/// Checks the fields of an instruction against docs/Imc.md.
mlir::LogicalResult verifyInstruction(mlir::Operation *op);

/// What all instructions have in common.
template <typename ConcreteType> class Instruction : public mlir::OpTrait::TraitBase<ConcreteType, Instruction> {
public:
  static mlir::LogicalResult verifyTrait(mlir::Operation *op) { return verifyInstruction(op); }
};

} // namespace qcompile::imc

#define GET_OP_CLASSES
#include "backends/imc/dialect/ImcOps.h.inc"

#endif // QCOMPILE_BACKENDS_IMC_IMCDIALECT_H
