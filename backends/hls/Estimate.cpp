// The published cost model, and the folding search over it.
#include "backends/hls/Estimate.h"

#include <algorithm>
#include <cmath>

namespace qcompile::hls {

static int64_t divideUp(int64_t a, int64_t b) { return (a + b - 1) / b; }

static int64_t log2Up(int64_t value) { return value <= 1 ? 0 : unsignedBits(value - 1); }

Resources &Resources::operator+=(const Resources &other) {
  lut += other.lut;
  bram18 += other.bram18;
  dsp += other.dsp;
  return *this;
}

Resources &Resources::operator*=(int64_t factor) {
  lut *= factor;
  bram18 *= factor;
  dsp *= factor;
  return *this;
}

int64_t MatrixVectorShape::cycles(Folding folding) const {
  return outputs / folding.pe * (inputs / folding.simd) * vectors;
}

int64_t MatrixVectorShape::memoryDepth(Folding folding) const { return inputs * outputs / (folding.pe * folding.simd); }

int64_t MatrixVectorShape::memoryWidth(Folding folding) const { return folding.pe * folding.simd * weightBits; }

int64_t bram18(int64_t depth, int64_t width, bool parity) {
  const int64_t narrow = parity ? 9 : 8, half = 2 * narrow, full = 4 * narrow;
  if (width == 1)
    return divideUp(depth, 16384);
  if (width == 2)
    return divideUp(depth, 8192);
  if (width <= 4)
    return divideUp(depth, 4096) * divideUp(width, 4);
  if (width <= 9)
    return divideUp(depth, 2048) * divideUp(width, narrow);
  if (width <= 18 || depth > 512)
    return divideUp(depth, 1024) * divideUp(width, half);
  return divideUp(depth, 512) * divideUp(width, full);
}

int64_t multiplierLuts(int64_t bits) { return (2 * divideUp(bits, 6) - 1) * bits; }

/// Bits of an accumulator that suffice for any weights of the type.
static int64_t typeBoundBits(const MatrixVectorShape &shape) {
  const double a =
      std::log2(double(shape.inputs)) + shape.weightBits + shape.inputBits - 1 - (shape.inputSigned ? 1 : 0);
  return int64_t(std::ceil(a + std::log2(1 + std::exp2(-a)) + 1));
}

Resources MatrixVectorShape::resources(Folding folding) const {
  const int64_t pe = folding.pe, simd = folding.simd;
  const int64_t bits = weightBits + inputBits;
  const int64_t depth = memoryDepth(folding);
  const bool dsps = multiplier == Multiplier::Dsp;

  const int64_t multiply = dsps ? 0 : simd * multiplierLuts(bits);
  const int64_t tree = bits * (2 * simd - 1);
  const int64_t sum = std::min<int64_t>(accumulatorBits, typeBoundBits(*this));
  const int64_t thresholdMemory = thresholds * sum * divideUp(outputs / pe, 64);
  const int64_t comparators = thresholds * sum;
  const bool block = memory == WeightMemory::Block;
  const int64_t weightLuts = block ? 0 : pe * simd * weightBits * divideUp(depth, 64);

  Resources result;
  result.lut = int64_t(300 + 1.1 * double(pe) * double(multiply + tree + sum + thresholdMemory + comparators) +
                       double(weightLuts));
  result.bram18 = block ? hls::bram18(depth, memoryWidth(folding), !perChannel) : 0;
  result.dsp = dsps ? pe * simd * divideUp(bits, 48) : 0;
  return result;
}

Resources thresholdResources(int64_t channels, int inputBits, int64_t pe) {
  const int64_t folds = channels / pe;
  Resources result;
  result.lut = inputBits * pe;
  if (folds > 1)
    result.lut += pe * inputBits * divideUp(folds, 64);
  return result;
}

Resources romResources(int64_t depth, int64_t width) {
  Resources result;
  if (depth > 128)
    result.bram18 = bram18(depth, width);
  else
    result.lut = width * divideUp(depth, 64);
  return result;
}

Resources reorderResources(int64_t depth, int64_t width) {
  Resources result;
  result.lut = 300;
  if (depth > 128)
    result.bram18 = bram18(depth, width);
  else
    result.lut += width * divideUp(depth, 38);
  return result;
}

Resources fifoResources(int64_t depth, int64_t width) {
  Resources result;
  result.lut = 2 * log2Up(depth);
  if (depth > 256)
    result.bram18 = bram18(int64_t(1) << log2Up(depth), width);
  else
    result.lut += divideUp(depth, 32) * divideUp(width, 2);
  return result;
}

Resources converterResources(int64_t wide, int64_t ratio) {
  Resources result;
  result.lut = log2Up(ratio) + wide;
  return result;
}

static std::vector<int64_t> divisors(int64_t value) {
  std::vector<int64_t> low, high;
  for (int64_t d = 1; d <= value / d; ++d) {
    if (value % d)
      continue;
    low.push_back(d);
    if (d != value / d)
      high.push_back(value / d);
  }
  low.insert(low.end(), high.rbegin(), high.rend());
  return low;
}

Folding chooseFolding(const MatrixVectorShape &shape, const FoldingGoal &goal) {
  Folding folding;
  for (int64_t simd : divisors(shape.simdUnit ? shape.simdUnit : shape.inputs)) {
    if (simd > 1 && (simd * shape.weightBits > goal.weightStreamBits || simd * shape.inputBits > goal.wordBits))
      break;
    folding.simd = simd;
    if (shape.cycles(folding) < goal.cycles)
      return folding;
  }
  for (int64_t pe : divisors(shape.outputs / shape.groups)) {
    if (pe > 1 && pe * shape.outputBits > goal.wordBits)
      break;
    folding.pe = pe;
    if (shape.cycles(folding) < goal.cycles)
      break;
  }
  return folding;
}

int64_t chooseLanes(int64_t unit, int64_t cycles, int64_t bits, const FoldingGoal &goal) {
  int64_t chosen = 1;
  for (int64_t lanes : divisors(unit)) {
    if (lanes > 1 && lanes * bits > goal.wordBits)
      break;
    chosen = lanes;
    if (divideUp(cycles, lanes) < goal.cycles)
      break;
  }
  return chosen;
}

std::vector<Folding> chooseFoldings(const std::vector<MatrixVectorShape> &layers, FoldingGoal goal) {
  std::vector<Folding> foldings;
  for (int pass = 0; pass < 2; ++pass) {
    foldings.clear();
    int64_t slowest = 0;
    for (const MatrixVectorShape &layer : layers) {
      foldings.push_back(chooseFolding(layer, goal));
      slowest = std::max(slowest, layer.cycles(foldings.back()));
    }
    if (slowest <= goal.cycles)
      break;
    goal.cycles = slowest;
  }
  return foldings;
}

} // namespace qcompile::hls
