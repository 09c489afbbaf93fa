//===- FitMethod.h - Fits one layer into its accumulator --------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_FITACCUMULATORS_FITMETHOD_H
#define QCOMPILE_PASSES_FITACCUMULATORS_FITMETHOD_H

#include "passes/compression/Method.h"
#include "passes/fit-accumulators/FitRows.h"
#include "passes/fit-accumulators/IntegerSums.h"
#include "llvm/ADT/StringMap.h"

namespace qcompile::fit {

/// What accumulators are asked for.
struct FitOptions {
  int64_t bits = 0;                   ///< of every layer; 0: of none
  llvm::StringMap<int64_t> layerBits; ///< of single layers, by name
  int64_t tile = 0, innerBits = 0;    ///< 0: no tiles
  ScaleRule rule = ScaleRule::Search;

  /// The width asked for a layer's whole sum; 0 for none.
  int64_t bitsOf(const compression::Layer &layer) const {
    auto own = layerBits.find(layer.name());
    return own == layerBits.end() ? bits : own->second;
  }
};

/// Bits of the narrowest type that holds every sum of `tile` consecutive codes of a row; the last tile may be shorter.
int getTileBits(llvm::ArrayRef<std::vector<int64_t>> rows, qnn::Bounds input, int64_t tile);

class FitMethod : public compression::Method {
public:
  /// `sums`: of every layer, before anything changes.
  FitMethod(FitOptions options, llvm::DenseMap<mlir::Operation *, IntegerSums> sums)
      : options(std::move(options)), sums(std::move(sums)) {}

  std::string skip(const compression::Layer &layer) const override;
  llvm::Expected<compression::LayerResult> compress(const compression::LayerTask &task) override;

  /// Whether the layer fits as it is.
  bool fits(const compression::Layer &layer) const;
  /// What the report says of a layer that fits.
  llvm::json::Object describeFit(const compression::Layer &layer) const;

private:
  RowLimits getLimits(const compression::Layer &layer) const;
  llvm::Error check(const compression::Layer &layer, const RowLimits &limits) const;
  std::vector<FittedRow> fit(const compression::LayerTask &task, int64_t group, llvm::ArrayRef<int64_t> rows,
                             const RowLimits &limits) const;
  /// Figures of a layer with these codes, for the report; fails where they do not fit after all.
  llvm::Error prove(const compression::Layer &layer, const RowLimits &limits,
                    llvm::ArrayRef<std::vector<int64_t>> before, llvm::ArrayRef<std::vector<int64_t>> after,
                    llvm::json::Object &details) const;

  FitOptions options;
  llvm::DenseMap<mlir::Operation *, IntegerSums> sums;
};

} // namespace qcompile::fit

#endif // QCOMPILE_PASSES_FITACCUMULATORS_FITMETHOD_H
