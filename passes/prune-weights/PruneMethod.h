//===- PruneMethod.h - Pruning as a method of the frame ---------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_PRUNEWEIGHTS_PRUNEMETHOD_H
#define QCOMPILE_PASSES_PRUNEWEIGHTS_PRUNEMETHOD_H

#include <map>

#include "passes/compression/Method.h"
#include "passes/prune-weights/GroupSweep.h"
#include "llvm/ADT/DenseMap.h"

namespace qcompile::compression {

/// What stays.
struct PruneSettings {
  enum class Kind { Pattern, Density, Filters, Rows } kind = Kind::Pattern;
  GroupPattern pattern;
  double part = 1;     ///< of weights, outputs or kernel rows; above 0, below 1
  bool global = false; ///< the density is that of all layers together
  bool permute = false;

  /// "2:4", "density 0.5", "0.5 of all weights", ...
  std::string describe() const;
};

class PruneMethod : public Method {
public:
  explicit PruneMethod(PruneSettings settings) : settings(settings) {}

  std::string skip(const Layer &layer) const override;
  /// Permutes channels, and shares a global density out among the layers.
  llvm::Error prepare(mlir::func::FuncOp function, std::vector<Layer> &layers) override;
  llvm::Expected<LayerResult> compress(const LayerTask &task) override;

private:
  void permuteInputs(Layer &layer);
  void shareDensity(const std::vector<Layer> &layers);
  int64_t getKeptCount(const Layer &layer, int64_t units) const;

  PruneSettings settings;
  llvm::DenseMap<mlir::Operation *, int64_t> keptByLayer;       ///< weights that a global density leaves a layer
  std::map<mlir::Operation *, llvm::json::Object> orderDetails; ///< of layers whose inputs may be permuted
};

} // namespace qcompile::compression

#endif // QCOMPILE_PASSES_PRUNEWEIGHTS_PRUNEMETHOD_H
