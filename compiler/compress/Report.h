//===- Report.h - What a compression did ------------------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_COMPRESS_REPORT_H
#define QCOMPILE_COMPILER_COMPRESS_REPORT_H

#include "compiler/compress/GoalSearch.h"

namespace qcompile::compress {

/// A step, its layers, and the model behind it.
struct StepRow {
  std::string step; ///< in one line
  std::string pass;
  std::vector<LayerReport> layers;
  std::optional<double> metric; ///< behind the step; nothing where there are no samples to judge on
  ModelCost cost;
};

struct Report {
  std::string model;  ///< "mnist" of "mnist.onnx"
  std::string sha256; ///< of the source model's file
  int64_t calibrationSamples = 0, evaluationSamples = 0;
  std::optional<MetricKind> metric;
  double sourceMetric = 0; ///< of the source model
  ModelCost source;
  std::vector<StepRow> steps;
  ModelCost result;
  std::string recipe; ///< the text that reproduces it
  bool searched = false;
  size_t mainCost = 0; ///< of a search: what its curve is drawn against
  std::vector<SensitivityRow> sensitivity;
  std::vector<CurvePoint> curve;

  /// The metric behind the last step, where there is one.
  std::optional<double> getMetric() const;
};

/// The table that ends a run: one row per layer and step, then the totals.
std::string formatTable(const Report &report);
/// report.json.
llvm::json::Object toJson(const Report &report);
/// report.html: one page that needs no network.
std::string formatHtml(const Report &report);

} // namespace qcompile::compress

#endif // QCOMPILE_COMPILER_COMPRESS_REPORT_H
