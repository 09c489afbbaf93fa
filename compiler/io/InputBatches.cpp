//===- InputBatches.cpp - Samples cut into batches ------------------------===//
#include "compiler/io/InputBatches.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "compiler/io/SplitMix64.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using qcompile::runtime::Port;
using qcompile::runtime::Shape;
using qcompile::runtime::Tensor;

namespace qcompile {

static int64_t getLeading(const Port &port) { return port.shape.empty() ? 1 : std::max<int64_t>(port.shape[0], 1); }

bool haveBatch(ArrayRef<Port> ports) {
  return all_of(ports, [&](const Port &port) { return getLeading(port) == getLeading(ports[0]); });
}

int64_t getBatchSize(ArrayRef<Port> ports) { return !ports.empty() && haveBatch(ports) ? getLeading(ports[0]) : 1; }

int64_t fillBatches(int64_t count, ArrayRef<Port> ports) {
  const int64_t batch = getBatchSize(ports);
  return (count + batch - 1) / batch * batch;
}

Shape getSampleShape(const Port &port, int64_t batchSize) {
  bool isBatched = !port.shape.empty() && getLeading(port) == batchSize;
  return Shape(port.shape.begin() + isBatched, port.shape.end());
}

/// Cuts [samples, elements] into batches of the port's shape; missing samples repeat the last one.
static std::vector<Tensor> cut(const Tensor &samples, const Port &port, int64_t batchSize, int64_t batches) {
  int64_t count = samples.shape()[0];
  size_t bytes = samples.bytes().size() / count;
  std::vector<Tensor> out;
  for (int64_t b = 0; b < batches; ++b) {
    Tensor part(port.type, port.shape);
    uint8_t *to = part.MutableBytes().data();
    for (int64_t i = 0; i < batchSize; ++i)
      std::memcpy(to + i * bytes, samples.bytes().data() + std::min(b * batchSize + i, count - 1) * bytes, bytes);
    out.push_back(std::move(part));
  }
  return out;
}

InputBatches assembleBatches(ArrayRef<Tensor> tensors, ArrayRef<Port> ports) {
  InputBatches out;
  if (ports.empty()) { // a model without inputs runs once
    out.batches.resize(1);
    out.samples = 1;
    return out;
  }
  out.samplesPerBatch = getBatchSize(ports);
  out.hasBatch = haveBatch(ports);
  out.samples = tensors[0].shape()[0];
  int64_t batches = (out.samples + out.samplesPerBatch - 1) / out.samplesPerBatch;
  out.batches.resize(batches);
  for (auto [tensor, port] : zip(tensors, ports))
    for (auto [batch, part] : zip(out.batches, cut(tensor, port, out.samplesPerBatch, batches)))
      batch.push_back(std::move(part));
  return out;
}

/// Numbers of one float input: 24 bits each, so that float32 holds them.
static std::vector<double> drawFloats(int64_t size, const InputRange *range, uint64_t &state) {
  std::vector<double> out(static_cast<size_t>(size));
  for (double &value : out) {
    double unit = double(splitmix64(state) >> 40) * 0x1p-24; // [0, 1)
    if (!range)
      value = 2 * unit - 1;
    else if (range->isWhole)
      value = double(range->low) + std::floor(unit * (double(range->high) - double(range->low) + 1));
    else // the high end belongs to it: a scale is not 0
      value = double(range->high) - unit * double(range->high - range->low);
  }
  return out;
}

static std::vector<int64_t> drawIntegers(int64_t size, runtime::DataType type, const InputRange *range,
                                         uint64_t &state) {
  std::vector<int64_t> out(static_cast<size_t>(size));
  const int64_t low = range ? std::max(range->low, type.MinValue()) : type.MinValue();
  const int64_t high = range ? std::min(range->high, type.MaxValue()) : type.MaxValue();
  const uint64_t span = uint64_t(high) - uint64_t(low) + 1;
  for (int64_t &value : out)
    value = type.kind == runtime::TypeKind::kBipolar
                ? (splitmix64(state) >> 63 ? 1 : -1)
                : int64_t(uint64_t(low) + (span ? splitmix64(state) % span : splitmix64(state)));
  return out;
}

InputBatches makeRandomInputs(ArrayRef<Port> ports, int64_t count, uint64_t seed, const InputRanges &ranges) {
  uint64_t state = seed;
  std::vector<Tensor> tensors;
  int64_t batchSize = getBatchSize(ports);
  for (const Port &port : ports) {
    const int64_t perSample = runtime::NumElements(port.shape) / batchSize, size = count * perSample;
    const Shape shape = {count, perSample};
    auto it = ranges.find(port.name);
    const InputRange *range = it == ranges.end() ? nullptr : &it->second;
    if (port.type.IsFloat())
      tensors.push_back(Tensor::FromReals(port.type, shape, drawFloats(size, range, state)));
    else
      tensors.push_back(*Tensor::FromIntegers(port.type, shape, drawIntegers(size, port.type, range, state)));
  }
  return assembleBatches(tensors, ports);
}

std::vector<Tensor> joinInputs(const InputBatches &inputs) {
  std::vector<Tensor> out;
  for (size_t port = 0; port < inputs.batches[0].size(); ++port) {
    const Tensor &first = inputs.batches[0][port];
    Shape shape = first.shape();
    size_t sample = first.bytes().size() / inputs.samplesPerBatch;
    if (!shape.empty() && shape[0] == inputs.samplesPerBatch)
      shape[0] = inputs.samples;
    else
      shape.insert(shape.begin(), inputs.samples);
    Tensor joined(first.type(), shape);
    size_t offset = 0, size = joined.bytes().size();
    uint8_t *to = joined.MutableBytes().data();
    for (const auto &batch : inputs.batches) {
      size_t part = std::min(sample * inputs.samplesPerBatch, size - offset);
      std::memcpy(to + offset, batch[port].bytes().data(), part);
      offset += part;
    }
    out.push_back(std::move(joined));
  }
  return out;
}

Tensor joinBatches(ArrayRef<Tensor> parts, const InputBatches &inputs) {
  const Tensor &first = parts.front();
  // An output whose leading dimension is not the batch is kept batch by batch.
  bool batched = inputs.hasBatch && first.rank() > 0 && first.shape()[0] == inputs.samplesPerBatch;
  if (!batched && parts.size() == 1)
    return first;
  Shape shape = first.shape();
  int64_t rows = batched ? inputs.samples : int64_t(parts.size());
  if (batched)
    shape[0] = rows;
  else
    shape.insert(shape.begin(), rows);
  Tensor out(first.type(), shape);
  absl::Span<uint8_t> bytes = out.MutableBytes();
  size_t offset = 0;
  for (const Tensor &part : parts) {
    size_t size = std::min(part.bytes().size(), bytes.size() - offset);
    std::memcpy(bytes.data() + offset, part.bytes().data(), size);
    offset += size;
  }
  return out;
}

} // namespace qcompile
