//===- CodeMap.cpp - A chain as thresholds and tables ---------------------===//
#include "passes/convert-onnx-to-qnn/CodeMap.h"

using namespace mlir;
using qcompile::runtime::DataType;
using qcompile::runtime::Tensor;

namespace qcompile {

namespace {

/// Most levels of all channels to find one by one, and most bits of an affine function's numbers.
constexpr int64_t kMaxLevels = int64_t{1} << 16;
constexpr int64_t kProductBits = 62;
/// Most thresholds to add up: 12 bits of levels.
constexpr int64_t kMaxParts = 17;
/// Most thresholds of one activation (docs/Qnn.md, qnn.threshold C1).
constexpr int64_t kMaxThresholds = 255;
/// Longest row of a table (docs/Qnn.md, qnn.table C1), and most elements of all its rows.
constexpr int64_t kMaxTableLength = int64_t{1} << 16;
constexpr int64_t kMaxTableSize = int64_t{1} << 22;

/// A stretch of positions with one code: from `begin` to the next run.
struct Run {
  int64_t begin;
  int64_t code;
};
using Runs = std::vector<Run>;

/// Evaluates every position of every channel.
llvm::Expected<std::vector<Runs>> enumerate(CodeFunction &function, ArrayRef<Interval> channels) {
  int64_t count = channels.size(), longest = 0;
  for (const Interval &channel : channels)
    longest = std::max(longest, channel.high - channel.low + 1);
  std::vector<Runs> runs(count);
  const int64_t chunk = std::max<int64_t>(1, (int64_t{1} << 16) / count);
  for (int64_t begin = 0; begin < longest; begin += chunk) {
    int64_t end = std::min(begin + chunk, longest);
    std::vector<int64_t> probe;
    for (int64_t offset = begin; offset < end; ++offset)
      for (const Interval &channel : channels)
        probe.push_back(std::min(channel.low + offset, channel.high));
    llvm::Expected<std::vector<int64_t>> codes = function(probe);
    if (!codes)
      return codes.takeError();
    for (size_t i = 0; i < codes->size(); ++i) {
      Runs &row = runs[i % count];
      if (row.empty() || row.back().code != (*codes)[i])
        row.push_back({probe[i], (*codes)[i]});
    }
  }
  return runs;
}

/// Halves intervals until the codes at the ends of their enclosures agree.
class Bisector {
public:
  Bisector(CodeFunction &function, ArrayRef<Interval> channels)
      : function(function), channels(channels), open(channels.size()), runs(channels.size()) {
    for (auto [c, channel] : llvm::enumerate(channels))
      open[c].push_back({channel.low, channel.high});
  }

  llvm::Expected<std::vector<Runs>> run() {
    std::vector<int64_t> first; // says the scale of the codes
    for (const Interval &channel : channels)
      first.push_back(channel.low);
    if (llvm::Expected<std::vector<int64_t>> codes = function(first); !codes)
      return codes.takeError();
    while (size_t longest = getLongest()) {
      if (longest * channels.size() > kMaxOpen)
        return llvm::createStringError("the activation has too many steps over the accumulator's range");
      if (llvm::Error error = halve(longest))
        return std::move(error);
    }
    for (Runs &row : runs) {
      llvm::sort(row, [](Run a, Run b) { return a.begin < b.begin; });
      row.erase(std::unique(row.begin(), row.end(), [](Run a, Run b) { return a.code == b.code; }), row.end());
    }
    return std::move(runs);
  }

private:
  static constexpr size_t kMaxOpen = size_t{1} << 22;

  size_t getLongest() const {
    size_t longest = 0;
    for (const auto &row : open)
      longest = std::max(longest, row.size());
    return longest;
  }

  llvm::Error halve(size_t longest) {
    std::vector<int64_t> low, high;
    for (size_t i = 0; i < longest; ++i)
      for (size_t c = 0; c < channels.size(); ++c) {
        bool valid = i < open[c].size(); // else any position of the channel
        low.push_back(valid ? open[c][i].low : channels[c].low);
        high.push_back(valid ? open[c][i].high : channels[c].low);
      }
    llvm::Expected<CodeEnclosure> codes = function.enclose(low, high);
    if (!codes)
      return codes.takeError();
    if (codes->sawNan)
      return llvm::createStringError("the activation gives NaN within the accumulator's range");
    for (size_t c = 0; c < channels.size(); ++c) {
      std::vector<qnn::Bounds> next;
      for (auto [i, interval] : llvm::enumerate(open[c])) {
        size_t at = i * channels.size() + c;
        int64_t middle = interval.low + (interval.high - interval.low) / 2;
        if (codes->low[at] == codes->high[at] || interval.low == interval.high) {
          runs[c].push_back({interval.low, codes->low[at]});
          continue;
        }
        next.push_back({interval.low, middle});
        next.push_back({middle + 1, interval.high});
      }
      open[c] = std::move(next);
    }
    return llvm::Error::success();
  }

  CodeFunction &function;
  ArrayRef<Interval> channels;
  std::vector<std::vector<qnn::Bounds>> open; ///< per channel, intervals of several codes
  std::vector<Runs> runs;
};

/// +1 or -1 where the codes never fall or never rise, 0 where they do both.
int64_t getDirection(const Runs &runs) {
  bool rises = false, falls = false;
  for (size_t i = 1; i < runs.size(); ++i)
    (runs[i].code > runs[i - 1].code ? rises : falls) = true;
  return rises && falls ? 0 : falls ? -1 : 1;
}

/// The thresholds of a channel whose codes have a direction.
void appendThresholds(const Runs &runs, const Interval &channel, const CodeRange &range, int64_t direction,
                      Positions &out) {
  out.directions.push_back(direction);
  for (int64_t level = 1; level <= range.levels; ++level) {
    int64_t code = range.low + range.step * level;
    if (direction > 0) {
      auto first = llvm::find_if(runs, [&](Run run) { return run.code >= code; });
      out.values.push_back(first == runs.end() ? channel.high + 1 : first->begin);
    } else {
      auto first = llvm::find_if(runs, [&](Run run) { return run.code < code; });
      out.values.push_back(first == runs.end() ? channel.high : first->begin - 1);
    }
  }
}

qnn::Bounds getCodeBounds(ArrayRef<Runs> channels) {
  std::optional<qnn::Bounds> bounds;
  for (const Runs &runs : channels)
    for (const Run &run : runs)
      bounds = bounds ? qnn::unite(*bounds, {run.code, run.code}) : qnn::Bounds{run.code, run.code};
  return *bounds;
}

/// One row is enough where all are equal.
Tensor makeTable(DataType type, std::vector<int64_t> values, int64_t rows) {
  int64_t length = values.size() / rows;
  bool equal = true;
  for (int64_t row = 1; equal && row < rows; ++row)
    equal = std::equal(values.begin(), values.begin() + length, values.begin() + row * length);
  if (equal)
    values.resize(length);
  return *Tensor::FromIntegers(type, {equal ? 1 : rows, length}, values);
}

/// Counts the interval that an integer lies in, and looks its code up.
void mapByIntervals(ArrayRef<Runs> channels, ArrayRef<Interval> intervals, CodeMap &map) {
  size_t most = 2;
  for (const Runs &runs : channels)
    most = std::max(most, runs.size());
  Positions positions;
  std::vector<int64_t> values;
  for (auto [runs, interval] : llvm::zip(channels, intervals)) {
    positions.directions.push_back(1);
    for (size_t i = 1; i < most; ++i)
      positions.values.push_back(i < runs.size() ? runs[i].begin : interval.high + 1);
    for (size_t i = 0; i < most; ++i)
      values.push_back(runs[std::min(i, runs.size() - 1)].code);
  }
  int64_t levels = int64_t(most) - 1;
  DataType type = qnn::Bounds{0, levels}.narrowestType();
  map.thresholds = makeIntegerThresholds(std::move(positions), {type, 0, 1, levels});
  map.table = makeTable(map.codeType, std::move(values), channels.size());
}

/// Looks the code of every integer up.
void mapByTable(ArrayRef<Runs> channels, qnn::Bounds all, CodeMap &map) {
  std::vector<int64_t> values;
  for (const Runs &runs : channels) {
    size_t run = 0;
    for (int64_t position = all.low; position <= all.high; ++position) {
      while (run + 1 < runs.size() && runs[run + 1].begin <= position)
        ++run;
      values.push_back(runs[run].code);
    }
  }
  map.table = makeTable(map.codeType, std::move(values), channels.size());
  map.tableLow = all.low;
}

qnn::Bounds getBounds(const CodeRange &range) { return {range.low, range.low + range.step * range.levels}; }

llvm::Error tooManyLevels(const CodeRange &range) {
  return llvm::createStringError("it has " + std::to_string(range.levels + 1) +
                                 " levels, more than 256, which no multiplication and shift gives, and its "
                                 "integers are too many for a table");
}

/// Counts the levels in parts of as many as one activation may have, and adds what they count.
llvm::Error mapBySum(const Positions &positions, const CodeRange &range, CodeMap &map) {
  if (range.levels > kMaxParts * kMaxThresholds)
    return tooManyLevels(range);
  for (int64_t begin = 0; begin < range.levels; begin += kMaxThresholds) {
    int64_t count = std::min(kMaxThresholds, range.levels - begin);
    Positions part{{}, positions.directions};
    for (size_t c = 0; c < positions.directions.size(); ++c) {
      auto row = positions.values.begin() + int64_t(c) * range.levels + begin;
      part.values.insert(part.values.end(), row, row + count);
    }
    if (begin == 0)
      map.thresholds = makeIntegerThresholds(std::move(part), {range.type, range.low, 1, count});
    else
      map.furtherThresholds.push_back(
          makeIntegerThresholds(std::move(part), {qnn::Bounds{0, count}.narrowestType(), 0, 1, count}));
  }
  return llvm::Error::success();
}

/// An affine function with exactly the levels of a monotone one, or else a sum of thresholds.
llvm::Error mapByAffine(CodeFunction &function, ArrayRef<Interval> channels, const CodeRange &range, CodeMap &map) {
  if (range.step != 1 || range.levels * int64_t(channels.size()) > kMaxLevels)
    return tooManyLevels(range);
  llvm::Expected<Positions> positions = bisect(function, channels.vec(), range);
  if (!positions)
    return positions.takeError();
  std::vector<StepFunction> functions;
  for (auto [c, channel] : llvm::enumerate(channels)) {
    ArrayRef<int64_t> row = ArrayRef(positions->values).slice(c * range.levels, range.levels);
    functions.push_back({row.vec(), positions->directions[c], range.low, {channel.low, channel.high}});
  }
  map.codeType = range.type;
  map.codes = getBounds(range);
  map.view = std::move(function.view);
  map.affine = findAffineForm(functions, range.low, range.low + range.levels, kProductBits);
  if (map.affine && llvm::all_of(llvm::zip(map.affine->channels, functions), [&](auto pair) {
        return isEqualOverRange(*map.affine, std::get<0>(pair), std::get<1>(pair));
      }))
    return llvm::Error::success();
  map.affine.reset();
  return mapBySum(*positions, range, map);
}

/// Codes within bounds, in the model's own type: what later operations do to them may depend on it. A truncation has
/// none: its codes are read as integers of 32 bits.
CodeRange makeRange(DataType type, qnn::Bounds codes) {
  if (type.kind == runtime::TypeKind::kBipolar)
    return {type, -1, 2, 1};
  if (type.bits == 32)
    type = codes.narrowestType();
  return {type, codes.low, 1, codes.high - codes.low};
}

/// The codes between those at the ends of every channel; the function is monotone.
llvm::Expected<CodeRange> findRange(CodeFunction &function, ArrayRef<Interval> channels) {
  llvm::Expected<std::vector<int64_t>> codes = evaluateEnds(function, channels);
  if (!codes)
    return codes.takeError();
  auto [low, high] = std::minmax_element(codes->begin(), codes->end());
  return makeRange(function.view.codes.type(), {*low, *high});
}

/// A quantizer with one code still needs a threshold, one that nothing reaches.
CodeRange withOneLevel(CodeRange range) {
  range.levels = std::max<int64_t>(range.levels, 1);
  if (!range.type.Contains(range.low + range.step))
    range.type = qnn::Bounds{range.low, range.low + range.step}.narrowestType();
  return range;
}

/// A monotone function by its thresholds, or by an affine form where there are too many for these and for a table.
/// Whether it has been mapped; else enumerating its codes may say more.
llvm::Expected<bool> mapMonotone(CodeFunction &function, ArrayRef<Interval> channels, const CodeRange &range,
                                 qnn::Bounds sums, CodeMap &map) {
  if (range.levels <= kMaxThresholds) {
    CodeRange searched = withOneLevel(range);
    llvm::Expected<Positions> positions = bisect(function, channels.vec(), searched);
    if (!positions)
      return positions.takeError();
    map.thresholds = makeIntegerThresholds(std::move(*positions), searched);
    map.codeType = searched.type;
    map.codes = getBounds(range);
    map.view = std::move(function.view);
    return true;
  }
  if (sums.high - sums.low < kMaxTableLength)
    return false;
  if (llvm::Error error = mapByAffine(function, channels, range, map))
    return std::move(error);
  return true;
}

/// Any function by the runs of equal codes that its channels have.
llvm::Error mapRuns(ArrayRef<Runs> runs, ArrayRef<Interval> channels, const CodeRange &range, qnn::Bounds sums,
                    CodeMap &map) {
  map.codeType = range.type;
  bool directed = llvm::all_of(runs, [](const Runs &row) { return getDirection(row) != 0; });
  if (directed && range.levels <= kMaxThresholds) {
    CodeRange searched = withOneLevel(range);
    Positions positions;
    for (auto [row, channel] : llvm::zip(runs, channels))
      appendThresholds(row, channel, searched, getDirection(row), positions);
    map.thresholds = makeIntegerThresholds(std::move(positions), searched);
    map.codeType = searched.type;
    return llvm::Error::success();
  }
  auto most = llvm::max_element(runs, [](const Runs &a, const Runs &b) { return a.size() < b.size(); });
  int64_t length = sums.high - sums.low + 1;
  if (int64_t(most->size()) <= kMaxThresholds + 1)
    mapByIntervals(runs, channels, map);
  else if (length <= kMaxTableLength && length * int64_t(channels.size()) <= kMaxTableSize)
    mapByTable(runs, sums, map);
  else
    return tooManyLevels(range);
  return llvm::Error::success();
}

} // namespace

llvm::Expected<CodeMap> findCodeMap(const Chain &chain, const ConstantValues &constants, const IntegerForm &form,
                                    std::optional<CodeRange> range, int64_t enumerationLimit) {
  Chain whole = chain;
  if (form.pending) {
    whole.monotone &= form.pending->chain.monotone;
    whole.enclosable &= form.pending->chain.monotone;
  }
  IntegerFunction function(whole, constants, form);
  std::vector<Interval> channels;
  int64_t total = 0;
  for (int64_t c = 0; c < chain.channels; ++c) {
    qnn::Bounds bounds = at(form.bounds, c);
    channels.push_back({bounds.low, bounds.high});
    total += bounds.high - bounds.low + 1;
  }
  llvm::Expected<bool> monotone = isMonotoneWhole(function, channels);
  if (!monotone)
    return monotone.takeError();
  CodeMap map;
  qnn::Bounds sums = qnn::unite(form.bounds);
  if (*monotone) {
    if (!range) {
      llvm::Expected<CodeRange> found = findRange(function, channels);
      if (!found)
        return found.takeError();
      range = *found;
    }
    llvm::Expected<bool> mapped = mapMonotone(function, channels, *range, sums, map);
    if (!mapped)
      return mapped.takeError();
    if (*mapped)
      return map;
  }
  bool bisects = !*monotone && whole.enclosable && chain.axis != 0 && total > kMaxTableLength;
  if (total > enumerationLimit && !bisects)
    return *monotone
               ? tooManyLevels(*range)
               : llvm::createStringError("the activation has no monotonicity certificate and the accumulators take " +
                                         std::to_string(total) + " values, more than the enumeration limit of " +
                                         std::to_string(enumerationLimit));
  llvm::Expected<std::vector<Runs>> runs = bisects ? Bisector(function, channels).run() : enumerate(function, channels);
  if (!runs)
    return runs.takeError();
  map.view = std::move(function.view);
  map.codes = getCodeBounds(*runs);
  if (llvm::Error error =
          mapRuns(*runs, channels, range ? *range : makeRange(map.view.codes.type(), map.codes), sums, map))
    return std::move(error);
  return map;
}

llvm::Expected<PairTable> findPairTable(const Chain &chain, const ConstantValues &constants, const IntegerForm &first,
                                        const IntegerForm &second, std::optional<CodeRange> range) {
  PairFunction function(chain, constants, first, second);
  if (function.extent(0) > kMaxTableLength || function.extent(1) > kMaxTableLength ||
      function.size() > kMaxTableLength || function.size() * chain.channels > kMaxTableSize)
    return llvm::createStringError("its two inputs have " + std::to_string(function.extent(0)) + " and " +
                                   std::to_string(function.extent(1)) +
                                   " codes, together more than a table of 16 bits");
  std::vector<Interval> channels(chain.channels, Interval{0, function.size() - 1});
  llvm::Expected<std::vector<Runs>> runs = enumerate(function, channels);
  if (!runs)
    return runs.takeError();
  PairTable out;
  out.multiplier = function.extent(1);
  out.map.view = std::move(function.view);
  out.map.codes = getCodeBounds(*runs);
  out.map.codeType = range ? range->type : out.map.codes.narrowestType();
  mapByTable(*runs, {0, function.size() - 1}, out.map);
  // The index is first * multiplier + second, not yet counted from the lowest values.
  out.map.tableLow = function.low(0) * out.multiplier + function.low(1);
  return out;
}

} // namespace qcompile
