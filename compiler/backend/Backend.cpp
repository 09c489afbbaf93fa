//===- Backend.cpp - Defaults of the backend interface --------------------===//
#include "compiler/backend/Backend.h"

#include "compiler/io/ScopedPath.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;

namespace qcompile {

namespace {
/// An executable whose artifact lives as long as it does.
class TemporaryExecutable : public Executable {
public:
  TemporaryExecutable(std::unique_ptr<Executable> inner, std::unique_ptr<ScopedPath> folder)
      : folder(std::move(folder)), inner(std::move(inner)) {}
  ArrayRef<runtime::Port> inputs() const override { return inner->inputs(); }
  ArrayRef<runtime::Port> outputs() const override { return inner->outputs(); }
  Expected<std::vector<Tensors>> run(ArrayRef<Tensors> batches) override { return inner->run(batches); }
  json::Object statistics() const override { return inner->statistics(); }

private:
  std::unique_ptr<ScopedPath> folder; // outlives the executable that uses it
  std::unique_ptr<Executable> inner;
};
} // namespace

Expected<std::unique_ptr<Executable>> BackendSession::prepare(mlir::ModuleOp module, const ModelInfo &info) const {
  Expected<std::unique_ptr<ScopedPath>> folder = createTemporaryFolder("qcompile");
  if (!folder)
    return folder.takeError();
  SmallString<128> directory((*folder)->path());
  sys::path::append(directory, info.name);
  Expected<std::unique_ptr<ArtifactSink>> sink = ArtifactSink::create(directory);
  if (!sink)
    return sink.takeError();
  if (Error error = emit(module, info, **sink))
    return error;
  if (Error error = (*sink)->commit())
    return error;
  Expected<std::unique_ptr<Executable>> inner = open(directory, info);
  if (!inner)
    return inner.takeError();
  return std::make_unique<TemporaryExecutable>(std::move(*inner), std::move(*folder));
}

} // namespace qcompile
