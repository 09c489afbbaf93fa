//===- Recording.cpp - What another program computed ----------------------===//
#include "compiler/compare/Recording.h"

#include <map>

#include "compiler/io/InputData.h"
#include "compiler/io/Npz.h"
#include "compiler/io/TestData.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using qcompile::runtime::Tensor;

namespace qcompile::compare {

static std::string decodeName(StringRef text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned code;
    if (text[i] == '%' && i + 2 < text.size() && !text.substr(i + 1, 2).getAsInteger(16, code)) {
      out += char(code);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

/// Tensors by name, sorted.
using Recorded = std::map<std::string, Tensor>;

static Expected<Recorded> readFolder(StringRef folder) {
  Recorded out;
  std::error_code code;
  for (sys::fs::directory_iterator it(folder, code), end; it != end && !code; it.increment(code)) {
    StringRef name = sys::path::filename(it->path());
    if (!name.consume_back(".npy"))
      continue;
    Expected<Tensor> tensor = readNpyFile(it->path());
    if (!tensor)
      return tensor.takeError();
    out.insert_or_assign(decodeName(name), std::move(*tensor));
  }
  if (code)
    return createStringError(code, "cannot read '" + folder + "': " + code.message());
  return out;
}

static Expected<Recorded> readSets(ArrayRef<std::string> sets, ArrayRef<runtime::Port> outputs) {
  Recorded out;
  for (auto [i, port] : enumerate(outputs)) {
    Expected<std::vector<Tensor>> parts = readTestData(sets, "output", i);
    if (!parts)
      return parts.takeError();
    // A scalar has no dimension along which samples could stand.
    Expected<Tensor> joined = parts->front().rank() ? joinSets(*parts, "output '" + port.name + "'") : parts->front();
    if (!joined)
      return joined.takeError();
    out.emplace(port.name, std::move(*joined));
  }
  return out;
}

static Expected<Recorded> readAny(StringRef path, ArrayRef<runtime::Port> outputs) {
  if (!sys::fs::exists(path))
    return createStringError(std::make_error_code(std::errc::no_such_file_or_directory),
                             "cannot read '" + path + "': no such file or directory");
  if (sys::path::extension(path) == ".npz")
    return readNpzArrays(path);
  if (!sys::fs::is_directory(path))
    return createStringError("'" + path + "': expected a folder of .npy files, an .npz archive or ONNX test data sets");
  if (std::vector<std::string> sets = findTestDataSets(path); !sets.empty())
    return readSets(sets, outputs);
  return readFolder(path);
}

Expected<Trace> readRecording(StringRef path, ArrayRef<runtime::Port> outputs) {
  Expected<Recorded> recorded = readAny(path, outputs);
  if (!recorded)
    return recorded.takeError();
  if (recorded->empty())
    return createStringError("'" + path + "' holds no recorded tensors, expected NAME.npy files");
  Trace out;
  for (auto &[name, value] : *recorded) {
    TracedTensor tensor;
    tensor.value = value;
    if (value.type().IsInteger())
      tensor.codes = *Tensor::FromIntegers(runtime::DataType::Int64(), value.shape(), value.ToIntegers());
    bool isOutput = any_of(outputs, [&, &name = name](const runtime::Port &port) { return port.name == name; });
    out.add(isOutput ? getOutputKey(name) : name, std::move(tensor));
  }
  return out;
}

} // namespace qcompile::compare
