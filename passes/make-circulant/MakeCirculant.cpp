//===- MakeCirculant.cpp - Block-circulant weights ------------------------===//
#include "passes/make-circulant/MakeCirculant.h"

#include <cmath>
#include <numeric>

#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/encoding/EncodingDialect.h"
#include "dialects/onnx/OnnxDialect.h"
#include "passes/compression/Driver.h"
#include "passes/make-circulant/Circulant.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

namespace qcompile {

#define GEN_PASS_DEF_MAKECIRCULANT
#include "passes/make-circulant/MakeCirculant.h.inc"

namespace {
using namespace compression;
using circulant::Layout;

/// A way to see the weights of a layer as a matrix of blocks.
struct Arrangement {
  SmallVector<int64_t> order;   ///< of the constant's dimensions, for the attribute
  std::vector<int64_t> columns; ///< of the layer's matrix, in the order of the circulant one
};

/// Channels side by side at every position of the kernel: column (tap, channel).
Arrangement arrangeByTap(const Layer &layer) {
  Arrangement out;
  out.order.assign(layer.order().begin(), layer.order().end());
  std::rotate(out.order.begin() + 1, out.order.begin() + 2, out.order.end());
  for (int64_t tap = 0; tap < layer.taps(); ++tap)
    for (int64_t channel = 0; channel < layer.channels(); ++channel)
      out.columns.push_back(channel * layer.taps() + tap);
  return out;
}

/// The columns as they are: (channel, tap).
Arrangement arrangeByChannel(const Layer &layer) {
  Arrangement out;
  out.order.assign(layer.order().begin(), layer.order().end());
  out.columns.resize(layer.inputs());
  std::iota(out.columns.begin(), out.columns.end(), 0);
  return out;
}

Matrix getCodes(const Matrix &weights, const WeightGrid &grid) {
  Matrix out(weights.rows(), weights.cols());
  for (int64_t o = 0; o < out.rows(); ++o)
    for (int64_t k = 0; k < out.cols(); ++k)
      out(o, k) = double(grid.quantize(weights(o, k), o));
  return out;
}

/// What LayerData::getOutputError will measure for weights v in place of w, from the moments of the inputs alone:
/// tr(w S wᵀ) - 2 tr(w X vᵀ) + tr(v C vᵀ), relative to the first; S of the source's inputs, C of the current ones, X of
/// both. Where the bias takes the mean shift, its square is taken off.
double predictOutputError(const Layer &layer, const LayerData &data, const Matrix &w, const Matrix &v,
                          bool meansCorrected) {
  double error = 0, whole = 0;
  const int64_t rows = layer.outputs() / layer.groups();
  for (int64_t g = 0; g < layer.groups(); ++g) {
    const GroupInputs &inputs = data.group(g);
    const Matrix before = w.middleRows(g * rows, rows), after = v.middleRows(g * rows, rows);
    const double power = (before * getSecondMoments(inputs.source)).cwiseProduct(before).sum();
    whole += power;
    error += power - 2 * (before * getCrossMoments(inputs.source, inputs.current)).cwiseProduct(after).sum() +
             (after * data.moments(g)).cwiseProduct(after).sum();
  }
  if (meansCorrected)
    error -= data.getMeanShift(layer, w, v).squaredNorm();
  return whole > 0 ? std::sqrt(std::max(error, 0.0) / whole) : 0;
}

class CirculantMaker : public Method {
public:
  CirculantMaker(int64_t block, bool detectOnly, int64_t bits) : block(block), detectOnly(detectOnly), bits(bits) {}

  std::string skip(const Layer &layer) const override {
    return layer.kind() == LayerKind::Depthwise
               ? "a depthwise convolution has one input channel per output, of which no blocks can be made"
               : "";
  }

  llvm::Expected<LayerResult> compress(const LayerTask &task) override {
    const Layer &layer = task.layer;
    const int64_t most = std::max(layer.outputs(), layer.channels());
    if (block > most)
      return llvm::createStringError(
          "blocks of %lld are larger than the layer: expected at most %lld, for %lld outputs and "
          "%lld input channels",
          (long long)block, (long long)most, (long long)layer.outputs(), (long long)layer.channels());
    if (std::optional<LayerResult> found = detect(layer))
      return std::move(*found);
    if (Attribute structure = layer.structure(); structure && !detectOnly && !isa<encoding::CirculantAttr>(structure))
      return llvm::createStringError("its weights have the structure '" +
                                     cast<encoding::EncodingAttr>(structure).getEncodingName().str() +
                                     "', which circulant blocks would break; use one of the two on this layer");
    if (detectOnly && !block)
      return keep(layer, "not block-circulant");
    return project(task);
  }

private:
  LayerResult keep(const Layer &layer, std::string technique, Attribute structure = nullptr) const {
    LayerResult out;
    out.weights.values = layer.weights();
    out.weights.structure = structure;
    out.technique = std::move(technique);
    return out;
  }

  Attribute makeStructure(const Layer &layer, const Arrangement &arrangement, int64_t size) const {
    return encoding::CirculantAttr::get(layer.operation()->getContext(), size, arrangement.order, 1);
  }

  /// The layer as it is, recorded, where its weights or codes are block-circulant.
  std::optional<LayerResult> detect(const Layer &layer) const {
    const std::optional<WeightGrid> grid = layer.grid();
    const Matrix weights = layer.weights(), elements = grid ? getCodes(weights, *grid) : weights;
    std::optional<std::pair<Arrangement, Layout>> best;
    for (const Arrangement &arrangement : {arrangeByTap(layer), arrangeByChannel(layer)}) {
      const int64_t most = block ? block : std::max(layer.outputs(), layer.channels());
      for (int64_t size = std::max<int64_t>(block, 2); size <= most; ++size) {
        Layout layout(size, layer.outputs(), arrangement.columns);
        // Cut blocks may tie nothing at all, which is no structure.
        const int64_t fewest = best ? best->second.stored() : layer.size();
        if (layout.stored() < fewest && isCirculant(elements, layout))
          best.emplace(arrangement, layout);
      }
    }
    if (!best)
      return std::nullopt;
    const auto &[arrangement, layout] = *best;
    LayerResult out = keep(layer, llvm::formatv("circulant {0}, as found", layout.block()),
                           makeStructure(layer, arrangement, layout.block()));
    out.details["block"] = layout.block();
    return out;
  }

  llvm::Expected<LayerResult> project(const LayerTask &task) const;
  llvm::Expected<Matrix> makeValues(const LayerTask &task, const Layout &layout,
                                    const std::vector<const Matrix *> &moments, std::optional<WeightGrid> &grid) const;

  const int64_t block;
  const bool detectOnly;
  const int64_t bits;
};

/// One scale per block of rows: the largest generator element gets the largest code.
WeightGrid makeGrid(const Matrix &generators, const Layout &layout, int64_t bits) {
  WeightGrid grid;
  grid.bits = int(bits);
  grid.scale.clear();
  for (int64_t o = 0; o < layout.outputs(); ++o) {
    const double largest = generators.row(o / layout.block()).cwiseAbs().maxCoeff();
    grid.scale.push_back(largest > 0 ? std::max(float(largest / double(grid.high())), 0x1p-126f) : 1);
  }
  return grid;
}

/// Circulant weights of the layer, values of `grid` where there is one; with `bits` it is made for float weights.
llvm::Expected<Matrix> CirculantMaker::makeValues(const LayerTask &task, const Layout &layout,
                                                  const std::vector<const Matrix *> &moments,
                                                  std::optional<WeightGrid> &grid) const {
  Vector scales;
  if (!grid) {
    Matrix generators = circulant::fit(task.target(), moments, layout);
    if (!bits)
      return circulant::expand(generators.cast<float>().cast<double>(), layout);
    grid = makeGrid(generators, layout, bits);
  }
  for (int64_t o = 0; o < layout.outputs(); ++o) {
    const int64_t first = layout.firstRow(o / layout.block());
    if (grid->zeroPointOf(o) != grid->zeroPointOf(first))
      return llvm::createStringError(
          "the zero points of outputs %lld and %lld differ (%lld and %lld), so that tied weights "
          "have no common code: quantize the weights symmetrically",
          (long long)first, (long long)o, (long long)grid->zeroPointOf(first), (long long)grid->zeroPointOf(o));
  }
  scales.resize(layout.outputs());
  for (int64_t o = 0; o < layout.outputs(); ++o)
    scales(o) = grid->scaleOf(o);
  auto choose = [&](int64_t blockRow, double value) {
    const int64_t row = layout.firstRow(blockRow);
    return double(grid->quantize(value * grid->scaleOf(row), row) - grid->zeroPointOf(row));
  };
  const circulant::Choose chooser = choose;
  Matrix codes = circulant::expand(circulant::fit(task.target(), moments, layout, scales, &chooser), layout);
  for (int64_t o = 0; o < codes.rows(); ++o)
    for (int64_t k = 0; k < codes.cols(); ++k)
      codes(o, k) = grid->dequantize(int64_t(codes(o, k)) + grid->zeroPointOf(o), o);
  return codes;
}

llvm::Expected<LayerResult> CirculantMaker::project(const LayerTask &task) const {
  const Layer &layer = task.layer;
  const Arrangement arrangement = arrangeByTap(layer);
  const Layout layout(block, layer.outputs(), arrangement.columns);
  // Without data, and for the plain projection, all inputs count alike.
  const bool secondOrder = task.correction == Correction::SecondOrder;
  const Matrix identity = Matrix::Identity(layer.inputs(), layer.inputs());
  std::vector<Matrix> damped;
  for (int64_t g = 0; secondOrder && g < layer.groups(); ++g) {
    damped.push_back(task.data->centredMoments(g));
    dampen(damped.back(), 0.01);
  }
  std::vector<const Matrix *> metric;
  for (int64_t o = 0; o < layer.outputs(); ++o)
    metric.push_back(secondOrder ? &damped[layer.groupOf(o)] : &identity);

  LayerResult out;
  std::optional<WeightGrid> grid = layer.grid();
  llvm::Expected<Matrix> values = makeValues(task, layout, metric, grid);
  if (!values)
    return values.takeError();
  const Matrix weights = layer.weights();
  const double weightError = getRelativeError(weights, *values);
  std::string predicted = llvm::formatv("weights off by {0:P1}", weightError);
  out.details = llvm::json::Object{{"block", block}, {"predicted_weight_error", weightError}};
  if (task.data) {
    const double outputError =
        predictOutputError(layer, *task.data, weights, *values, task.correction != Correction::None);
    predicted += llvm::formatv(", outputs by {0:P1}", outputError);
    out.details["predicted_output_error"] = outputError;
  }
  if (detectOnly) {
    LayerResult kept =
        keep(layer, llvm::formatv("not block-circulant; blocks of {0} predicted: {1}", block, predicted));
    kept.details = std::move(out.details);
    return kept;
  }
  out.weights.values = std::move(*values);
  if (!layer.grid())
    out.weights.grid = grid;
  out.weights.structure = makeStructure(layer, arrangement, block);
  out.technique = llvm::formatv("circulant {0} (predicted: {1})", block, predicted);
  return out;
}

struct MakeCirculantPass : impl::MakeCirculantBase<MakeCirculantPass> {
  using MakeCirculantBase::MakeCirculantBase;
  // The options are protected members.
  template <typename Pass> friend Options compression::readOptions(const Pass &pass);

  void getDependentDialects(DialectRegistry &registry) const override {
    MakeCirculantBase::getDependentDialects(registry);
    registry.insert<encoding::EncodingDialect>();
  }

  void runOnOperation() override {
    if (block == 1 || block < 0 || (block == 0 && !detectOnly)) {
      emitError(getOperation().getLoc(), Code::P010)
          << "option 'block': expected at least 2, found " << int64_t(block) << " (0 is for 'detect-only')";
      return signalPassFailure();
    }
    if (bits != 0 && (bits < 2 || bits > 16)) {
      emitError(getOperation().getLoc(), Code::P010) << "option 'bits': expected 0 or 2 to 16, found " << int64_t(bits);
      return signalPassFailure();
    }
    CirculantMaker method(block, detectOnly, bits);
    if (failed(compressLayers(getOperation(), getArgument(), method, readOptions(*this))))
      signalPassFailure();
  }
};

} // namespace
} // namespace qcompile
