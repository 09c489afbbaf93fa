//===- GoalSearch.h - Techniques that reach a goal --------------*- C++ -*-===//
//
// 1. Sensitivity: every technique on every layer alone, the error of the model's outputs on calibration samples.
// 2. Squared errors and savings taken as additive, a dynamic program gives the combinations that no other beats.
// 3. Combinations along that frontier are really run and judged; the best that keeps all limits is taken.
//
// Deterministic, and every finished trial is kept, so that an interrupted search gives the same when it continues.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_COMPILER_COMPRESS_GOALSEARCH_H
#define QCOMPILE_COMPILER_COMPRESS_GOALSEARCH_H

#include "compiler/compress/Compressor.h"
#include "compiler/compress/Goal.h"
#include "compiler/compress/Metric.h"
#include "compiler/compress/Search.h"
#include "compiler/compress/TrialStore.h"

namespace qcompile::compress {

/// A model that was really made and judged.
struct Trial {
  std::string problem; ///< why there is none; empty where there is
  double value = 0;    ///< the output error of a sensitivity trial, else the metric
  std::array<double, kCosts> costs{};
};

struct SensitivityRow {
  std::string layer, technique;
  Trial trial;
};

/// A combination of techniques that was judged.
struct CurvePoint {
  std::string label; ///< "2 layers W4, 1 layer 2:4"
  std::vector<Step> steps;
  Trial trial;
  double drop = 0;
  bool chosen = false;
};

/// Everything that a search works with.
struct SearchTask {
  const Compressor &compressor;
  const Metric &metric;
  TrialStore &store;
  std::string digest;       ///< of the model and all data, for keys of trials
  std::vector<Step> prefix; ///< steps that are always taken
  std::vector<Technique> techniques;
  std::vector<std::string> layers;           ///< that may be compressed, in the model's order
  std::vector<std::string> calibration;      ///< settings for the passes
  std::vector<std::string> probeCalibration; ///< the same, for sensitivities
  const InputBatches &probe;                 ///< samples for sensitivities
  std::vector<runtime::Tensor> probeOutputs; ///< of the source model
  const InputBatches &evaluation;
  double sourceMetric = 0;
  ModelCost sourceCost;
  Goal goal;
  /// Called before and behind every trial: finished ones, an estimate of all, and what runs now.
  std::function<void(size_t done, size_t total, const std::string &what)> onProgress;
};

struct SearchResult {
  std::vector<Step> steps; ///< the prefix and the chosen ones
  std::vector<SensitivityRow> sensitivity;
  std::vector<CurvePoint> curve; ///< in ascending order of drop
  std::string impossible;        ///< why the goal cannot be reached, with the nearest value; empty where it was
};

/// Fails where trials cannot be stored, or where not even the prefix can be run.
llvm::Expected<SearchResult> searchGoal(const SearchTask &task);

/// The techniques that a search uses where the recipe names none, with `activations` also those that quantize the
/// inputs of layers. Those whose passes are not there are left out.
std::vector<Technique> getBuiltinTechniques(bool activations);

/// The steps of a technique on some layers: named one by one, and with the first and last layer of the model no
/// exception.
std::vector<Step> applyTechnique(const Technique &technique, llvm::ArrayRef<std::string> layers);

} // namespace qcompile::compress

#endif // QCOMPILE_COMPILER_COMPRESS_GOALSEARCH_H
