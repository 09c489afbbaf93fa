//===- Statistics.cpp - How far two tensors are apart ---------------------===//
#include "compiler/compare/Statistics.h"

#include <cmath>

using namespace llvm;
using qcompile::runtime::Tensor;

namespace qcompile::compare {

/// Codes say what differs where they stand for the same numbers on both sides, or for themselves.
static bool haveEqualGrids(const TracedTensor &a, const TracedTensor &b) {
  if (!a.codes || !b.codes)
    return false;
  return !a.grid || !b.grid || (a.grid->scale == b.grid->scale && a.grid->zeroPoint == b.grid->zeroPoint);
}

static bool haveEqualKinds(const TracedTensor &a, const TracedTensor &b) {
  return a.value.type().IsFloat() == b.value.type().IsFloat();
}

bool areComparable(const TracedTensor &a, const TracedTensor &b) {
  return a.value.size() == b.value.size() && (haveEqualKinds(a, b) || haveEqualGrids(a, b));
}

static bool isSame(double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); }

namespace {
/// Sums over the elements of a tensor whose values are finite on both sides.
struct Noise {
  double signal = 0, noise = 0;
  int64_t count = 0;

  void add(double x, double y) {
    if (!std::isfinite(x) || !std::isfinite(y))
      return;
    signal += x * x;
    noise += (x - y) * (x - y);
    ++count;
  }
};
} // namespace

static void addDifference(TensorRow &row, double x, double y) {
  double difference = std::fabs(x - y), larger = std::max(std::fabs(x), std::fabs(y));
  bool finite = std::isfinite(difference);
  row.worst = std::max(row.worst, finite ? difference : INFINITY);
  if (difference != 0)
    row.relative = std::max(row.relative, finite ? difference / larger : INFINITY);
}

/// The batch that element `i` of a joined tensor belongs to.
static size_t getBatch(const Tensor &joined, int64_t i, const InputBatches &inputs) {
  int64_t batches = int64_t(inputs.batches.size());
  bool batched = joined.rank() > 0 && joined.shape()[0] == inputs.samples;
  int64_t rows = batched ? inputs.samples : batches;
  if (rows == 0 || joined.size() % rows != 0) // a constant
    return 0;
  int64_t row = i / std::max<int64_t>(joined.size() / rows, 1);
  return size_t(batched ? row / inputs.samplesPerBatch : row);
}

TensorRow compareTensors(StringRef name, const TracedTensor &a, const TracedTensor &b, const InputBatches &inputs) {
  TensorRow row;
  row.name = name.str();
  row.elements = a.value.size();
  row.isConstant = a.isConstant;
  row.isCodes = haveEqualGrids(a, b);
  row.batches.resize(inputs.batches.size());
  bool values = haveEqualKinds(a, b);
  const Tensor &left = values ? a.value : *a.codes, &right = values ? b.value : *b.codes;
  Noise noise;
  for (int64_t i = 0; i < row.elements; ++i) {
    double x = left.DoubleAt(i), y = right.DoubleAt(i);
    noise.add(x, y);
    int64_t steps = row.isCodes ? std::abs(a.codes->IntegerAt(i) - b.codes->IntegerAt(i)) : 0;
    if (row.isCodes ? steps == 0 : isSame(x, y))
      continue;
    row.steps = std::max(row.steps, steps);
    addDifference(row, x, y);
    ++row.differing;
    row.batches[getBatch(left, i, inputs)] = true;
  }
  row.meanSquare = noise.count ? noise.noise / double(noise.count) : 0;
  row.snr = noise.noise == 0 ? INFINITY : 10 * std::log10(noise.signal / noise.noise);
  return row;
}

} // namespace qcompile::compare
