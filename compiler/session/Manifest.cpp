//===- Manifest.cpp - What an artifact is ---------------------------------===//
#include "compiler/session/Manifest.h"

#include "compiler/session/Version.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SHA256.h"

using namespace llvm;

namespace qcompile {

std::string formatJson(json::Value value) { return formatv("{0:2}\n", value).str(); }

/// By name of input: low end, high end, and whether numbers are whole.
static json::Object formatRanges(const InputRanges &ranges) {
  json::Object out;
  for (const auto &[name, range] : ranges)
    out[name] = json::Array{range.low, range.high, range.isWhole};
  return out;
}

static InputRanges readRanges(const json::Object *ranges) {
  InputRanges out;
  for (const auto &[name, value] : ranges ? *ranges : json::Object())
    if (const json::Array *ends = value.getAsArray(); ends && ends->size() == 3)
      if (auto low = (*ends)[0].getAsInteger(), high = (*ends)[1].getAsInteger(); low && high)
        out[name.str()] = {*low, *high, (*ends)[2].getAsBoolean().value_or(true), ""};
  return out;
}

std::string formatManifest(const Manifest &manifest, ArrayRef<ArtifactFile> files) {
  json::Object options;
  for (const auto &[key, value] : manifest.backendOptions)
    options[key] = value;
  json::Array list;
  for (const ArtifactFile &file : files)
    list.push_back(json::Object{{"name", file.name},
                                {"kind", file.kind},
                                {"description", file.description},
                                {"size", int64_t(file.size)},
                                {"sha256", file.sha256}});
  const ImportReport &model = manifest.model;
  return formatJson(json::Object{
      {"format", "qcompile artifact 1"},
      {"qcompile", kVersion},
      {"llvm", LLVM_VERSION_STRING},
      {"model", json::Object{{"name", manifest.modelName},
                             {"sha256", model.sha256},
                             {"opset", model.opset},
                             {"ir_version", model.irVersion},
                             {"producer", model.producer},
                             {"batch_coupling", model.batchCoupling},
                             {"input_ranges", formatRanges(model.inputRanges)},
                             {"formats", json::Array(model.formats)},
                             {"repairs", json::Array(model.repairs)}}},
      {"backend",
       json::Object{{"name", manifest.backend}, {"version", manifest.backendVersion}, {"options", std::move(options)}}},
      {"files", std::move(list)}});
}

static Error checkFile(StringRef directory, const json::Object &file) {
  std::optional<StringRef> name = file.getString("name"), digest = file.getString("sha256");
  if (!name || !digest)
    return createStringError("the manifest of '" + directory + "' is damaged");
  SmallString<128> path(directory);
  sys::path::append(path, *name);
  auto buffer = MemoryBuffer::getFile(path, false, false);
  if (!buffer)
    return createStringError("artifact file '" + *name + "' cannot be read: " + buffer.getError().message());
  std::string found = toHex(SHA256::hash(arrayRefFromStringRef((*buffer)->getBuffer())), /*LowerCase=*/true);
  if (found != *digest)
    return createStringError("artifact file '" + *name + "' differs from its manifest");
  return Error::success();
}

Expected<Manifest> readManifest(StringRef directory) {
  SmallString<128> path(directory);
  sys::path::append(path, "manifest.json");
  auto buffer = MemoryBuffer::getFile(path);
  if (!buffer)
    return createStringError("'" + directory +
                             "' is no artifact: cannot read its manifest.json: " + buffer.getError().message());
  Expected<json::Value> value = json::parse((*buffer)->getBuffer());
  if (!value)
    return createStringError("the manifest of '" + directory + "' is damaged: " + toString(value.takeError()));
  const json::Object *root = value->getAsObject();
  const json::Object *model = root ? root->getObject("model") : nullptr;
  const json::Object *backend = root ? root->getObject("backend") : nullptr;
  const json::Object *options = backend ? backend->getObject("options") : nullptr;
  const json::Array *files = root ? root->getArray("files") : nullptr;
  if (!model || !options || !files || !model->getString("name") || !backend->getString("name"))
    return createStringError("the manifest of '" + directory + "' is damaged");
  for (const json::Value &file : *files)
    if (Error error = checkFile(directory, file.getAsObject() ? *file.getAsObject() : json::Object()))
      return std::move(error);
  Manifest out;
  out.modelName = model->getString("name")->str();
  out.model.batchCoupling = model->getString("batch_coupling").value_or("").str();
  out.model.inputRanges = readRanges(model->getObject("input_ranges"));
  out.backend = backend->getString("name")->str();
  for (const auto &[key, setting] : *options)
    out.backendOptions[key.str()] = setting.getAsString().value_or("").str();
  return out;
}

} // namespace qcompile
