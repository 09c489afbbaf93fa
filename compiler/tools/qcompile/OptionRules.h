//===- OptionRules.h - Options that would have no effect --------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_TOOLS_QCOMPILE_OPTIONRULES_H
#define QCOMPILE_COMPILER_TOOLS_QCOMPILE_OPTIONRULES_H

#include "compiler/tools/qcompile/Options.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace qcompile::tool {

/// The first option of the command line that would be without effect beside the others, with what it needs; an empty
/// string where all count. `isGiven` says whether an option is on the command line.
std::string findIdleOption(const Options &options, llvm::function_ref<bool(llvm::StringRef name)> isGiven);

} // namespace qcompile::tool

#endif // QCOMPILE_COMPILER_TOOLS_QCOMPILE_OPTIONRULES_H
