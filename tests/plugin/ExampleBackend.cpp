//===- ExampleBackend.cpp - A backend from outside the tree ---------------===//
#include "ExampleBackend.h"

#include "CountProducts.h"
#include "Listing.h"
#include "compiler/backend/Registry.h"
#include "compiler/evaluator/Evaluator.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/qnn/QnnDialect.h"
#include "runtime/reference/registry.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace qcompile;

// What `--load-backend` looks for.
QCOMPILE_BACKEND_PLUGIN(example::ExampleBackend)

namespace example {

//===----------------------------------------------------------------------===//
// The backend
//===----------------------------------------------------------------------===//

std::vector<OptionSpec> ExampleBackend::options() const {
  return {OptionSpec::integer("max-inner", 65536, 1, 1 << 30, "largest number of products that one sum may have")};
}

void ExampleBackend::registerPasses() const { registerCountProducts(); }

llvm::Expected<std::unique_ptr<BackendSession>> ExampleBackend::createSession(const OptionValues &options) const {
  return std::make_unique<ExampleSession>(options.getInteger("max-inner"));
}

//===----------------------------------------------------------------------===//
// Before lowering: what is supported, and what happens to it
//===----------------------------------------------------------------------===//

Capability ExampleSession::checkSupport(Operation *op) const {
  llvm::StringRef name = op->getName().getStringRef();
  if (op->hasTrait<OpTrait::ConstantLike>() || name == "onnx.Constant")
    return Capability::yes();
  if (!runtime::FindReference({name.data(), name.size()}))
    return Capability::no("it has no reference semantics");
  if (auto matmul = dyn_cast<qnn::MatMulOp>(op)) {
    int64_t inner = cast<RankedTensorType>(matmul.getRhs().getType()).getDimSize(0);
    if (inner > maxInner)
      return Capability::no("it sums " + std::to_string(inner) + " products, and option 'max-inner' allows " +
                            std::to_string(maxInner));
  }
  return Capability::yes();
}

void ExampleSession::buildPipeline(OpPassManager &pm) const { pm.addPass(createCountProducts()); }

//===----------------------------------------------------------------------===//
// The artifact
//===----------------------------------------------------------------------===//

static llvm::Expected<func::FuncOp> getMain(ModuleOp module) {
  if (auto main = module.lookupSymbol<func::FuncOp>("main"))
    return main;
  return llvm::createStringError("the module has no function 'main'");
}

llvm::Error ExampleSession::emit(ModuleOp module, const ModelInfo &info, ArtifactSink &sink) const {
  llvm::Expected<func::FuncOp> main = getMain(module);
  if (!main)
    return main.takeError();
  llvm::Expected<runtime::Program> program = buildProgram(*main);
  if (!program)
    return program.takeError();
  if (llvm::Error error = sink.write(info.name + ".txt", "listing", "the integer network as text", makeListing(*main)))
    return error;
  return sink.write(info.name + ".qcp", "program", "the same network as a program of the runtime",
                    runtime::SerializeProgram(*program));
}

llvm::json::Object ExampleSession::report(ModuleOp module) const {
  llvm::json::Array layers;
  module.walk([&](qnn::MatMulOp op) {
    if (auto products = op->getAttrOfType<IntegerAttr>(kProductsAttr))
      layers.push_back(llvm::json::Object{{"node", onnx::describe(op)}, {"products", products.getInt()}});
  });
  return llvm::json::Object{{"layers", std::move(layers)}};
}

//===----------------------------------------------------------------------===//
// Running it
//===----------------------------------------------------------------------===//

namespace {
class ProgramExecutable : public Executable {
public:
  explicit ProgramExecutable(runtime::ProgramExecutor executor) : executor(std::move(executor)) {}

  llvm::ArrayRef<runtime::Port> inputs() const override { return executor.program().inputs; }
  llvm::ArrayRef<runtime::Port> outputs() const override { return executor.program().outputs; }

  llvm::Expected<std::vector<Tensors>> run(llvm::ArrayRef<Tensors> batches) override {
    std::vector<Tensors> results;
    for (const Tensors &batch : batches) {
      if (absl::Status status = executor.Run(batch); !status.ok())
        return toError(status);
      Tensors &result = results.emplace_back();
      for (size_t i = 0; i < outputs().size(); ++i)
        result.push_back(executor.output(i));
    }
    return results;
  }

private:
  runtime::ProgramExecutor executor;
};
} // namespace

llvm::Expected<std::unique_ptr<Executable>> ExampleSession::open(llvm::StringRef directory,
                                                                 const ModelInfo &info) const {
  llvm::SmallString<256> path(directory);
  llvm::sys::path::append(path, info.name + ".qcp");
  auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!file)
    return llvm::createStringError(file.getError(), "cannot read '" + path.str() + "': " + file.getError().message());
  std::shared_ptr<llvm::MemoryBuffer> owner = std::move(*file);
  const auto *bytes = reinterpret_cast<const uint8_t *>(owner->getBufferStart());
  absl::StatusOr<runtime::Program> program = runtime::ParseProgram({bytes, owner->getBufferSize()}, owner);
  if (!program.ok())
    return toError(program.status());
  auto executor = runtime::ProgramExecutor::Create(*std::move(program));
  if (!executor.ok())
    return toError(executor.status());
  return std::make_unique<ProgramExecutable>(*std::move(executor));
}

} // namespace example
