//===- Backend.cpp - Defaults of the backend interface --------------------===//
#include "compiler/backend/Backend.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;

namespace qcompile {

namespace {
/// An executable whose artifact lives as long as it does.
class TemporaryExecutable : public Executable {
public:
  TemporaryExecutable(std::unique_ptr<Executable> inner, std::string directory)
      : inner(std::move(inner)), directory(std::move(directory)) {}
  ~TemporaryExecutable() override {
    inner.reset();
    (void)sys::fs::remove_directories(directory);
  }
  ArrayRef<runtime::Port> inputs() const override { return inner->inputs(); }
  ArrayRef<runtime::Port> outputs() const override { return inner->outputs(); }
  Expected<std::vector<Tensors>> run(ArrayRef<Tensors> batches) override {
    return inner->run(batches);
  }
  json::Object statistics() const override { return inner->statistics(); }

private:
  std::unique_ptr<Executable> inner;
  std::string directory;
};
} // namespace

Expected<std::unique_ptr<Executable>> BackendSession::prepare(mlir::ModuleOp module,
                                                              const ModelInfo &info) const {
  SmallString<128> root;
  if (std::error_code code = sys::fs::createUniqueDirectory("qcompile", root))
    return createStringError(code, "cannot create a temporary folder: " + code.message());
  SmallString<128> directory(root);
  sys::path::append(directory, info.name);
  auto build = [&]() -> Expected<std::unique_ptr<Executable>> {
    Expected<std::unique_ptr<ArtifactSink>> sink = ArtifactSink::create(directory);
    if (!sink)
      return sink.takeError();
    if (Error error = emit(module, info, **sink))
      return error;
    if (Error error = (*sink)->commit())
      return error;
    return open(directory, info);
  };
  Expected<std::unique_ptr<Executable>> inner = build();
  if (!inner) {
    (void)sys::fs::remove_directories(root);
    return inner.takeError();
  }
  return std::make_unique<TemporaryExecutable>(std::move(*inner), root.str().str());
}

} // namespace qcompile
