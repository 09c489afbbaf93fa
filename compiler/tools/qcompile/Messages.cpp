//===- Messages.cpp - What users read on stderr ---------------------------===//
#include "compiler/tools/qcompile/Messages.h"

#include "dialects/diagnostics/Printable.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Process.h"
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
  if ((!isError && options.quiet) || (diagnostic.severity == Diagnostic::Severity::Remark && !options.verbose))
    return;
  if (isError && ++errors > kMaxErrors) {
    ++suppressed[diagnostic.code];
    return;
  }
  clearLine();
  if (options.jsonDiagnostics) {
    errs() << json::Value(json::Object{{"severity", getWord(diagnostic.severity)},
                                       {"code", diagnostic.code},
                                       {"file", diagnostic.file},
                                       {"node", diagnostic.node},
                                       {"message", diagnostic.message}})
           << "\n";
    return;
  }
  errs() << (diagnostic.file.empty() ? "qcompile" : diagnostic.file) << ": " << getWord(diagnostic.severity);
  if (!diagnostic.code.empty())
    errs() << " [" << diagnostic.code << "]";
  errs() << ": " << makePrintable(diagnostic.message) << "\n";
}

void Messages::progress(StringRef text) {
  if (!options.quiet && options.verbose && !options.jsonDiagnostics)
    errs() << text << "\n";
}

void Messages::clearLine() {
  if (lineShown)
    errs() << "\r\033[K";
  lineShown = false;
}

static std::string formatSeconds(double seconds) {
  if (seconds < 60)
    return formatv("{0:f0} s", seconds).str();
  if (seconds < 3600)
    return formatv("{0:f0} min", seconds / 60).str();
  return formatv("{0:f1} h", seconds / 3600).str();
}

void Messages::advance(size_t done, size_t total, const std::string &what) {
  if (options.quiet || options.jsonDiagnostics || !sys::Process::StandardErrIsDisplayed())
    return;
  auto now = std::chrono::steady_clock::now();
  clearLine();
  if (what.empty()) {
    began.reset();
    return;
  }
  if (!began) {
    began = now;
    firstDone = done;
  }
  errs() << "[" << done + 1 << "/" << total << "] " << StringRef(what).take_front(48);
  if (double elapsed = std::chrono::duration<double>(now - *began).count(); done > firstDone)
    errs() << ", about " << formatSeconds(elapsed / double(done - firstDone) * double(total - done)) << " left";
  errs().flush();
  lineShown = true;
}

void Messages::note(const std::string &text) {
  clearLine();
  if (!options.quiet && !options.jsonDiagnostics)
    errs() << "note: " << text << "\n";
}

void Messages::describe(const ImportReport &report, StringRef file) {
  if (options.quiet || options.jsonDiagnostics)
    return;
  errs() << file << ": opset " << report.opset << ", IR " << report.irVersion << ", " << makePrintable(report.producer)
         << "\n"
         << "  " << report.nodes << (report.nodes == 1 ? " node, " : " nodes, ") << report.parameters
         << (report.parameters == 1 ? " parameter in " : " parameters in ") << report.parameterBytes
         << " bytes, quantization: " << (report.formats.empty() ? "none found" : join(report.formats, ", ")) << "\n";
  for (const std::string &repair : report.repairs)
    errs() << "  repaired: " << makePrintable(repair) << "\n";
}

} // namespace qcompile::tool
