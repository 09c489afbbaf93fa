//===- SecondOrderTest.cpp - Rounding with error correction ---------------===//
//
// The reference here solves the constrained least-squares problem directly: after every fixed column, the columns that
// are still free are the minimum of d H dᵀ given those that are fixed, from the normal equations of the free part.
//
//===----------------------------------------------------------------------===//
#include "passes/compression/SecondOrder.h"
#include "passes/compression/Factorization.h"

#include <cmath>
#include <random>

#include "tests/unit/passes/RandomMatrices.h"
#include "gtest/gtest.h"

namespace qcompile::compression {
namespace {

/// One row by definition: for every column in order, the best of all free columns, of which the first is fixed.
Eigen::RowVectorXd roundByDefinition(const Eigen::RowVectorXd &w, const Matrix &h,
                                     llvm::function_ref<double(int64_t, double)> choose,
                                     const std::vector<int64_t> &order) {
  const int64_t k = w.size();
  Eigen::RowVectorXd d = Eigen::RowVectorXd::Zero(k), q(k);
  for (int64_t step = 0; step < k; ++step) {
    // Minimise d H dᵀ over the free d_f with the fixed d_c given: d_f H_ff = -d_c H_cf.
    std::vector<int64_t> fixed(order.begin(), order.begin() + step);
    std::vector<int64_t> free(order.begin() + step, order.end());
    Eigen::VectorXd right = -(d(fixed) * h(fixed, free)).transpose();
    Eigen::VectorXd best = Eigen::MatrixXd(h(free, free)).fullPivLu().solve(right);
    const int64_t column = order[step];
    q[column] = choose(column, w[column] - best[0]);
    d[column] = w[column] - q[column];
  }
  return q;
}

TEST(SecondOrderTest, InverseFactorInverts) {
  std::mt19937 random(1);
  for (int64_t k : {1, 2, 7, 33, 100}) {
    Matrix h = drawMoments(random, k);
    Matrix u = getInverseFactor(h);
    EXPECT_LT((u.transpose() * u * h - Matrix::Identity(k, k)).norm(), 1e-6) << k;
    Matrix below = u.triangularView<Eigen::StrictlyLower>();
    EXPECT_EQ(below.norm(), 0);
    Matrix r = getReversedFactor(h);
    EXPECT_LT((r * r.transpose() - h).norm(), 1e-9 * h.norm());
  }
}

TEST(SecondOrderTest, MatchesConstrainedLeastSquares) {
  std::mt19937 random(2);
  for (int64_t k : {1, 2, 3, 8, 21}) {
    const int64_t rows = 4;
    Matrix h = drawMoments(random, k), w = 3 * drawMatrix(random, rows, k);
    std::vector<int64_t> backwards(k);
    for (int64_t i = 0; i < k; ++i)
      backwards[i] = (i * 5 + 3) % k;
    std::vector<int64_t> ascending(k);
    for (int64_t i = 0; i < k; ++i)
      ascending[i] = i;
    const bool permutes = k % 5 != 0 || k == 1;
    for (const std::vector<int64_t> &order : {ascending, permutes ? backwards : ascending}) {
      // A coarse grid whose steps differ between columns, and some weights at zero.
      auto choose = [](int64_t column, double value) {
        double step = 0.25 * double(1 + column % 3);
        return column % 4 == 2 ? 0 : step * std::nearbyint(value / step);
      };
      const double damping = 0.01;
      Matrix q = roundWithCorrection(w, h, damping, [&](int64_t, int64_t c, double v) { return choose(c, v); }, order);
      Matrix damped = h;
      dampen(damped, damping);
      for (int64_t row = 0; row < rows; ++row)
        EXPECT_LT((q.row(row) - roundByDefinition(w.row(row), damped, choose, order)).norm(), 1e-12)
            << "K = " << k << ", row " << row;
    }
  }
}

TEST(SecondOrderTest, BlocksDoNotMatter) {
  // 300 columns are three blocks. A weight that is fixed to its value leaves no error, so that the first half
  // alone decides; then what the free half becomes is one least-squares problem.
  std::mt19937 random(3);
  const int64_t k = 300, half = 150;
  Matrix x = drawMatrix(random, 900, k);
  Matrix h = x.transpose() * x / 900;
  Matrix w = drawMatrix(random, 2, k);
  Matrix q = roundWithCorrection(
      w, h, 0, [&](int64_t, int64_t column, double value) { return column < half ? std::nearbyint(value) : value; });
  Matrix damped = h;
  dampen(damped, 0);
  Matrix d = w - q;
  Eigen::MatrixXd free = damped.bottomRightCorner(half, half);
  Eigen::MatrixXd right = -(d.leftCols(half) * damped.topRightCorner(half, half)).transpose();
  Eigen::MatrixXd best = free.llt().solve(right);
  EXPECT_LT((d.rightCols(half) - best.transpose()).norm(), 1e-9);
}

/// More rows than one thread takes at a time; the errors are those of the moments as given, by their definition.
TEST(SecondOrderTest, ErrorsAreThoseOfTheMoments) {
  std::mt19937 random(6);
  const int64_t rows = 130, k = 200;
  const Matrix x = drawMatrix(random, 500, k), h = x.transpose() * x / 500, w = 4 * drawMatrix(random, rows, k);
  Vector errors;
  const CorrectedRounding rounding(h, 0.01, getOrderByMoment(h));
  const Matrix q = rounding.round(w, [](int64_t, int64_t, double v) { return std::nearbyint(v); }, &errors);
  ASSERT_EQ(errors.size(), rows);
  for (int64_t row = 0; row < rows; ++row) {
    const Matrix d = w.row(row) - q.row(row);
    EXPECT_NEAR(errors(row), (d * h * d.transpose())(0, 0), 1e-9);
    EXPECT_LT(
        (q.row(row) - rounding.round(w.row(row), [](int64_t, int64_t, double v) { return std::nearbyint(v); })).norm(),
        1e-12);
  }
}

TEST(SecondOrderTest, UncorrelatedInputsRoundAlone) {
  std::mt19937 random(4);
  Matrix w = 5 * drawMatrix(random, 3, 9);
  Matrix h = Vector::LinSpaced(9, 0.5, 4).asDiagonal();
  Matrix q = roundWithCorrection(w, h, 0.01, [](int64_t, int64_t, double v) { return std::nearbyint(v); });
  EXPECT_EQ(q, w.unaryExpr([](double v) { return std::nearbyint(v); }).eval());
}

TEST(SecondOrderTest, EqualInputsKeepTheSum) {
  // Both columns see the same input: what the first loses, the second gains. 0.4 + 0.4 rounds to 0 and (about) 0.8
  // -> 1.
  Matrix w(1, 2), h = Matrix::Ones(2, 2);
  w << 0.4, 0.4;
  Matrix q = roundWithCorrection(w, h, 0.01, [](int64_t, int64_t, double v) { return std::nearbyint(v); });
  EXPECT_EQ(q(0, 0), 0);
  EXPECT_EQ(q(0, 1), 1);
}

TEST(SecondOrderTest, SingularAndEmptyMoments) {
  auto round = [](int64_t, int64_t, double v) { return std::nearbyint(v); };
  Matrix w(1, 3);
  w << 0.6, -1.2, 2.4;
  Matrix plain(1, 3);
  plain << 1, -1, 2;
  EXPECT_EQ(roundWithCorrection(w, Matrix::Zero(3, 3), 0.01, round), plain);
  EXPECT_TRUE(roundWithCorrection(w, Matrix::Ones(3, 3), 0, round).allFinite());
  // An input that never occurs (all its moments are zero) takes no part, and its weight is rounded as it is.
  Matrix dead = Matrix::Ones(3, 3);
  dead.row(1).setZero();
  dead.col(1).setZero();
  EXPECT_EQ(roundWithCorrection(w, dead, 0.01, round)(0, 1), -1);
  Matrix broken = Matrix::Constant(3, 3, std::nan(""));
  EXPECT_EQ(roundWithCorrection(w, broken, 0.01, round), plain);
  EXPECT_EQ(roundWithCorrection(Matrix(2, 0), Matrix(0, 0), 0.01, round).size(), 0);
}

double getError(const Matrix &w, const Matrix &q, const Matrix &h) { return ((w - q) * h).cwiseProduct(w - q).sum(); }

TEST(SecondOrderTest, DescentEndsWhereNoWeightAloneHelps) {
  std::mt19937 random(5);
  for (int64_t k : {2, 5, 40}) {
    Matrix h = drawMoments(random, k), w = 4 * drawMatrix(random, 3, k);
    auto round = [](int64_t, int64_t, double v) { return std::nearbyint(v); };
    Matrix nearest = w.unaryExpr([](double v) { return std::nearbyint(v); });
    Matrix damped = h;
    dampen(damped, 0);
    const Descent descent = lowerByDescent(w, damped, nearest, round, 1000);
    const Matrix &q = descent.values;
    EXPECT_NEAR((w - q).cwiseProduct(descent.slope).sum(), getError(w, q, damped), 1e-9 * getError(w, nearest, damped));
    EXPECT_LE(getError(w, q, damped), getError(w, nearest, damped));
    EXPECT_EQ(q, q.unaryExpr([](double v) { return std::nearbyint(v); }).eval());
    // By definition: no step of one weight to any other integer lowers the error.
    for (int64_t row = 0; row < 3; ++row)
      for (int64_t j = 0; j < k; ++j)
        for (int step : {-2, -1, 1, 2}) {
          Matrix other = q;
          other(row, j) += step;
          EXPECT_GE(getError(w, other, damped), getError(w, q, damped) * (1 - 1e-9));
        }
  }
}

TEST(SecondOrderTest, OrderByMoment) {
  Matrix h = Matrix::Zero(4, 4);
  h.diagonal() << 1, 3, 3, 2;
  EXPECT_EQ(getOrderByMoment(h), (std::vector<int64_t>{1, 2, 3, 0}));
}

/// Larger than the blocks of the factorization, and no multiple of them.
TEST(FactorizationTest, FactorsAndSolves) {
  const Eigen::Index n = 301;
  Eigen::MatrixXd x(n + 20, n);
  uint64_t state = 1;
  for (Eigen::Index i = 0; i < x.size(); ++i)
    x.data()[i] = double((state = state * 6364136223846793005u + 1442695040888963407u) >> 40) / 0x1p24 - 0.5;
  const Eigen::MatrixXd a = x.transpose() * x + Eigen::MatrixXd::Identity(n, n);
  Eigen::MatrixXd factor = a;
  ASSERT_TRUE(factorize(factor));
  const Eigen::MatrixXd lower = factor.triangularView<Eigen::Lower>();
  EXPECT_LT((lower * lower.transpose() - a).norm() / a.norm(), 1e-13);
  const Eigen::MatrixXd right = x.topRows(5).transpose();
  EXPECT_LT((a * solveFactored(factor, right) - right).norm() / right.norm(), 1e-10);
  Eigen::MatrixXd indefinite = -a;
  EXPECT_FALSE(factorize(indefinite));
}

} // namespace
} // namespace qcompile::compression
