//===- Settings.h - What the options of quantization ask for ----*- C++ -*-===//
#ifndef QCOMPILE_PASSES_QUANTIZEMODEL_SETTINGS_H
#define QCOMPILE_PASSES_QUANTIZEMODEL_SETTINGS_H

#include <string>

#include "passes/quantize-model/ActivationQuantizer.h"
#include "passes/quantize-model/WeightRounding.h"
#include "llvm/Support/Error.h"

namespace qcompile::quantization {

/// The options as they were written: empty words and -1 stand for what was not.
struct WrittenOptions {
  int64_t weightBits = -1, activationBits = -1;
  std::string granularity, weightScheme, activationScheme, scales, weightRange, activationRange, preset;
  double percentile = 99.99;
  bool narrow = true, weighted = false, dual = false;
  double dualThreshold = 0.1;
};

struct Settings {
  WeightOptions weights; ///< bits 0: weights stay
  ActivationOptions activations;
  double dualThreshold = 0; ///< relative error above which a layer has dual codes; infinite: none has
  std::string technique;    ///< "W4 per channel", "W8 per tensor affine power-of-two"
};

/// Fails with all problems, one per line: unknown words, numbers out of range, options that contradict the preset.
llvm::Expected<Settings> readSettings(WrittenOptions written);

} // namespace qcompile::quantization

#endif // QCOMPILE_PASSES_QUANTIZEMODEL_SETTINGS_H
