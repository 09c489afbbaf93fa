//===- LayerProduct.cpp - Codebooks and tables of one layer ---------------===//
#include "passes/product-quantize/LayerProduct.h"

#include <cmath>

#include "dialects/data/DataDialect.h"
#include "dialects/onnx/OnnxOps.h"
#include "passes/product-quantize/WeightFit.h"

using namespace mlir;
using qcompile::compression::Activations;
using qcompile::compression::Correction;
using qcompile::compression::Layer;
using qcompile::compression::LayerData;
using qcompile::compression::Matrix;

namespace qcompile::pq {

/// Dampings of fitted weights, and ridges of fitted tables by how often a prototype occurs on average.
static constexpr double kDampings[] = {0.03, 0.1, 0.3, 1};
static constexpr double kRidges[] = {0.1, 1, 10};
/// Tables are refitted where a sweep over all rows, sub-spaces and outputs has fewer steps.
static constexpr int64_t kMaxSweep = int64_t{1} << 30;

std::optional<std::vector<double>> readBias(const Layer &layer) {
  Operation *op = layer.operation();
  std::vector<double> bias(size_t(layer.outputs()));
  if (isa<onnx::MatMulOp>(op) || op->getNumOperands() < 3)
    return bias;
  auto constant = op->getOperand(2).getDefiningOp<onnx::ConstantOp>();
  auto held = constant ? constant->getAttrOfType<data::ConstantAttr>("value") : nullptr;
  bool fits =
      held && held.getType().getElementType().isF32() &&
      (held.size() == 1 || (held.size() == layer.outputs() && held.getType().getShape().back() == layer.outputs()));
  if (!fits)
    return std::nullopt;
  auto gemm = dyn_cast<onnx::GemmOp>(op);
  double beta = gemm ? gemm.getBeta().convertToFloat() : 1;
  runtime::Tensor tensor = held.getTensor();
  for (int64_t m = 0; m < layer.outputs(); ++m)
    bias[size_t(m)] = beta * tensor.DoubleAt(tensor.size() == 1 ? 0 : m);
  for (double b : bias)
    if (!std::isfinite(b))
      return std::nullopt;
  return bias;
}

static double getAlpha(const Layer &layer) {
  auto gemm = dyn_cast<onnx::GemmOp>(layer.operation());
  return gemm ? gemm.getAlpha().convertToFloat() : 1;
}

namespace {
class Designer {
public:
  Designer(const Layer &layer, const InputGrid &grid, const LayerData *data, Correction correction,
           const Settings &settings)
      : layer(layer), data(data), correction(correction), settings(settings), columns(layer.inputs()),
        outputs(layer.outputs()) {
    product.grid = grid;
    Matrix matrix = layer.weights() * (getAlpha(layer) * double(grid.scale));
    weights.resize(size_t(columns * outputs));
    for (int64_t c = 0; c < columns; ++c)
      for (int64_t m = 0; m < outputs; ++m)
        weights[size_t(c * outputs + m)] = matrix(m, c);
  }

  llvm::Expected<LayerProduct> run() {
    product.bias = *readBias(layer);
    std::optional<runtime::Codebooks> patterns =
        product.grid.own ? std::nullopt : enumeratePatterns(columns, product.grid.codes, settings.codebooks);
    if (!patterns && !data)
      return llvm::createStringError("expected calibration data (calibration=FILE): its sub-vectors have more than " +
                                     Twine(settings.codebooks.prototypes) + " patterns");
    if (patterns)
      takePatterns(std::move(*patterns));
    else
      design();
    absl::Status status =
        product.codebooks.CheckDistances(product.grid.codes.low, product.grid.codes.high, (int64_t{1} << 31) - 1);
    if (!status.ok())
      return llvm::createStringError(std::string(status.message()) +
                                     "; use shorter sub-vectors or fewer prototype bits");
    return std::move(product);
  }

private:
  /// Prototypes that are all patterns: exact where the weights are integers too.
  void takePatterns(runtime::Codebooks patterns) {
    CodebookDesign all{patterns, {patterns.values.begin(), patterns.values.end()}};
    product.codebooks = std::move(patterns);
    std::optional<compression::WeightGrid> grid = layer.grid();
    if (grid && getAlpha(layer) == 1)
      takeIntegers(*grid, all);
    else
      finish(quantizeTables(makeTables(all, weights, columns, outputs), settings.tableBits, settings.layerScale));
    if (data) {
      encode(readRows());
      judge(/*shift=*/!product.exact && correction != Correction::None);
    }
  }

  /// Tables of integer weights, scales that are products of scales.
  void takeIntegers(const compression::WeightGrid &grid, const CodebookDesign &all) {
    Matrix values = layer.weights();
    std::vector<double> codes(size_t(columns * outputs));
    for (int64_t c = 0; c < columns; ++c)
      for (int64_t m = 0; m < outputs; ++m) {
        double weight = values(m, c), scale = grid.scaleOf(m);
        codes[size_t(c * outputs + m)] =
            grid.bipolar ? (weight < 0 ? -1 : 1)
                         : std::nearbyint(weight / scale); // code - zero point: two roundings of float32
      }
    for (double entry : makeTables(all, codes, columns, outputs).values)
      product.tables.push_back(int64_t(entry));
    for (int64_t m = 0; m < outputs; ++m)
      product.scale.push_back(double(product.grid.scale) * grid.scaleOf(m));
    product.exact = true;
  }

  CodeMatrix readRows() { return encodeInputs(data->group(0).current, product.grid); }

  void design() {
    CodeMatrix rows = readRows();
    CodebookOptions options = settings.codebooks;
    bool weighted = settings.weighted && options.norm == 2;
    if (weighted && settings.group && columns > options.length && layer.kind() == compression::LayerKind::Linear)
      reorder(rows, groupColumns(rows, options.length, weights, outputs));
    int64_t levels = product.grid.codes.high - product.grid.codes.low;
    while (!weighted && (levels + 1) * options.factor < int64_t{1} << options.prototypeBits)
      options.factor *= 2;
    CodebookDesign codebooks = designCodebooks(
        rows, options, weighted ? std::span<const double>(weights) : std::span<const double>(), outputs);
    product.codebooks = codebooks.codebooks;
    encode(rows);
    bool fit = settings.refit && correction == Correction::SecondOrder;
    if (!fit) {
      finish(quantizeTables(makeTables(codebooks, weights, columns, outputs), settings.tableBits, settings.layerScale));
    } else {
      Tables tables = fitTables(fitData, codebooks, weights, columns, outputs, kDampings);
      double ridge = refine(tables);
      finish(quantizeTables(tables, settings.tableBits, settings.layerScale, &fitData, ridge));
    }
    judge(correction != Correction::None);
  }

  /// Fits the tables themselves, where that helps on rows that are held out. Returns the ridge, also for rounding.
  double refine(Tables &tables) {
    double perPrototype = double(fitData.rows) / double(product.codebooks.prototypes);
    if (fitData.rows * product.codebooks.spaces * outputs > kMaxSweep)
      return perPrototype;
    std::vector<double> ridges;
    for (double ridge : kRidges)
      ridges.push_back(ridge * perPrototype);
    std::optional<double> ridge = chooseRidge(fitData, tables, ridges);
    if (!ridge)
      return 10 * perPrototype;
    tables = refitTables(fitData, tables, *ridge);
    return *ridge;
  }

  void reorder(CodeMatrix &rows, std::vector<int64_t> order) {
    CodeMatrix moved = rows;
    std::vector<double> movedWeights = weights;
    for (int64_t c = 0; c < columns; ++c) {
      for (int64_t r = 0; r < rows.rows; ++r)
        moved.values[size_t(r * columns + c)] = rows.values[size_t(r * columns + order[size_t(c)])];
      for (int64_t m = 0; m < outputs; ++m)
        movedWeights[size_t(c * outputs + m)] = weights[size_t(order[size_t(c)] * outputs + m)];
    }
    rows = std::move(moved);
    weights = std::move(movedWeights);
    product.order = std::move(order);
  }

  /// The positions of the rows, and what the source model computes at them.
  void encode(const CodeMatrix &rows) {
    fitData.rows = rows.rows;
    fitData.positions = encodeRows(product.codebooks, rows);
    Matrix matrix = layer.weights() * getAlpha(layer);
    Activations targets = data->group(0).source * matrix.cast<float>().transpose();
    fitData.targets.assign(targets.data(), targets.data() + targets.size());
    product.rows = rows.rows;
  }

  void finish(const IntegerTables &integers) {
    product.tables.assign(integers.values.begin(), integers.values.end());
    product.scale = integers.scale;
    for (int64_t m = 0; m < outputs; ++m)
      product.bias[size_t(m)] += integers.bias[size_t(m)];
  }

  /// The error on the rows; with `shift`, the mean of it goes into the bias first.
  void judge(bool shift) {
    Tables tables{product.codebooks.spaces, product.codebooks.prototypes, outputs, {}};
    for (size_t i = 0; i < product.tables.size(); ++i)
      tables.values.push_back(product.scale[i % size_t(outputs)] * double(product.tables[i]));
    std::vector<double> given = *readBias(layer), mean(static_cast<size_t>(outputs));
    std::vector<float> residual = getResidual(fitData, tables);
    double error = 0, whole = 0;
    for (size_t i = 0; i < residual.size(); ++i)
      mean[i % size_t(outputs)] += residual[i] / double(fitData.rows);
    for (int64_t m = 0; shift && m < outputs; ++m)
      product.bias[size_t(m)] = given[size_t(m)] + mean[size_t(m)];
    for (size_t i = 0; i < residual.size(); ++i) {
      size_t m = i % size_t(outputs);
      double rest = residual[i] - (product.bias[m] - given[m]);
      error += rest * rest;
      whole += double(fitData.targets[i]) * fitData.targets[i];
    }
    product.outputError = whole == 0 ? 0 : std::sqrt(error / whole);
  }

  const Layer &layer;
  const LayerData *data;
  Correction correction;
  const Settings &settings;
  int64_t columns, outputs;
  std::vector<double> weights; ///< [columns][outputs], per step of the codes
  FitData fitData;
  LayerProduct product;
};
} // namespace

llvm::Expected<LayerProduct> designProduct(const Layer &layer, const InputGrid &grid, const LayerData *data,
                                           Correction correction, const Settings &settings) {
  return Designer(layer, grid, data, correction, settings).run();
}

} // namespace qcompile::pq
