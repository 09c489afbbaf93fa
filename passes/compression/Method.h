//===- Method.h - What a compression pass does to one layer -----*- C++ -*-===//
#ifndef QCOMPILE_PASSES_COMPRESSION_METHOD_H
#define QCOMPILE_PASSES_COMPRESSION_METHOD_H

#include "passes/compression/LayerData.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

namespace qcompile::compression {

/// How errors are made up for.
enum class Correction {
  None,        ///< each weight by itself
  Bias,        ///< the mean shift of every output goes into the bias
  SecondOrder, ///< also: weights make up for each other's errors, by second moments of the inputs
};

/// A layer on its way through a method.
struct LayerTask {
  LayerTask(const Layer &layer, const Matrix &weights, const LayerData *data, Correction correction)
      : layer(layer), weights(weights), data(data), correction(correction) {}

  const Layer &layer;
  const Matrix &weights; ///< the layer's own
  /// Calibration data; null where there is none. Present whenever correction is Bias or SecondOrder.
  const LayerData *data;
  Correction correction;

  /// What the weights should be: the layer's own, or with second-order correction those that make up for the prefix,
  /// which are computed when they are asked for first.
  const Matrix &target() const {
    if (!data || correction != Correction::SecondOrder)
      return weights;
    if (corrected.size() == 0)
      corrected = data->correctTarget(layer, weights);
    return corrected;
  }

private:
  mutable Matrix corrected;
};

struct LayerResult {
  NewWeights weights;
  std::string technique;      ///< a few words: "2:4", "W4 per channel"
  llvm::json::Object details; ///< the method's own figures
};

class LayerwiseRun;

class Method {
public:
  virtual ~Method() = default;
  /// Sees all layers that the options select, before the first is compressed.
  virtual void begin(llvm::ArrayRef<Layer> layers) {}
  /// Sees every operation in a run on calibration data, when its operands have their values and before it is
  /// compressed: may put operations before it and change its operands, as LayerwiseRun::run permits.
  virtual llvm::Error visit(mlir::Operation *op, LayerwiseRun &run) { return llvm::Error::success(); }
  /// Why the layer is left alone: a remark; empty where the method takes it.
  virtual std::string skip(const Layer &layer) const { return {}; }
  /// Called once, before the first layer and before the model is run: `layers` are those that will be compressed. May
  /// rewrite the model around them without changing what it computes; their operations stay, and they are read anew
  /// behind it.
  virtual llvm::Error prepare(mlir::func::FuncOp function, std::vector<Layer> &layers) {
    return llvm::Error::success();
  }
  /// Fails with one sentence without the layer's name: what was expected and found.
  virtual llvm::Expected<LayerResult> compress(const LayerTask &task) = 0;
};

} // namespace qcompile::compression

#endif // QCOMPILE_PASSES_COMPRESSION_METHOD_H
