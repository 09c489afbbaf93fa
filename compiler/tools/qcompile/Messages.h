//===- Messages.h - What users read on stderr -------------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_TOOLS_QCOMPILE_MESSAGES_H
#define QCOMPILE_COMPILER_TOOLS_QCOMPILE_MESSAGES_H

#include <chrono>
#include <map>
#include <optional>

#include "compiler/tools/qcompile/Options.h"

namespace qcompile::tool {

/// Prints diagnostics, progress and facts in the form that the options ask for. Results never go through here.
class Messages {
public:
  explicit Messages(const Options &options) : options(options) {}
  ~Messages();

  void diagnostic(const Diagnostic &diagnostic);
  void progress(llvm::StringRef text);
  /// Work of many parts: how far it is, and how long it will still take. On a terminal only, in one line that is
  /// overwritten; an empty `what` ends it. Steps that cost nothing are not taken for a measure of those to come.
  void advance(size_t done, size_t total, const std::string &what);
  void note(const std::string &text);
  /// The first lines of every run: what the file is.
  void describe(const ImportReport &report, llvm::StringRef file);

private:
  const Options &options;
  void clearLine();

  unsigned errors = 0;
  bool lineShown = false;
  std::optional<std::chrono::steady_clock::time_point> began; ///< when the work began
  size_t firstDone = 0;                                       ///< and how much of it was done then
  /// Errors beyond the limit, by code.
  std::map<std::string, unsigned> suppressed;
};

} // namespace qcompile::tool

#endif // QCOMPILE_COMPILER_TOOLS_QCOMPILE_MESSAGES_H
