//===- WeightStatistics.cpp - How weights are distributed -----------------===//
#include "compiler/inspect/WeightStatistics.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "compiler/inspect/ConstantPieces.h"
#include "compiler/inspect/ConstantValue.h"

using namespace mlir;
using qcompile::runtime::DataType;
using qcompile::runtime::Tensor;

namespace qcompile::inspect {

/// Tensors that are not seen in pieces may have that many elements.
static constexpr int64_t kMostWhole = 1 << 26;

namespace {

/// Counts reals in steps of a power of two around 0: as wide as the values seen so far ask for.
class RealCounter {
public:
  void add(float value) {
    // Not a number and infinities have no step.
    if (!(std::fabs(value) < range)) {
      if (!std::isfinite(value))
        return;
      widen(value);
    }
    // The widest range still leaves values beyond it.
    ++counts[size_t(std::clamp((value + range) * scale, 0.0f, float(kSteps)))];
  }
  Histogram get() const;

private:
  static constexpr size_t kSteps = 256;
  void widen(float value);

  float range = 0x1p-100f, scale = kSteps / 2 / range;
  std::array<int64_t, kSteps + 1> counts{}; ///< the last for a sum that has rounded up
};

/// What the pieces of a tensor add up to.
class Counter {
public:
  explicit Counter(int64_t zero) : zero(zero) {}
  void add(const runtime::Value &value);
  void add(const CodeRows &rows);
  WeightStatistics get();

private:
  void addCodes(const Tensor &codes);
  template <typename T> void countCodes(const Tensor &codes);
  void addReals(const Tensor &reals);
  void widen(float low, float high);

  int64_t zero;
  WeightStatistics out;
  bool any = false;
  RealCounter reals;
};

} // namespace

void RealCounter::widen(float value) {
  while (!(std::fabs(value) < range)) {
    // Two steps become one, around the middle.
    std::array<int64_t, kSteps + 1> merged{};
    for (size_t i = 0; i < kSteps; ++i)
      merged[kSteps / 4 + i / 2] += counts[i] + (i + 1 == kSteps ? counts[kSteps] : 0);
    counts = merged;
    range *= 2;
    if (range > 0x1p126f)
      break;
  }
  scale = float(kSteps / 2) / range;
}

Histogram RealCounter::get() const {
  std::vector<int64_t> all(counts.begin(), counts.end() - 1);
  all.back() += counts.back();
  size_t first = 0, last = all.size();
  while (first < last && !all[first])
    ++first;
  while (last > first && !all[last - 1])
    --last;
  double step = double(range) / (kSteps / 2);
  return {-double(range) + double(first) * step, step, false, {all.begin() + first, all.begin() + last}};
}

template <typename T> void Counter::countCodes(const Tensor &codes) {
  int64_t low = codes.type().MinValue();
  for (T code : codes.Data<T>())
    ++out.histogram.counts[size_t(code - low)];
}

/// Codes of few bits are counted one by one.
void Counter::addCodes(const Tensor &codes) {
  DataType type = codes.type();
  if (out.histogram.counts.empty())
    out.histogram = {double(type.MinValue()), 1, true,
                     std::vector<int64_t>(size_t(type.MaxValue() - type.MinValue() + 1))};
  if (type.kind == runtime::TypeKind::kUnsigned || type.kind == runtime::TypeKind::kBool)
    countCodes<uint8_t>(codes);
  else
    countCodes<int8_t>(codes);
}

void Counter::addReals(const Tensor &tensor) {
  double low = out.low, high = out.high;
  int64_t nonzero = 0;
  if (tensor.type() == DataType::Float32()) {
    for (float value : tensor.Floats()) {
      nonzero += value != 0;
      low = value < low ? value : low;
      high = value > high ? value : high;
    }
  } else {
    for (int64_t i = 0; i < tensor.size(); ++i) {
      double value = tensor.DoubleAt(i) - double(zero);
      nonzero += value != 0;
      low = value < low ? value : low;
      high = value > high ? value : high;
    }
  }
  out.nonzero += nonzero;
  out.low = low;
  out.high = high;
}

void Counter::widen(float low, float high) {
  out.low = any ? std::min(out.low, double(low)) : low;
  out.high = any ? std::max(out.high, double(high)) : high;
  any = true;
}

void Counter::add(const CodeRows &rows) {
  if (out.histogram.counts.empty())
    out.histogram = {double(rows.lowest), 1, true, std::vector<int64_t>(size_t(rows.count))};
  // Four tables: neighbouring codes are often equal, and a count is not ready again at once.
  std::array<std::array<uint32_t, 256>, 4> counts{};
  size_t i = 0;
  for (; i + 4 <= rows.codes.size(); i += 4)
    for (size_t k = 0; k < 4; ++k)
      ++counts[k][rows.codes[i + k]];
  for (; i < rows.codes.size(); ++i)
    ++counts[0][rows.codes[i]];
  for (size_t code = 0; code < 256; ++code) {
    int64_t count = int64_t(counts[0][code]) + counts[1][code] + counts[2][code] + counts[3][code];
    if (!count)
      continue;
    out.histogram.counts[code] += count;
    if (rows.scales.size() > 1)
      continue;
    float real = (float(rows.lowest + int64_t(code)) - rows.zeroPoints[0]) * rows.scales[0];
    widen(real, real);
    out.nonzero += real != 0 ? count : 0;
  }
  out.elements += int64_t(rows.codes.size());
  if (rows.scales.size() == 1)
    return;
  float low = 0, high = 0, lowest = float(rows.lowest);
  int64_t nonzero = 0;
  for (size_t c = 0; c < rows.codes.size(); ++c) {
    float difference = (float(rows.codes[c]) + lowest) - rows.zeroPoints[c], real = difference * rows.scales[c];
    low = real < low || c == 0 ? real : low;
    high = real > high || c == 0 ? real : high;
    nonzero += difference != 0;
  }
  widen(low, high);
  out.nonzero += nonzero;
}

void Counter::add(const runtime::Value &value) {
  if (!any && value.tensor.size())
    out.low = out.high = value.tensor.DoubleAt(0) - (value.tensor.type().IsInteger() ? double(zero) : 0);
  any = true;
  out.elements += value.tensor.size();
  addReals(value.tensor);
  const Tensor &codes = value.quantized ? value.quantized->codes : value.tensor;
  if (codes.type().IsInteger() && codes.type().bits <= 8)
    addCodes(codes);
  else if (value.tensor.type() == DataType::Float32())
    for (float real : value.tensor.Floats())
      reals.add(real);
  else
    for (int64_t i = 0; i < value.tensor.size(); ++i)
      reals.add(float(value.tensor.DoubleAt(i)));
}

WeightStatistics Counter::get() {
  if (!out.histogram.ofCodes)
    out.histogram = reals.get();
  return std::move(out);
}

std::optional<WeightStatistics> readWeights(Value weights, int64_t zero) {
  Counter counter(zero);
  auto use = [&](const runtime::Value &value) { counter.add(value); };
  if (std::optional<ConstantPieces> pieces = ConstantPieces::find(weights)) {
    if (pieces->forEachCodes([&](const CodeRows &rows) { counter.add(rows); }))
      return counter.get();
    return pieces->forEach(use) ? std::optional(counter.get()) : std::nullopt;
  }
  std::optional<runtime::Value> whole = evaluateConstant(weights, kMostWhole);
  if (!whole)
    return std::nullopt;
  use(*whole);
  return counter.get();
}

} // namespace qcompile::inspect
