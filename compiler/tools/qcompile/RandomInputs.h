//===- RandomInputs.h - Samples of --random ---------------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_TOOLS_QCOMPILE_RANDOMINPUTS_H
#define QCOMPILE_COMPILER_TOOLS_QCOMPILE_RANDOMINPUTS_H

#include "compiler/session/Session.h"
#include "compiler/tools/qcompile/Messages.h"

namespace qcompile::tool {

/// Draws `count` samples for the model of the session, as far as it says what its inputs may be. The error names the
/// input that no number fits.
llvm::Expected<InputBatches> drawInputs(const Session &session, const Executable &executable, const Options &options,
                                        int64_t count, Messages &messages);

} // namespace qcompile::tool

#endif // QCOMPILE_COMPILER_TOOLS_QCOMPILE_RANDOMINPUTS_H
