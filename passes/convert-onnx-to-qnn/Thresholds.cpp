//===- Thresholds.cpp - From a chain to thresholds ------------------------===//
//
// Every channel's code is a function of one ordered position: an integer of the accumulator's range, or a
// float32 in the order of its values. Where the function is monotone, the first position of each
// level is found by bisection, all channels and levels in lockstep, so that the chain is evaluated on
// tensors and not on single values.
//
//===----------------------------------------------------------------------===//
#include "passes/convert-onnx-to-qnn/Thresholds.h"

#include <bit>
#include <cmath>

#include "dialects/data/ElementStorage.h"
#include "runtime/reference/registry.h"

using namespace mlir;
using qcompile::runtime::DataType;
using qcompile::runtime::Shape;
using qcompile::runtime::Tensor;

namespace qcompile {

namespace {

/// Codes as a function of (position, channel). Positions are [count, channels], row-major.
class CodeFunction {
public:
  virtual ~CodeFunction() = default;
  virtual llvm::Expected<runtime::Value> valuesAt(const std::vector<int64_t> &positions,
                                                  int64_t count) = 0;

  CodeFunction(const Chain &chain, const ConstantValues &constants)
      : chain(chain), constants(constants) {}

  llvm::Expected<std::vector<int64_t>> operator()(const std::vector<int64_t> &positions) {
    int64_t count = positions.size() / chain.channels;
    // Where the channel dimension is the first one (or there is none), no other holds several positions.
    if (count == 1 || chain.axis != 0)
      return at(positions, count);
    std::vector<int64_t> codes;
    for (int64_t i = 0; i < count; ++i) {
      auto begin = positions.begin() + i * chain.channels;
      auto part = at({begin, begin + chain.channels}, 1);
      if (!part)
        return part.takeError();
      codes.insert(codes.end(), part->begin(), part->end());
    }
    return codes;
  }

protected:
  const Chain &chain;
  const ConstantValues &constants;

private:
  llvm::Expected<std::vector<int64_t>> at(const std::vector<int64_t> &positions, int64_t count) {
    llvm::Expected<runtime::Value> values = valuesAt(positions, count);
    if (!values)
      return values.takeError();
    llvm::Expected<ChainCodes> result = evaluateChain(chain, constants, *values);
    if (!result)
      return result.takeError();
    sawNan |= result->sawNan;
    return std::move(result->codes);
  }

public:
  /// Whether any position so far gave a NaN on its way to the quantizer.
  bool sawNan = false;
};

/// Positions are the integers of a form.
class IntegerFunction : public CodeFunction {
public:
  IntegerFunction(const Chain &chain, const ConstantValues &constants, const IntegerForm &form)
      : CodeFunction(chain, constants), form(form), parameters(getDequantizeConstants(form)) {
    attributes.Set("axis", chain.axis);
    attributes.Set("result_type", std::string("float32"));
    attributes.Set("scale", parameters.scale);
    attributes.Set("zero_point", parameters.zeroPoint);
    if (parameters.bias)
      attributes.Set("bias", *parameters.bias);
  }

  llvm::Expected<runtime::Value> valuesAt(const std::vector<int64_t> &positions,
                                          int64_t count) override {
    Shape shape = getChainShape(chain, count);
    attributes.Set("shape", shape);
    auto codes = Tensor::FromIntegers(DataType::Int64(), shape, positions);
    if (!codes.ok())
      return llvm::createStringError(std::string(codes.status().message()));
    runtime::Value operand(*codes);
    const runtime::Value *operands[] = {&operand};
    auto results = runtime::FindReference("qnn.dequantize")(attributes, operands);
    if (!results.ok())
      return llvm::createStringError(std::string(results.status().message()));
    runtime::Value value = std::move(results->front());
    if (form.quantized)
      value.quantized = readBack(*codes);
    return value;
  }

private:
  /// The exact reading of codes, for operations that keep it (a ReLU of a quantized value).
  runtime::QuantizedView readBack(const Tensor &codes) {
    auto floats = [&](const auto &list) {
      Shape shape(codes.rank(), 1);
      if (list.size() > 1)
        shape[form.axis] = int64_t(list.size());
      return Tensor::FromFloats(shape, std::vector<float>(list.begin(), list.end()));
    };
    DataType type = *data::getDataType(form.getType().getElementType());
    if (type.kind == runtime::TypeKind::kBipolar)
      type = DataType::Signed(2); // bisection also probes 0, which no bipolar code is
    return {*Tensor::FromIntegers(type, codes.shape(), codes.ToIntegers()), floats(form.scale),
            floats(form.zeroPoint)};
  }

  const IntegerForm &form;
  DequantizeConstants parameters;
  runtime::Attributes attributes;
};

/// Position p of the float32 values in ascending order; -0 and +0 are neighbours at -1 and 0.
float floatAt(int64_t position) {
  uint32_t magnitude = position >= 0 ? uint32_t(position) : uint32_t(-position - 1);
  return std::bit_cast<float>(magnitude | (position >= 0 ? 0u : 0x80000000u));
}
constexpr int64_t kInfinityPosition = 0x7f800000;

class FloatFunction : public CodeFunction {
public:
  using CodeFunction::CodeFunction;
  llvm::Expected<runtime::Value> valuesAt(const std::vector<int64_t> &positions,
                                          int64_t count) override {
    std::vector<float> values(positions.size());
    for (size_t i = 0; i < positions.size(); ++i)
      values[i] = floatAt(positions[i]);
    return runtime::Value(Tensor::FromFloats(getChainShape(chain, count), values));
  }
};

/// For every channel the interval of positions and the direction of its code.
struct Interval {
  int64_t low;
  int64_t high;
  int64_t direction = 1;
};

/// Row-major [channels, levels]: the threshold of every level, as a position.
struct Positions {
  std::vector<int64_t> values;
  std::vector<int64_t> directions;
};

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

/// Whether monotone steps make a monotone whole. They do unless a step gives NaN (the root of a negative number,
/// infinity times zero), and then it does at an end of the interval already.
llvm::Expected<bool> isMonotoneWhole(CodeFunction &function, const Chain &chain,
                                     std::vector<Interval> channels) {
  if (!chain.monotone)
    return false;
  if (llvm::Error error = findDirections(function, channels))
    return std::move(error);
  return !function.sawNan;
}

/// Direction +1: the least position whose code is at least low + step * level, or high + 1. Direction -1: the
/// greatest such position, or low - 1.
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

/// Evaluates every position and finds the thresholds of functions that are monotone, certified or not.
llvm::Expected<Positions> enumerate(CodeFunction &function, std::vector<Interval> channels,
                                    const CodeRange &range) {
  if (llvm::Error error = findDirections(function, channels))
    return std::move(error);
  int64_t count = channels.size(), levels = range.levels;
  int64_t longest = 0;
  for (const Interval &channel : channels)
    longest = std::max(longest, channel.high - channel.low);
  auto at = [&](int64_t c, int64_t offset) {
    const Interval &channel = channels[c];
    offset = std::min(offset, channel.high - channel.low);
    return channel.direction > 0 ? channel.low + offset : channel.high - offset;
  };
  std::vector<int64_t> previous(count, range.low);
  std::vector<int64_t> first(count * levels, longest + 1);
  constexpr int64_t kChunk = 1024;
  for (int64_t begin = 0; begin <= longest; begin += kChunk) {
    int64_t end = std::min(begin + kChunk, longest + 1);
    std::vector<int64_t> probe;
    for (int64_t offset = begin; offset < end; ++offset)
      for (int64_t c = 0; c < count; ++c)
        probe.push_back(at(c, offset));
    llvm::Expected<std::vector<int64_t>> codes = function(probe);
    if (!codes)
      return codes.takeError();
    for (size_t i = 0; i < codes->size(); ++i) {
      int64_t c = i % count, code = (*codes)[i], offset = begin + int64_t(i) / count;
      if (code < previous[c])
        return llvm::createStringError("the activation is not monotone over the accumulator's range");
      for (int64_t level = (previous[c] - range.low) / range.step;
           level < (code - range.low) / range.step; ++level)
        first[c * levels + level] = offset;
      previous[c] = code;
    }
  }
  Positions out;
  for (int64_t c = 0; c < count; ++c) {
    out.directions.push_back(channels[c].direction);
    for (int64_t level = 0; level < levels; ++level) {
      int64_t offset = first[c * levels + level];
      bool never = offset > channels[c].high - channels[c].low;
      out.values.push_back(channels[c].direction > 0
                               ? (never ? channels[c].high + 1 : channels[c].low + offset)
                               : (never ? channels[c].low - 1 : channels[c].high - offset));
    }
  }
  return out;
}

/// One row is enough where all are equal.
void shareRows(Positions &positions, int64_t levels) {
  size_t rows = positions.directions.size();
  for (size_t row = 1; row < rows; ++row)
    if (positions.directions[row] != positions.directions[0] ||
        !std::equal(positions.values.begin(), positions.values.begin() + levels,
                    positions.values.begin() + row * levels))
      return;
  positions.values.resize(levels);
  positions.directions.resize(1);
}

Thresholds makeThresholds(Positions positions, const CodeRange &range,
                          llvm::function_ref<Tensor(Shape, ArrayRef<int64_t>)> makeTensor) {
  shareRows(positions, range.levels);
  Shape shape = {int64_t(positions.directions.size()), range.levels};
  return {makeTensor(shape, positions.values), positions.directions, range.low, range.step,
          range.type};
}

} // namespace

llvm::Expected<Thresholds> findIntegerThresholds(const Chain &chain,
                                                 const ConstantValues &constants,
                                                 const IntegerForm &form, const CodeRange &range,
                                                 int64_t enumerationLimit) {
  IntegerFunction function(chain, constants, form);
  std::vector<Interval> channels;
  int64_t total = 0;
  for (int64_t c = 0; c < chain.channels; ++c) {
    qnn::Bounds bounds = form.bounds[form.bounds.size() == 1 ? 0 : c];
    channels.push_back({bounds.low, bounds.high});
    total += bounds.high - bounds.low + 1;
  }
  llvm::Expected<bool> monotone = isMonotoneWhole(function, chain, channels);
  if (!monotone)
    return monotone.takeError();
  if (!*monotone && total > enumerationLimit)
    return llvm::createStringError(
        "the activation has no monotonicity certificate and the accumulators take " +
        std::to_string(total) + " values, more than the enumeration limit of " +
        std::to_string(enumerationLimit));
  llvm::Expected<Positions> positions = *monotone ? bisect(function, channels, range)
                                                  : enumerate(function, channels, range);
  if (!positions)
    return positions.takeError();
  return makeThresholds(std::move(*positions), range, [](Shape shape, ArrayRef<int64_t> values) {
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
  llvm::Expected<bool> monotone = isMonotoneWhole(function, chain, channels);
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
