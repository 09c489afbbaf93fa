//===- Messages.cpp - What users read on stderr ---------------------------===//
#include "compiler/tools/qcompile/Messages.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace qcompile::tool {

/// Most errors that are printed one by one.
static constexpr unsigned kMaxErrors = 20;

Messages::~Messages() {
  for (const auto &[code, count] : suppressed)
    errs() << "qcompile: " << count << " more errors " << code << "\n";
}

static StringRef getWord(Diagnostic::Severity severity) {
  switch (severity) {
  case Diagnostic::Severity::Error:
    return "error";
  case Diagnostic::Severity::Warning:
    return "warning";
  case Diagnostic::Severity::Remark:
    return "remark";
  }
  return "";
}

void Messages::diagnostic(const Diagnostic &diagnostic) {
  bool isError = diagnostic.severity == Diagnostic::Severity::Error;
  if ((!isError && options.quiet) ||
      (diagnostic.severity == Diagnostic::Severity::Remark && !options.verbose))
    return;
  if (isError && ++errors > kMaxErrors) {
    ++suppressed[diagnostic.code];
    return;
  }
  if (options.jsonDiagnostics) {
    errs() << json::Value(json::Object{{"severity", getWord(diagnostic.severity)},
                                       {"code", diagnostic.code},
                                       {"file", diagnostic.file},
                                       {"node", diagnostic.node},
                                       {"message", diagnostic.message}})
           << "\n";
    return;
  }
  errs() << (diagnostic.file.empty() ? "qcompile" : diagnostic.file) << ": "
         << getWord(diagnostic.severity);
  if (!diagnostic.code.empty())
    errs() << " [" << diagnostic.code << "]";
  errs() << ": " << diagnostic.message << "\n";
}

void Messages::progress(StringRef text) {
  if (!options.quiet && options.verbose && !options.jsonDiagnostics)
    errs() << text << "\n";
}

void Messages::note(const std::string &text) {
  if (!options.quiet && !options.jsonDiagnostics)
    errs() << "note: " << text << "\n";
}

void Messages::describe(const ImportReport &report, StringRef file) {
  if (options.quiet || options.jsonDiagnostics)
    return;
  errs() << file << ": opset " << report.opset << ", IR " << report.irVersion << ", "
         << report.producer << "\n"
         << "  " << report.nodes << " nodes, " << report.parameters << " parameters in "
         << report.parameterBytes << " bytes, quantization: "
         << (report.formats.empty() ? "none found" : join(report.formats, ", ")) << "\n";
  for (const std::string &repair : report.repairs)
    errs() << "  repaired: " << repair << "\n";
}

} // namespace qcompile::tool
