//===- Data.cpp - Samples of a recipe, read -------------------------------===//
#include "compiler/compress/Data.h"

#include "compiler/io/InputData.h"
#include "compiler/io/Labels.h"
#include "compiler/io/Npy.h"
#include "compiler/io/WriteFile.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SHA256.h"

using namespace llvm;
using qcompile::runtime::Port;
using qcompile::runtime::Tensor;

namespace qcompile::compress {

static void hash(SHA256 &sha, const Tensor &tensor) {
  sha.update(runtime::ShapeToString(tensor.shape()) + " " + tensor.type().ToString() + ";");
  sha.update(ArrayRef<uint8_t>(tensor.bytes().data(), tensor.bytes().size()));
}

Expected<LoadedData> loadData(const DataSource &source, ArrayRef<Port> ports,
                              const std::function<void(const std::string &)> &note) {
  LoadedData out;
  Expected<InputBatches> inputs = readInputs(source.inputs, ports, note, source.sampling);
  if (!inputs)
    return inputs.takeError();
  out.inputs = std::move(*inputs);
  SHA256 sha;
  for (const std::vector<Tensor> &batch : out.inputs.batches)
    for (const Tensor &tensor : batch)
      hash(sha, tensor);
  if (!source.labels.empty()) {
    Expected<std::vector<int64_t>> labels = readLabels(source.labels, source.sampling);
    if (!labels)
      return labels.takeError();
    out.labels = std::move(*labels);
    hash(sha, *Tensor::FromIntegers(runtime::DataType::Int64(), {int64_t(out.labels.size())}, out.labels));
  }
  if (!source.targets.empty()) {
    Expected<Tensor> targets = readTargets(source.targets, source.sampling);
    if (!targets)
      return targets.takeError();
    hash(sha, *targets);
    out.targets = std::move(*targets);
  }
  out.digest = toHex(sha.final(), /*LowerCase=*/true);
  return out;
}

InputBatches takeFirst(const InputBatches &inputs, ArrayRef<Port> ports, int64_t count) {
  if (count >= inputs.samples)
    return inputs;
  InputBatches out = inputs;
  out.samples = count;
  out.batches.resize((count + inputs.samplesPerBatch - 1) / inputs.samplesPerBatch);
  return out;
}

Expected<std::vector<std::string>> writeArrays(const InputBatches &inputs, ArrayRef<Port> ports, StringRef folder) {
  std::vector<std::string> out;
  std::vector<Tensor> tensors = joinInputs(inputs);
  for (auto [index, tensor] : enumerate(tensors)) {
    SmallString<128> path(folder);
    sys::path::append(path, "input_" + Twine(index) + ".npy");
    if (Error error = writeFile(path, [&](raw_ostream &os) { os << formatNpy(tensor); }))
      return std::move(error);
    // Without names the settings are in the order of the inputs.
    out.push_back(path.str().str());
  }
  return out;
}

MetricKind chooseMetric(const DataSource &source) {
  if (source.metric)
    return *source.metric;
  if (!source.labels.empty())
    return MetricKind::Top1;
  return source.targets.empty() ? MetricKind::Agreement : MetricKind::Mse;
}

} // namespace qcompile::compress
