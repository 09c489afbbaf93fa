//===- RemoveDeadChannels.cpp - Leave out constant channels ---------------===//
#include "passes/remove-dead-channels/RemoveDeadChannels.h"

#include "dialects/data/DataDialect.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/encoding/EncodingDialect.h"
#include "dialects/onnx/OnnxDialect.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "passes/compression/Driver.h"
#include "passes/compression/ExposeWeights.h"
#include "passes/remove-dead-channels/ChannelConstants.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace qcompile::compression;

namespace qcompile {

#define GEN_PASS_DEF_REMOVEDEADCHANNELS
#include "passes/remove-dead-channels/RemoveDeadChannels.h.inc"

/// Whether at most n of m adjacent weights are not zero in the columns that stay.
static bool holdsPattern(const Matrix &weights, ArrayRef<int64_t> columns, encoding::NmAttr pattern) {
  for (Eigen::Index row = 0; row < weights.rows(); ++row)
    for (size_t begin = 0; begin < columns.size(); begin += size_t(pattern.getM())) {
      int64_t count = 0;
      for (size_t j = begin; j < std::min(begin + size_t(pattern.getM()), columns.size()); ++j)
        count += weights(row, columns[j]) != 0;
      if (count > pattern.getN())
        return false;
    }
  return true;
}

/// Why a structure recorded on the path's weights does not allow to leave out all channels but `keep`; empty where it
/// does.
static std::string findBrokenStructure(const ChannelPath &path, ArrayRef<int64_t> keep) {
  auto describe = [](const Layer &layer, Attribute structure) {
    return "layer '" + layer.name() + "' has the structure " +
           cast<encoding::EncodingAttr>(structure).getEncodingName().str();
  };
  auto isSparse = [](Attribute structure) {
    return isa<encoding::NmAttr, encoding::CooAttr, encoding::RunLengthAttr>(structure);
  };
  SmallVector<Layer> layers{path.producer(), path.consumer()};
  for (Operation *op : path.between())
    if (std::optional<Layer> layer = Layer::get(op))
      layers.push_back(std::move(*layer));
  for (const Layer &layer : layers)
    if (Attribute structure = layer.structure(); structure && !isSparse(structure))
      return describe(layer, structure);
  const Layer &consumer = path.consumer();
  auto pattern = dyn_cast_or_null<encoding::NmAttr>(consumer.structure());
  if (pattern && !holdsPattern(consumer.weights(), path.getColumns(keep), pattern))
    return describe(consumer, pattern) + ", which would not hold for the channels that stay";
  return "";
}

namespace {

struct RemoveDeadChannelsPass : impl::RemoveDeadChannelsBase<RemoveDeadChannelsPass> {
  void runOnOperation() override {
    if (getOperation().isExternal())
      return;
    exposeWeights(getOperation());
    // Last layer first; a layer that lost outputs may leave channels before it without a use.
    bool again = true;
    while (again) {
      again = false;
      std::vector<Operation *> consumers;
      for (const Layer &layer : findLayers(getOperation()))
        consumers.push_back(layer.operation());
      for (Operation *op : llvm::reverse(consumers))
        again |= visit(*Layer::get(op));
    }
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(getOperation().front())))
      if (isOpTriviallyDead(&op))
        op.erase();
  }

private:
  /// Leaves out what can be left out before a layer. Returns whether it did.
  bool visit(const Layer &consumer) {
    std::string reason;
    std::optional<ChannelPath> path = ChannelPath::find(consumer, reason);
    if (!path)
      return false;
    std::vector<bool> constant = findConstantChannels(*path), unused = findUnusedChannels(*path);
    if (!llvm::is_contained(constant, true) && !llvm::is_contained(unused, true))
      return false;
    std::optional<ChannelConstants> constants;
    if (llvm::is_contained(constant, true)) {
      llvm::Expected<ChannelConstants> computed = ChannelConstants::compute(*path);
      if (computed)
        constants = std::move(*computed);
      else
        remark(*path, "its constant channels", llvm::toString(computed.takeError()));
    }
    std::vector<int64_t> keep;
    for (int64_t c = 0; c < path->channels(); ++c)
      if (!canLeaveOut(*path, c, constant[c], unused[c], constants))
        keep.push_back(c);
    // A layer needs an output: one that adds nothing to the bias.
    for (int64_t c = 0; c < path->channels() && keep.empty(); ++c)
      if (unused[c] || constants->isZero(*path, c))
        keep.push_back(c);
    if (keep.empty())
      return false;
    if (int64_t(keep.size()) == path->channels())
      return false;
    if (std::string broken = findBrokenStructure(*path, keep); !broken.empty()) {
      remark(*path, "its constant and unused channels", broken);
      return false;
    }
    leaveOut(*path, keep, constants);
    return true;
  }

  bool canLeaveOut(const ChannelPath &path, int64_t channel, bool constant, bool unused,
                   std::optional<ChannelConstants> &constants) {
    if (unused)
      return true;
    if (!constant || !constants)
      return false;
    std::string reason;
    if (constants->isZero(path, channel) || constants->addToBias(path, channel, reason))
      return true;
    remark(path, "channel " + std::to_string(channel), reason);
    return false;
  }

  void leaveOut(ChannelPath &path, ArrayRef<int64_t> keep, const std::optional<ChannelConstants> &constants) {
    std::string name = path.producer().name();
    Operation *producer = path.producer().operation();
    auto bits = [&](int64_t channels) {
      auto width = [](const Layer &layer) { return layer.grid() ? layer.grid()->bits : 32; };
      return double(channels * path.producer().inputs() * width(path.producer())) +
             double(channels * (path.consumer().size() / path.channels()) * width(path.consumer()));
    };
    int64_t before = path.channels(), count = int64_t(keep.size());
    llvm::json::Object entry{{"pass", getArgument()},
                             {"layer", name},
                             {"technique", llvm::formatv("{0} of {1} channels left out", before - count, before).str()},
                             {"weight_error", 0.0},
                             {"bits_before", bits(before)},
                             {"bits_after", bits(count)}};
    path.select(keep);
    if (constants)
      constants->setBias(path);
    reportLayer(getOperation(), producer, std::move(entry));
  }

  /// Said once for each layer and reason.
  void remark(const ChannelPath &path, const std::string &what, const std::string &why) {
    std::string text = "layer '" + path.producer().name() + "' keeps " + what + ": " + why;
    if (said.insert(text).second)
      emitRemark(path.producer().operation()->getLoc(), Code::P010) << text;
  }

  llvm::StringSet<> said;
};

} // namespace
} // namespace qcompile
