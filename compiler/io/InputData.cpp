//===- InputData.cpp - Files as input of a model --------------------------===//
#include "compiler/io/InputData.h"

#include <cmath>

#include "compiler/io/Npy.h"
#include "compiler/io/Npz.h"
#include "compiler/io/OnnxTensor.h"
#include "compiler/io/Pictures.h"
#include "compiler/io/TestData.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
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
  // A pipe ends some time, a device may not.
  sys::fs::file_status status;
  if (!sys::fs::status(path, status) &&
      (status.type() == sys::fs::file_type::character_file || status.type() == sys::fs::file_type::block_file))
    return createStringError(std::make_error_code(std::errc::invalid_argument),
                             "cannot read '" + path + "': it is a device");
  auto buffer = MemoryBuffer::getFile(path, false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return createStringError(buffer.getError(), "cannot read '" + path + "': " + buffer.getError().message());
  return std::move(*buffer);
}

static Expected<Tensor> parseNpyFile(StringRef path, StringRef bytes) {
  Expected<Tensor> tensor = parseNpy(bytes);
  if (!tensor)
    return createStringError("'" + path + "': " + toString(tensor.takeError()));
  return tensor;
}

Expected<Tensor> readNpyFile(StringRef path) {
  auto buffer = readFile(path);
  if (!buffer)
    return buffer.takeError();
  return parseNpyFile(path, (*buffer)->getBuffer());
}

/// Raw elements of the port's type, any number of batches.
static Expected<Tensor> readRaw(StringRef path, StringRef bytes, const Port &port, int64_t batchSize) {
  uint64_t sample = std::max<uint64_t>(1, uint64_t(runtime::NumElements(port.shape)) * port.type.ContainerSize());
  if (bytes.size() % sample != 0 || bytes.empty() || runtime::NumElements(port.shape) == 0)
    return createStringError("'" + path + "': expected a multiple of " + Twine(sample) + " bytes for input '" +
                             port.name + "', found " + Twine(bytes.size()));
  Shape shape = getSampleShape(port, batchSize);
  shape.insert(shape.begin(), batchSize * int64_t(bytes.size() / sample));
  Tensor tensor(port.type, shape);
  copy(arrayRefFromStringRef(bytes), tensor.MutableBytes().begin());
  for (int64_t i = 0; port.type.IsInteger() && port.type.bits < 64 && i < tensor.size(); ++i)
    if (!port.type.Contains(tensor.IntegerAt(i)))
      return createStringError("'" + path + "': element " + Twine(i) + " of input '" + port.name + "' is " +
                               Twine(tensor.IntegerAt(i)) + ", no value of type " + port.type.ToString());
  return tensor;
}

/// Pictures are the one form of which only the samples that are asked for are read.
static Expected<Tensor> readSelectedPictures(StringRef path, const Port &port, const SampleOptions &options) {
  PictureList pictures;
  pictures.paths.push_back(path.str());
  if (sys::fs::is_directory(path)) {
    Expected<PictureList> listed = listPictures(path);
    if (!listed)
      return listed.takeError();
    pictures = std::move(*listed);
  }
  auto range = getRange(options, int64_t(pictures.paths.size()), ("'" + path + "'").str());
  if (!range)
    return range.takeError();
  return readPictures(ArrayRef(pictures.paths).slice(range->first, range->second - range->first), port, options);
}

/// The array of that path for an input; for raw data, which has no shape, what `raw` makes of its bytes.
static Expected<Tensor> readArray(StringRef path, StringRef input, function_ref<Expected<Tensor>(StringRef)> raw) {
  StringRef extension = sys::path::extension(path);
  if (auto archive = splitNpzSetting(path))
    return readNpzArray(archive->first, archive->second, {input.str()});
  auto buffer = readFile(path);
  if (!buffer)
    return buffer.takeError();
  // An array by any other name is not raw data.
  if (extension == ".npy" || (*buffer)->getBuffer().starts_with("\x93NUMPY"))
    return parseNpyFile(path, (*buffer)->getBuffer());
  if (extension == ".pb")
    return parseOnnxTensor((*buffer)->getBuffer(), path);
  return raw((*buffer)->getBuffer());
}

/// The same numbers in another element type; numbers that do not fit are an error.
static Expected<Tensor> convertType(const Tensor &tensor, DataType type, StringRef name) {
  if (tensor.type() == type)
    return tensor;
  auto wrong = [&](int64_t i) {
    return createStringError("input '" + name + "': value " + std::to_string(tensor.DoubleAt(i)) + " at element " +
                             Twine(i) + " does not fit type " + type.ToString());
  };
  if (type.IsFloat()) {
    std::vector<double> values(tensor.size());
    for (int64_t i = 0; i < tensor.size(); ++i)
      values[i] = tensor.DoubleAt(i);
    return Tensor::FromReals(type, tensor.shape(), values);
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

/// Samples without elements, whose number their shape alone says.
static Expected<Tensor> arrangeEmpty(const Tensor &tensor, const Port &port, int64_t batchSize) {
  const bool isWhole = tensor.shape() == port.shape;
  const bool isLeading = !isWhole && !tensor.shape().empty() && tensor.shape()[0] > 0 &&
                         Shape(tensor.shape().begin() + 1, tensor.shape().end()) == getSampleShape(port, batchSize);
  if (isWhole || isLeading)
    return Tensor(port.type, {isWhole ? batchSize : tensor.shape()[0], 0});
  return createStringError("input '" + port.name + "': expected shape " + ShapeToString(port.shape) +
                           ", which has no elements, found shape " + ShapeToString(tensor.shape()));
}

/// Samples along the leading dimension, each with the elements of one sample of the port.
static Expected<Tensor> arrange(Tensor tensor, const Port &port, int64_t batchSize,
                                const std::function<void(const std::string &)> &note) {
  int64_t perSample = runtime::NumElements(port.shape) / batchSize;
  if (perSample != 0 && tensor.size() == 0)
    return createStringError("input '" + port.name + "': expected at least one sample of shape " +
                             ShapeToString(port.shape) + ", found none (shape " + ShapeToString(tensor.shape()) + ")");
  if (perSample == 0)
    return arrangeEmpty(tensor, port, batchSize);
  if (tensor.size() % perSample != 0)
    return createStringError("input '" + port.name + "': expected " + Twine(perSample) +
                             " elements per sample (shape " + ShapeToString(port.shape) + "), found shape " +
                             ShapeToString(tensor.shape()));
  int64_t samples = tensor.size() / perSample;
  bool leading = !tensor.shape().empty() && tensor.shape()[0] == samples;
  bool whole = tensor.shape() == port.shape;
  if (!whole && !leading && samples != 1)
    return createStringError("input '" + port.name + "': expected samples along the first " + "dimension, " +
                             Twine(perSample) + " elements each, found shape " + ShapeToString(tensor.shape()));
  if (!whole &&
      Shape(tensor.shape().begin() + !tensor.shape().empty(), tensor.shape().end()) != getSampleShape(port, batchSize))
    note("input '" + port.name + "': shape " + ShapeToString(tensor.shape()) + " read as samples of shape " +
         ShapeToString(port.shape));
  if (tensor.type() != port.type)
    note("input '" + port.name + "': " + tensor.type().ToString() + " converted to " + port.type.ToString());
  Expected<Tensor> converted = convertType(tensor, port.type, port.name);
  if (!converted)
    return converted.takeError();
  return converted->Reshaped({samples, perSample});
}

/// The samples of a setting for one port, [samples, elements].
static Expected<Tensor> readPort(StringRef path, size_t index, ArrayRef<Port> ports, const SampleOptions &options,
                                 const std::function<void(const std::string &)> &note) {
  const Port &port = ports[index];
  int64_t batchSize = getBatchSize(ports);
  bool folder = sys::fs::is_directory(path);
  if (std::vector<std::string> sets = folder ? findTestDataSets(path) : std::vector<std::string>(); !sets.empty()) {
    Expected<std::vector<Tensor>> parts = readTestData(sets, "input", index);
    if (!parts)
      return parts.takeError();
    std::vector<Tensor> arranged;
    for (Tensor &part : *parts) {
      Expected<Tensor> samples = arrange(std::move(part), port, batchSize, note);
      if (!samples)
        return samples.takeError();
      arranged.push_back(std::move(*samples));
    }
    std::string what = "input '" + port.name + "'";
    Expected<Tensor> joined = joinSets(arranged, what);
    return joined ? takeSamples(*joined, options, what) : std::move(joined);
  }
  if (folder || isPicture(path)) {
    Expected<Tensor> pictures = readSelectedPictures(path, port, options);
    return pictures ? arrange(std::move(*pictures), port, batchSize, [](const std::string &) {}) : std::move(pictures);
  }
  Expected<Tensor> tensor =
      readArray(path, port.name, [&](StringRef bytes) { return readRaw(path, bytes, port, batchSize); });
  if (!tensor)
    return tensor.takeError();
  Expected<Tensor> samples = arrange(std::move(*tensor), port, batchSize, note);
  if (!samples)
    return samples.takeError();
  return takeSamples(*samples, options, "input '" + port.name + "'");
}

namespace {
/// A setting that has been given to an input.
struct Assignment {
  size_t port;
  StringRef path;
};
} // namespace

/// "'left', 'right'".
static std::string listNames(ArrayRef<Port> ports) {
  std::string out;
  for (const Port &port : ports)
    out += (out.empty() ? "'" : ", '") + port.name + "'";
  return out;
}

/// The input that a setting names, of several the one with the longest name: names may hold '=' too.
static const Port *findNamed(StringRef setting, ArrayRef<Port> ports) {
  const Port *named = nullptr;
  for (const Port &port : ports)
    if (setting.starts_with(port.name + "=") && (!named || named->name.size() < port.name.size()))
      named = &port;
  return named;
}

/// Which setting is for which inputs.
static Expected<std::vector<Assignment>> assign(ArrayRef<std::string> settings, ArrayRef<Port> ports) {
  std::vector<Assignment> out;
  std::vector<bool> given(ports.size());
  auto give = [&](size_t port, StringRef path) -> Error {
    if (given[port])
      return createStringError("input '" + ports[port].name + "' is given twice");
    given[port] = true;
    out.push_back({port, path});
    return Error::success();
  };
  for (StringRef setting : settings) {
    if (const Port *named = findNamed(setting, ports)) {
      if (Error error = give(named - ports.begin(), setting.drop_front(named->name.size() + 1)))
        return std::move(error);
      continue;
    }
    // A path may hold '=' too.
    if (setting.contains('=') &&
        !sys::fs::exists(splitNpzSetting(setting).value_or(std::pair(setting, StringRef())).first))
      return createStringError("the model has no input '" + setting.split('=').first + "'; it has " + listNames(ports));
    size_t next = find(given, false) - given.begin();
    if (next == ports.size())
      return createStringError("expected " + Twine(ports.size()) + " inputs, found one more: '" + setting + "'");
    // A test data set has all inputs.
    bool all = ports.size() > 1 && sys::fs::is_directory(setting) && !findTestDataSets(setting).empty();
    for (size_t last = all ? ports.size() : next + 1; next < last; ++next)
      if (!given[next])
        if (Error error = give(next, setting))
          return std::move(error);
  }
  return out;
}

/// The shape of the data of input `index`; nothing where it has none, or cannot be read.
static std::optional<Shape> readShape(StringRef path, StringRef input, size_t index) {
  auto readData = [&]() -> Expected<Tensor> {
    auto none = [&](StringRef) { return createStringError("'" + path + "' has no shape"); };
    if (isPicture(path))
      return none(path);
    // A pipe gives its data once.
    StringRef file = splitNpzSetting(path).value_or(std::pair(path, StringRef())).first;
    if (sys::fs::is_regular_file(file))
      return readArray(path, input, none);
    std::vector<std::string> sets = findTestDataSets(path);
    if (sets.empty())
      return none(path);
    Expected<std::vector<Tensor>> first = readTestData(sets[0], "input", index);
    return first ? Expected<Tensor>(std::move(first->front())) : first.takeError();
  };
  Expected<Tensor> data = readData();
  if (data)
    return data->shape();
  consumeError(data.takeError()); // told when the data is read
  return std::nullopt;
}

std::map<std::string, Shape> readInputShapes(ArrayRef<std::string> settings, ArrayRef<std::string> inputs,
                                             const SampleOptions &options) {
  std::vector<Port> ports;
  for (const std::string &input : inputs)
    ports.emplace_back().name = input;
  std::map<std::string, Shape> out;
  Expected<std::vector<Assignment>> assignments = assign(settings, ports);
  if (!assignments) {
    consumeError(assignments.takeError());
    return out;
  }
  for (const Assignment &assignment : *assignments)
    if (std::optional<Shape> shape = readShape(assignment.path, inputs[assignment.port], assignment.port)) {
      if (!shape->empty()) {
        auto range = getRange(options, shape->front(), assignment.path);
        if (range)
          shape->front() = range->second - range->first;
        else
          consumeError(range.takeError());
      }
      out[inputs[assignment.port]] = std::move(*shape);
    }
  return out;
}

Expected<InputBatches> readInputs(ArrayRef<std::string> settings, ArrayRef<Port> ports,
                                  const std::function<void(const std::string &)> &note, const SampleOptions &options) {
  Expected<std::vector<Assignment>> assignments = assign(settings, ports);
  if (!assignments)
    return assignments.takeError();
  std::vector<std::optional<Tensor>> tensors(ports.size());
  for (const Assignment &assignment : *assignments) {
    Expected<Tensor> samples = readPort(assignment.path, assignment.port, ports, options, note);
    if (!samples)
      return samples.takeError();
    tensors[assignment.port] = std::move(*samples);
  }
  std::vector<Tensor> all;
  for (auto [tensor, port] : zip(tensors, ports)) {
    if (!tensor)
      return createStringError("no data for input '" + port.name + "': give --input " + port.name +
                               "=FILE or --random N");
    if (!all.empty() && tensor->shape()[0] != all[0].shape()[0])
      return createStringError("input '" + port.name + "' has " + Twine(tensor->shape()[0]) + " samples, input '" +
                               ports[0].name + "' has " + Twine(all[0].shape()[0]));
    all.push_back(std::move(*tensor));
  }
  return assembleBatches(all, ports);
}

} // namespace qcompile
