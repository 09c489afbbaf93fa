//===- MetricTest.cpp - How good a model's outputs are --------------------===//
#include "compiler/compress/Metric.h"

#include <cmath>

#include "gtest/gtest.h"

namespace qcompile::compress {
namespace {

using runtime::Tensor;

Metric make(MetricKind kind, const Tensor &source, std::vector<int64_t> labels = {}, const Tensor *targets = nullptr,
            double peak = 0) {
  llvm::Expected<Metric> metric = Metric::create(kind, source, std::move(labels), targets, peak);
  EXPECT_TRUE(bool(metric)) << llvm::toString(metric.takeError());
  return std::move(*metric);
}

const Tensor scores = Tensor::FromFloats({4, 2}, {1, 0, 0, 1, 2, 2, NAN, -1});

TEST(MetricTest, Top1CountsTheFirstOfTheGreatest) {
  // The greatest are 0, 1, 0 (the first of equals), 1 (NaN is never the greatest).
  Metric metric = make(MetricKind::Top1, scores, {0, 1, 1, 1});
  EXPECT_EQ(metric.evaluate(scores), 75);
  EXPECT_EQ(metric.getDrop(98.5, 98), 0.5);
}

TEST(MetricTest, AgreementIsCountedAgainstTheSource) {
  Metric metric = make(MetricKind::Agreement, scores);
  EXPECT_EQ(metric.evaluate(scores), 100);
  EXPECT_EQ(metric.evaluate(Tensor::FromFloats({4, 2}, {0, 1, 0, 1, 2, 1, 0, 1})), 75);
}

TEST(MetricTest, SquaredErrorAndPsnr) {
  Tensor target = Tensor::FromFloats({2, 2}, {0, 4, -8, 2});
  Tensor output = Tensor::FromFloats({2, 2}, {1, 4, -8, 0}); // squares 1, 0, 0, 4
  Metric mse = make(MetricKind::Mse, output, {}, &target);
  EXPECT_EQ(mse.evaluate(output), 1.25);
  EXPECT_EQ(mse.getDrop(1, 1.25), 0.25);
  // The peak is 8: 10 log10(64 / 1.25).
  EXPECT_NEAR(make(MetricKind::Psnr, output, {}, &target).evaluate(output), 10 * std::log10(64 / 1.25), 1e-12);
  EXPECT_NEAR(make(MetricKind::Psnr, output, {}, &target, 1).evaluate(output), 10 * std::log10(1 / 1.25), 1e-12);
  EXPECT_EQ(make(MetricKind::Psnr, target).evaluate(target), 1000);
  EXPECT_TRUE(std::isfinite(mse.evaluate(Tensor::FromFloats({2, 2}, {NAN, 0, 0, 0}))));
}

TEST(MetricTest, NumbersMustFit) {
  auto error = [](MetricKind kind, std::vector<int64_t> labels, const Tensor *targets) {
    llvm::Expected<Metric> metric = Metric::create(kind, scores, std::move(labels), targets, 0);
    return metric ? "" : llvm::toString(metric.takeError());
  };
  EXPECT_EQ(error(MetricKind::Top1, {1, 2}, nullptr), "expected 4 labels, one per sample, found 2");
  Tensor other = Tensor::FromFloats({3, 2}, {1, 2, 3, 4, 5, 6}),
         zero = Tensor::FromFloats({4, 2}, std::vector<float>(8));
  EXPECT_EQ(error(MetricKind::Mse, {}, &other), "expected targets of shape 4x2, found 3x2");
  EXPECT_NE(error(MetricKind::Psnr, {}, &zero), "");
}

TEST(MetricTest, OutputErrorIsRelative) {
  Tensor a = Tensor::FromFloats({2}, {3, 4}), b = Tensor::FromFloats({2}, {3, 4.5});
  EXPECT_DOUBLE_EQ(getOutputError({a}, {b}), 0.1);
  EXPECT_EQ(getOutputError({a, a}, {a, a}), 0);
  Tensor zero = Tensor::FromFloats({2}, {0, 0});
  EXPECT_TRUE(std::isfinite(getOutputError({zero}, {a})));
}

TEST(MetricTest, Names) {
  for (MetricKind kind : {MetricKind::Top1, MetricKind::Agreement, MetricKind::Mse, MetricKind::Psnr})
    EXPECT_EQ(parseMetric(getMetricName(kind)), kind);
  EXPECT_EQ(parseMetric("top5"), std::nullopt);
  EXPECT_EQ(formatMetric(MetricKind::Top1, 98.934), "98.93 %");
  EXPECT_EQ(formatMetric(MetricKind::Psnr, 31.25), "31.25 dB");
  EXPECT_EQ(formatMetric(MetricKind::Mse, 0.00125), "0.00125");
}

} // namespace
} // namespace qcompile::compress
