//===- LayerData.h - What a layer sees on calibration data ------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_COMPRESSION_LAYERDATA_H
#define QCOMPILE_PASSES_COMPRESSION_LAYERDATA_H

#include "passes/compression/Layer.h"
#include "runtime/core/value.h"
#include "llvm/ADT/ArrayRef.h"

namespace qcompile::compression {

/// The inputs of one group of a layer: rows of K numbers, at the same (sampled) output positions in the source model
/// and behind the already compressed prefix.
struct GroupInputs {
  Activations source;
  Activations current;
};

/// What a layer sees on calibration data. Positions are drawn evenly from all samples, deterministically.
class LayerData {
public:
  /// `source` and `current`: the layer's input for every batch of samples.
  static llvm::Expected<LayerData> create(const Layer &layer, llvm::ArrayRef<runtime::Value> source,
                                          llvm::ArrayRef<runtime::Value> current);

  const GroupInputs &group(int64_t g) const { return groups[g]; }
  /// Second moments of the current inputs of a group, [K, K].
  Matrix moments(int64_t g) const;
  /// The same about the means of the inputs: what counts where the bias takes the mean of an error. Damped by a
  /// hundredth of the moments about zero, so that inputs which hardly change on the samples do not count for nothing.
  Matrix centredMoments(int64_t g) const;

  /// The weights that make up, by least squares, for what the compressed prefix changed: per group
  /// argmin ||W S - V C||² + damping ||V - W||² (S source, C current inputs), damping relative to the mean second
  /// moment. W itself where the prefix changed nothing.
  Matrix correctTarget(const Layer &layer, const Matrix &weights, double damping = 0.01) const;

  /// Per output, the mean of W S - V C: what a bias has to add.
  Vector getMeanShift(const Layer &layer, const Matrix &w, const Matrix &v) const;
  /// ||W S - V C|| / ||W S||; with `meansCorrected`, of what is left when the bias takes the mean of the difference.
  double getOutputError(const Layer &layer, const Matrix &w, const Matrix &v, bool meansCorrected) const;

private:
  /// Second moments about the means of the current inputs as float32 numbers; computed once.
  const Matrix &covariance(int64_t g) const;

  std::vector<GroupInputs> groups;
  mutable std::vector<Matrix> covariances;
  bool prefixChanged = false;
};

} // namespace qcompile::compression

#endif // QCOMPILE_PASSES_COMPRESSION_LAYERDATA_H
