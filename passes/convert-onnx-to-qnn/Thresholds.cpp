//===- Thresholds.cpp - From a monotone chain to thresholds ---------------===//
//
// Where a channel's code is a monotone function of its position, the first position of each level is found by
// bisection, all channels and levels in lockstep, so that the chain is evaluated on tensors and not on single values.
// Most levels begin where a line between their neighbours says, which saves most of the search and decides nothing.
//
//===----------------------------------------------------------------------===//
#include "passes/convert-onnx-to-qnn/Thresholds.h"

using namespace mlir;
using qcompile::runtime::DataType;
using qcompile::runtime::Shape;
using qcompile::runtime::Tensor;

namespace qcompile {

namespace {

llvm::Error findDirections(CodeFunction &function, std::vector<Interval> &channels) {
  llvm::Expected<std::vector<int64_t>> codes = evaluateEnds(function, channels);
  if (!codes)
    return codes.takeError();
  for (size_t c = 0; c < channels.size(); ++c)
    if ((*codes)[c] > (*codes)[channels.size() + c])
      channels[c].direction = -1;
  return llvm::Error::success();
}

} // namespace

/// Whether monotone steps make a monotone whole. They do unless a step gives NaN (the root of a negative number,
/// infinity times zero), and then it does at an end of the interval already.
llvm::Expected<bool> isMonotoneWhole(CodeFunction &function, std::vector<Interval> channels) {
  if (!function.chain.monotone)
    return false;
  if (llvm::Error error = findDirections(function, channels))
    return std::move(error);
  return !function.sawNan;
}

namespace {

/// Where every level of every channel begins, between a place where it is not reached and one where it is. Places are
/// in units along the channel's direction.
class Brackets {
public:
  Brackets(CodeFunction &function, ArrayRef<Interval> channels, const CodeRange &range)
      : function(function), channels(channels), range(range), count(channels.size()), before(range.levels * count),
        after(range.levels * count) {
    for (int64_t i = 0; i < range.levels * count; ++i) {
      before[i] = channels[i % count].low - 1;
      after[i] = channels[i % count].high + 1;
    }
  }

  /// Closes the brackets of some levels. A chain is as quick for a few elements as for one: while brackets are few,
  /// each is cut into several parts at once.
  llvm::Error bisect(ArrayRef<int64_t> levels) {
    constexpr int64_t kElements = 64, kMostCuts = 15;
    int64_t cuts =
        function.takesRows() ? std::clamp<int64_t>(kElements / (int64_t(levels.size()) * count), 1, kMostCuts) : 1;
    auto isOpen = [&](int64_t i) { return after[i] - before[i] > 1; };
    while (llvm::any_of(
        levels, [&](int64_t level) { return llvm::any_of(llvm::seq(level * count, (level + 1) * count), isOpen); }))
      if (llvm::Error error = probe(levels, [&](int64_t i, SmallVectorImpl<int64_t> &units) {
            int64_t width = after[i] - before[i], parts = cuts + 1;
            for (int64_t cut = 1; cut <= cuts; ++cut)
              units.push_back(before[i] + width / parts * cut + width % parts * cut / parts);
          }))
        return error;
    return llvm::Error::success();
  }

  /// Levels between two that are closed: most chains are affine up to their roundings, so that they begin near the line
  /// between these.
  llvm::Error interpolate(ArrayRef<int64_t> levels, int64_t lower, int64_t upper) {
    for (int64_t level : levels)
      for (int64_t i = level * count; i < (level + 1) * count; ++i) {
        before[i] = std::max(before[i], before[lower * count + i % count]);
        after[i] = std::min(after[i], after[upper * count + i % count]);
      }
    return probe(levels, [&](int64_t i, SmallVectorImpl<int64_t> &units) {
      int64_t level = i / count, c = i % count;
      double share = double(level - lower) / double(upper - lower);
      int64_t guess =
          at(c, function.interpolate(at(c, after[lower * count + c]), at(c, after[upper * count + c]), share));
      for (int64_t offset : {-64, -1, 1, 64})
        units.push_back(guess + offset);
    });
  }

  /// As a position of the channel.
  int64_t getPosition(int64_t level, int64_t channel) const { return at(channel, after[level * count + channel]); }

private:
  int64_t at(int64_t c, int64_t unit) const {
    return channels[c].direction > 0 ? unit : channels[c].low + channels[c].high - unit;
  }

  /// Narrows brackets by what is at the places that `choose` gives for them, in ascending order; places outside of a
  /// bracket say nothing.
  llvm::Error probe(ArrayRef<int64_t> levels, llvm::function_ref<void(int64_t, SmallVectorImpl<int64_t> &)> choose) {
    // A row asks for one place of every channel: those with less to ask for are asked for anything.
    SmallVector<std::vector<std::pair<int64_t, int64_t>>> places(count); // bracket and unit, by channel
    size_t rows = 0;
    for (int64_t level : levels)
      for (int64_t c = 0; c < count; ++c) {
        int64_t i = level * count + c, last = before[i];
        SmallVector<int64_t> units;
        choose(i, units);
        for (int64_t unit : units)
          if (unit > last && unit < after[i]) {
            places[c].emplace_back(i, unit);
            last = unit;
          }
        rows = std::max(rows, places[c].size());
      }
    if (rows == 0)
      return llvm::Error::success();
    std::vector<int64_t> positions(rows * count);
    for (size_t n = 0; n < positions.size(); ++n) {
      size_t row = n / count, c = n % count;
      positions[n] = at(c, row < places[c].size() ? places[c][row].second : channels[c].low);
    }
    llvm::Expected<std::vector<int64_t>> codes = function(positions);
    if (!codes)
      return codes.takeError();
    for (int64_t c = 0; c < count; ++c)
      for (auto [row, place] : llvm::enumerate(places[c])) {
        auto [i, unit] = place;
        bool reached = (*codes)[row * count + c] >= range.low + range.step * (i / count + 1);
        if (reached)
          after[i] = std::min(after[i], unit);
        else
          before[i] = std::max(before[i], unit);
      }
    return llvm::Error::success();
  }

  CodeFunction &function;
  ArrayRef<Interval> channels;
  const CodeRange &range;
  int64_t count;
  std::vector<int64_t> before, after; ///< [levels, channels]
};

} // namespace

llvm::Expected<Positions> bisect(CodeFunction &function, std::vector<Interval> channels, const CodeRange &range) {
  if (llvm::Error error = findDirections(function, channels))
    return std::move(error);
  Brackets brackets(function, channels, range);
  // Few levels by bisection alone, the others between them.
  constexpr int64_t kStride = 16;
  SmallVector<int64_t> first, others;
  for (int64_t level = 0; level < range.levels; ++level)
    (level % kStride == 0 || level + 1 == range.levels ? first : others).push_back(level);
  if (llvm::Error error = brackets.bisect(first))
    return std::move(error);
  for (auto [lower, upper] : llvm::zip(first, llvm::drop_begin(first))) {
    auto between = llvm::to_vector(llvm::seq(lower + 1, upper));
    if (between.empty())
      continue;
    if (llvm::Error error = brackets.interpolate(between, lower, upper))
      return std::move(error);
  }
  if (!others.empty())
    if (llvm::Error error = brackets.bisect(others))
      return std::move(error);
  Positions out;
  for (auto [c, channel] : llvm::enumerate(channels)) {
    out.directions.push_back(channel.direction);
    for (int64_t level = 0; level < range.levels; ++level)
      out.values.push_back(brackets.getPosition(level, c));
  }
  return out;
}

namespace {

/// The code that the thresholds give at a position of a channel.
int64_t codeAt(const Positions &positions, int64_t channel, int64_t position, const CodeRange &range) {
  ArrayRef<int64_t> row(positions.values);
  row = row.slice(channel * range.levels, range.levels);
  bool ascending = positions.directions[channel] > 0;
  return range.low + range.step * llvm::count_if(row, [&](int64_t threshold) {
                       return ascending ? position >= threshold : position <= threshold;
                     });
}

} // namespace

/// One row is enough where all are equal.
static void shareRows(Positions &positions, int64_t levels) {
  size_t rows = positions.directions.size();
  for (size_t row = 1; row < rows; ++row)
    if (positions.directions[row] != positions.directions[0] ||
        !std::equal(positions.values.begin(), positions.values.begin() + levels,
                    positions.values.begin() + row * levels))
      return;
  positions.values.resize(levels);
  positions.directions.resize(1);
}

static Thresholds makeThresholds(Positions positions, const CodeRange &range,
                                 llvm::function_ref<Tensor(Shape, ArrayRef<int64_t>)> makeTensor) {
  shareRows(positions, range.levels);
  Shape shape = {int64_t(positions.directions.size()), range.levels};
  return {makeTensor(shape, positions.values), positions.directions, range.low, range.step, range.type};
}

Thresholds makeIntegerThresholds(Positions positions, const CodeRange &range) {
  return makeThresholds(std::move(positions), range, [](Shape shape, ArrayRef<int64_t> values) {
    auto [low, high] = std::minmax_element(values.begin(), values.end());
    DataType type = qnn::Bounds{*low, *high}.narrowestType();
    return *Tensor::FromIntegers(type, shape, {values.data(), values.size()});
  });
}

llvm::Expected<Thresholds> findFloatThresholds(const Chain &chain, const ConstantValues &constants,
                                               const CodeRange &range) {
  FloatFunction function(chain, constants);
  constexpr int64_t last = kInfinityPosition - 1; // the greatest finite float
  std::vector<Interval> channels(chain.channels, Interval{-last - 1, last});
  llvm::Expected<bool> monotone = isMonotoneWhole(function, channels);
  if (!monotone)
    return monotone.takeError();
  if (!*monotone)
    return llvm::createStringError("the activation has no monotonicity certificate");
  llvm::Expected<Positions> positions = bisect(function, channels, range);
  if (!positions)
    return positions.takeError();
  // Infinities must give what the greatest finite values give (0 * inf does not), and no level may begin
  // between -0 and +0, which compare equal.
  std::vector<int64_t> probe;
  for (int64_t p : {-kInfinityPosition - 1, -last - 1, last, kInfinityPosition, int64_t{-1}, int64_t{0}})
    probe.insert(probe.end(), chain.channels, p);
  llvm::Expected<std::vector<int64_t>> codes = function(probe);
  if (!codes)
    return codes.takeError();
  for (int64_t pair = 0; pair < 3; ++pair)
    for (int64_t c = 0; c < chain.channels; ++c)
      if ((*codes)[2 * pair * chain.channels + c] != (*codes)[(2 * pair + 1) * chain.channels + c])
        return llvm::createStringError("infinities or zeros of different sign give different codes");
  // A channel that overflows to NaN on its way (0 * inf behind a zero factor) is not monotone after all.
  for (int64_t c = 0; c < chain.channels; ++c)
    for (int64_t end : {int64_t{1}, int64_t{2}})
      if ((*codes)[end * chain.channels + c] != codeAt(*positions, c, probe[end * chain.channels + c], range))
        return llvm::createStringError("the activation is not monotone over all floats");
  for (size_t i = 0; i < positions->values.size(); ++i) {
    int64_t &p = positions->values[i];
    // No float threshold keeps an infinity from reaching a level.
    if (p > last || p < -last - 1)
      return llvm::createStringError("a level that no value reaches");
    // What every finite value reaches, both infinities reach.
    bool ascending = positions->directions[i / range.levels] > 0;
    if (p == (ascending ? -last - 1 : last))
      p = ascending ? -kInfinityPosition - 1 : kInfinityPosition;
  }
  return makeThresholds(std::move(*positions), range, [](Shape shape, ArrayRef<int64_t> positions) {
    std::vector<float> values;
    for (int64_t p : positions)
      values.push_back(floatAt(p));
    return Tensor::FromFloats(shape, values);
  });
}

} // namespace qcompile
