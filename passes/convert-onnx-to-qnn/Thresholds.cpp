//===- Thresholds.cpp - From a monotone chain to thresholds ---------------===//
//
// Where a channel's code is a monotone function of its position, the first position of each level is found by bisection,
// all channels and levels in lockstep, so that the chain is evaluated on tensors and not on single values.
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
  std::vector<int64_t> ends;
  for (const Interval &channel : channels)
    ends.push_back(channel.low);
  for (const Interval &channel : channels)
    ends.push_back(channel.high);
  llvm::Expected<std::vector<int64_t>> codes = function(ends);
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

llvm::Expected<Positions> bisect(CodeFunction &function, std::vector<Interval> channels,
                                 const CodeRange &range) {
  if (llvm::Error error = findDirections(function, channels))
    return std::move(error);
  int64_t count = channels.size(), levels = range.levels;
  // In units along the direction: reached at `after`, not reached at `before`.
  std::vector<int64_t> before(levels * count), after(levels * count), probe(levels * count);
  auto at = [&](int64_t c, int64_t unit) {
    return channels[c].direction > 0 ? unit : channels[c].low + channels[c].high - unit;
  };
  for (int64_t i = 0; i < levels * count; ++i) {
    before[i] = channels[i % count].low - 1;
    after[i] = channels[i % count].high + 1;
  }
  while (true) {
    bool open = false;
    for (int64_t i = 0; i < levels * count; ++i) {
      int64_t middle = before[i] + (after[i] - before[i]) / 2;
      open |= after[i] - before[i] > 1;
      // A closed bracket is probed anywhere inside the channel.
      probe[i] = at(i % count, after[i] - before[i] > 1 ? middle : channels[i % count].low);
    }
    if (!open)
      break;
    llvm::Expected<std::vector<int64_t>> codes = function(probe);
    if (!codes)
      return codes.takeError();
    for (int64_t i = 0; i < levels * count; ++i) {
      if (after[i] - before[i] <= 1)
        continue;
      int64_t middle = before[i] + (after[i] - before[i]) / 2;
      bool reached = (*codes)[i] >= range.low + range.step * (i / count + 1);
      (reached ? after : before)[i] = middle;
    }
  }
  Positions out;
  for (int64_t c = 0; c < count; ++c) {
    out.directions.push_back(channels[c].direction);
    for (int64_t level = 0; level < levels; ++level)
      out.values.push_back(at(c, after[level * count + c]));
  }
  return out;
}

namespace {

/// The code that the thresholds give at a position of a channel.
int64_t codeAt(const Positions &positions, int64_t channel, int64_t position,
               const CodeRange &range) {
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
  return {makeTensor(shape, positions.values), positions.directions, range.low, range.step,
          range.type};
}

Thresholds makeIntegerThresholds(Positions positions, const CodeRange &range) {
  return makeThresholds(std::move(positions), range, [](Shape shape, ArrayRef<int64_t> values) {
    auto [low, high] = std::minmax_element(values.begin(), values.end());
    DataType type = qnn::Bounds{*low, *high}.narrowestType();
    return *Tensor::FromIntegers(type, shape, {values.data(), values.size()});
  });
}

llvm::Expected<Thresholds> findFloatThresholds(const Chain &chain,
                                               const ConstantValues &constants,
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
      if ((*codes)[end * chain.channels + c] !=
          codeAt(*positions, c, probe[end * chain.channels + c], range))
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
