//===- AffineSearch.cpp - Thresholds as an affine function ----------------===//
#include "passes/select-requantization/AffineSearch.h"

#include <algorithm>

#include "llvm/ADT/STLExtras.h"

using qcompile::runtime::RoundingMode;

namespace qcompile {

using Wide = __int128;

static Wide floorDivide(Wide numerator, Wide denominator) {
  Wide quotient = numerator / denominator;
  return quotient - (numerator % denominator != 0 && (numerator < 0) != (denominator < 0));
}

static Wide ceilDivide(Wide numerator, Wide denominator) { return -floorDivide(-numerator, denominator); }

//===----------------------------------------------------------------------===//
// Evaluation
//===----------------------------------------------------------------------===//

int64_t StepFunction::evaluate(int64_t x) const {
  return low + llvm::count_if(thresholds, [&](int64_t t) { return direction > 0 ? x >= t : x <= t; });
}

/// The smallest n with round(n / 2^shift) >= value.
static Wide getSmallest(int64_t value, int64_t shift, RoundingMode mode) {
  // The border lies at twice / 2; `strict`: what lies on it rounds down.
  Wide twice = 2 * Wide(value);
  bool strict = false;
  switch (mode) {
  case RoundingMode::kFloor:
    break;
  case RoundingMode::kCeil:
    twice -= 2, strict = true;
    break;
  case RoundingMode::kUp:
    if (value > 0)
      twice -= 2, strict = true;
    break;
  case RoundingMode::kDown:
    if (value <= 0)
      twice -= 2, strict = true;
    break;
  case RoundingMode::kHalfEven:
    twice -= 1, strict = value % 2 != 0;
    break;
  case RoundingMode::kHalfUp:
    twice -= 1, strict = value <= 0;
    break;
  case RoundingMode::kHalfDown:
    twice -= 1, strict = value > 0;
    break;
  }
  Wide scaled = twice * (Wide(1) << shift);
  return strict ? floorDivide(scaled, 2) + 1 : ceilDivide(scaled, 2);
}

int64_t AffineForm::evaluate(const AffineFunction &channel, int64_t x) const {
  Wide sum = Wide(channel.multiplier) * x + channel.offset;
  // The largest code that the sum reaches.
  int64_t first = low, last = high;
  while (first < last) {
    int64_t middle = last - (last - first) / 2;
    if (sum >= getSmallest(middle, shift, mode))
      first = middle;
    else
      last = middle - 1;
  }
  return first;
}

bool isEqualOverRange(const AffineForm &form, const AffineFunction &channel, const StepFunction &function) {
  if (Wide(channel.multiplier) * function.direction < 0)
    return false;
  // Codes of 16 bits have 65535 thresholds: in order, those that x passes are found by halving.
  std::vector<int64_t> sorted = function.thresholds;
  llvm::sort(sorted);
  auto evaluate = [&](int64_t x) {
    return function.low + (function.direction > 0 ? std::upper_bound(sorted.begin(), sorted.end(), x) - sorted.begin()
                                                  : sorted.end() - std::lower_bound(sorted.begin(), sorted.end(), x));
  };
  auto agree = [&](Wide x) {
    return x < function.range.low || x > function.range.high ||
           form.evaluate(channel, int64_t(x)) == evaluate(int64_t(x));
  };
  return agree(function.range.low) && agree(function.range.high) &&
         llvm::all_of(function.thresholds, [&](int64_t t) { return agree(t) && agree(Wide(t) - function.direction); });
}

//===----------------------------------------------------------------------===//
// Search
//===----------------------------------------------------------------------===//

namespace {

/// At position x the sum of code `value`'s level is reached (at least) or not (less).
struct Constraint {
  int64_t x;
  int64_t value;
};

/// One channel with the direction taken out: positions are x * direction.
struct Problem {
  std::vector<Constraint> reached, notReached;
  qnn::Bounds range;
  int64_t direction;
};

} // namespace

static Problem makeProblem(const StepFunction &f) {
  Problem problem{{}, {}, f.range, f.direction};
  if (f.direction < 0)
    problem.range = {-f.range.high, -f.range.low};
  int64_t value = f.low;
  std::optional<int64_t> always;
  for (int64_t t : f.thresholds) {
    ++value;
    Wide position = Wide(t) * f.direction;
    if (position <= problem.range.low) {
      always = value;
    } else if (position <= problem.range.high) {
      problem.reached.push_back({int64_t(position), value});
      problem.notReached.push_back({int64_t(position) - 1, value});
    } else {
      problem.notReached.push_back({problem.range.high, value});
      break; // levels above are implied
    }
  }
  if (always)
    problem.reached.push_back({problem.range.low, *always});
  return problem;
}

/// The smallest multiplier with an offset, for one shift and mode. The offsets that a multiplier leaves, from the
/// largest lower bound to the smallest upper bound, widen concavely: where none is left, the two constraints at fault
/// say to which multiplier to go next, never beyond the smallest that works.
static std::optional<std::pair<Wide, Wide>> solve(const Problem &problem, int64_t shift, RoundingMode mode) {
  auto bounds = [&](const std::vector<Constraint> &constraints) {
    std::vector<Wide> out;
    for (const Constraint &c : constraints)
      out.push_back(getSmallest(c.value, shift, mode));
    return out;
  };
  std::vector<Wide> least = bounds(problem.reached), above = bounds(problem.notReached);
  Wide m = 0;
  while (true) {
    size_t lower = 0, upper = 0;
    for (size_t i = 1; i < least.size(); ++i)
      if (least[i] - m * problem.reached[i].x > least[lower] - m * problem.reached[lower].x)
        lower = i;
    for (size_t i = 1; i < above.size(); ++i)
      if (above[i] - m * problem.notReached[i].x < above[upper] - m * problem.notReached[upper].x)
        upper = i;
    if (least.empty() && above.empty())
      return std::pair{m, Wide(0)};
    if (least.empty())
      return std::pair{m, std::min<Wide>(above[upper] - 1 - m * problem.notReached[upper].x, 0)};
    Wide from = least[lower] - m * problem.reached[lower].x;
    if (above.empty())
      return std::pair{m, std::max<Wide>(from, 0)};
    Wide to = above[upper] - 1 - m * problem.notReached[upper].x;
    if (from <= to)
      return std::pair{m, from > 0 ? from : to < 0 ? to : Wide(0)};
    Wide run = Wide(problem.reached[lower].x) - problem.notReached[upper].x;
    if (run <= 0)
      return std::nullopt;
    m = ceilDivide(least[lower] - (above[upper] - 1), run);
  }
}

/// Whether products and sums stay within the bits.
static bool fits(const Problem &problem, Wide m, Wide b, int64_t bits) {
  Wide limit = Wide(1) << (bits - 1);
  auto within = [&](Wide value) { return value >= -limit && value < limit; };
  return within(m) && within(b) &&
         llvm::all_of(std::initializer_list<int64_t>{problem.range.low, problem.range.high},
                      [&](int64_t x) { return within(m * x) && within(m * x + b); });
}

static std::optional<AffineForm> findForMode(llvm::ArrayRef<Problem> problems, RoundingMode mode, int64_t productBits) {
  int64_t shift = 0, last = productBits - 1;
  // What a shift can do, a larger one can: only a channel that needs more than those before it is searched.
  for (const Problem &problem : problems) {
    if (solve(problem, shift, mode))
      continue;
    if (!solve(problem, last, mode))
      return std::nullopt;
    int64_t high = last;
    for (++shift; shift < high;) {
      int64_t middle = (shift + high) / 2;
      if (solve(problem, middle, mode))
        high = middle;
      else
        shift = middle + 1;
    }
  }
  AffineForm form;
  form.mode = mode;
  form.shift = shift;
  for (const Problem &problem : problems) {
    auto [m, b] = *solve(problem, shift, mode);
    if (!fits(problem, m, b, productBits))
      return std::nullopt;
    form.channels.push_back({int64_t(m) * problem.direction, int64_t(b)});
  }
  return form;
}

std::optional<AffineForm> findAffineForm(llvm::ArrayRef<StepFunction> functions, int64_t low, int64_t high,
                                         int64_t productBits) {
  // No accumulator is wider, and products of what follows stay within 128 bits.
  constexpr int64_t kFarthest = int64_t(1) << 48;
  std::vector<Problem> problems;
  for (const StepFunction &function : functions) {
    if (function.range.low < -kFarthest || function.range.high > kFarthest)
      return std::nullopt;
    problems.push_back(makeProblem(function));
  }
  productBits = std::clamp<int64_t>(productBits, 2, 62);
  for (RoundingMode mode : {RoundingMode::kFloor, RoundingMode::kHalfEven, RoundingMode::kHalfUp,
                            RoundingMode::kHalfDown, RoundingMode::kUp, RoundingMode::kDown}) {
    std::optional<AffineForm> form = findForMode(problems, mode, productBits);
    if (!form)
      continue;
    form->low = low;
    form->high = high;
    return form;
  }
  return std::nullopt;
}

} // namespace qcompile
