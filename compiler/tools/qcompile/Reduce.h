//===- Reduce.h - The smallest part of a model that fails -------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_TOOLS_QCOMPILE_REDUCE_H
#define QCOMPILE_COMPILER_TOOLS_QCOMPILE_REDUCE_H

#include "compiler/tools/qcompile/Submodel.h"

namespace qcompile::tool {

/// Delta debugging on the graph of a model. First the earliest tensor is looked for that fails as the only output;
/// then what precedes it is cut off in front of quantizers, so that the rest stays a valid quantized model whose
/// inputs are recorded values; then single operations are left out where types permit. Every candidate is tried.
class Reducer {
public:
  /// `fails` runs a candidate on the recorded values of its inputs.
  Reducer(const SourceModel &source, std::function<bool(const Submodel &)> fails)
      : source(source), fails(std::move(fails)) {}

  /// The smallest failing part found; nothing where the whole does not fail. `suspect` is a tensor that is known to
  /// differ while all before it agree, or null.
  std::optional<Submodel> reduce(mlir::Value suspect);

private:
  bool accept(const Submodel &candidate);
  mlir::Value findFirstFailing(mlir::Value suspect);
  mlir::Value searchAncestors(mlir::Value failing);
  void dropOutputs();
  void cutAtDepths();
  bool cutOneByOne();
  bool bypassOneByOne();
  llvm::SetVector<mlir::Value> findCuts(unsigned depth) const;
  bool tryBypass(mlir::Operation *op);
  bool mayCut(mlir::Operation *quantizer) const;

  const SourceModel &source;
  std::function<bool(const Submodel &)> fails;
  Submodel best;
};

} // namespace qcompile::tool

#endif // QCOMPILE_COMPILER_TOOLS_QCOMPILE_REDUCE_H
