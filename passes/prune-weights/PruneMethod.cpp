//===- PruneMethod.cpp - Pruning as a method of the frame -----------------===//
#include "passes/prune-weights/PruneMethod.h"

#include <cmath>
#include <numeric>

#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/encoding/EncodingDialect.h"
#include "passes/compression/ChannelPath.h"
#include "passes/prune-weights/ChannelOrder.h"
#include "passes/prune-weights/Pruner.h"
#include "runtime/encoding/line_format.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Parallel.h"

using namespace mlir;

namespace qcompile::compression {

/// Of the mean second moment, as in GPTQ.
static constexpr double kDamping = 0.01;

std::string PruneSettings::describe() const {
  switch (kind) {
  case Kind::Pattern:
    return llvm::formatv("{0}:{1}", pattern.n, pattern.m);
  case Kind::Density:
    return llvm::formatv(global ? "{0} of all weights" : "density {0}", part);
  case Kind::Filters:
    return llvm::formatv("{0} of the filters", part);
  case Kind::Rows:
    return llvm::formatv("{0} of the kernel rows", part);
  }
  return "";
}

/// Whether a structure is one that more zeros leave intact.
static bool isSparse(Attribute structure) {
  return isa<encoding::NmAttr, encoding::CooAttr, encoding::RunLengthAttr>(structure);
}

std::string PruneMethod::skip(const Layer &layer) const {
  std::optional<WeightGrid> grid = layer.grid();
  if (grid && grid->bipolar)
    return "bipolar weights have no zero";
  for (int64_t output = 0; grid && output < layer.outputs(); ++output)
    if (int64_t zero = grid->zeroPointOf(output); zero < grid->low() || zero > grid->high())
      return "the grid of its weights has no zero";
  if (settings.kind == PruneSettings::Kind::Pattern && layer.inputs() <= settings.pattern.n)
    return llvm::formatv("it has {0} inputs, and the pattern {1} lets {2} stay", layer.inputs(), settings.describe(),
                         settings.pattern.n);
  if (settings.kind == PruneSettings::Kind::Rows && layer.kernel().empty())
    return "it has no kernel";
  return "";
}

//===----------------------------------------------------------------------===//
// Before the first layer
//===----------------------------------------------------------------------===//

/// The first layer of the path (the producer and depthwise convolutions) whose weights have a structure that a
/// permutation of outputs would break; empty for none.
static std::string findOrderedStructure(const ChannelPath &path) {
  auto check = [](const Layer &layer) -> std::string {
    Attribute structure = layer.structure();
    if (!structure || isSparse(structure))
      return "";
    return "layer '" + layer.name() + "' has the structure " +
           cast<encoding::EncodingAttr>(structure).getEncodingName().str();
  };
  std::string found = check(path.producer());
  for (Operation *op : path.between())
    if (std::optional<Layer> layer = Layer::get(op); layer && found.empty())
      found = check(*layer);
  return found;
}

void PruneMethod::permuteInputs(Layer &layer) {
  std::string reason;
  std::optional<ChannelPath> path = ChannelPath::find(layer, reason);
  if (path)
    reason = layer.structure() ? "its weights have a structure already" : findOrderedStructure(*path);
  if (path && reason.empty() && path->innerExtent() % settings.pattern.m == 0)
    reason = "each group of the pattern lies within one channel";
  if (!reason.empty()) {
    emitRemark(layer.operation()->getLoc(), Code::P010)
        << "layer '" << layer.name() << "': its input channels keep their order: " << reason;
    return;
  }
  ChannelOrder order =
      searchChannelOrder(layer.weights(), path->outerExtent(), path->channels(), path->innerExtent(), settings.pattern);
  orderDetails[layer.operation()] =
      llvm::json::Object{{"kept_magnitude_before", order.keptBefore}, {"kept_magnitude", order.keptAfter}};
  if (order.keptAfter > order.keptBefore)
    path->select(order.picks);
}

/// Rounded to the nearest, a half up.
static int64_t countKept(double part, int64_t units) { return int64_t(std::floor(part * double(units) + 0.5)); }

void PruneMethod::shareDensity(const std::vector<Layer> &layers) {
  struct Weight {
    double magnitude;
    size_t layer;
  };
  std::vector<Weight> all;
  for (auto [index, layer] : llvm::enumerate(layers)) {
    Matrix weights = layer.weights();
    for (Eigen::Index i = 0; i < weights.size(); ++i)
      all.push_back({std::abs(weights.data()[i]), index});
    keptByLayer[layer.operation()] = 0;
  }
  llvm::stable_sort(all, [](const Weight &a, const Weight &b) { return a.magnitude > b.magnitude; });
  // A layer keeps its largest weight in any case.
  int64_t others = countKept(settings.part, int64_t(all.size())) - int64_t(layers.size());
  for (const Weight &weight : all) {
    int64_t &kept = keptByLayer[layers[weight.layer].operation()];
    if (kept == 0 || others-- > 0)
      ++kept;
  }
}

llvm::Error PruneMethod::prepare(func::FuncOp, std::vector<Layer> &layers) {
  for (Layer &layer : layers) {
    // An earlier permutation has changed the weights of this layer's operation.
    layer = *Layer::get(layer.operation());
    if (settings.permute)
      permuteInputs(layer);
  }
  if (!settings.global)
    return llvm::Error::success();
  int64_t size = 0, count = int64_t(layers.size());
  for (const Layer &layer : layers)
    size += layer.size();
  if (int64_t kept = countKept(settings.part, size); kept < count)
    return llvm::createStringError(
        "density %g leaves %lld of %lld weights, expected at least %g (%lld/%lld): one for each layer", settings.part,
        (long long)kept, (long long)size, double(count) / double(size), (long long)count, (long long)size);
  shareDensity(layers);
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// One layer
//===----------------------------------------------------------------------===//

int64_t PruneMethod::getKeptCount(const Layer &layer, int64_t units) const {
  if (settings.global)
    return keptByLayer.lookup(layer.operation());
  return countKept(settings.part, units);
}

/// What is wrong with a part of which the layer would keep nothing; empty where it keeps something.
static std::string checkPart(const PruneSettings &settings, const Layer &layer) {
  int64_t units = layer.size();
  const char *option = "density", *name = "weights";
  switch (settings.kind) {
  case PruneSettings::Kind::Pattern:
    return "";
  case PruneSettings::Kind::Density:
    break;
  case PruneSettings::Kind::Filters:
    units = layer.outputs(), option = "filters", name = "outputs";
    break;
  case PruneSettings::Kind::Rows:
    units /= layer.kernel().back(), option = "rows", name = "kernel rows";
    break;
  }
  if (settings.global || countKept(settings.part, units) > 0)
    return "";
  std::string text;
  llvm::raw_string_ostream(text) << option << llvm::format(" %g", settings.part) << " leaves none of its " << units
                                 << " " << name << ", expected at least " << llvm::format("%g", 1 / double(units))
                                 << " (1/" << units << ")";
  return text;
}

/// What is recorded of the new weights: the pattern, or, where a pattern was recorded before and still holds, that one
/// where it takes fewer bits.
static Attribute makeStructure(const Layer &layer, const PruneSettings &settings, int64_t bits) {
  MLIRContext *context = layer.operation()->getContext();
  auto old = dyn_cast_or_null<encoding::NmAttr>(layer.structure());
  if (settings.kind != PruneSettings::Kind::Pattern)
    return old ? Attribute(old) : encoding::CooAttr::get(context, layer.order(), 1);
  auto bitsPerGroup = [&](int64_t n, int64_t m) {
    return double(n * (bits + runtime::encoding::IndexBits(m))) / double(m);
  };
  auto [n, m] = settings.pattern;
  if (old && bitsPerGroup(old.getN(), old.getM()) < bitsPerGroup(n, m))
    return old;
  return encoding::NmAttr::get(context, n, m, layer.order(), 1);
}

static PrunedWeights prune(const PruneProblem &problem, const PruneSettings &settings, const Layer &layer,
                           llvm::function_ref<int64_t(int64_t)> kept) {
  int64_t kernelRow = layer.kernel().empty() ? 1 : layer.kernel().back();
  switch (settings.kind) {
  case PruneSettings::Kind::Pattern:
    return pruneToPattern(problem, settings.pattern);
  case PruneSettings::Kind::Density:
    return pruneToCount(problem, 1, kept(layer.size()));
  case PruneSettings::Kind::Filters:
    return pruneOutputs(problem, kept(layer.outputs()));
  case PruneSettings::Kind::Rows:
    return pruneToCount(problem, kernelRow, kept(layer.size() / kernelRow));
  }
  return {};
}

llvm::Expected<LayerResult> PruneMethod::compress(const LayerTask &task) {
  const Layer &layer = task.layer;
  if (Attribute structure = layer.structure(); structure && !isSparse(structure))
    return llvm::createStringError("its weights have the structure " +
                                   cast<encoding::EncodingAttr>(structure).getEncodingName() + ", which the zeros of " +
                                   settings.describe() + " would break: prune it before, or leave it out (layers=)");
  if (std::string wrong = checkPart(settings, layer); !wrong.empty())
    return llvm::createStringError(wrong);
  auto forRows = [&](int64_t count, llvm::function_ref<void(int64_t)> body) {
    llvm::parallelFor(0, size_t(count), [&](size_t row) { body(int64_t(row)); });
  };
  std::optional<WeightGrid> grid = layer.grid();
  std::optional<Mask> zeros = layer.fixedZeros();
  PruneProblem problem{task.target(),
                       {},
                       zeros ? *zeros : Mask::Constant(layer.outputs(), layer.inputs(), false),
                       grid ? &*grid : nullptr,
                       forRows};
  for (int64_t g = 0; task.correction == Correction::SecondOrder && g < layer.groups(); ++g) {
    problem.moments.push_back(task.data->centredMoments(g));
    dampen(problem.moments.back(), kDamping);
  }
  PrunedWeights pruned = prune(problem, settings, layer, [&](int64_t units) { return getKeptCount(layer, units); });

  LayerResult result;
  result.weights.values = grid ? pruned.weights : Matrix(pruned.weights.cast<float>().cast<double>());
  result.weights.structure = makeStructure(layer, settings, grid ? grid->bits : 32);
  result.technique = settings.describe();
  if (auto details = orderDetails.find(layer.operation()); details != orderDetails.end())
    result.details = details->second;
  result.details["density"] = double((result.weights.values.array() != 0).count()) / double(layer.size());
  result.details["swaps"] = pruned.swaps;
  return result;
}

} // namespace qcompile::compression
