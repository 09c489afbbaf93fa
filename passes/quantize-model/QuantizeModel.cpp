//===- QuantizeModel.cpp - Low-bit weights and activations ----------------===//
#include "passes/quantize-model/QuantizeModel.h"

#include <numeric>

#include "dialects/data/DataDialect.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/encoding/EncodingDialect.h"
#include "dialects/onnx/OnnxDialect.h"
#include "passes/compression/Driver.h"
#include "passes/quantize-model/Settings.h"

using namespace mlir;

namespace qcompile {

#define GEN_PASS_DEF_QUANTIZEMODEL
#include "passes/quantize-model/QuantizeModel.h.inc"

namespace {

using namespace compression;
using namespace quantization;

class QuantizeMethod : public Method {
public:
  QuantizeMethod(const Settings &settings, bool requantize)
      : settings(settings), requantize(requantize), activations(settings.activations) {}

  void begin(ArrayRef<Layer> layers) override {
    SmallVector<Operation *> operations;
    for (const Layer &layer : layers)
      operations.push_back(layer.operation());
    activations.select(operations);
  }

  llvm::Error visit(Operation *op, LayerwiseRun &run) override {
    return settings.activations.bits > 0 ? activations.visit(op, run) : llvm::Error::success();
  }

  std::string skip(const Layer &layer) const override {
    if (settings.weights.bits == 0)
      return "weight-bits=0 leaves weights";
    if (layer.grid() && !requantize)
      return "its weights are quantized (requantize=true quantizes them anew)";
    return "";
  }

  llvm::Expected<LayerResult> compress(const LayerTask &task) override {
    if (!task.target().allFinite())
      return llvm::createStringError("expected finite weights, found some that are not");
    llvm::Expected<Structure> structure = readStructure(task.layer);
    if (!structure)
      return structure.takeError();
    LayerResult result;
    result.technique = settings.technique;
    WeightOptions options = settings.weights;
    result.weights = quantize(task, *structure, options);
    if (const double error = getError(task, result.weights.values); error > settings.dualThreshold) {
      options.dual = true;
      result.weights = quantize(task, *structure, options);
      result.technique = "dual " + settings.technique;
      result.details["single_error"] = error;
    }
    if (settings.activations.bits > 0)
      result.details["activation_bits"] = settings.activations.bits;
    return result;
  }

  void finish() { activations.finish(); }

private:
  /// What recorded structure asks for: the columns in an order that makes circulant blocks adjacent, and what stays.
  struct Structure {
    std::vector<int64_t> columns;
    std::optional<Mask> zeros;
    int64_t block = 0;
  };

  static NewWeights quantize(const LayerTask &task, const Structure &structure, const WeightOptions &options) {
    const std::vector<int64_t> &columns = structure.columns;
    WeightProblem problem;
    problem.target = task.target()(Eigen::all, columns);
    problem.zeros = structure.zeros;
    problem.block = structure.block;
    if (task.correction == Correction::SecondOrder)
      for (int64_t g = 0; g < task.layer.groups(); ++g)
        problem.moments.push_back(task.data->centredMoments(g)(columns, columns));
    QuantizedWeights quantized = quantizeWeights(std::move(problem), options);
    NewWeights out;
    out.values.resizeLike(task.target());
    out.values(Eigen::all, columns) = quantized.values;
    out.grid = std::move(quantized.grid);
    return out;
  }

  /// Relative, of the outputs where there is data.
  static double getError(const LayerTask &task, const Matrix &values) {
    const Matrix before = task.layer.weights();
    return task.data ? task.data->getOutputError(task.layer, before, values, task.correction != Correction::None)
                     : getRelativeError(before, values);
  }

  llvm::Expected<Structure> readStructure(const Layer &layer) const {
    Structure out;
    out.columns.resize(layer.inputs());
    std::iota(out.columns.begin(), out.columns.end(), 0);
    Attribute structure = layer.structure();
    if (!structure)
      return out;
    if (isa<encoding::BasisAttr>(structure))
      return llvm::createStringError(
          "its weights are products of a basis and powers of two, which rounding would not leave: "
          "quantize first, then decompose");
    auto circulant = dyn_cast<encoding::CirculantAttr>(structure);
    if (!circulant) {
      if (settings.weights.affine)
        return llvm::createStringError(
            "its sparse structure needs code 0 for weight 0, which weight-scheme=affine does not give: "
            "use weight-scheme=symmetric");
      out.zeros = layer.fixedZeros();
      return out;
    }
    ArrayRef<int64_t> order = circulant.getOrder();
    if (circulant.getRows() != 1 || !circulant.getShape().empty() || order.front() != layer.order().front())
      return llvm::createStringError("its circulant blocks run across outputs in another way than the layer's");
    out.block = circulant.getBlock();
    out.columns = getColumns(layer, order);
    return out;
  }

  /// The layer's columns (channel, then kernel) in the order in which `order` runs over the dimensions of its constant.
  static std::vector<int64_t> getColumns(const Layer &layer, ArrayRef<int64_t> order) {
    SmallVector<int64_t> extents(order.size(), 1), strides(order.size(), 0);
    int64_t stride = 1;
    for (size_t i = layer.order().size(); i-- > 1;) {
      const int64_t d = layer.order()[i];
      extents[d] = i == 1 ? layer.channels() : layer.kernel()[i - 2];
      strides[d] = stride;
      stride *= extents[d];
    }
    std::vector<int64_t> out(1, 0);
    for (int64_t d : order.drop_front()) {
      std::vector<int64_t> longer;
      for (int64_t start : out)
        for (int64_t i = 0; i < extents[d]; ++i)
          longer.push_back(start + i * strides[d]);
      out = std::move(longer);
    }
    return out;
  }

  const Settings &settings;
  bool requantize;
  ActivationQuantizer activations;
};

struct QuantizeModelPass : impl::QuantizeModelBase<QuantizeModelPass> {
  using QuantizeModelBase::QuantizeModelBase;
  // For readOptions.
  using QuantizeModelBase::calibration;
  using QuantizeModelBase::correction;
  using QuantizeModelBase::keepFirst;
  using QuantizeModelBase::keepLast;
  using QuantizeModelBase::kinds;
  using QuantizeModelBase::layers;
  using QuantizeModelBase::minSize;
  using QuantizeModelBase::samples;

  void runOnOperation() override {
    if (getOperation().isExternal())
      return;
    llvm::Expected<Settings> settings =
        readSettings({weightBits, activationBits, granularity, weightScheme, activationScheme, scales, weightRange,
                      activationRange, preset, percentile, narrow, weighted, dual, dualThreshold});
    if (!settings) {
      const std::string problems = llvm::toString(settings.takeError());
      SmallVector<StringRef> lines;
      StringRef(problems).split(lines, '\n');
      for (StringRef problem : lines)
        emitError(getOperation().getLoc(), Code::P010) << problem;
      return signalPassFailure();
    }
    if (settings->activations.bits > 0 && calibration.empty()) {
      emitError(getOperation().getLoc(), Code::P010)
          << "activation-bits=" << settings->activations.bits
          << " needs calibration data for the ranges of activations: give calibration=FILE";
      return signalPassFailure();
    }
    QuantizeMethod method(*settings, requantize);
    if (failed(compressLayers(getOperation(), "onnx-quantize-model", method, readOptions(*this))))
      return signalPassFailure();
    method.finish();
  }
};

} // namespace
} // namespace qcompile
