//===- FitAccumulators.cpp - Weights for narrow accumulators --------------===//
#include "passes/fit-accumulators/FitAccumulators.h"

#include "dialects/data/DataDialect.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/OnnxDialect.h"
#include "dialects/qnn/QnnDialect.h"
#include "passes/compression/Driver.h"
#include "passes/compression/ExposeWeights.h"
#include "passes/fit-accumulators/FitMethod.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;

namespace qcompile {

#define GEN_PASS_DEF_FITACCUMULATORS
#include "passes/fit-accumulators/FitAccumulators.h.inc"

using compression::Layer;

/// The integer form has no wider accumulators, and one bit holds no product.
static constexpr int64_t kFewestBits = 2, kMostBits = 48;

namespace {
struct FitAccumulatorsPass : impl::FitAccumulatorsBase<FitAccumulatorsPass> {
  using FitAccumulatorsBase::FitAccumulatorsBase;
  // For readOptions.
  using FitAccumulatorsBase::calibration;
  using FitAccumulatorsBase::correction;
  using FitAccumulatorsBase::keepFirst;
  using FitAccumulatorsBase::keepLast;
  using FitAccumulatorsBase::kinds;
  using FitAccumulatorsBase::layers;
  using FitAccumulatorsBase::minSize;
  using FitAccumulatorsBase::samples;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (function.isExternal())
      return;
    compression::exposeWeights(function);
    std::vector<Layer> found = compression::findLayers(function);
    FailureOr<fit::FitOptions> options = readFitOptions(found);
    if (failed(options))
      return signalPassFailure();
    fit::FitMethod method(*options, fit::findIntegerSums(function, found));
    compression::Options common = compression::readOptions(*this);
    // Compression erases the constants and quantizers that a Layer refers to: only operations and finished entries
    // outlive it.
    DenseSet<Operation *> selected;
    std::vector<ReportEntry> fitting = describeSelected(common, method, selected);
    found.clear();
    if (failed(compression::compressLayers(function, getArgument(), method, common)))
      return signalPassFailure();
    for (ReportEntry &entry : fitting)
      compression::reportLayer(function, entry.layer, std::move(entry.content));
    if (failed(prove(selected, *options)))
      signalPassFailure();
  }

private:
  struct ReportEntry {
    Operation *layer;
    llvm::json::Object content;
  };

  InFlightDiagnostic fail() { return emitError(getOperation().getLoc(), Code::P010); }

  FailureOr<fit::FitOptions> readFitOptions(ArrayRef<Layer> found) {
    fit::FitOptions out;
    bool ok = true;
    auto checkWidth = [&](StringRef name, int64_t width) {
      if (width >= kFewestBits && width <= kMostBits)
        return;
      fail() << "expected " << name << " from " << kFewestBits << " to " << kMostBits << ", found " << width;
      ok = false;
    };
    out.bits = bits;
    out.tile = tile;
    out.innerBits = innerBits;
    if (bits != 0)
      checkWidth("bits", bits);
    if ((tile != 0) != (innerBits != 0) || tile < 0) {
      fail() << "expected tile and inner-bits together, found tile=" << tile.getValue()
             << " and inner-bits=" << innerBits.getValue();
      ok = false;
    } else if (tile != 0) {
      checkWidth("inner-bits", innerBits);
    }
    for (const std::string &text : layerBits) {
      auto [name, width] = StringRef(text).rsplit(':');
      int64_t number = 0;
      if (width.getAsInteger(10, number) || name.empty()) {
        fail() << "expected layer-bits=name:width, found '" << text << "'";
        ok = false;
        continue;
      }
      checkWidth("layer-bits", number);
      out.layerBits[name] = number;
      if (llvm::none_of(found, [&](const Layer &layer) { return layer.name() == name; })) {
        fail() << "layer-bits names '" << name << "', and there is no such layer with constant weights";
        ok = false;
      }
    }
    if (bits == 0 && layerBits.empty() && tile == 0) {
      fail() << "expected bits, layer-bits, or tile and inner-bits, found none of them";
      ok = false;
    }
    std::optional<fit::ScaleRule> rule = llvm::StringSwitch<std::optional<fit::ScaleRule>>(scale)
                                             .Case("search", fit::ScaleRule::Search)
                                             .Case("power-of-two", fit::ScaleRule::PowerOfTwo)
                                             .Case("keep", fit::ScaleRule::Keep)
                                             .Default(std::nullopt);
    if (!rule)
      fail() << "expected scale search, power-of-two or keep, found '" << scale.getValue() << "'";
    if (!ok || !rule)
      return failure();
    out.rule = *rule;
    return out;
  }

  /// The layers that the options select, none where the options are wrong; what there is to say of that, the driver
  /// says.
  std::vector<Layer> selectQuietly(const compression::Options &common) {
    fit::Silence silence(&getContext());
    FailureOr<std::vector<Layer>> out = compression::selectLayers(getOperation(), common);
    return succeeded(out) ? std::move(*out) : std::vector<Layer>();
  }

  /// Collects the selected operations. Layers that fit as they are are part of the report too: their entries.
  std::vector<ReportEntry> describeSelected(const compression::Options &common, const fit::FitMethod &method,
                                            DenseSet<Operation *> &selected) {
    std::vector<ReportEntry> out;
    for (const Layer &layer : selectQuietly(common)) {
      selected.insert(layer.operation());
      if (!method.fits(layer))
        continue;
      llvm::json::Object entry = method.describeFit(layer);
      entry["pass"] = getArgument();
      out.push_back({layer.operation(), std::move(entry)});
    }
    return out;
  }

  /// Reads the sums of the new model once more: a change further up may have changed what comes in.
  LogicalResult prove(const DenseSet<Operation *> &selected, const fit::FitOptions &options) {
    std::vector<Layer> now = compression::findLayers(getOperation());
    llvm::erase_if(now, [&](const Layer &layer) { return !selected.contains(layer.operation()); });
    auto sums = fit::findIntegerSums(getOperation(), now);
    bool ok = true;
    for (const Layer &layer : now)
      ok &= succeeded(proveLayer(layer, sums.find(layer.operation())->second, options));
    return success(ok);
  }

  /// Compares a layer's whole sums and its tiles, each where a width is asked for.
  LogicalResult proveLayer(const Layer &layer, const fit::IntegerSums &own, const fit::FitOptions &options) {
    // Without an integer accumulator there is nothing to prove.
    if (!own.reason.empty())
      return success();
    bool ok = true;
    auto expectWidth = [&](StringRef what, int64_t width, int64_t bits) {
      if (bits <= width)
        return;
      emitError(layer.operation()->getLoc(), Code::P010)
          << "layer '" << layer.name() << "': expected " << what << " of " << width << " bits, found " << bits
          << ", as the changes before it widened its input codes to " << own.input.low << " to " << own.input.high
          << "; run the pass once more";
      ok = false;
    };
    if (int64_t width = options.bitsOf(layer))
      expectWidth("sums", width, own.bits());
    if (options.tile != 0)
      expectWidth("tiles", options.innerBits,
                  fit::getTileBits(fit::getCodes(*layer.grid(), layer.weights()), own.input, options.tile));
    return success(ok);
  }
};
} // namespace
} // namespace qcompile
