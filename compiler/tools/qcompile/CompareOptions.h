//===- CompareOptions.h - Options of compare alone --------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_TOOLS_QCOMPILE_COMPAREOPTIONS_H
#define QCOMPILE_COMPILER_TOOLS_QCOMPILE_COMPAREOPTIONS_H

#include "compiler/tools/qcompile/Options.h"
#include "llvm/Support/CommandLine.h"

namespace qcompile::tool {

/// Declares them for a command; lives as long as the command line is parsed.
class CompareCommandLine {
public:
  CompareCommandLine(llvm::cl::OptionCategory &category, llvm::cl::SubCommand &command);
  ~CompareCommandLine();

  /// What is wrong with them, or an empty string.
  std::string read(CompareOptions &out) const;

private:
  struct Declarations;
  std::unique_ptr<Declarations> options;
};

} // namespace qcompile::tool

#endif // QCOMPILE_COMPILER_TOOLS_QCOMPILE_COMPAREOPTIONS_H
