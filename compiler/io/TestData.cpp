//===- TestData.cpp - ONNX test data sets ---------------------------------===//
#include "compiler/io/TestData.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "compiler/io/OnnxTensor.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace llvm;

namespace qcompile {

std::vector<std::string> findTestDataSets(StringRef folder) {
  auto isSet = [](const Twine &path) {
    return sys::fs::exists(path + "/input_0.pb") || sys::fs::exists(path + "/output_0.pb");
  };
  if (isSet(folder))
    return {folder.str()};
  std::map<uint64_t, std::string> sets;
  std::error_code code;
  for (sys::fs::directory_iterator it(folder, code), end; it != end && !code; it.increment(code)) {
    StringRef name = sys::path::filename(it->path());
    uint64_t number;
    if (name.consume_front("test_data_set_") && !name.getAsInteger(10, number) && isSet(it->path()))
      sets[number] = it->path();
  }
  std::vector<std::string> out;
  for (auto &[number, path] : sets)
    out.push_back(path);
  return out;
}

Expected<std::vector<runtime::Tensor>> readTestData(ArrayRef<std::string> sets, StringRef kind, size_t index) {
  std::vector<runtime::Tensor> out;
  for (const std::string &set : sets) {
    SmallString<128> path(set);
    sys::path::append(path, kind + "_" + Twine(index) + ".pb");
    auto buffer = MemoryBuffer::getFile(path, false, /*RequiresNullTerminator=*/false);
    if (!buffer)
      return createStringError(buffer.getError(), "cannot read '" + path + "': " + buffer.getError().message());
    Expected<runtime::Tensor> tensor = parseOnnxTensor((*buffer)->getBuffer(), path);
    if (!tensor)
      return tensor.takeError();
    out.push_back(std::move(*tensor));
  }
  return out;
}

Expected<runtime::Tensor> joinSets(ArrayRef<runtime::Tensor> parts, StringRef what) {
  const runtime::Tensor &first = parts.front();
  runtime::Shape shape = first.shape();
  if (shape.empty())
    return createStringError(what + ": expected test data sets with a batch dimension, found scalars");
  if (parts.size() == 1)
    return first;
  shape[0] = 0;
  for (const runtime::Tensor &part : parts) {
    if (part.type() != first.type() || part.rank() != first.rank() ||
        !std::equal(shape.begin() + 1, shape.end(), part.shape().begin() + 1))
      return createStringError(what + ": expected test data sets of one type and shape, found " +
                               first.type().ToString() + " " + runtime::ShapeToString(first.shape()) + " and " +
                               part.type().ToString() + " " + runtime::ShapeToString(part.shape()));
    shape[0] += part.shape()[0];
  }
  runtime::Tensor out(first.type(), shape);
  uint8_t *to = out.MutableBytes().data();
  for (const runtime::Tensor &part : parts) {
    std::memcpy(to, part.bytes().data(), part.bytes().size());
    to += part.bytes().size();
  }
  return out;
}

} // namespace qcompile
