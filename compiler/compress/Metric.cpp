//===- Metric.cpp - How good a model's outputs are ------------------------===//
#include "compiler/compress/Metric.h"

#include <cmath>

#include "compiler/io/Labels.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using qcompile::runtime::Tensor;

namespace qcompile::compress {

static constexpr std::pair<StringLiteral, StringLiteral> kMetrics[] = {
    {"top1", "%"}, {"agreement", "%"}, {"mse", ""}, {"psnr", "dB"}};

/// What stands for the psnr of equal tensors: JSON has no infinity.
static constexpr double kEqualPsnr = 1000;

StringRef getMetricName(MetricKind kind) { return kMetrics[size_t(kind)].first; }
StringRef getMetricUnit(MetricKind kind) { return kMetrics[size_t(kind)].second; }

std::optional<MetricKind> parseMetric(StringRef name) {
  for (auto [index, metric] : enumerate(kMetrics))
    if (metric.first == name)
      return MetricKind(index);
  return std::nullopt;
}

static int64_t getRows(const Tensor &tensor) { return tensor.rank() ? tensor.shape()[0] : 1; }

Expected<Metric> Metric::create(MetricKind kind, Tensor source, std::vector<int64_t> labels, const Tensor *targets,
                                double peak) {
  Metric out;
  out.metricKind = kind;
  if (kind == MetricKind::Top1) {
    if (int64_t(labels.size()) != getRows(source))
      return createStringError("expected " + Twine(getRows(source)) + " labels, one per sample, found " +
                               Twine(labels.size()));
    out.labels = std::move(labels);
    return out;
  }
  if (kind == MetricKind::Agreement) {
    out.labels = findGreatest(source);
    return out;
  }
  out.targets = targets ? *targets : source;
  if (out.targets.size() != source.size() || getRows(out.targets) != getRows(source))
    return createStringError("expected targets of shape " + runtime::ShapeToString(source.shape()) + ", found " +
                             runtime::ShapeToString(out.targets.shape()));
  out.peak = peak;
  if (peak == 0)
    for (int64_t i = 0; i < out.targets.size(); ++i)
      out.peak = std::max(out.peak, std::fabs(out.targets.DoubleAt(i)));
  if (kind == MetricKind::Psnr && !(out.peak > 0 && std::isfinite(out.peak)))
    return createStringError("psnr needs targets with a finite peak above 0");
  return out;
}

double Metric::evaluate(const Tensor &outputs) const {
  if (metricKind == MetricKind::Top1 || metricKind == MetricKind::Agreement) {
    std::vector<int64_t> greatest = findGreatest(outputs);
    int64_t hits = 0;
    for (auto [found, label] : zip(greatest, labels))
      hits += found == label;
    return labels.empty() ? 0 : 100.0 * double(hits) / double(labels.size());
  }
  double sum = 0;
  for (int64_t i = 0; i < targets.size(); ++i) {
    double difference = outputs.DoubleAt(i) - targets.DoubleAt(i);
    sum += difference * difference;
  }
  double mse = targets.size() ? sum / double(targets.size()) : 0;
  // Outputs that are no numbers are as bad as can be, and still numbers in a report.
  if (!std::isfinite(mse))
    mse = std::numeric_limits<double>::max();
  if (metricKind == MetricKind::Mse)
    return mse;
  return mse == 0 ? kEqualPsnr : std::min(kEqualPsnr, 20 * std::log10(peak) - 10 * std::log10(mse));
}

double Metric::getDrop(double base, double value) const {
  return metricKind == MetricKind::Mse ? value - base : base - value;
}

double getOutputError(ArrayRef<Tensor> source, ArrayRef<Tensor> outputs) {
  double difference = 0, norm = 0;
  for (auto [a, b] : zip(source, outputs))
    for (int64_t i = 0; i < std::min(a.size(), b.size()); ++i) {
      double x = a.DoubleAt(i), y = b.DoubleAt(i);
      difference += (x - y) * (x - y);
      norm += x * x;
    }
  if (difference == 0)
    return 0;
  double error = norm > 0 ? std::sqrt(difference / norm) : std::numeric_limits<double>::max();
  return std::isfinite(error) ? error : std::numeric_limits<double>::max();
}

std::string formatMetric(MetricKind kind, double value) {
  std::string out;
  raw_string_ostream os(out);
  if (kind == MetricKind::Mse)
    os << format("%.4g", value);
  else
    os << format("%.2f ", value) << getMetricUnit(kind);
  return out;
}

} // namespace qcompile::compress
