//===- Stages.h - The named stages of a compilation -------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_SESSION_STAGES_H
#define QCOMPILE_COMPILER_SESSION_STAGES_H

#include <optional>

#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/StringRef.h"

namespace qcompile {

/// In the order in which they run. Every stage can be printed, stopped at and resumed from.
enum class Stage {
  Import,    ///< the model as written, at the newest opset, shapes inferred by the library
  Shapes,    ///< shapes that needed constants to be known
  Fold,      ///< constants computed
  Normalise, ///< one way of writing quantization
  Compress,  ///< weights changed on request
  Integer,   ///< the exact integer form
  Bound,     ///< narrowest accumulators
  Target,    ///< the backend's own form
  Emit,      ///< the artifact
};

llvm::StringRef getStageName(Stage stage);
std::optional<Stage> parseStage(llvm::StringRef name);
/// "import, shapes, …", for messages.
std::string listStages();

/// Appends the passes that lead from the stage before to `stage`; nothing for import, target and emit, which are
/// the frontend's and the backend's.
void populateStagePipeline(mlir::OpPassManager &pm, Stage stage);

/// Registers one pipeline per stage ("fold-pipeline", …) and "integer-form-pipeline", which runs all up to
/// bound, for qcompile-opt.
void registerStagePipelines();

/// Registers every pass of the tree.
void registerPasses();

} // namespace qcompile

#endif // QCOMPILE_COMPILER_SESSION_STAGES_H
