//===- AffineSearchTest.cpp - Thresholds as affine functions --------------===//
#include "passes/select-requantization/AffineSearch.h"

#include <cmath>
#include <random>

#include "gtest/gtest.h"

using namespace qcompile;
using runtime::RoundingMode;

namespace {

constexpr RoundingMode kModes[] = {RoundingMode::kHalfEven, RoundingMode::kCeil, RoundingMode::kFloor,
                                   RoundingMode::kUp,       RoundingMode::kDown, RoundingMode::kHalfUp,
                                   RoundingMode::kHalfDown};

/// clamp(round(x * numerator / 2^shift + zero)) by the runtime's rounding of doubles: all numbers here are exact in
/// them.
int64_t quantize(int64_t x, int64_t numerator, int64_t shift, double zero, RoundingMode mode, int64_t low,
                 int64_t high) {
  return runtime::RoundAndClamp(std::ldexp(double(x * numerator), -int(shift)) + zero, mode, low, high);
}

/// The thresholds of a monotone function by trying all values.
template <typename Function>
StepFunction makeSteps(Function f, qnn::Bounds range, int64_t low, int64_t levels, int64_t direction) {
  StepFunction steps{{}, direction, low, range};
  for (int64_t t = 1; t <= levels; ++t) {
    // Out of range where no value reaches the level.
    int64_t x = direction > 0 ? range.low : range.high;
    while (x >= range.low && x <= range.high && f(x) < low + t)
      x += direction;
    steps.thresholds.push_back(x);
  }
  return steps;
}

/// Tries every value of the range, with the runtime's rounding.
void expectEqual(const AffineForm &form, size_t channel, const StepFunction &steps) {
  const AffineFunction &f = form.channels[channel];
  for (int64_t x = steps.range.low; x <= steps.range.high; ++x) {
    int64_t expected = steps.evaluate(x);
    int64_t found = quantize(1, f.multiplier * x + f.offset, form.shift, 0, form.mode, form.low, form.high);
    ASSERT_EQ(found, expected) << "x " << x << " m " << f.multiplier << " b " << f.offset << " s " << form.shift;
    ASSERT_EQ(form.evaluate(f, x), expected);
  }
}

} // namespace

// Half-even ties of a power-of-two scale: x / 8 rounds 4 to 0, 12 to 2, 20 to 2, 28 to 4. The distances of the
// thresholds (5, 12, 21, 28) alternate between 7 and 9, which no multiply, add and shift with a plain floor has; the
// half-even shift is it.
TEST(AffineSearch, HalfEvenTies) {
  qnn::Bounds range = {-200, 200};
  auto f = [](int64_t x) { return quantize(x, 1, 3, 0, RoundingMode::kHalfEven, 0, 15); };
  StepFunction steps = makeSteps(f, range, 0, 15, 1);
  EXPECT_EQ(std::vector<int64_t>(steps.thresholds.begin(), steps.thresholds.begin() + 4),
            (std::vector<int64_t>{5, 12, 21, 28}));
  std::optional<AffineForm> form = findAffineForm({steps}, 0, 15, 47);
  ASSERT_TRUE(form);
  EXPECT_EQ(form->mode, RoundingMode::kHalfEven);
  EXPECT_EQ(form->shift, 3);
  EXPECT_EQ(form->channels[0].multiplier, 1);
  expectEqual(*form, 0, steps);
}

// Equal distances need no multiplier beyond 1: y = floor((x + 4) / 8).
TEST(AffineSearch, EqualDistances) {
  StepFunction steps{{}, 1, 0, {-200, 200}};
  for (int64_t t = 0; t < 15; ++t)
    steps.thresholds.push_back(4 + 8 * t);
  std::optional<AffineForm> form = findAffineForm({steps}, 0, 15, 47);
  ASSERT_TRUE(form);
  EXPECT_EQ(form->mode, RoundingMode::kFloor);
  EXPECT_LE(form->shift, 3);
  expectEqual(*form, 0, steps);
}

// Thresholds of a curve have no form.
TEST(AffineSearch, Curve) {
  StepFunction steps{{}, 1, 0, {0, 1000}};
  for (int64_t t = 1; t <= 15; ++t)
    steps.thresholds.push_back(t * t);
  EXPECT_FALSE(findAffineForm({steps}, 0, 15, 47));
  // Those within the range decide: up to 4 there is one threshold of level 1 and one of level 2.
  steps.range = {0, 4};
  std::optional<AffineForm> form = findAffineForm({steps}, 0, 15, 47);
  ASSERT_TRUE(form);
  expectEqual(*form, 0, steps);
}

TEST(AffineSearch, ConstantChannels) {
  StepFunction never{{50, 60, 70}, 1, 0, {-10, 10}}, always{{-30, -20, -10}, 1, 0, {-10, 10}};
  std::optional<AffineForm> form = findAffineForm({never, always}, 0, 3, 47);
  ASSERT_TRUE(form);
  EXPECT_EQ(form->shift, 0);
  for (size_t c : {0, 1})
    EXPECT_EQ(form->channels[c].multiplier, 0);
  expectEqual(*form, 0, never);
  expectEqual(*form, 1, always);
}

// What the bits do not hold is not found.
TEST(AffineSearch, ProductBits) {
  StepFunction steps{{}, 1, 0, {-100000, 100000}};
  for (int64_t t = 0; t < 15; ++t)
    steps.thresholds.push_back(1003 + t * 10007 / 3);
  std::optional<AffineForm> wide = findAffineForm({steps}, 0, 15, 47);
  ASSERT_TRUE(wide);
  expectEqual(*wide, 0, steps);
  EXPECT_FALSE(findAffineForm({steps}, 0, 15, 8));
}

// Extreme positions overflow nothing.
TEST(AffineSearch, Extremes) {
  constexpr int64_t limit = std::numeric_limits<int64_t>::max();
  StepFunction steps{{-limit, 0, limit}, 1, 0, {-limit - 1, limit}};
  EXPECT_FALSE(findAffineForm({steps}, 0, 3, 62));
  constexpr int64_t far = int64_t(1) << 48;
  steps = {{-far / 2, 0, far / 2}, -1, -2, {-far, far}};
  std::reverse(steps.thresholds.begin(), steps.thresholds.end());
  std::optional<AffineForm> form = findAffineForm({steps}, -2, 1, 62);
  ASSERT_TRUE(form);
  EXPECT_TRUE(isEqualOverRange(*form, form->channels[0], steps));
}

// Every quantizer of an integer by an exact scale has a form: its own, if no other. All values are tried.
TEST(AffineSearch, RandomQuantizers) {
  std::mt19937 random(7);
  auto between = [&](int64_t low, int64_t high) { return low + int64_t(random() % uint64_t(high - low + 1)); };
  for (int round = 0; round < 400; ++round) {
    SCOPED_TRACE(round);
    RoundingMode mode = kModes[between(0, 6)];
    int64_t levels = between(1, 31), low = between(-20, 3), shift = between(0, 7);
    qnn::Bounds range = {between(-400, 0), between(0, 400)};
    std::vector<StepFunction> functions;
    for (int64_t c = 0, channels = between(1, 4); c < channels; ++c) {
      int64_t numerator = between(-12, 12);
      auto f = [&, zero = double(between(-3, 3))](int64_t x) {
        return quantize(x, numerator, shift, zero, mode, low, low + levels);
      };
      functions.push_back(makeSteps(f, range, low, levels, numerator < 0 ? -1 : 1));
    }
    std::optional<AffineForm> form = findAffineForm(functions, low, low + levels, 47);
    ASSERT_TRUE(form);
    // A floor is taken before the quantizer's own rounding, also at a larger shift.
    if (form->mode == mode)
      EXPECT_LE(form->shift, shift);
    for (size_t c = 0; c < functions.size(); ++c) {
      EXPECT_TRUE(isEqualOverRange(*form, form->channels[c], functions[c]));
      expectEqual(*form, c, functions[c]);
    }
  }
}

// The proof is exact: it holds where and only where all values agree.
TEST(AffineSearch, ProofAgreesWithTrying) {
  std::mt19937 random(8);
  auto between = [&](int64_t low, int64_t high) { return low + int64_t(random() % uint64_t(high - low + 1)); };
  int64_t equal = 0;
  for (int round = 0; round < 3000; ++round) {
    StepFunction steps{{}, between(0, 1) ? 1 : -1, 0, {between(-20, 0), between(0, 20)}};
    int64_t first = between(-8, 8), distance = between(0, 5);
    for (int64_t t = 0; t < 3; ++t)
      steps.thresholds.push_back((first + t * distance) * steps.direction);
    AffineForm form{kModes[between(0, 6)], between(0, 3), 0, 3, {}};
    AffineFunction f{between(-4, 4), between(-30, 30)};
    bool agrees = true;
    for (int64_t x = steps.range.low; x <= steps.range.high; ++x)
      agrees &= form.evaluate(f, x) == steps.evaluate(x);
    bool monotone = f.multiplier * steps.direction >= 0;
    if (monotone)
      EXPECT_EQ(isEqualOverRange(form, f, steps), agrees);
    else
      EXPECT_FALSE(isEqualOverRange(form, f, steps));
    equal += agrees;
  }
  EXPECT_GT(equal, 0);
}
