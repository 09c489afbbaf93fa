// Weights as power-of-two coefficients times a basis: derived values, and what refinement may never break.
#include "passes/decompose-weights/Refinement.h"

#include <cmath>
#include <random>

#include "gtest/gtest.h"

namespace qcompile::decomposition {
namespace {

Matrix makeRandom(int64_t rows, int64_t columns, std::mt19937 &random) {
  Matrix out(rows, columns);
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t c = 0; c < columns; ++c)
      out(r, c) = double(random() % 2001) / 1000 - 1;
  return out;
}

Matrix makeMoments(int64_t inputs, std::mt19937 &random) {
  const Matrix x = makeRandom(3 * inputs, inputs, random) * makeRandom(inputs, inputs, random);
  return x.transpose() * x / double(x.rows()) + 1e-3 * Matrix::Identity(inputs, inputs);
}

double getError(const Vector &target, const Vector &weights, const Matrix &h) {
  return (target - weights).dot(h * (target - weights));
}

/// Gives the basis the scale that its largest element allows, and its nearest integers.
void roundBasis(Factors &factors, const Settings &settings) {
  const double largest = factors.basis.cwiseAbs().maxCoeff();
  const double limit = std::ldexp(1.0, int(settings.basisBits) - 1) - 1;
  factors.scale = largest > 0 ? std::max(float(largest / limit), 0x1p-126f) : 1;
  factors.basis =
      factors.basis.unaryExpr([&](double x) { return std::clamp(std::nearbyint(x / factors.scale), -limit, limit); });
}

Settings makeSettings(int64_t vector, int64_t length) {
  Settings out;
  out.vector = vector;
  out.length = length;
  return out;
}

void expectStorable(const Factors &factors, const Settings &settings) {
  const double limit = std::ldexp(1.0, int(settings.basisBits) - 1) - 1;
  for (double c : factors.coefficients.reshaped()) {
    const double size = std::abs(c);
    EXPECT_TRUE(c == 0 || (size >= 1 && size <= std::ldexp(1.0, int(settings.levels) - 1) &&
                           std::ldexp(1.0, std::ilogb(size)) == size))
        << c;
  }
  for (double b : factors.basis.reshaped()) {
    EXPECT_EQ(b, std::nearbyint(b));
    EXPECT_LE(std::abs(b), limit);
  }
  EXPECT_EQ(factors.scale, double(float(factors.scale)));
  EXPECT_GT(factors.scale, 0);
}

TEST(Decomposition, NearestPowerOfTwo) {
  // Linear distance: the border between 1 and 2 is 1.5, and ties go to the smaller magnitude.
  EXPECT_EQ(roundToPowerOfTwo(1.5, 0, 3), 1);
  EXPECT_EQ(roundToPowerOfTwo(1.5000001, 0, 3), 2);
  EXPECT_EQ(roundToPowerOfTwo(-3, 0, 3), -2);
  EXPECT_EQ(roundToPowerOfTwo(-3.1, 0, 3), -4);
  EXPECT_EQ(roundToPowerOfTwo(100, 0, 3), 8); // the window's end
  EXPECT_EQ(roundToPowerOfTwo(0.5, 0, 3), 0); // half way to 1
  EXPECT_EQ(roundToPowerOfTwo(0.51, 0, 3), 1);
  EXPECT_EQ(roundToPowerOfTwo(0, -3, 3), 0);
  EXPECT_EQ(roundToPowerOfTwo(0.2, -3, 3), 0.25); // 0.125, 0.1875, 0.25
}

TEST(Decomposition, RowsOfAnIdentityBasis) {
  // Powers of two over three exponents: C is the weights themselves, B a multiple of the identity.
  Settings settings = makeSettings(2, 3);
  Vector weights(6);
  weights << 1, -2, 4, 0, -1, 4;
  Factors factors = decompose(weights, settings);
  roundBasis(factors, settings);
  expectStorable(factors, settings);
  EXPECT_TRUE((factors.expand(settings, 6) * factors.scale).isApprox(weights, 1e-6));
}

TEST(Decomposition, ReproducesWhatIsCoefficientsTimesBasis) {
  // A basis that is nearly a diagonal, so that the alternation, which starts at the identity, ends at it.
  std::mt19937 random(5);
  Settings settings = makeSettings(2, 100);
  settings.levels = 3;
  Matrix b(2, 2);
  b << 20, 2, -1, 20;
  Matrix c(30, 2);
  for (double &x : c.reshaped())
    x = std::ldexp(random() % 2 ? 1 : -1, int(random() % 3)) * (random() % 5 ? 1 : 0);
  const Matrix a = c * b / 64;
  Vector weights(60);
  for (int64_t k = 0; k < 60; ++k)
    weights(k) = a(k / 2, k % 2);
  Matrix target = weights.transpose();
  const Matrix unit = Matrix::Identity(60, 60);
  std::vector<Factors> factors = refine(settings, target, {&unit}, {decompose(weights, settings)});
  expectStorable(factors[0], settings);
  // Bases of 8 bits: what remains is their rounding, 1/2 of 127 per element of at most 4 times 2 of them.
  EXPECT_LT((factors[0].expand(settings, 60) * factors[0].scale - weights).norm(), 0.01 * weights.norm());
}

TEST(Decomposition, BlocksAndCutVectors) {
  // 7 weights in vectors of 3 are 3 vectors, of which the last has one weight; two vectors per block.
  std::mt19937 random(6);
  Settings settings = makeSettings(3, 2);
  EXPECT_EQ(settings.vectors(7), 3);
  EXPECT_EQ(settings.blocks(7), 2);
  const Matrix target = makeRandom(2, 7, random), h = makeMoments(7, random);
  std::vector<Factors> factors;
  for (int64_t o = 0; o < 2; ++o)
    factors.push_back(decompose(target.row(o), settings));
  factors = refine(settings, target, {&h, &h}, factors);
  for (const Factors &f : factors) {
    EXPECT_EQ(f.coefficients.rows(), 3);
    EXPECT_EQ(f.basis.rows(), 6);
    expectStorable(f, settings);
  }
}

TEST(Decomposition, ThresholdsRemoveCoefficientsAndVectors) {
  Settings settings = makeSettings(2, 2);
  Vector weights(4);
  weights << 1, 0.3, 0.05, 0.04;
  settings.vectorThreshold = 0.1; // 0.05 + 0.04 of the largest weight, 1
  Factors factors = decompose(weights, settings);
  EXPECT_TRUE(factors.coefficients.row(1).isZero(0));
  EXPECT_FALSE(factors.coefficients.row(0).isZero(0));
  const Matrix unit = Matrix::Identity(4, 4);
  const Factors refined = refine(settings, weights.transpose(), {&unit}, {factors})[0];
  EXPECT_TRUE(refined.coefficients.row(1).isZero(0)) << "what a threshold removed stays removed";
}

TEST(Decomposition, DensityIsReachedExactly) {
  std::mt19937 random(8);
  Settings settings = makeSettings(3, 10);
  settings.density = 0.4;
  const Matrix target = makeRandom(3, 30, random), h = makeMoments(30, random);
  Settings start = settings;
  start.density = 1;
  std::vector<Factors> factors;
  for (int64_t o = 0; o < 3; ++o)
    factors.push_back(decompose(target.row(o), start));
  int64_t nonzero = 0;
  for (const Factors &f : refine(settings, target, {&h, &h, &h}, factors)) {
    expectStorable(f, settings);
    nonzero += (f.coefficients.array() != 0).count();
  }
  EXPECT_LE(nonzero, 36); // 0.4 of 90
  EXPECT_GE(nonzero, 34);
}

TEST(Decomposition, EveryRefinementLowersTheError) {
  std::mt19937 random(9);
  for (int64_t inputs : {6, 20, 23}) {
    Settings settings = makeSettings(4, 3);
    const Vector target = makeRandom(1, inputs, random).row(0);
    const Matrix h = makeMoments(inputs, random);
    Refinement row(settings, target, h, decompose(target, settings));
    auto expectTracked = [&](double before) {
      const double now = getError(target, row.get().expand(settings, inputs) * row.get().scale, h);
      EXPECT_NEAR(row.getError(), now, 1e-9 * (1 + now)) << "the error it keeps is the one it has";
      EXPECT_LE(now, before * (1 + 1e-9));
      return now;
    };
    double error = expectTracked(INFINITY);
    row.fitBases();
    error = expectTracked(error);
    row.sweepCoefficients(0);
    error = expectTracked(error);
    row.roundBases();
    error = expectTracked(INFINITY);
    row.sweepBases();
    error = expectTracked(error);
    row.sweepCoefficients(0);
    error = expectTracked(error);
    row.fitScale();
    expectTracked(error * (1 + 1e-6));
    expectStorable(row.get(), settings);
  }
}

TEST(Decomposition, CostOfZeroIsTheGrowthOfTheError) {
  std::mt19937 random(10);
  Settings settings = makeSettings(2, 4);
  const Vector target = makeRandom(1, 8, random).row(0);
  const Matrix h = makeMoments(8, random);
  const Refinement row(settings, target, h, decompose(target, settings));
  const Matrix cost = row.getCostOfZero();
  for (int64_t v = 0; v < 4; ++v)
    for (int64_t i = 0; i < 2; ++i) {
      Refinement without = row;
      without.setZero(v, i);
      EXPECT_NEAR(without.getError() - row.getError(), cost(v, i), 1e-9);
    }
}

TEST(Decomposition, NothingFromNothing) {
  Settings settings = makeSettings(3, 4);
  Factors factors = decompose(Vector::Zero(9), settings);
  roundBasis(factors, settings);
  expectStorable(factors, settings);
  EXPECT_TRUE(factors.expand(settings, 9).isZero(0));
}

} // namespace
} // namespace qcompile::decomposition
