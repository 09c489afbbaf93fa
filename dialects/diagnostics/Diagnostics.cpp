//===- Diagnostics.cpp - Coded diagnostics --------------------------------===//
#include "dialects/diagnostics/Diagnostics.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;

namespace qcompile {

static constexpr std::pair<llvm::StringLiteral, llvm::StringLiteral> kCodes[] = {
#define QC(code, title) {"QC-" #code, title},
#include "dialects/diagnostics/Codes.def"
};

StringRef getCodeName(Code code) { return kCodes[static_cast<size_t>(code)].first; }
StringRef getCodeTitle(Code code) { return kCodes[static_cast<size_t>(code)].second; }

static InFlightDiagnostic withCode(InFlightDiagnostic diagnostic, Code code) {
  diagnostic << "[" << getCodeName(code) << "] ";
  return diagnostic;
}

InFlightDiagnostic emitError(Location location, Code code) { return withCode(mlir::emitError(location), code); }
InFlightDiagnostic emitWarning(Location location, Code code) { return withCode(mlir::emitWarning(location), code); }
InFlightDiagnostic emitRemark(Location location, Code code) { return withCode(mlir::emitRemark(location), code); }

std::pair<StringRef, StringRef> splitCode(StringRef message) {
  StringRef rest = message;
  if (!rest.consume_front("[QC-"))
    return {"", message};
  auto [code, text] = message.drop_front(1).split("] ");
  return {code, text};
}

} // namespace qcompile
