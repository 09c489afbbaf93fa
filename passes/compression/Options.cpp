//===- Options.cpp - Options that all compression passes share ------------===//
#include "passes/compression/Options.h"

#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/NodeLocation.h"
#include "passes/compression/ExposeWeights.h"
#include "llvm/Support/GlobPattern.h"

using namespace mlir;

namespace qcompile::compression {

namespace {
/// A glob pattern and whether any layer matched it.
struct NamePattern {
  std::string text;
  llvm::GlobPattern pattern;
  bool matched = false;
};
} // namespace

static FailureOr<std::vector<NamePattern>> readPatterns(func::FuncOp function, const Options &options) {
  std::vector<NamePattern> out;
  bool ok = true;
  for (const std::string &text : options.layers) {
    llvm::Expected<llvm::GlobPattern> pattern = llvm::GlobPattern::create(text);
    if (!pattern) {
      emitError(function.getLoc(), Code::P010)
          << "layer pattern '" << text << "': " << llvm::toString(pattern.takeError());
      ok = false;
      continue;
    }
    out.push_back({text, std::move(*pattern)});
  }
  for (const std::string &kind : options.kinds) {
    if (kind == "linear" || kind == "conv" || kind == "depthwise")
      continue;
    emitError(function.getLoc(), Code::P010) << "expected kinds conv, depthwise or linear, found '" << kind << "'";
    ok = false;
  }
  if (!ok)
    return failure();
  return out;
}

/// The layers that patterns, kinds and size leave.
static std::vector<Layer> filter(std::vector<Layer> layers, std::vector<NamePattern> &patterns,
                                 const Options &options) {
  std::vector<Layer> out;
  for (Layer &layer : layers) {
    bool named = patterns.empty();
    for (NamePattern &pattern : patterns)
      if (pattern.pattern.match(layer.name()))
        named = pattern.matched = true;
    bool kind = options.kinds.empty() || llvm::is_contained(options.kinds, getKindName(layer.kind()));
    if (named && kind && layer.size() >= options.minSize)
      out.push_back(std::move(layer));
  }
  return out;
}

FailureOr<std::vector<Layer>> selectLayers(func::FuncOp function, const Options &options) {
  FailureOr<std::vector<NamePattern>> patterns = readPatterns(function, options);
  if (failed(patterns))
    return failure();
  exposeWeights(function);
  SmallVector<std::pair<Operation *, std::string>> refused;
  std::vector<Layer> all = findLayers(function, &refused);
  Operation *first = all.empty() ? nullptr : all.front().operation();
  Operation *last = all.empty() ? nullptr : all.back().operation();
  std::vector<Layer> named = filter(std::move(all), *patterns, options), out;
  for (auto &[op, reason] : refused)
    for (NamePattern &pattern : *patterns)
      if (pattern.pattern.match(onnx::describe(op))) {
        pattern.matched = true;
        emitWarning(op->getLoc(), Code::P010) << "node '" << onnx::describe(op) << "' stays as it is: " << reason;
      }
  bool ok = true;
  for (const NamePattern &pattern : *patterns)
    if (!pattern.matched) {
      emitError(function.getLoc(), Code::P010)
          << "layer pattern '" << pattern.text << "' matches no layer with constant weights";
      ok = false;
    }
  for (Layer &layer : named) {
    bool kept = (options.keepFirst && layer.operation() == first) || (options.keepLast && layer.operation() == last);
    if (kept)
      emitRemark(layer.operation()->getLoc(), Code::P010)
          << "layer '" << layer.name() << "' stays as it is: it is the "
          << (layer.operation() == first && options.keepFirst ? "first (keep-first=false changes it too)"
                                                              : "last (keep-last=false changes it too)");
    else
      out.push_back(std::move(layer));
  }
  if (!ok)
    return failure();
  return out;
}

FailureOr<Correction> readCorrection(func::FuncOp function, const Options &options) {
  bool data = !options.calibration.empty();
  if (options.correction.empty())
    return data ? Correction::SecondOrder : Correction::None;
  if (options.correction == "none")
    return Correction::None;
  if (options.correction != "bias" && options.correction != "second-order") {
    emitError(function.getLoc(), Code::P010)
        << "expected correction none, bias or second-order, found '" << options.correction << "'";
    return failure();
  }
  if (!data) {
    emitError(function.getLoc(), Code::P010)
        << "correction '" << options.correction << "' needs calibration data: give calibration=FILE";
    return failure();
  }
  return options.correction == "bias" ? Correction::Bias : Correction::SecondOrder;
}

} // namespace qcompile::compression
