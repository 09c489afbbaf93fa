//===- Explain.cpp - qcompile explain -------------------------------------===//
#include "compiler/tools/qcompile/Commands.h"
#include "dialects/diagnostics/Pages.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace qcompile::tool {

static constexpr Code kCodes[] = {
#define QC(code, title) Code::code,
#include "dialects/diagnostics/Codes.def"
};

/// A page of Markdown as a terminal shows it: headings in capitals, examples indented.
static void printPage(StringRef page) {
  bool isCode = false;
  while (!page.empty()) {
    auto [line, rest] = page.split('\n');
    page = rest;
    if (line.starts_with("```")) {
      isCode = !isCode;
      continue;
    }
    if (line.consume_front("## "))
      outs() << line.upper() << "\n";
    else if (line.consume_front("# ") || !isCode)
      outs() << line << "\n";
    else
      outs() << "  " << line << "\n";
  }
}

int explainCode(const Options &options) {
  if (options.model.empty()) {
    for (Code code : kCodes)
      outs() << getCodeName(code) << "  " << getCodeTitle(code) << "\n";
    return 0;
  }
  for (Code code : kCodes)
    if (getCodeName(code).equals_insensitive(options.model) ||
        getCodeName(code).drop_front(3).equals_insensitive(options.model)) {
      printPage(getCodePage(code));
      return 0;
    }
  errs() << "qcompile: error [QC-U001]: unknown code '" << options.model
         << "', expected one like QC-I003; qcompile explain lists them\n";
  return int(Outcome::Usage);
}

} // namespace qcompile::tool
