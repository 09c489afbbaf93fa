//===- Commands.h - The commands of qcompile --------------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_TOOLS_QCOMPILE_COMMANDS_H
#define QCOMPILE_COMPILER_TOOLS_QCOMPILE_COMMANDS_H

#include "compiler/tools/qcompile/Messages.h"

namespace qcompile::tool {

/// Each returns the exit code of the process.
int compileModel(Session &session, const Options &options, Messages &messages);
int runModel(Session &session, const Options &options, Messages &messages);
int inspectModel(Session &session, const Options &options, Messages &messages);
int checkModel(Session &session, const Options &options, Messages &messages);
int compareModel(Session &session, const Options &options, Messages &messages);
int convertModel(Session &session, const Options &options, Messages &messages);
int compressModel(Session &session, const Options &options, Messages &messages);
int listBackends(Session &session, const Options &options);
int explainCode(const Options &options);

/// Reports why input data cannot be had, and gives the exit code that goes with the reason.
int failInput(Session &session, llvm::Error error);

/// A file name for a tensor: everything but letters, digits, '_', '-' and '.' is percent-encoded.
std::string encodeName(llvm::StringRef name);

/// Loads the model and tells what it is. False after an error.
bool loadModel(Session &session, const Options &options, Messages &messages);

} // namespace qcompile::tool

#endif // QCOMPILE_COMPILER_TOOLS_QCOMPILE_COMMANDS_H
