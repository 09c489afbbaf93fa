//===- Metric.h - How good a model's outputs are ----------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_COMPRESS_METRIC_H
#define QCOMPILE_COMPILER_COMPRESS_METRIC_H

#include <optional>
#include <string>
#include <vector>

#include "runtime/core/tensor.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace qcompile::compress {

enum class MetricKind {
  Top1,      ///< samples whose greatest output has the label's index, in percent
  Agreement, ///< samples whose greatest output is that of the source model, in percent
  Mse,       ///< mean squared difference from the targets
  Psnr,      ///< 10 log10(peak² / mse), in dB; 1000 where nothing differs
};

/// "top1", "agreement", "mse", "psnr".
llvm::StringRef getMetricName(MetricKind kind);
std::optional<MetricKind> parseMetric(llvm::StringRef name);
/// "%", "" or "dB".
llvm::StringRef getMetricUnit(MetricKind kind);

/// Judges the first output of a model, all samples along the first dimension.
class Metric {
public:
  /// `source`: the outputs of the source model. `labels` are used by top1; `targets`, where not null, by mse and psnr
  /// instead of the source's outputs; `peak` by psnr, 0 standing for the largest magnitude of the targets. Fails where
  /// numbers do not fit.
  static llvm::Expected<Metric> create(MetricKind kind, runtime::Tensor source, std::vector<int64_t> labels,
                                       const runtime::Tensor *targets, double peak);

  double evaluate(const runtime::Tensor &outputs) const;
  /// How much worse `value` is than `base`: points, dB, or the increase of the mean squared error.
  double getDrop(double base, double value) const;
  MetricKind kind() const { return metricKind; }

private:
  Metric() = default;

  MetricKind metricKind = MetricKind::Agreement;
  std::vector<int64_t> labels; ///< of top1, or the source's choice
  runtime::Tensor targets;
  double peak = 1;
};

/// sqrt(sum (a - b)²) / sqrt(sum a²) over all elements of all outputs; 0 where both are zero. Sums run in order.
double getOutputError(llvm::ArrayRef<runtime::Tensor> source, llvm::ArrayRef<runtime::Tensor> outputs);

/// "98.93 %", "31.2 dB", "0.00123".
std::string formatMetric(MetricKind kind, double value);

} // namespace qcompile::compress

#endif // QCOMPILE_COMPILER_COMPRESS_METRIC_H
