//===- Tables.cpp - Tables of products, refitted and rounded --------------===//
#include "passes/product-quantize/Tables.h"

#include <algorithm>
#include <cmath>

namespace qcompile::pq {

Tables makeTables(const CodebookDesign &design, std::span<const double> weights, int64_t columns, int64_t outputs) {
  const runtime::Codebooks &codebooks = design.codebooks;
  Tables tables{codebooks.spaces, codebooks.prototypes, outputs, {}};
  tables.values.resize(size_t(codebooks.spaces * codebooks.prototypes * outputs));
  for (int64_t s = 0; s < codebooks.spaces; ++s)
    for (int64_t p = 0; p < codebooks.prototypes; ++p) {
      std::span<double> entry = tables.entry(s, p);
      int64_t first = s * codebooks.length;
      for (int64_t l = 0; l < codebooks.length && first + l < columns; ++l) {
        int64_t at = (s * codebooks.prototypes + p) * codebooks.length + l;
        double element = design.centroids[size_t(at)];
        for (int64_t m = 0; m < outputs; ++m)
          entry[size_t(m)] += element * weights[size_t((first + l) * outputs + m)];
      }
    }
  return tables;
}

FitData FitData::slice(int64_t first, int64_t count, int64_t outputs) const {
  FitData out;
  out.rows = count;
  for (const std::vector<uint16_t> &space : positions)
    out.positions.emplace_back(space.begin() + first, space.begin() + first + count);
  out.targets.assign(targets.begin() + first * outputs, targets.begin() + (first + count) * outputs);
  return out;
}

/// residual -= T[s][position] for one sub-space; `entries` is [prototype][output].
static void subtract(std::vector<float> &residual, const std::vector<uint16_t> &positions,
                     std::span<const double> entries, int64_t outputs) {
  float *row = residual.data();
  for (uint16_t position : positions) {
    const double *entry = entries.data() + position * outputs;
    for (int64_t m = 0; m < outputs; ++m)
      row[m] = float(row[m] - entry[m]);
    row += outputs;
  }
}

static std::span<const double> getSpace(const Tables &tables, int64_t s) {
  size_t size = size_t(tables.prototypes * tables.outputs);
  return std::span(tables.values).subspan(size_t(s) * size, size);
}

std::vector<float> getResidual(const FitData &data, const Tables &tables) {
  std::vector<float> residual = data.targets;
  for (int64_t s = 0; s < tables.spaces; ++s)
    subtract(residual, data.positions[size_t(s)], getSpace(tables, s), tables.outputs);
  return residual;
}

static double sumSquares(std::span<const float> values) {
  double sum = 0;
  for (float value : values)
    sum += double(value) * value;
  return sum;
}

double getRelativeError(const FitData &data, const Tables &tables) {
  double all = sumSquares(data.targets);
  return all == 0 ? 0 : sumSquares(getResidual(data, tables)) / all;
}

namespace {
/// One sub-space against the residual of all.
class SpaceFit {
public:
  SpaceFit(const FitData &data, const Tables &start, double ridge)
      : data(data), start(start), ridge(ridge), counts(size_t(start.spaces)) {
    for (int64_t s = 0; s < start.spaces; ++s) {
      counts[size_t(s)].resize(size_t(start.prototypes));
      for (uint16_t position : data.positions[size_t(s)])
        ++counts[size_t(s)][position];
    }
  }

  /// What the entries of sub-space `s` change by to fit best: (sum of residuals - ridge * (T - T0)) / (count + ridge).
  std::vector<double> getChange(const Tables &tables, std::span<const float> residual, int64_t s) {
    int64_t outputs = start.outputs;
    std::vector<double> change(static_cast<size_t>(start.prototypes * outputs));
    const float *row = residual.data();
    for (uint16_t position : data.positions[size_t(s)]) {
      double *sums = &change[size_t(position * outputs)];
      for (int64_t m = 0; m < outputs; ++m)
        sums[m] += row[m];
      row += outputs;
    }
    std::span<const double> now = getSpace(tables, s), first = getSpace(start, s);
    for (size_t i = 0; i < change.size(); ++i) {
      double weight = double(counts[size_t(s)][i / size_t(outputs)]) + ridge;
      change[i] = weight == 0 ? 0 : (change[i] - ridge * (now[i] - first[i])) / weight;
    }
    return change;
  }

private:
  const FitData &data;
  const Tables &start;
  double ridge;
  std::vector<std::vector<int64_t>> counts;
};
} // namespace

/// The distance from T0 that the objective counts.
static double getPenalty(const Tables &tables, const Tables &start) {
  double sum = 0;
  for (size_t i = 0; i < tables.values.size(); ++i)
    sum += (tables.values[i] - start.values[i]) * (tables.values[i] - start.values[i]);
  return sum;
}

Tables refitTables(const FitData &data, const Tables &start, double ridge, int sweeps, double gain) {
  Tables tables = start;
  SpaceFit fit(data, start, ridge);
  std::vector<float> residual = getResidual(data, tables);
  double before = sumSquares(residual);
  size_t size = size_t(tables.prototypes * tables.outputs);
  for (int sweep = 0; sweep < sweeps; ++sweep) {
    for (int64_t s = 0; s < tables.spaces; ++s) {
      std::vector<double> change = fit.getChange(tables, residual, s);
      for (size_t i = 0; i < size; ++i)
        tables.values[size_t(s) * size + i] += change[i];
      subtract(residual, data.positions[size_t(s)], change, tables.outputs);
    }
    double after = sumSquares(residual) + ridge * getPenalty(tables, start);
    if (before - after < gain * after)
      break;
    before = after;
  }
  return tables;
}

std::optional<double> chooseRidge(const FitData &data, const Tables &tables, std::span<const double> candidates) {
  int64_t held = data.rows / 5;
  if (held == 0)
    return std::nullopt;
  FitData fitted = data.slice(0, data.rows - held, tables.outputs);
  FitData judged = data.slice(data.rows - held, held, tables.outputs);
  std::optional<double> best;
  double least = getRelativeError(judged, tables);
  for (double ridge : candidates) {
    double error = getRelativeError(judged, refitTables(fitted, tables, ridge, /*sweeps=*/10));
    if (error < least) {
      least = error;
      best = ridge;
    }
  }
  return best;
}

/// Centres every sub-space and output; what is taken off is returned per output.
static std::vector<double> centre(Tables &tables) {
  std::vector<double> bias(static_cast<size_t>(tables.outputs));
  for (int64_t s = 0; s < tables.spaces; ++s)
    for (int64_t m = 0; m < tables.outputs; ++m) {
      double low = tables.entry(s, 0)[size_t(m)], high = low;
      for (int64_t p = 1; p < tables.prototypes; ++p) {
        low = std::min(low, tables.entry(s, p)[size_t(m)]);
        high = std::max(high, tables.entry(s, p)[size_t(m)]);
      }
      double middle = low + (high - low) / 2;
      for (int64_t p = 0; p < tables.prototypes; ++p)
        tables.entry(s, p)[size_t(m)] -= middle;
      bias[size_t(m)] += middle;
    }
  return bias;
}

/// The scales with which the largest entry of an output (or of all) is the largest integer; 1 where all entries are 0.
static std::vector<double> getScales(const Tables &tables, double largest, bool perLayer) {
  std::vector<double> scale(static_cast<size_t>(tables.outputs));
  for (size_t i = 0; i < tables.values.size(); ++i) {
    double &entry = scale[i % size_t(tables.outputs)];
    entry = std::max(entry, std::fabs(tables.values[i]));
  }
  if (perLayer)
    std::fill(scale.begin(), scale.end(), *std::max_element(scale.begin(), scale.end()));
  for (double &s : scale)
    s = s == 0 ? 1 : s / largest;
  return scale;
}

IntegerTables quantizeTables(const Tables &given, int bits, bool perLayer, const FitData *data, double ridge) {
  double largest = double((int64_t{1} << (bits - 1)) - 1);
  Tables tables = given;
  IntegerTables out;
  out.bias = centre(tables);
  out.scale = getScales(tables, largest, perLayer);
  out.values.resize(tables.values.size());
  std::optional<SpaceFit> fit;
  std::vector<float> residual;
  Tables start = tables;
  if (data) {
    fit.emplace(*data, start, ridge);
    residual = getResidual(*data, tables);
    for (size_t i = 0; i < residual.size(); ++i)
      residual[i] = float(residual[i] - out.bias[i % size_t(tables.outputs)]);
  }
  size_t size = size_t(tables.prototypes * tables.outputs);
  for (int64_t s = 0; s < tables.spaces; ++s) {
    std::vector<double> change(size);
    if (fit)
      change = fit->getChange(tables, residual, s);
    for (size_t i = 0; i < size; ++i) {
      size_t at = size_t(s) * size + i;
      double scale = out.scale[i % size_t(tables.outputs)], before = tables.values[at];
      double code = std::clamp(std::round((before + change[i]) / scale), -largest - 1, largest);
      out.values[at] = int32_t(code);
      tables.values[at] = code * scale;
      change[i] = tables.values[at] - before;
    }
    if (fit)
      subtract(residual, data->positions[size_t(s)], change, tables.outputs);
  }
  return out;
}

} // namespace qcompile::pq
