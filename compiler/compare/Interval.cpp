//===- Interval.cpp - What other programs may make of a value -------------===//
#include "compiler/compare/Interval.h"

#include <algorithm>
#include <cmath>

using namespace llvm;
using qcompile::runtime::DataType;
using qcompile::runtime::Tensor;
using qcompile::runtime::Value;

namespace qcompile::compare {

double getUnit(DataType type) {
  if (type == DataType::Float32())
    return 0x1p-24;
  if (type == DataType::Float64())
    return 0x1p-53;
  if (type == DataType::Float16())
    return 0x1p-11;
  return type == DataType::BFloat16() ? 0x1p-8 : 0;
}

double getSumUnit(DataType type, Accumulation accumulation) {
  double unit = getUnit(type);
  return accumulation == Accumulation::Own || unit == 0 ? unit : std::min(unit, 0x1p-24);
}

double getGamma(double count, double unit) {
  double share = count * unit;
  return share < 0.5 ? share / (1 - share) : INFINITY;
}

//===----------------------------------------------------------------------===//
// Radii
//===----------------------------------------------------------------------===//

/// The float32 numbers next to the ends, away from the middle.
static std::pair<Tensor, Tensor> makeFloatEnds(const Tensor &like, ArrayRef<double> low, ArrayRef<double> high) {
  std::vector<float> lows(low.size()), highs(low.size());
  for (size_t i = 0; i < low.size(); ++i) {
    lows[i] = std::nextafter(float(low[i]), -INFINITY);
    highs[i] = std::nextafter(float(high[i]), INFINITY);
  }
  return {Tensor::FromFloats(like.shape(), lows), Tensor::FromFloats(like.shape(), highs)};
}

/// The same in another type: rounding to it, and the subtraction before, move a number by less than two units.
static std::pair<Tensor, Tensor> makeEnds(const Tensor &like, ArrayRef<double> low, ArrayRef<double> high) {
  const double share = 2 * std::max(getUnit(like.type()), 0x1p-53), least = 0x1p-24 * (like.type().bits == 16);
  std::vector<double> lows(low.size()), highs(low.size());
  for (size_t i = 0; i < low.size(); ++i) {
    lows[i] = low[i] - share * std::fabs(low[i]) - least;
    highs[i] = high[i] + share * std::fabs(high[i]) + least;
    if (std::isinf(low[i]) || std::isinf(high[i]))
      lows[i] = low[i], highs[i] = high[i];
  }
  return {Tensor::FromReals(like.type(), like.shape(), lows), Tensor::FromReals(like.type(), like.shape(), highs)};
}

void widen(Interval &interval, const Radius &radius) {
  if (radius.empty() || !interval.isBounded || all_of(radius, [](double r) { return r == 0; }))
    return;
  const Tensor &middle = interval.middle.tensor, before[] = {interval.low().tensor, interval.high().tensor};
  std::vector<double> low(radius.size()), high(radius.size());
  for (size_t i = 0; i < radius.size(); ++i) {
    low[i] = before[0].DoubleAt(int64_t(i)) - radius[i];
    high[i] = before[1].DoubleAt(int64_t(i)) + radius[i];
    if (!std::isfinite(radius[i]) && !std::isnan(middle.DoubleAt(int64_t(i)))) {
      low[i] = -INFINITY;
      high[i] = INFINITY;
    }
  }
  bool isFloat32 = middle.type() == DataType::Float32();
  auto [lows, highs] = isFloat32 ? makeFloatEnds(middle, low, high) : makeEnds(middle, low, high);
  for (auto [end, from, moved] : {std::tuple(&lows, &before[0], &low), {&highs, &before[1], &high}})
    for (size_t i = 0; isFloat32 && i < radius.size(); ++i)
      if (radius[i] == 0) // stays where it is
        end->MutableData<float>()[i] = from->Floats()[i];
  interval.ends.emplace(Value(lows), Value(highs));
}

Radius getRadius(const Interval &interval) {
  if (interval.isPoint())
    return {};
  Radius out(size_t(interval.middle.tensor.size()), INFINITY);
  for (size_t i = 0; interval.isBounded && i < out.size(); ++i) {
    double x = interval.middle.tensor.DoubleAt(int64_t(i));
    double low = interval.low().tensor.DoubleAt(int64_t(i)), high = interval.high().tensor.DoubleAt(int64_t(i));
    out[i] = low == x && high == x ? 0 : std::max(high - x, x - low);
    if (std::isnan(out[i]))
      out[i] = std::isnan(x) ? 0 : INFINITY;
  }
  return out;
}

void add(Radius &radius, const Radius &other) {
  if (radius.empty())
    radius = other;
  else
    for (size_t i = 0; i < other.size(); ++i)
      radius[i] += other[i];
}

//===----------------------------------------------------------------------===//
// Hulls
//===----------------------------------------------------------------------===//

template <typename T> static void takeExtremes(const Tensor &part, Tensor &low, Tensor &high) {
  auto in = part.Data<T>();
  auto lower = low.MutableData<T>(), upper = high.MutableData<T>();
  for (size_t i = 0; i < in.size(); ++i) {
    lower[i] = std::min(lower[i], in[i]);
    upper[i] = std::max(upper[i], in[i]);
  }
}

/// Floats whose bits do not compare as they do.
static void takeNarrowExtremes(const Tensor &part, Tensor &low, Tensor &high) {
  std::vector<double> lower(size_t(part.size())), upper(lower);
  for (int64_t i = 0; i < part.size(); ++i) {
    lower[size_t(i)] = std::min(low.DoubleAt(i), part.DoubleAt(i));
    upper[size_t(i)] = std::max(high.DoubleAt(i), part.DoubleAt(i));
  }
  low = Tensor::FromReals(part.type(), part.shape(), lower);
  high = Tensor::FromReals(part.type(), part.shape(), upper);
}

/// Widens [low, high] to hold the elements of `part`, which has their type and shape.
static void include(const Tensor &part, Tensor &low, Tensor &high) {
  bool isFloat = part.type().IsFloat();
  bool isUnsigned = part.type().kind == runtime::TypeKind::kUnsigned || part.type().kind == runtime::TypeKind::kBool;
  switch (part.type().ContainerSize()) {
  case 1:
    return isFloat      ? takeNarrowExtremes(part, low, high)
           : isUnsigned ? takeExtremes<uint8_t>(part, low, high)
                        : takeExtremes<int8_t>(part, low, high);
  case 2:
    return isFloat      ? takeNarrowExtremes(part, low, high)
           : isUnsigned ? takeExtremes<uint16_t>(part, low, high)
                        : takeExtremes<int16_t>(part, low, high);
  case 4:
    return isFloat      ? takeExtremes<float>(part, low, high)
           : isUnsigned ? takeExtremes<uint32_t>(part, low, high)
                        : takeExtremes<int32_t>(part, low, high);
  default:
    return isFloat      ? takeExtremes<double>(part, low, high)
           : isUnsigned ? takeExtremes<uint64_t>(part, low, high)
                        : takeExtremes<int64_t>(part, low, high);
  }
}

static bool isSame(const Value &a, const Value &b) {
  return a.tensor == b.tensor && (!a.quantized || !b.quantized || a.quantized->codes == b.quantized->codes);
}

/// Where an end is NaN, like inf - inf, nothing is known of the element.
static void openNaNs(const Tensor &middle, const Tensor &part, Tensor &low, Tensor &high) {
  if (part.type() != DataType::Float32() && part.type() != DataType::Float64())
    return;
  for (int64_t i = 0; i < part.size(); ++i)
    if (std::isnan(part.DoubleAt(i)) && !std::isnan(middle.DoubleAt(i))) {
      if (part.type() == DataType::Float32())
        low.MutableData<float>()[i] = -INFINITY, high.MutableData<float>()[i] = INFINITY;
      else
        low.MutableData<double>()[i] = -INFINITY, high.MutableData<double>()[i] = INFINITY;
    }
}

Interval makeHull(const Value &middle, ArrayRef<Value> others) {
  Interval out{middle, std::pair(middle, middle)};
  auto &[low, high] = *out.ends;
  for (const Value &other : others) {
    if (other.tensor.type() != middle.tensor.type() || other.tensor.shape() != middle.tensor.shape())
      return {middle, std::nullopt, false};
    include(other.tensor, low.tensor, high.tensor);
    openNaNs(middle.tensor, other.tensor, low.tensor, high.tensor);
    if (low.quantized && other.quantized && low.quantized->codes.type() == other.quantized->codes.type())
      include(other.quantized->codes, low.quantized->codes, high.quantized->codes);
    else
      low.quantized = high.quantized = std::nullopt;
  }
  if (isSame(low, high))
    out.ends.reset();
  return out;
}

} // namespace qcompile::compare
