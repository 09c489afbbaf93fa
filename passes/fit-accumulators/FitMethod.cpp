//===- FitMethod.cpp - Fits one layer into its accumulator ----------------===//
#include "passes/fit-accumulators/FitMethod.h"

#include <cmath>
#include <map>

using namespace mlir;
using qcompile::compression::Layer;
using qcompile::compression::LayerResult;
using qcompile::compression::LayerTask;
using qcompile::compression::Matrix;
using qcompile::compression::WeightGrid;

namespace qcompile::fit {

/// The codes that a row may have, zero point subtracted.
static qnn::Bounds getCodeRange(const WeightGrid &grid, int64_t row) {
  return {grid.low() - grid.zeroPointOf(row), grid.high() - grid.zeroPointOf(row)};
}

int getTileBits(llvm::ArrayRef<std::vector<int64_t>> rows, qnn::Bounds input, int64_t tile) {
  AccumulatorLimit any(input, /*bits=*/62);
  std::vector<qnn::Bounds> bounds;
  for (const std::vector<int64_t> &row : rows)
    for (int64_t begin = 0; begin < int64_t(row.size()); begin += tile) {
      SignedSums sums;
      for (int64_t k = begin; k < std::min<int64_t>(begin + tile, row.size()); ++k)
        sums.add(row[k]);
      bounds.push_back(any.getBounds(sums));
    }
  return qnn::unite(bounds).narrowestType().bits;
}

RowLimits FitMethod::getLimits(const Layer &layer) const {
  qnn::Bounds input = sums.lookup(layer.operation()).input;
  RowLimits out;
  if (int64_t bits = options.bitsOf(layer))
    out.outer = AccumulatorLimit(input, bits);
  if (options.tile > 0 && options.tile < layer.inputs()) {
    out.inner = AccumulatorLimit(input, options.innerBits);
    out.tile = options.tile;
  } else if (options.tile > 0) {
    // One tile is the whole sum.
    out.outer =
        AccumulatorLimit(input, out.outer ? std::min(options.bitsOf(layer), options.innerBits) : options.innerBits);
  }
  return out;
}

bool FitMethod::fits(const Layer &layer) const {
  const IntegerSums &own = sums.find(layer.operation())->second;
  if (!own.reason.empty())
    return false;
  int64_t bits = options.bitsOf(layer);
  if (bits && own.bits() > bits)
    return false;
  return options.tile == 0 ||
         getTileBits(getCodes(*layer.grid(), layer.weights()), own.input, options.tile) <= options.innerBits;
}

std::string FitMethod::skip(const Layer &layer) const {
  const IntegerSums &own = sums.find(layer.operation())->second;
  int64_t bits = options.bitsOf(layer);
  if (!bits && !options.tile)
    return "no width is asked for";
  if (!own.reason.empty())
    return "it has no integer accumulator to fit: " + own.reason;
  if (fits(layer))
    return "every sum fits as it is, in " + std::to_string(own.bits()) + " bits";
  return "";
}

llvm::json::Object FitMethod::describeFit(const Layer &layer) const {
  const IntegerSums &own = sums.find(layer.operation())->second;
  double bits = double(layer.size()) * layer.grid()->bits;
  llvm::json::Object out{{"layer", layer.name()},
                         {"technique", "proven as it is"},
                         {"weight_error", 0.0},
                         {"bits_before", bits},
                         {"bits_after", bits},
                         {"accumulator_bits_before", own.bits()},
                         {"accumulator_bits_after", own.bits()},
                         {"input_low", own.input.low},
                         {"input_high", own.input.high},
                         {"channels_changed", 0}};
  if (int64_t wanted = options.bitsOf(layer))
    out["accumulator_bits_wanted"] = wanted;
  return out;
}

llvm::Error FitMethod::check(const Layer &layer, const RowLimits &limits) const {
  const IntegerSums &own = sums.find(layer.operation())->second;
  if (Attribute structure = layer.structure()) {
    StringRef name = structure.getAbstractAttribute().getName();
    if (name == "encoding.circulant" || name == "encoding.basis")
      return llvm::createStringError("its weights have the structure '" + name +
                                     "', which new codes for single weights would break, so that its accumulator "
                                     "cannot be fitted; the nearest possible width is " +
                                     std::to_string(own.bits()));
  }
  if (layer.grid()->bipolar)
    return llvm::createStringError("its weights are -1 or 1 and cannot be made smaller; expected at least " +
                                   std::to_string(own.bits()) + " bits, found " +
                                   std::to_string(options.bitsOf(layer) ? options.bitsOf(layer) : options.innerBits));
  int fewest = AccumulatorLimit::getFewestBits(own.input);
  std::string cause = " bits, the width of one product of an input code (" + std::to_string(own.input.low) + " to " +
                      std::to_string(own.input.high) + ") and a weight of 1 or -1, found ";
  if (limits.outer && limits.outer->highest() + 1 < std::ldexp(1.0, fewest - 1))
    return llvm::createStringError("expected an accumulator of at least " + std::to_string(fewest) + cause +
                                   std::to_string(std::ilogb(limits.outer->lowest()) + 1));
  if (limits.inner && options.innerBits < fewest)
    return llvm::createStringError("expected inner accumulators of at least " + std::to_string(fewest) + cause +
                                   std::to_string(options.innerBits));
  for (int64_t row = 0; row < layer.outputs(); ++row)
    if (qnn::Bounds range = getCodeRange(*layer.grid(), row); range.low > 0 || range.high < 0)
      return llvm::createStringError("the quantizer of its weights has no code for 0, found zero point " +
                                     std::to_string(layer.grid()->zeroPointOf(row)));
  return llvm::Error::success();
}

/// Second moments of a group's inputs, around their means where a bias makes up for what changes on average.
static Matrix getMoments(const LayerTask &task, int64_t group) {
  return task.correction == compression::Correction::None ? task.data->moments(group)
                                                          : task.data->centredMoments(group);
}

std::vector<FittedRow> FitMethod::fit(const LayerTask &task, int64_t group, llvm::ArrayRef<int64_t> rows,
                                      const RowLimits &limits) const {
  WeightGrid grid = *task.layer.grid();
  RowProblem problem;
  Matrix moments;
  if (task.data) {
    moments = getMoments(task, group);
    problem.moments = &moments;
  }
  problem.secondOrder = task.data && task.correction == compression::Correction::SecondOrder;
  problem.limits = limits;
  problem.rule = options.rule;
  problem.target.resize(rows.size(), task.target().cols());
  std::optional<compression::Mask> fixed = task.layer.fixedZeros();
  compression::Mask zeros(fixed ? rows.size() : 0, task.target().cols());
  for (auto [i, row] : llvm::enumerate(rows)) {
    problem.target.row(i) = task.target().row(row);
    problem.scale.push_back(grid.scaleOf(row));
    problem.codes.push_back(getCodeRange(grid, row));
    if (fixed)
      zeros.row(i) = fixed->row(row);
  }
  if (fixed)
    problem.zeros = &zeros;
  return fitRows(problem);
}

/// A layer's bounds by the functions that verifiers and `inspect` ask.
static std::optional<std::vector<qnn::Bounds>> getBounds(llvm::ArrayRef<std::vector<int64_t>> rows, qnn::Bounds input) {
  std::vector<int64_t> flat;
  for (const std::vector<int64_t> &row : rows)
    flat.insert(flat.end(), row.begin(), row.end());
  int64_t columns = rows.empty() ? 0 : rows[0].size();
  auto tensor = runtime::Tensor::FromIntegers(runtime::DataType::Int64(), {int64_t(rows.size()), columns}, flat);
  if (!tensor.ok())
    return std::nullopt;
  return qnn::getDotProductBounds(input, *tensor, /*axis=*/0);
}

llvm::Error FitMethod::prove(const Layer &layer, const RowLimits &limits, llvm::ArrayRef<std::vector<int64_t>> before,
                             llvm::ArrayRef<std::vector<int64_t>> after, llvm::json::Object &details) const {
  const IntegerSums &own = sums.find(layer.operation())->second;
  std::optional<std::vector<qnn::Bounds>> bounds = getBounds(after, own.input);
  bool holds = bounds && llvm::all_of(after, [&](const std::vector<int64_t> &row) { return limits.hold(row); });
  int bits = bounds ? qnn::unite(*bounds).narrowestType().bits : 0;
  int64_t wanted = options.bitsOf(layer);
  if (!holds || (wanted && bits > wanted))
    return llvm::createStringError("the new weights do not fit: expected " + std::to_string(wanted) + " bits, found " +
                                   std::to_string(bits));
  details["accumulator_bits_before"] = own.bits();
  details["accumulator_bits_after"] = bits;
  details["input_low"] = own.input.low;
  details["input_high"] = own.input.high;
  if (wanted)
    details["accumulator_bits_wanted"] = wanted;
  if (options.tile) {
    details["tile"] = options.tile;
    details["inner_bits_before"] = getTileBits(before, own.input, options.tile);
    details["inner_bits_after"] = getTileBits(after, own.input, options.tile);
  }
  return llvm::Error::success();
}

/// "12-bit accumulator: greedy (14), scale raising (2)", and the counts.
static std::string describe(int64_t bits, int64_t innerBits, const std::map<Technique, int64_t> &counts,
                            llvm::json::Object &details) {
  std::string out;
  if (bits)
    out += std::to_string(bits) + "-bit accumulator";
  if (innerBits)
    out += (bits ? ", " : "") + std::to_string(innerBits) + "-bit tiles";
  int64_t channels = 0;
  llvm::json::Object techniques;
  for (auto [technique, count] : counts) {
    out += (channels == 0 ? ": " : "; ") + getTechniqueName(technique).str() + " (" + std::to_string(count) + ")";
    techniques[getTechniqueName(technique)] = count;
    channels += count;
  }
  details["channels_changed"] = channels;
  details["techniques"] = std::move(techniques);
  return out;
}

llvm::Expected<LayerResult> FitMethod::compress(const LayerTask &task) {
  const Layer &layer = task.layer;
  RowLimits limits = getLimits(layer);
  if (llvm::Error error = check(layer, limits))
    return std::move(error);
  WeightGrid grid = *layer.grid();
  LayerResult result;
  result.weights.values = layer.weights();
  std::vector<std::vector<int64_t>> before = getCodes(grid, result.weights.values), after = before;
  if (grid.scale.size() == 1)
    grid.scale.assign(layer.outputs(), grid.scale[0]);
  std::map<Technique, int64_t> counts;
  const int64_t perGroup = layer.outputs() / layer.groups();
  for (int64_t group = 0; group < layer.groups(); ++group) {
    std::vector<int64_t> rows;
    for (int64_t row = group * perGroup; row < (group + 1) * perGroup; ++row)
      if (!limits.hold(before[row]))
        rows.push_back(row);
    if (rows.empty())
      continue;
    for (auto [row, fitted] : llvm::zip(rows, fit(task, group, rows, limits))) {
      grid.scale[row] = fitted.scale;
      after[row] = fitted.codes;
      ++counts[fitted.technique];
      for (int64_t k = 0; k < layer.inputs(); ++k)
        result.weights.values(row, k) = grid.dequantize(after[row][k] + grid.zeroPointOf(row), row);
    }
  }
  if (llvm::Error error = prove(layer, limits, before, after, result.details))
    return std::move(error);
  // The grid is given even where it is the old one: its quantizer then rounds to the nearest code.
  result.weights.grid =
      llvm::all_equal(grid.scale) && layer.grid()->scale == std::vector(1, grid.scale[0]) ? *layer.grid() : grid;
  result.technique = describe(options.bitsOf(layer), options.innerBits, counts, result.details);
  return result;
}

} // namespace qcompile::fit
