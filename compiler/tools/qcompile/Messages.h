//===- Messages.h - What users read on stderr -------------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_TOOLS_QCOMPILE_MESSAGES_H
#define QCOMPILE_COMPILER_TOOLS_QCOMPILE_MESSAGES_H

#include <map>

#include "compiler/tools/qcompile/Options.h"

namespace qcompile::tool {

/// Prints diagnostics, progress and facts in the form that the options ask for. Results never go through here.
class Messages {
public:
  explicit Messages(const Options &options) : options(options) {}
  ~Messages();

  void diagnostic(const Diagnostic &diagnostic);
  void progress(llvm::StringRef text);
  void note(const std::string &text);
  /// The first lines of every run: what the file is.
  void describe(const ImportReport &report, llvm::StringRef file);

private:
  const Options &options;
  unsigned errors = 0;
  /// Errors beyond the limit, by code.
  std::map<std::string, unsigned> suppressed;
};

} // namespace qcompile::tool

#endif // QCOMPILE_COMPILER_TOOLS_QCOMPILE_MESSAGES_H
