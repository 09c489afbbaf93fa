//===- CompareReduce.h - qcompile compare --reduce --------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_TOOLS_QCOMPILE_COMPAREREDUCE_H
#define QCOMPILE_COMPILER_TOOLS_QCOMPILE_COMPAREREDUCE_H

#include "compiler/compare/Comparison.h"
#include "compiler/tools/qcompile/Commands.h"
#include "compiler/tools/qcompile/Submodel.h"

namespace qcompile::tool {

/// What `--reduce` found and wrote.
struct Reduction {
  std::string model;  ///< the file
  std::string tensor; ///< the first one that differs in it
  std::string node;   ///< the node that computes it
  size_t nodesBefore = 0, nodesAfter = 0;
  std::vector<std::pair<std::string, std::string>> inputs; ///< names and files
  std::string command;                                     ///< shows the difference again
};

/// Reduces the model of the command, whose sides `names` differ on `sample` (one batch, by input) first at tensor
/// `firstDifference`, and writes the result. `session` has the command's options and no model yet. Nothing after
/// an error, which has been reported.
std::optional<Reduction> reduceModel(Session &session, const Options &options, const std::string (&names)[2],
                                     const llvm::StringMap<runtime::Tensor> &sample, llvm::StringRef firstDifference);

/// For a side that does not run: the operations between the tensors that the other side has and the one that departs.
/// Their inputs have the other side's values; what it has for the result is written beside them, as a recording.
std::optional<Reduction> cutDeparture(Session &session, const Options &options, compare::Comparison &comparison);

/// Writes a part of a model and the recorded values of its inputs. False after an error, which has been reported.
bool writeReduction(Session &session, const SourceModel &source, mlir::func::FuncOp part, Reduction &reduction);

/// Quoted for a shell where it needs to be.
std::string quote(llvm::StringRef text);

} // namespace qcompile::tool

#endif // QCOMPILE_COMPILER_TOOLS_QCOMPILE_COMPAREREDUCE_H
