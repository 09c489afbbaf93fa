//===- ImcDialect.cpp - Instructions of the macro -------------------------===//
#include "backends/imc/dialect/ImcDialect.h"

#include "backends/imc/dialect/InstructionConversion.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"

using namespace mlir;
using namespace qcompile;
using namespace qcompile::imc;

#include "backends/imc/dialect/ImcDialect.cpp.inc"

#define GET_OP_CLASSES
#include "backends/imc/dialect/ImcOps.cpp.inc"

void ImcDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "backends/imc/dialect/ImcOps.cpp.inc"
      >();
}

LogicalResult imc::verifyInstruction(Operation *op) {
  llvm::Expected<runtime::imc::Instruction> instruction = toInstruction(op);
  if (!instruction)
    return op->emitOpError(llvm::toString(instruction.takeError()));
  return success();
}

LogicalResult ProgramOp::verifyRegions() {
  llvm::Expected<runtime::imc::Program> program = toProgram(*this);
  if (!program)
    return emitOpError(llvm::toString(program.takeError()));
  return success();
}

template <typename PortOp> static SmallVector<Type> portTypes(ProgramOp program) {
  SmallVector<Type> types;
  for (PortOp port : program.getBody().getOps<PortOp>())
    types.push_back(port.getType());
  return types;
}

LogicalResult RunOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto program = symbols.lookupNearestSymbolFrom<ProgramOp>(*this, getProgramAttr());
  if (!program)
    return emitOpError() << "expected '" << getProgram() << "' to name an imc.program";
  if (portTypes<InputOp>(program) != llvm::to_vector(getInputs().getTypes()) ||
      portTypes<OutputOp>(program) != llvm::to_vector(getOutputs().getTypes()))
    return emitOpError() << "expected operands and results to be the ports of '" << getProgram() << "'";
  return success();
}
