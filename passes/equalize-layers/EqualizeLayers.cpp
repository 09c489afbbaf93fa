//===- EqualizeLayers.cpp - Ranges shared by neighbours -------------------===//
#include "passes/equalize-layers/EqualizeLayers.h"

#include <cmath>
#include <cstdio>

#include "dialects/data/DataDialect.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/OnnxDialect.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "passes/compression/Driver.h"
#include "passes/equalize-layers/LayerPairs.h"
#include "passes/equalize-layers/Ranges.h"

using namespace mlir;

namespace qcompile {

#define GEN_PASS_DEF_EQUALIZELAYERS
#include "passes/equalize-layers/EqualizeLayers.h.inc"

namespace {

using namespace equalization;

/// Weights of all layers on their way, and the scales that each pair has taken in all rounds.
class Equalizer {
public:
  Equalizer(ArrayRef<Layer> layers, ArrayRef<LayerPair> pairs, bool powerOfTwo)
      : layers(layers), pairs(pairs), powerOfTwo(powerOfTwo) {
    for (const Layer &layer : layers)
      weights.push_back(layer.weights());
    for (const LayerPair &pair : pairs)
      scales.push_back(Vector::Ones(layers[pair.first].outputs()));
  }

  /// One round over all pairs. Whether any scale changed by more than a thousandth.
  bool step() {
    bool changed = false;
    for (auto [pair, total] : llvm::zip(pairs, scales)) {
      Matrix &first = weights[pair.first], &second = weights[pair.second];
      const Vector outer = getInputRanges(layers[pair.second], second, pair.positions, total.size());
      Vector scale(total.size());
      for (int64_t c = 0; c < scale.size(); ++c) {
        scale(c) = getEqualizingScale(first.row(c).cwiseAbs().maxCoeff(), outer(c), powerOfTwo);
        changed |= std::abs(scale(c) - 1) > 1e-3;
        first.row(c) /= scale(c);
      }
      scaleInputs(layers[pair.second], second, pair.positions, scale);
      total.array() *= scale.array();
    }
    return changed;
  }

  ArrayRef<Layer> layers;
  ArrayRef<LayerPair> pairs;
  bool powerOfTwo;
  std::vector<Matrix> weights;
  std::vector<Vector> scales;
};

struct EqualizeLayersPass : impl::EqualizeLayersBase<EqualizeLayersPass> {
  using EqualizeLayersBase::EqualizeLayersBase;
  // For readOptions.
  using EqualizeLayersBase::calibration;
  using EqualizeLayersBase::correction;
  using EqualizeLayersBase::keepFirst;
  using EqualizeLayersBase::keepLast;
  using EqualizeLayersBase::kinds;
  using EqualizeLayersBase::layers;
  using EqualizeLayersBase::minSize;
  using EqualizeLayersBase::samples;

  void runOnOperation() override {
    if (getOperation().isExternal())
      return;
    const compression::Options options = compression::readOptions(*this);
    FailureOr<std::vector<Layer>> layers = compression::selectLayers(getOperation(), options);
    if (!checkOptions(options) || failed(layers))
      return signalPassFailure();
    const std::vector<LayerPair> pairs = findPairs(*layers);
    Equalizer equalizer(*layers, pairs, powerOfTwo);
    for (int64_t i = 0; i < iterations && equalizer.step(); ++i)
      ;
    write(*layers, equalizer);
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(getOperation().front())))
      if (isOpTriviallyDead(&op))
        op.erase();
  }

private:
  bool checkOptions(const compression::Options &options) {
    bool ok = true;
    auto fail = [&] {
      ok = false;
      return emitError(getOperation().getLoc(), Code::P010);
    };
    if (iterations < 1)
      fail() << "expected at least one iteration, found " << iterations.getValue();
    if (!options.calibration.empty())
      fail() << "equalization takes no calibration data";
    else if (failed(compression::readCorrection(getOperation(), options)))
      ok = false;
    return ok;
  }

  void write(std::vector<Layer> &layers, const Equalizer &equalizer) {
    std::vector<std::string> changes(layers.size());
    auto add = [&](size_t layer, const std::string &what) {
      changes[layer] += (changes[layer].empty() ? "" : ", ") + what;
    };
    for (auto [pair, scale] : llvm::zip(equalizer.pairs, equalizer.scales)) {
      if ((scale.array() == 1).all())
        continue;
      divideBiases(layers[pair.first], pair, scale);
      char range[64];
      std::snprintf(range, sizeof(range), "%.4g to %.4g", scale.minCoeff(), scale.maxCoeff());
      add(pair.first, "equalized with '" + layers[pair.second].name() + "': outputs divided by " + range);
      add(pair.second, "equalized with '" + layers[pair.first].name() + "': inputs multiplied by " + range);
    }
    for (auto [i, layer] : llvm::enumerate(layers))
      if (!changes[i].empty())
        change(layer, equalizer.weights[i], changes[i]);
  }

  /// The report has no error: the weights are others, and the model computes the same but for rounding.
  void change(Layer &layer, const Matrix &weights, const std::string &what) {
    const double bits = layer.storedBits();
    layer.setWeights({weights.cast<float>().cast<double>(), std::nullopt, nullptr});
    llvm::json::Object entry{{"pass", getArgument()},
                             {"layer", layer.name()},
                             {"technique", what},
                             {"bits_before", bits},
                             {"bits_after", layer.storedBits()}};
    compression::reportLayer(getOperation(), layer.operation(), std::move(entry));
  }
};

} // namespace
} // namespace qcompile
