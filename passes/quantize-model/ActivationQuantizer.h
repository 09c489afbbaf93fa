//===- ActivationQuantizer.h - Quantizers between layers --------*- C++ -*-===//
//
// Puts a Quant before the data input of every selected layer, and before what meets in a join (residual Add, Concat, a
// product of two activations) or is averaged, so that what lies between selected layers has an integer form. Ranges are
// those of the already compressed model on calibration data.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_PASSES_QUANTIZEMODEL_ACTIVATIONQUANTIZER_H
#define QCOMPILE_PASSES_QUANTIZEMODEL_ACTIVATIONQUANTIZER_H

#include "passes/compression/LayerwiseRun.h"
#include "passes/compression/WeightGrid.h"
#include "passes/quantize-model/ScaleSearch.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace qcompile::quantization {

enum class ActivationScheme {
  Auto,      ///< unsigned where calibration sees nothing negative, else symmetric
  Symmetric, ///< signed codes, zero point 0
  Affine,    ///< unsigned codes and a zero point
};

struct ActivationOptions {
  int bits = 0; ///< 2 to 8; 0: none
  ActivationScheme scheme = ActivationScheme::Auto;
  RangeOptions range;
};

class ActivationQuantizer {
public:
  explicit ActivationQuantizer(const ActivationOptions &options) : options(options) {}

  /// The operations whose data inputs are to be quantized.
  void select(llvm::ArrayRef<mlir::Operation *> layers) { selected.insert(layers.begin(), layers.end()); }

  /// Called for every operation in order, before it runs as part of the new model.
  llvm::Error visit(mlir::Operation *op, compression::LayerwiseRun &run);

  /// Behind the run: merges equal quantizers of one value and moves each before operations that only move elements or
  /// take their maximum, so that these work on codes. Exact, since a quantizer with one scale is monotone and treats
  /// elements alike.
  void finish();

private:
  using Grid = compression::WeightGrid;

  llvm::Error quantizeJoin(mlir::Operation *op, compression::LayerwiseRun &run);
  llvm::Error quantizeTogether(llvm::ArrayRef<mlir::OpOperand *> operands, double unit, compression::LayerwiseRun &run);
  llvm::Expected<Grid> findGrid(llvm::ArrayRef<mlir::Value> values, double unit, compression::LayerwiseRun &run) const;
  void insert(mlir::OpOperand &operand, const Grid &grid, compression::LayerwiseRun &run);
  bool follow(mlir::Operation *op);
  mlir::Value getRoot(mlir::Value value) const;

  ActivationOptions options;
  llvm::DenseSet<mlir::Operation *> selected;
  /// Values that are computed from selected layers, and what stands before the pointwise operations that compute them.
  llvm::DenseMap<mlir::Value, mlir::Value> covered;
  llvm::DenseMap<mlir::Value, Grid> grids;
  std::vector<mlir::Operation *> quantizers; ///< inserted ones, in order
};

} // namespace qcompile::quantization

#endif // QCOMPILE_PASSES_QUANTIZEMODEL_ACTIVATIONQUANTIZER_H
