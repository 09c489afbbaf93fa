//===- FitRowsTest.cpp - Integer weights that an accumulator holds --------===//
//
// Sums are made with checking arithmetic, on the inputs that the signs of the weights make worst, in random order.
//
//===----------------------------------------------------------------------===//
#include "passes/fit-accumulators/FitRows.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "gtest/gtest.h"

namespace qcompile::fit {
namespace {

using compression::Activations;
using compression::Matrix;

/// Adds in two's complement of `bits` bits; false where a partial sum leaves it.
bool sumChecked(const std::vector<int64_t> &codes, const std::vector<int64_t> &inputs, const std::vector<int> &order,
                int bits) {
  int64_t sum = 0, limit = int64_t{1} << (bits - 1);
  for (int k : order) {
    sum += codes[k] * inputs[k];
    if (sum >= limit || sum < -limit)
      return false;
  }
  return true;
}

/// Inputs at `high` under positive weights and `low` under negative ones, the opposite, both with the terms of one sign
/// first, and random ones.
void expectNoOverflow(const std::vector<int64_t> &codes, qnn::Bounds input, int bits, std::mt19937 &generator) {
  std::vector<int> order(codes.size());
  for (size_t k = 0; k < order.size(); ++k)
    order[k] = k;
  std::vector<int64_t> inputs(codes.size());
  for (int kind = 0; kind < 8; ++kind) {
    for (size_t k = 0; k < codes.size(); ++k)
      inputs[k] = kind < 4 ? ((codes[k] > 0) == (kind % 2 == 0) ? input.high : input.low)
                           : input.low + int64_t(generator() % uint64_t(input.high - input.low + 1));
    std::shuffle(order.begin(), order.end(), generator);
    ASSERT_TRUE(sumChecked(codes, inputs, order, bits));
    std::sort(order.begin(), order.end(), [&](int a, int b) { return codes[a] * inputs[a] > codes[b] * inputs[b]; });
    ASSERT_TRUE(sumChecked(codes, inputs, order, bits));
    std::reverse(order.begin(), order.end());
    ASSERT_TRUE(sumChecked(codes, inputs, order, bits));
  }
}

struct Example {
  RowProblem problem;
  Matrix moments;
  compression::Mask zeros;
};

/// Four random rows of `columns` weights of `bits` bits, and moments of correlated inputs.
void make(Example &out, std::mt19937 &generator, int64_t columns, int weightBits) {
  std::normal_distribution<double> normal;
  out.problem.target.resize(4, columns);
  int64_t most = (1 << (weightBits - 1)) - 1;
  for (int64_t row = 0; row < 4; ++row) {
    for (int64_t k = 0; k < columns; ++k)
      out.problem.target(row, k) = normal(generator);
    out.problem.scale.push_back(float(out.problem.target.row(row).cwiseAbs().maxCoeff() / double(most)));
    out.problem.codes.push_back({-most, most});
  }
  Activations inputs(3 * columns, columns);
  for (Eigen::Index i = 0; i < inputs.rows(); ++i) {
    float common = normal(generator);
    for (int64_t k = 0; k < columns; ++k)
      inputs(i, k) = std::max(0.0f, common + float(normal(generator)));
  }
  out.moments = compression::getSecondMoments(inputs);
  out.problem.moments = &out.moments;
  out.problem.secondOrder = true;
}

TEST(FitRowsTest, NothingOverflowsOnAnyInput) {
  std::mt19937 generator(3);
  const qnn::Bounds ranges[] = {{0, 15}, {-8, 7}, {-7, 7}, {0, 1}, {-1, 1}, {3, 9}, {-5, 12}};
  for (int round = 0; round < 70; ++round) {
    Example example;
    make(example, generator, 5 + generator() % 40, 2 + generator() % 5);
    qnn::Bounds input = ranges[round % 7];
    int bits = AccumulatorLimit::getFewestBits(input) + generator() % 4;
    RowProblem &problem = example.problem;
    problem.limits.outer = AccumulatorLimit(input, bits);
    problem.rule = ScaleRule(round % 3);
    problem.secondOrder = round % 4 != 3;
    if (round % 2) {
      example.zeros = problem.target.array() < -0.5;
      problem.zeros = &example.zeros;
    }
    std::vector<FittedRow> rows = fitRows(problem);
    ASSERT_EQ(rows.size(), 4u);
    for (int row = 0; row < 4; ++row) {
      expectNoOverflow(rows[row].codes, input, bits, generator);
      for (int64_t k = 0; k < problem.target.cols(); ++k) {
        ASSERT_LE(std::abs(rows[row].codes[k]), problem.codes[row].high);
        if (problem.zeros && example.zeros(row, k))
          ASSERT_EQ(rows[row].codes[k], 0);
      }
      if (problem.rule == ScaleRule::Keep)
        EXPECT_EQ(rows[row].scale, problem.scale[row]);
      if (problem.rule == ScaleRule::PowerOfTwo)
        EXPECT_EQ(std::exp2(std::round(std::log2(rows[row].scale / problem.scale[row]))) * problem.scale[row],
                  rows[row].scale);
    }
  }
}

TEST(FitRowsTest, TilesAndTheirSumStayInside) {
  std::mt19937 generator(4);
  for (int round = 0; round < 10; ++round) {
    Example example;
    make(example, generator, 30, 4);
    RowProblem &problem = example.problem;
    problem.limits.outer = AccumulatorLimit({0, 15}, 9);
    problem.limits.inner = AccumulatorLimit({0, 15}, 7);
    problem.limits.tile = 8;
    for (const FittedRow &row : fitRows(problem)) {
      expectNoOverflow(row.codes, {0, 15}, 9, generator);
      for (int64_t begin = 0; begin < 30; begin += 8)
        expectNoOverflow({row.codes.begin() + begin, row.codes.begin() + std::min<int64_t>(begin + 8, 30)}, {0, 15}, 7,
                         generator);
    }
  }
}

TEST(FitRowsTest, WithoutMomentsTheErrorIsThatOfTheWeights) {
  // Codes (3, 2) on scale 1 with inputs 0 to 1 in 3 bits: S+ <= 3. Raising the scale: on scale s the codes round(3/s),
  // round(2/s) first sum to 3 where 2/s < 1.5 and 3/s < 2.5, s = 1.34: (2, 1) with error (3 - 2s)^2 + (2 - s)^2.
  RowProblem problem;
  problem.target.resize(1, 2);
  problem.target << 3, 2;
  problem.scale = {1};
  problem.codes = {{-7, 7}};
  problem.limits.outer = AccumulatorLimit({0, 1}, 3);
  FittedRow row = fitRows(problem)[0];
  EXPECT_EQ(row.codes, (std::vector<int64_t>{2, 1}));
  // The best scale of these codes is (3 * 2 + 2 * 1) / (2 * 2 + 1 * 1) = 1.6; it leaves 0.2^2 + 0.4^2.
  EXPECT_EQ(row.scale, double(1.6f));
  EXPECT_NEAR(row.error, 0.2, 1e-6);
}

TEST(FitRowsTest, ErrorCorrectionBeatsScaleRaising) {
  std::mt19937 generator(5);
  for (int round = 0; round < 10; ++round) {
    Example example;
    make(example, generator, 40, 4);
    example.problem.limits.outer = AccumulatorLimit({0, 15}, 9);
    std::vector<FittedRow> rows = fitRows(example.problem);
    for (const FittedRow &row : rows)
      EXPECT_NE(row.technique, Technique::ScaleRaising);
  }
}

} // namespace
} // namespace qcompile::fit
