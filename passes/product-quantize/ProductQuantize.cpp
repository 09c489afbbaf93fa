//===- ProductQuantize.cpp - Products by look-ups -------------------------===//
#include "passes/product-quantize/ProductQuantize.h"

#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/qnn/ValueBounds.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "passes/compression/Driver.h"
#include "passes/product-quantize/CostModel.h"
#include "passes/product-quantize/Emit.h"

using namespace mlir;
using qcompile::compression::Correction;
using qcompile::compression::Layer;
using qcompile::compression::LayerData;

namespace qcompile {

#define GEN_PASS_DEF_PRODUCTQUANTIZE
#include "passes/product-quantize/ProductQuantize.h.inc"

namespace {

using Batches = compression::LayerwiseRun::Batches;

/// Replaces one layer after the other, in a run or without data.
class Quantizer {
public:
  Quantizer(func::FuncOp function, pq::Settings settings, Correction correction)
      : function(function), settings(std::move(settings)), correction(correction) {}

  /// The value that stands for the layer's result; null after an error. `source` and `current` are the layer's inputs,
  /// or null.
  Value replace(const Layer &layer, const Batches *source, const Batches *current) {
    std::optional<pq::InputGrid> grid = pq::findInputGrid(layer.input());
    if (grid && isPadded(layer))
      grid->codes.step = 1; // zeros between bipolar codes
    std::optional<LayerData> data;
    if (source) {
      llvm::Expected<LayerData> created = LayerData::create(layer, *source, *current);
      if (!created)
        return fail(layer, llvm::toString(created.takeError()));
      data.emplace(std::move(*created));
      if (!grid)
        grid = pq::makeInputGrid(*current, settings.inputBits);
    }
    if (!grid)
      return fail(layer, "expected calibration data (calibration=FILE): its input is not quantized");
    llvm::Expected<pq::LayerProduct> product =
        pq::designProduct(layer, *grid, data ? &*data : nullptr, correction, settings);
    if (!product)
      return fail(layer, llvm::toString(product.takeError()));
    report(layer, *product, bool(data));
    return pq::emitProduct(layer, *product);
  }

private:
  static bool isPadded(const Layer &layer) {
    auto automatic = layer.operation()->getAttrOfType<StringAttr>("auto_pad");
    auto pads = layer.operation()->getAttrOfType<DenseI64ArrayAttr>("pads");
    return (automatic && automatic.getValue() != "NOTSET" && automatic.getValue() != "VALID") ||
           (pads && llvm::any_of(pads.asArrayRef(), [](int64_t pad) { return pad != 0; }));
  }

  Value fail(const Layer &layer, const std::string &problem) {
    emitError(layer.operation()->getLoc(), Code::P010) << "layer '" << layer.name() << "': " << problem;
    return nullptr;
  }

  /// Of the narrowest type that holds all of them: what the integer form stores.
  static int getBits(const std::vector<int64_t> &values) {
    auto [low, high] = std::minmax_element(values.begin(), values.end());
    return qnn::Bounds{*low, *high}.narrowestType().bits;
  }

  void report(const Layer &layer, const pq::LayerProduct &product, bool hasData) {
    const runtime::Codebooks &books = product.codebooks;
    pq::LayerShape shape;
    shape.columns =
        cast<RankedTensorType>(layer.operation()->getResult(0).getType()).getNumElements() / layer.outputs();
    shape.spaces = books.spaces;
    shape.length = books.length;
    shape.prototypes = books.prototypes;
    shape.outputs = layer.outputs();
    shape.prototypeBits = getBits(books.values);
    shape.tableBits = getBits(product.tables);
    pq::Engine engine;
    llvm::json::Object entry;
    entry["pass"] = "onnx-product-quantize";
    entry["layer"] = layer.name();
    entry["technique"] = llvm::formatv("PQ length {0}, {1} prototypes, tables of {2} bits{3}", books.length,
                                       books.prototypes, shape.tableBits, product.exact ? ", exact" : "")
                             .str();
    if (hasData)
      entry["output_error"] = product.outputError;
    int64_t offsets = getBits(books.offsets) * books.spaces * books.prototypes;
    entry["bits_before"] = double(layer.size()) * (layer.grid() ? layer.grid()->bits : 32);
    entry["bits_after"] = double(getPrototypeBits(shape) + getTableBits(shape) + offsets);
    entry["exact"] = product.exact;
    entry["estimates"] = llvm::json::Object{{"engine", "PQA, 16 sub-spaces and 32 outputs at once"},
                                            {"compute_cycles", getComputeCycles(shape, engine)},
                                            {"load_cycles", getLoadCycles(shape, engine)},
                                            {"prototype_bits", getPrototypeBits(shape)},
                                            {"table_bits", getTableBits(shape)},
                                            {"area_logic_blocks", getArea(engine, /*blockRams=*/0, int(books.norm))}};
    compression::reportLayer(function, layer.operation(), std::move(entry));
  }

  func::FuncOp function;
  pq::Settings settings;
  Correction correction;
};

bool replaceWithData(func::FuncOp function, ArrayRef<Layer> layers, Quantizer &quantizer, const InputBatches &inputs) {
  llvm::DenseMap<Operation *, const Layer *> selected;
  for (const Layer &layer : layers)
    selected[layer.operation()] = &layer;
  bool ok = true;
  compression::LayerwiseRun run(function, inputs);
  llvm::Error error = run.run([&](Operation *op) -> llvm::Expected<Value> {
    const Layer *layer = selected.lookup(op);
    if (!layer)
      return op->getResult(0);
    Value result = quantizer.replace(*layer, &run.source(layer->input()), &run.current(layer->input()));
    ok &= bool(result);
    return result ? result : op->getResult(0);
  });
  if (!error)
    return ok;
  emitError(function.getLoc(), Code::P010) << "calibration: " << llvm::toString(std::move(error));
  return false;
}

struct ProductQuantizePass : impl::ProductQuantizeBase<ProductQuantizePass> {
  using ProductQuantizeBase::ProductQuantizeBase;
  // What compression::readOptions copies.
  using ProductQuantizeBase::calibration;
  using ProductQuantizeBase::correction;
  using ProductQuantizeBase::keepFirst;
  using ProductQuantizeBase::keepLast;
  using ProductQuantizeBase::kinds;
  using ProductQuantizeBase::layers;
  using ProductQuantizeBase::minSize;
  using ProductQuantizeBase::samples;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (!function.isExternal() && failed(run(function)))
      signalPassFailure();
  }

private:
  LogicalResult run(func::FuncOp function) {
    compression::Options options = compression::readOptions(*this);
    FailureOr<pq::Settings> settings = readSettings(function);
    FailureOr<Correction> correction = compression::readCorrection(function, options);
    FailureOr<std::vector<Layer>> layers = compression::selectLayers(function, options);
    if (failed(settings) || failed(correction) || failed(layers))
      return failure();
    FailureOr<std::optional<InputBatches>> inputs = compression::readCalibration(function, options);
    if (failed(inputs))
      return failure();
    llvm::erase_if(*layers, [](const Layer &layer) {
      std::string reason = pq::findObstacle(layer);
      if (!reason.empty())
        emitRemark(layer.operation()->getLoc(), Code::P010)
            << "layer '" << layer.name() << "' stays as it is: " << reason;
      return !reason.empty();
    });
    Quantizer quantizer(function, *settings, *correction);
    bool ok = true;
    if (*inputs)
      ok = replaceWithData(function, *layers, quantizer, **inputs);
    else
      for (const Layer &layer : *layers)
        ok &= bool(quantizer.replace(layer, nullptr, nullptr));
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(function.front())))
      if (isOpTriviallyDead(&op))
        op.erase();
    return success(ok);
  }

  FailureOr<pq::Settings> readSettings(func::FuncOp function) {
    bool ok = true;
    auto check = [&](StringRef name, int64_t value, int64_t low, int64_t high) {
      if (value >= low && value <= high)
        return;
      emitError(function.getLoc(), Code::P010)
          << "expected " << name << " from " << low << " to " << high << ", found " << value;
      ok = false;
    };
    check("length", length, 1, 16);
    check("prototypes", prototypes, 1, 4096);
    check("table-bits", tableBits, 2, 16);
    check("prototype-bits", prototypeBits, 2, 12);
    check("input-bits", inputBits, 2, 8);
    if (norm != "l2" && norm != "l1") {
      emitError(function.getLoc(), Code::P010) << "expected norm l2 or l1, found '" << norm.getValue() << "'";
      ok = false;
    }
    if (!ok)
      return failure();
    pq::Settings settings;
    settings.codebooks.length = length;
    settings.codebooks.prototypes = prototypes;
    settings.codebooks.norm = norm == "l1" ? 1 : 2;
    settings.codebooks.prototypeBits = int(prototypeBits);
    settings.weighted = weighted;
    settings.group = group;
    settings.layerScale = layerScale;
    settings.refit = refit;
    settings.tableBits = int(tableBits);
    settings.inputBits = int(inputBits);
    return settings;
  }
};

} // namespace
} // namespace qcompile
