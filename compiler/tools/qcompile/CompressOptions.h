//===- CompressOptions.h - Options of compress alone ------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_TOOLS_QCOMPILE_COMPRESSOPTIONS_H
#define QCOMPILE_COMPILER_TOOLS_QCOMPILE_COMPRESSOPTIONS_H

#include "compiler/tools/qcompile/Options.h"
#include "llvm/Support/CommandLine.h"

namespace qcompile::tool {

/// Declares them for a command; lives as long as the command line is parsed.
class CompressCommandLine {
public:
  CompressCommandLine(llvm::cl::OptionCategory &category, llvm::cl::SubCommand &command);
  ~CompressCommandLine();

  /// What is wrong with them, or an empty string.
  std::string read(CompressOptions &out) const;

private:
  struct Declarations;
  std::unique_ptr<Declarations> options;
};

} // namespace qcompile::tool

#endif // QCOMPILE_COMPILER_TOOLS_QCOMPILE_COMPRESSOPTIONS_H
