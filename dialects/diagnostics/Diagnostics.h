//===- Diagnostics.h - Coded diagnostics ------------------------*- C++ -*-===//
//
// Errors, warnings and remarks go through MLIR's diagnostics at locations that carry ONNX node
// names; their text starts with "[QC-I003] ", from which the tools take the code.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_DIALECTS_DIAGNOSTICS_DIAGNOSTICS_H
#define QCOMPILE_DIALECTS_DIAGNOSTICS_DIAGNOSTICS_H

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Location.h"

namespace qcompile {

/// A diagnostic's code: `Code::I003` prints as "QC-I003".
enum class Code {
#define QC(code, title) code,
#include "dialects/diagnostics/Codes.def"
};

/// "QC-I003".
llvm::StringRef getCodeName(Code code);
/// What the code stands for, in a few words.
llvm::StringRef getCodeTitle(Code code);

mlir::InFlightDiagnostic emitError(mlir::Location location, Code code);
mlir::InFlightDiagnostic emitWarning(mlir::Location location, Code code);
mlir::InFlightDiagnostic emitRemark(mlir::Location location, Code code);

/// Splits "[QC-I003] text" into "QC-I003" and "text"; the code is empty where there is none.
std::pair<llvm::StringRef, llvm::StringRef> splitCode(llvm::StringRef message);

} // namespace qcompile

#endif // QCOMPILE_DIALECTS_DIAGNOSTICS_DIAGNOSTICS_H
