//===- InputData.cpp - Files as input of a model --------------------------===//
#include "compiler/io/InputData.h"

#include <cmath>

#include "compiler/io/Npy.h"
#include "compiler/io/OnnxTensor.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using qcompile::runtime::DataType;
using qcompile::runtime::Port;
using qcompile::runtime::Shape;
using qcompile::runtime::ShapeToString;
using qcompile::runtime::Tensor;

namespace qcompile {

static Expected<std::unique_ptr<MemoryBuffer>> readFile(StringRef path) {
  auto buffer = MemoryBuffer::getFile(path, false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return createStringError(buffer.getError(),
                             "cannot read '" + path + "': " + buffer.getError().message());
  return std::move(*buffer);
}

Expected<Tensor> readNpyFile(StringRef path) {
  auto buffer = readFile(path);
  if (!buffer)
    return buffer.takeError();
  Expected<Tensor> tensor = parseNpy((*buffer)->getBuffer());
  if (!tensor)
    return createStringError("'" + path + "': " + toString(tensor.takeError()));
  return tensor;
}

/// Raw elements of the port's type, any number of samples.
static Expected<Tensor> readRaw(StringRef path, StringRef bytes, const Port &port) {
  uint64_t sample = std::max<uint64_t>(
      1, uint64_t(runtime::NumElements(port.shape)) * port.type.ContainerSize());
  if (bytes.size() % sample != 0 || bytes.empty() || runtime::NumElements(port.shape) == 0)
    return createStringError("'" + path + "': expected a multiple of " + Twine(sample) +
                             " bytes for input '" + port.name + "', found " + Twine(bytes.size()));
  Shape shape = port.shape;
  if (shape.empty())
    shape = {1};
  shape[0] *= int64_t(bytes.size() / sample);
  Tensor tensor(port.type, shape);
  copy(arrayRefFromStringRef(bytes), tensor.MutableBytes().begin());
  for (int64_t i = 0; port.type.IsInteger() && port.type.bits < 64 && i < tensor.size(); ++i)
    if (!port.type.Contains(tensor.IntegerAt(i)))
      return createStringError("'" + path + "': element " + Twine(i) + " of input '" + port.name +
                               "' is " + Twine(tensor.IntegerAt(i)) + ", no value of type " +
                               port.type.ToString());
  return tensor;
}

static Expected<Tensor> readTensor(StringRef path, const Port &port) {
  StringRef extension = sys::path::extension(path);
  if (extension == ".npy")
    return readNpyFile(path);
  auto buffer = readFile(path);
  if (!buffer)
    return buffer.takeError();
  if (extension == ".pb")
    return parseOnnxTensor((*buffer)->getBuffer(), path);
  return readRaw(path, (*buffer)->getBuffer(), port);
}

/// The same numbers in another element type; numbers that do not fit are an error.
static Expected<Tensor> convertType(const Tensor &tensor, DataType type, StringRef name) {
  if (tensor.type() == type)
    return tensor;
  auto wrong = [&](int64_t i) {
    return createStringError("input '" + name + "': value " + std::to_string(tensor.DoubleAt(i)) +
                             " at element " + Twine(i) + " does not fit type " + type.ToString());
  };
  if (type.IsFloat()) {
    std::vector<double> values(tensor.size());
    for (int64_t i = 0; i < tensor.size(); ++i)
      values[i] = tensor.DoubleAt(i);
    if (type.bits == 64)
      return Tensor::FromDoubles(tensor.shape(), values);
    return Tensor::FromFloats(tensor.shape(), std::vector<float>(values.begin(), values.end()));
  }
  std::vector<int64_t> values(tensor.size());
  for (int64_t i = 0; i < tensor.size(); ++i) {
    double value = tensor.DoubleAt(i);
    if (value != std::floor(value) || std::fabs(value) > 0x1p53)
      return wrong(i);
    values[i] = int64_t(value);
    if (!type.Contains(values[i]))
      return wrong(i);
  }
  return *Tensor::FromIntegers(type, tensor.shape(), values);
}

static int64_t getBatch(const Port &port) { return port.shape.empty() ? 1 : port.shape[0]; }

/// Samples along the leading dimension, each with the elements of one sample of the port.
static Expected<Tensor> arrange(Tensor tensor, const Port &port,
                                const std::function<void(const std::string &)> &note) {
  int64_t batch = std::max<int64_t>(getBatch(port), 1);
  int64_t perSample = runtime::NumElements(port.shape) / batch;
  if (perSample == 0 || tensor.size() == 0 || tensor.size() % perSample != 0)
    return createStringError("input '" + port.name + "': expected " + Twine(perSample) +
                             " elements per sample (shape " + ShapeToString(port.shape) +
                             "), found shape " + ShapeToString(tensor.shape()));
  int64_t samples = tensor.size() / perSample;
  bool leading = !tensor.shape().empty() && tensor.shape()[0] == samples;
  bool whole = tensor.shape() == port.shape;
  if (!whole && !leading && samples != 1)
    return createStringError("input '" + port.name + "': expected samples along the first " +
                             "dimension, " + Twine(perSample) + " elements each, found shape " +
                             ShapeToString(tensor.shape()));
  if (Shape(tensor.shape().begin() + !tensor.shape().empty(), tensor.shape().end()) !=
      Shape(port.shape.begin() + !port.shape.empty(), port.shape.end()))
    note("input '" + port.name + "': shape " + ShapeToString(tensor.shape()) +
         " read as samples of shape " + ShapeToString(port.shape));
  if (tensor.type() != port.type)
    note("input '" + port.name + "': " + tensor.type().ToString() + " converted to " +
         port.type.ToString());
  Expected<Tensor> converted = convertType(tensor, port.type, port.name);
  if (!converted)
    return converted.takeError();
  return converted->Reshaped({samples, perSample});
}

/// Cuts [samples, elements] into batches of the port's shape; missing samples repeat the last one.
static std::vector<Tensor> cut(const Tensor &samples, const Port &port, int64_t batches) {
  int64_t batch = getBatch(port), count = samples.shape()[0];
  size_t bytes = samples.bytes().size() / count;
  std::vector<Tensor> out;
  for (int64_t b = 0; b < batches; ++b) {
    Tensor part(port.type, port.shape);
    uint8_t *to = part.MutableBytes().data();
    for (int64_t i = 0; i < batch; ++i)
      std::memcpy(to + i * bytes,
                  samples.bytes().data() + std::min(b * batch + i, count - 1) * bytes, bytes);
    out.push_back(std::move(part));
  }
  return out;
}

static InputBatches assemble(ArrayRef<Tensor> tensors, ArrayRef<Port> ports) {
  InputBatches out;
  out.samplesPerBatch = std::max<int64_t>(getBatch(ports[0]), 1);
  out.samples = tensors[0].shape()[0];
  int64_t batches = (out.samples + out.samplesPerBatch - 1) / out.samplesPerBatch;
  out.batches.resize(batches);
  for (auto [tensor, port] : zip(tensors, ports))
    for (auto [batch, part] : zip(out.batches, cut(tensor, port, batches)))
      batch.push_back(std::move(part));
  return out;
}

Expected<InputBatches> readInputs(ArrayRef<std::string> settings, ArrayRef<Port> ports,
                                  const std::function<void(const std::string &)> &note) {
  std::vector<std::optional<Tensor>> tensors(ports.size());
  for (StringRef setting : settings) {
    // A name is given where it is one of the model's; a path may hold '=' too.
    auto [name, path] = setting.split('=');
    const Port *port = find_if(ports, [&](const Port &p) { return p.name == name; });
    if (!setting.contains('=') || port == ports.end()) {
      if (ports.size() != 1 && setting.contains('='))
        return createStringError("the model has no input '" + name + "'");
      path = setting;
      size_t next = find(tensors, std::nullopt) - tensors.begin();
      if (next == ports.size())
        return createStringError("expected " + Twine(ports.size()) + " inputs, found one more: '" +
                                 setting + "'");
      port = &ports[next];
    }
    if (tensors[port - ports.begin()])
      return createStringError("input '" + port->name + "' is given twice");
    Expected<Tensor> tensor = readTensor(path, *port);
    if (!tensor)
      return tensor.takeError();
    Expected<Tensor> arranged = arrange(std::move(*tensor), *port, note);
    if (!arranged)
      return arranged.takeError();
    tensors[port - ports.begin()] = std::move(*arranged);
  }
  std::vector<Tensor> all;
  for (auto [tensor, port] : zip(tensors, ports)) {
    if (!tensor)
      return createStringError("no data for input '" + port.name + "': give --input " + port.name +
                               "=FILE or --random N");
    if (!all.empty() && tensor->shape()[0] != all[0].shape()[0])
      return createStringError("input '" + port.name + "' has " + Twine(tensor->shape()[0]) +
                               " samples, input '" + ports[0].name + "' has " +
                               Twine(all[0].shape()[0]));
    all.push_back(std::move(*tensor));
  }
  if (all.empty())
    return createStringError("the model has no inputs");
  return assemble(all, ports);
}

static uint64_t splitmix64(uint64_t &state) {
  uint64_t z = (state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

InputBatches makeRandomInputs(ArrayRef<Port> ports, int64_t count, uint64_t seed) {
  uint64_t state = seed;
  std::vector<Tensor> tensors;
  for (const Port &port : ports) {
    int64_t perSample = runtime::NumElements(port.shape) / std::max<int64_t>(getBatch(port), 1);
    Shape shape = {count, perSample};
    int64_t size = count * perSample;
    if (port.type.IsFloat()) {
      std::vector<double> values(size);
      for (double &value : values) // 24 bits: exact in float32 too
        value = double(splitmix64(state) >> 40) * 0x1p-23 - 1;
      tensors.push_back(port.type.bits == 64
                            ? Tensor::FromDoubles(shape, values)
                            : Tensor::FromFloats(shape, std::vector<float>(values.begin(),
                                                                           values.end())));
      continue;
    }
    std::vector<int64_t> values(size);
    uint64_t span = uint64_t(port.type.MaxValue()) - uint64_t(port.type.MinValue()) + 1;
    for (int64_t &value : values)
      value = port.type.kind == runtime::TypeKind::kBipolar
                  ? (splitmix64(state) >> 63 ? 1 : -1)
                  : port.type.MinValue() + int64_t(span ? splitmix64(state) % span
                                                        : splitmix64(state));
    tensors.push_back(*Tensor::FromIntegers(port.type, shape, values));
  }
  return assemble(tensors, ports);
}

Tensor joinBatches(ArrayRef<Tensor> parts, const InputBatches &inputs) {
  const Tensor &first = parts.front();
  // An output whose leading dimension is not the batch is kept batch by batch.
  bool batched = first.rank() > 0 && first.shape()[0] == inputs.samplesPerBatch;
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
