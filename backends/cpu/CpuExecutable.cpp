//===- CpuExecutable.cpp - A compiled network, ready to run ---------------===//
#include "backends/cpu/CpuExecutable.h"

#include <dlfcn.h>

#include <cstdlib>
#include <cstring>

#include "backends/cpu/CodeGenerator.h"
#include "backends/cpu/ParameterImage.h"
#include "backends/cpu/lower-to-kernels/GlueBuilder.h"
#include "dialects/data/DataDialect.h"
#include "runtime/artifact/artifact.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace llvm;

namespace qcompile::cpu {

std::string parameterFile(StringRef name) { return ("weights/" + name + ".bin").str(); }

namespace {

/// What runs a model: the functions of this process, or those that a library exports.
struct ModelFunctions {
  int32_t (*run)(qcrt_model *, const void *const *, void *const *) = qcrt_model_run;
  const char *(*message)(const qcrt_model *) = qcrt_model_message;
  void (*close)(qcrt_model *) = qcrt_model_close;
};

class CpuExecutable : public Executable {
public:
  CpuExecutable(NetworkPorts ports, ModelFunctions functions, qcrt_model *model, std::shared_ptr<void> owner)
      : ports(std::move(ports)), functions(functions), model(model), owner(std::move(owner)) {}
  ~CpuExecutable() override { functions.close(model); }

  ArrayRef<runtime::Port> inputs() const override { return ports.inputs; }
  ArrayRef<runtime::Port> outputs() const override { return ports.outputs; }

  Expected<std::vector<Tensors>> run(ArrayRef<Tensors> batches) override {
    std::vector<Tensors> results;
    results.reserve(batches.size());
    for (const Tensors &batch : batches) {
      Expected<Tensors> result = runBatch(batch);
      if (!result)
        return result.takeError();
      results.push_back(std::move(*result));
    }
    return results;
  }

private:
  Expected<Tensors> runBatch(const Tensors &batch) {
    if (batch.size() != ports.inputs.size())
      return createStringError("expected " + Twine(ports.inputs.size()) + " inputs, found " + Twine(batch.size()));
    SmallVector<const void *> from;
    for (auto [port, tensor] : llvm::zip(ports.inputs, batch)) {
      if (tensor.type() != port.type || tensor.shape() != port.shape)
        return createStringError("expected input '" + port.name + "' as " + port.type.ToString() + " " +
                                 runtime::ShapeToString(port.shape) + ", found " + tensor.type().ToString() + " " +
                                 runtime::ShapeToString(tensor.shape()));
      from.push_back(tensor.bytes().data());
    }
    Tensors result;
    SmallVector<void *> to;
    for (const runtime::Port &port : ports.outputs) {
      result.emplace_back(port.type, port.shape);
      to.push_back(result.back().MutableBytes().data());
    }
    if (functions.run(model, from.data(), to.data()) != QCRT_OK)
      return createStringError(functions.message(model));
    return result;
  }

  NetworkPorts ports;
  ModelFunctions functions;
  qcrt_model *model;
  std::shared_ptr<void> owner; ///< of code and parameters
};

/// What a jitted model refers to.
struct JittedOwner {
  JittedNetwork network;
  void *image;
  JittedOwner(JittedNetwork network, void *image) : network(std::move(network)), image(image) {}
  ~JittedOwner() { std::free(image); }
};

} // namespace

Expected<std::unique_ptr<Executable>> makeJitted(mlir::ModuleOp module, StringRef cpu) {
  auto constant = module->getAttrOfType<data::ConstantAttr>(kImageAttr);
  if (!constant)
    return createStringError("expected a module lowered by cpu-lower-to-kernels, found no '" + kImageAttr + "'");
  ArrayRef<uint8_t> bytes = constant.getBytes();
  Expected<NetworkPorts> ports = readPorts(bytes);
  if (!ports)
    return ports.takeError();
  Expected<JittedNetwork> network = JittedNetwork::create(module, cpu);
  if (!network)
    return network.takeError();
  void *image = nullptr;
  if (posix_memalign(&image, 64, bytes.size()) != 0)
    return createStringError("expected " + Twine(bytes.size()) + " bytes of memory");
  std::memcpy(image, bytes.data(), bytes.size());
  auto owner = std::make_shared<JittedOwner>(std::move(*network), image);
  char message[256] = "";
  qcrt_model *model = qcrt_model_create(owner->network.descriptor(), image, bytes.size(), message, sizeof(message));
  if (!model)
    return createStringError(message);
  return std::make_unique<CpuExecutable>(std::move(*ports), ModelFunctions(), model, std::move(owner));
}

Expected<std::unique_ptr<Executable>> loadArtifact(StringRef directory, StringRef name) {
  SmallString<256> library(directory), parameters(directory);
  sys::path::append(library, name + ".so");
  sys::path::append(parameters, parameterFile(name));
  if (std::error_code code = sys::fs::make_absolute(library)) // no search along library paths
    return createStringError(code, "cannot find '" + library.str() + "'");
  auto buffer = MemoryBuffer::getFile(parameters, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return createStringError(buffer.getError(),
                             "cannot read '" + parameters.str() + "': " + buffer.getError().message());
  Expected<NetworkPorts> ports = readPorts(arrayRefFromStringRef((*buffer)->getBuffer()));
  if (!ports)
    return ports.takeError();
  std::shared_ptr<void> handle(dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL), [](void *handle) {
    if (handle)
      dlclose(handle);
  });
  if (!handle)
    return createStringError(Twine("cannot load the artifact's library: ") + dlerror());
  auto find = [&](StringRef suffix) { return dlsym(handle.get(), (name + suffix).str().c_str()); };
  auto open = reinterpret_cast<qcrt_model *(*)(const char *, char *, size_t)>(find("_open"));
  ModelFunctions functions;
  functions.run = reinterpret_cast<decltype(functions.run)>(find("_run_tensors"));
  functions.message = reinterpret_cast<decltype(functions.message)>(find("_message"));
  functions.close = reinterpret_cast<decltype(functions.close)>(find("_close"));
  if (!open || !functions.run || !functions.message || !functions.close)
    return createStringError("'" + library.str() + "' does not export the functions of '" + name + "'");
  char message[256] = "";
  qcrt_model *model = open(parameters.c_str(), message, sizeof(message));
  if (!model)
    return createStringError(message);
  return std::make_unique<CpuExecutable>(std::move(*ports), functions, model, std::move(handle));
}

} // namespace qcompile::cpu
