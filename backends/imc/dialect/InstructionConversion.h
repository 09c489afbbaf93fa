//===- InstructionConversion.h - Operations and instructions ----*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_IMC_INSTRUCTIONCONVERSION_H
#define QCOMPILE_BACKENDS_IMC_INSTRUCTIONCONVERSION_H

#include "backends/imc/dialect/ImcDialect.h"
#include "runtime/imc/program.h"
#include "llvm/Support/Error.h"

namespace qcompile::imc {

/// The operation of an instruction, at the builder's place.
mlir::Operation *createInstruction(mlir::OpBuilder &builder, mlir::Location loc,
                                   const runtime::imc::Instruction &instruction);

/// The instruction of an operation. Fails where it is none, or where a field is out of range.
llvm::Expected<runtime::imc::Instruction> toInstruction(mlir::Operation *op);

/// The whole program. `operations`, where given, receives the operation of every instruction.
llvm::Expected<runtime::imc::Program> toProgram(ProgramOp program,
                                                llvm::SmallVectorImpl<mlir::Operation *> *operations = nullptr);

} // namespace qcompile::imc

#endif // QCOMPILE_BACKENDS_IMC_INSTRUCTIONCONVERSION_H
