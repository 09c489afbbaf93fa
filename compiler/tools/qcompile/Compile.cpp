//===- Compile.cpp - qcompile compile -------------------------------------===//
#include "compiler/tools/qcompile/Commands.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace qcompile::tool {

bool loadModel(Session &session, const Options &options, Messages &messages) {
  if (!session.load(options.model, options.compileFrom))
    return false;
  if (!options.compileFrom)
    messages.describe(session.importReport(), sys::path::filename(options.model));
  return true;
}

/// Where each part goes: integer layers, and operations that stay float.
static void describePlacement(Session &session, const Options &options, Messages &messages) {
  unsigned integer = 0, floats = 0;
  session.module().walk([&](mlir::Operation *op) {
    StringRef dialect = op->getName().getDialectNamespace();
    bool constant = op->getNumOperands() == 0;
    integer += dialect == "qnn" && !constant;
    floats += dialect == "onnx" && !constant;
  });
  messages.note(std::to_string(integer) + " integer operations and " + std::to_string(floats) +
                " float operations for backend '" + options.session.backend + "'");
}

int compileModel(Session &session, const Options &options, Messages &messages) {
  Stage last = options.compileTo.value_or(Stage::Emit);
  if (last >= Stage::Target && !session.selectBackend())
    return int(session.outcome());
  if (!loadModel(session, options, messages))
    return int(session.outcome());
  if (!session.runTo(std::min(last, Stage::Bound)))
    return int(session.outcome());
  if (session.stage() == Stage::Bound)
    describePlacement(session, options, messages);
  if (!session.runTo(last))
    return int(session.outcome());
  bool written = last == Stage::Emit ? session.emit(options.output) : session.print(options.output);
  if (!written)
    return int(session.outcome());
  if (!options.quiet && options.output != "-")
    messages.note("wrote " + options.output);
  return 0;
}

} // namespace qcompile::tool
