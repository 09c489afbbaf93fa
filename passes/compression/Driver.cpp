//===- Driver.cpp - A method on the layers of a model ---------------------===//
#include "passes/compression/Driver.h"

#include "compiler/evaluator/ProgramBuilder.h"
#include "dialects/data/ElementStorage.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/NodeLocation.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace qcompile::compression {

static constexpr StringLiteral kReport = "compression.report";

/// The ports of a function's arguments; nothing, after an error, where one has no static shape.
static FailureOr<std::vector<runtime::Port>> getInputPorts(func::FuncOp function) {
  std::vector<runtime::Port> out;
  for (auto [index, argument] : llvm::enumerate(function.getArguments())) {
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    std::optional<runtime::DataType> element = type ? data::getDataType(type.getElementType()) : std::nullopt;
    auto name = function.getArgAttrOfType<StringAttr>(index, kPortNameAttr);
    if (!element || !type.hasStaticShape()) {
      emitError(function.getLoc(), Code::U002)
          << "input '" << (name ? name.getValue() : StringRef("input")) << "' has type " << argument.getType()
          << ": calibration needs a static shape (--input-shape)";
      return failure();
    }
    out.push_back({name ? name.getValue().str() : "input" + std::to_string(index),
                   *element,
                   {type.getShape().begin(), type.getShape().end()},
                   int32_t(index)});
  }
  return out;
}

FailureOr<std::optional<InputBatches>> readCalibration(func::FuncOp function, const Options &options) {
  if (options.samples < 0) {
    emitError(function.getLoc(), Code::P010) << "expected a number of samples, or 0 for all, found " << options.samples;
    return failure();
  }
  if (options.calibration.empty())
    return std::optional<InputBatches>();
  FailureOr<std::vector<runtime::Port>> ports = getInputPorts(function);
  if (failed(ports))
    return failure();
  auto note = [&](const std::string &text) { emitRemark(function.getLoc(), Code::U002) << text; };
  llvm::Expected<InputBatches> inputs = readInputs(options.calibration, *ports, note);
  if (!inputs) {
    emitError(function.getLoc(), Code::U002) << "calibration data: " << llvm::toString(inputs.takeError());
    return failure();
  }
  int64_t perBatch = inputs->samplesPerBatch;
  int64_t wanted = options.samples > 0 ? (options.samples + perBatch - 1) / perBatch : inputs->batches.size();
  if (wanted < int64_t(inputs->batches.size())) {
    inputs->batches.resize(wanted);
    inputs->samples = wanted * perBatch;
  }
  return std::optional(std::move(*inputs));
}

void reportLayer(func::FuncOp function, Operation *layer, llvm::json::Object entry) {
  auto text = [&](StringRef key) { return entry.getString(key).value_or(""); };
  auto number = [&](StringRef key) { return entry.getNumber(key).value_or(0); };
  emitRemark(layer->getLoc(), Code::P010)
      << "layer '" << text("layer") << "': " << text("technique")
      << (entry.get("weight_error") ? ", weights off by " + llvm::formatv("{0:P2}", number("weight_error")).str()
                                    : std::string())
      << (entry.get("output_error") ? ", outputs by " + llvm::formatv("{0:P2}", number("output_error")).str()
                                    : std::string())
      << ", " << llvm::formatv("{0:F0}", number("bits_before")).str() << " to "
      << llvm::formatv("{0:F0}", number("bits_after")).str() << " bits";
  Builder builder(function.getContext());
  SmallVector<Attribute> entries;
  if (auto old = function->getAttrOfType<ArrayAttr>(kReport))
    llvm::append_range(entries, old);
  std::string json = llvm::formatv("{0}", llvm::json::Value(std::move(entry)));
  entries.push_back(builder.getStringAttr(json));
  function->setAttr(kReport, builder.getArrayAttr(entries));
}

namespace {
/// Compresses one layer after the other, in a run or without data.
class LayerCompressor {
public:
  LayerCompressor(func::FuncOp function, StringRef pass, Method &method, Correction correction)
      : function(function), pass(pass), method(method), correction(correction) {}

  /// The value that stands for the layer's result; null after an error.
  Value compress(Layer &layer, const LayerData *data) {
    Matrix before = layer.weights();
    LayerTask task(layer, before, data, correction);
    double bits = layer.storedBits();
    llvm::Expected<LayerResult> result = method.compress(task);
    if (!result)
      return fail(layer, llvm::toString(result.takeError()));
    if (std::string problem = check(layer, result->weights); !problem.empty())
      return fail(layer, problem);
    layer.setWeights(result->weights);
    report(layer, before, *result, data, bits);
    if (!data || correction == Correction::None)
      return layer.operation()->getResult(0);
    Vector shift = data->getMeanShift(layer, before, result->weights.values);
    return shift.isZero(0) ? layer.operation()->getResult(0) : layer.addBias(shift);
  }

private:
  Value fail(const Layer &layer, const std::string &problem) {
    emitError(layer.operation()->getLoc(), Code::P010) << "layer '" << layer.name() << "': " << problem;
    return nullptr;
  }

  /// A method's weights must be numbers that the model can hold.
  std::string check(const Layer &layer, const NewWeights &weights) {
    if (!weights.values.allFinite())
      return "its weights would not be finite";
    std::optional<WeightGrid> grid = weights.grid ? weights.grid : layer.grid();
    if (grid && !grid->contains(weights.values))
      return "its weights would not lie on the grid of their quantizer";
    if (!grid && weights.values != weights.values.cast<float>().cast<double>())
      return "its weights would not be float32 numbers";
    return "";
  }

  void report(const Layer &layer, const Matrix &before, LayerResult &result, const LayerData *data, double bits) {
    llvm::json::Object entry = std::move(result.details);
    entry["pass"] = pass;
    entry["layer"] = layer.name();
    entry["technique"] = result.technique;
    entry["weight_error"] = getRelativeError(before, result.weights.values);
    if (data)
      entry["output_error"] =
          data->getOutputError(layer, before, result.weights.values, correction != Correction::None);
    entry["bits_before"] = bits;
    entry["bits_after"] = layer.storedBits();
    reportLayer(function, layer.operation(), std::move(entry));
  }

  func::FuncOp function;
  StringRef pass;
  Method &method;
  Correction correction;
};
} // namespace

/// Leaves out the layers that the method does not take, and says so.
static void skipLayers(std::vector<Layer> &layers, const Method &method) {
  llvm::erase_if(layers, [&](const Layer &layer) {
    std::string reason = method.skip(layer);
    if (!reason.empty())
      emitRemark(layer.operation()->getLoc(), Code::P010)
          << "layer '" << layer.name() << "' stays as it is: " << reason;
    return !reason.empty();
  });
}

static bool compressWithData(func::FuncOp function, std::vector<Layer> &layers, LayerCompressor &compressor,
                             Method &method, const InputBatches &inputs) {
  llvm::DenseMap<Operation *, Layer *> selected;
  for (Layer &layer : layers)
    selected[layer.operation()] = &layer;
  bool ok = true;
  LayerwiseRun run(function, inputs);
  llvm::Error error = run.run([&](Operation *op) -> llvm::Expected<Value> {
    if (llvm::Error error = method.visit(op, run))
      return error;
    if (llvm::Error error = run.evaluateInserted(op))
      return error;
    Layer *layer = selected.lookup(op);
    if (!layer)
      return op->getResult(0);
    llvm::Expected<LayerData> data = LayerData::create(*layer, run.source(layer->input()), run.current(layer->input()));
    if (!data)
      return data.takeError();
    Value result = compressor.compress(*layer, &*data);
    ok &= bool(result);
    return result ? result : op->getResult(0);
  });
  if (error) {
    emitError(function.getLoc(), Code::P010) << "calibration: " << llvm::toString(std::move(error));
    return false;
  }
  return ok;
}

LogicalResult compressLayers(func::FuncOp function, StringRef pass, Method &method, const Options &options) {
  if (function.isExternal())
    return success();
  FailureOr<Correction> correction = readCorrection(function, options);
  FailureOr<std::vector<Layer>> layers = selectLayers(function, options);
  if (failed(correction) || failed(layers))
    return failure();
  FailureOr<std::optional<InputBatches>> inputs = readCalibration(function, options);
  if (failed(inputs))
    return failure();
  method.begin(*layers);
  skipLayers(*layers, method);
  if (llvm::Error error = method.prepare(function, *layers)) {
    emitError(function.getLoc(), Code::P010) << llvm::toString(std::move(error));
    return failure();
  }
  for (Layer &layer : *layers)
    layer = *Layer::get(layer.operation());
  LayerCompressor compressor(function, pass, method, *correction);
  bool ok = true;
  if (*inputs)
    ok = compressWithData(function, *layers, compressor, method, **inputs);
  else
    for (Layer &layer : *layers)
      ok &= bool(compressor.compress(layer, nullptr));
  // What only the old weights used.
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(function.front())))
    if (isOpTriviallyDead(&op))
      op.erase();
  return success(ok);
}

} // namespace qcompile::compression
