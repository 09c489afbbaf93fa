// Block-circulant matrices: projection and second-order fit against brute force and hand-derived values.
#include "passes/make-circulant/Circulant.h"

#include <numeric>
#include <random>

#include "gtest/gtest.h"

namespace qcompile::circulant {
namespace {

std::vector<int64_t> inOrder(int64_t count) {
  std::vector<int64_t> out(count);
  std::iota(out.begin(), out.end(), 0);
  return out;
}

Matrix makeRandom(int64_t rows, int64_t columns, std::mt19937 &random) {
  Matrix out(rows, columns);
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t c = 0; c < columns; ++c)
      out(r, c) = double(random() % 2001) / 1000 - 1;
  return out;
}

/// xᵀx of a random x: moments of correlated inputs.
Matrix makeMoments(int64_t inputs, std::mt19937 &random) {
  const Matrix x = makeRandom(3 * inputs, inputs, random);
  const Matrix mixed = x * makeRandom(inputs, inputs, random);
  return mixed.transpose() * mixed / double(x.rows());
}

double getError(const Matrix &w, const Matrix &v, const std::vector<const Matrix *> &moments) {
  double out = 0;
  for (int64_t r = 0; r < w.rows(); ++r)
    out += (w.row(r) - v.row(r)).dot((w.row(r) - v.row(r)) * *moments[r]);
  return out;
}

TEST(Circulant, PlacesOfABlock) {
  // Element (r - c) mod 3, blocks side by side.
  Layout layout(3, 3, inOrder(6));
  const int64_t expected[3][6] = {{0, 2, 1, 3, 5, 4}, {1, 0, 2, 4, 3, 5}, {2, 1, 0, 5, 4, 3}};
  for (int64_t r = 0; r < 3; ++r)
    for (int64_t c = 0; c < 6; ++c)
      EXPECT_EQ(layout.elementOf(r, c), expected[r][c]) << r << ", " << c;
  EXPECT_EQ(layout.stored(), 6);
}

TEST(Circulant, CutBlocksCountWhole) {
  // 5 x 7 in blocks of 3: 2 x 3 vectors of 3.
  EXPECT_EQ(Layout(3, 5, inOrder(7)).stored(), 18);
}

TEST(Circulant, ProjectionIsTheMeanOfEveryDiagonal) {
  Matrix w(2, 2);
  w << 1, 2, 4, 5;
  const Layout layout(2, 2, inOrder(2));
  const Matrix generators = project(w, layout);
  EXPECT_EQ(generators(0, 0), 3); // 1 and 5
  EXPECT_EQ(generators(0, 1), 3); // 2 and 4
  w << 1, 2, 6, 5;
  EXPECT_EQ(project(w, layout)(0, 1), 4);
}

TEST(Circulant, ColumnsInAnotherOrder) {
  // Two channels, two taps: columns c0t0 c0t1 c1t0 c1t1; the blocks are the channels of a tap.
  const Layout layout(2, 2, {0, 2, 1, 3});
  Matrix w(2, 4);
  w << 1, 3, 2, 4, //
      2, 4, 1, 3;
  EXPECT_TRUE(isCirculant(w, layout));
  EXPECT_FALSE(isCirculant(w, Layout(2, 2, inOrder(4))));
  EXPECT_EQ(expand(project(w, layout), layout), w);
  w(1, 3) = 5;
  EXPECT_FALSE(isCirculant(w, layout));
}

/// No change of a generator's element, up or down, lowers the error: it is convex, so that this is its minimum.
void expectOptimum(const Matrix &w, const Matrix &generators, const Layout &layout,
                   const std::vector<const Matrix *> &moments, const Vector &scales) {
  const double least = getError(w, expand(generators, layout, scales), moments);
  for (int64_t i = 0; i < generators.rows(); ++i)
    for (int64_t e = 0; e < generators.cols(); ++e)
      for (double step : {-1e-3, 1e-3}) {
        Matrix moved = generators;
        moved(i, e) += step;
        EXPECT_GE(getError(w, expand(moved, layout, scales), moments), least - 1e-12);
      }
}

TEST(Circulant, ProjectionAndFitAreOptimaOfEveryShape) {
  std::mt19937 random(1);
  for (auto [outputs, inputs, block] : {std::tuple{4, 8, 2}, {5, 7, 3}, {3, 4, 4}, {2, 3, 5}, {6, 6, 1}, {7, 9, 8}}) {
    const Layout layout(block, outputs, inOrder(inputs));
    const Matrix w = makeRandom(outputs, inputs, random), h = makeMoments(inputs, random),
                 other = makeMoments(inputs, random), unit = Matrix::Identity(inputs, inputs);
    const std::vector<const Matrix *> same(outputs, &unit);
    expectOptimum(w, project(w, layout), layout, same, {});
    EXPECT_TRUE(fit(w, same, layout).isApprox(project(w, layout), 1e-9));
    // Rows of two groups, and rows of different scales.
    std::vector<const Matrix *> moments(outputs, &h);
    for (int64_t o = outputs / 2; o < outputs; ++o)
      moments[o] = &other;
    Vector scales(outputs);
    for (int64_t o = 0; o < outputs; ++o)
      scales(o) = 1 + double(o) / 8;
    expectOptimum(w, fit(w, moments, layout), layout, moments, {});
    expectOptimum(w, fit(w, moments, layout, scales), layout, moments, scales);
    EXPECT_TRUE(isCirculant(expand(fit(w, moments, layout), layout), layout));
  }
}

TEST(Circulant, FitRecoversACirculantMatrix) {
  std::mt19937 random(2);
  const Layout layout(4, 8, inOrder(12));
  const Matrix w = expand(makeRandom(layout.blockRows(), layout.elements(), random), layout),
               h = makeMoments(12, random);
  const std::vector<const Matrix *> moments(8, &h);
  EXPECT_TRUE(expand(fit(w, moments, layout), layout).isApprox(w, 1e-6));
}

TEST(Circulant, RoundingTakesTheErrorsOfOthersOver) {
  std::mt19937 random(3);
  const Layout layout(2, 2, inOrder(8));
  double corrected = 0, rounded = 0;
  for (int trial = 0; trial < 20; ++trial) {
    const Matrix w = makeRandom(2, 8, random) * 3, h = makeMoments(8, random);
    const std::vector<const Matrix *> moments(2, &h);
    auto nearest = [](int64_t, double value) { return std::nearbyint(value); };
    const Choose choose = nearest;
    const Matrix generators = fit(w, moments, layout, {}, &choose);
    EXPECT_EQ(generators, generators.unaryExpr([](double x) { return std::nearbyint(x); }));
    corrected += getError(w, expand(generators, layout), moments);
    rounded += getError(
        w, expand(fit(w, moments, layout).unaryExpr([](double x) { return std::nearbyint(x); }), layout), moments);
  }
  EXPECT_LT(corrected, rounded);
}

} // namespace
} // namespace qcompile::circulant
