//===- WrongBackend.cpp - A backend with a fault --------------------------===//
//
// Runs models by reference semantics, but for one fault in the operations of one kind, or in those of one node:
// thresholds of the first channel are one too high, or, where an operation has none, the first element of its
// constant operand is one off.
//
//===----------------------------------------------------------------------===//
#include "compiler/backend/Registry.h"
#include "compiler/evaluator/Evaluator.h"
#include "runtime/reference/registry.h"

using namespace mlir;
using namespace qcompile;
using qcompile::runtime::Tensor;

namespace {

/// One element of a tensor of integers, changed to a neighbour that its type has.
Tensor changeElement(const Tensor &tensor, int64_t index, int64_t step) {
  std::vector<int64_t> values = tensor.ToIntegers();
  if (tensor.type().kind == runtime::TypeKind::kBipolar)
    values[index] = -values[index];
  else
    values[index] += tensor.type().Contains(values[index] + step) ? step : -step;
  return *Tensor::FromIntegers(tensor.type(), tensor.shape(), values);
}

/// Thresholds [C, T] with those of channel 0 one higher; in wider integers, so that none is at the end of its type.
Tensor raiseThresholds(const Tensor &thresholds) {
  std::vector<int64_t> values = thresholds.ToIntegers();
  for (int64_t t = 0; t < thresholds.shape()[1]; ++t)
    ++values[t];
  return *Tensor::FromIntegers(runtime::DataType::Int64(), thresholds.shape(), values);
}

class FaultyExecutable : public Executable {
public:
  explicit FaultyExecutable(runtime::ProgramExecutor executor) : executor(std::move(executor)) {}

  ArrayRef<runtime::Port> inputs() const override { return executor.program().inputs; }
  ArrayRef<runtime::Port> outputs() const override { return executor.program().outputs; }

  llvm::Expected<std::vector<Tensors>> run(ArrayRef<Tensors> batches) override {
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

class WrongSession : public BackendSession {
public:
  WrongSession(std::string operation, std::string node) : operation(std::move(operation)), node(std::move(node)) {}

  Capability checkSupport(Operation *op) const override {
    llvm::StringRef name = op->getName().getStringRef();
    if (op->hasTrait<OpTrait::ConstantLike>() || name == "onnx.Constant" ||
        runtime::FindReference({name.data(), name.size()}))
      return Capability::yes();
    return Capability::no("it has no reference semantics");
  }

  void buildPipeline(OpPassManager &pm) const override {}

  llvm::Expected<std::unique_ptr<Executable>> prepare(ModuleOp module, const ModelInfo &info) const override {
    auto main = module.lookupSymbol<func::FuncOp>("main");
    if (!main)
      return llvm::createStringError("the module has no function 'main'");
    llvm::Expected<runtime::Program> program = buildProgram(main);
    if (!program)
      return program.takeError();
    for (runtime::Operation &op : program->operations)
      if (op.name == operation && (node.empty() || op.label == node))
        breakOperation(*program, op);
    auto executor = runtime::ProgramExecutor::Create(std::move(*program));
    if (!executor.ok())
      return toError(executor.status());
    return std::make_unique<FaultyExecutable>(std::move(*executor));
  }

  llvm::Error emit(ModuleOp module, const ModelInfo &info, ArtifactSink &sink) const override {
    return llvm::createStringError("this backend writes no artifacts");
  }
  llvm::Expected<std::unique_ptr<Executable>> open(llvm::StringRef directory, const ModelInfo &info) const override {
    return llvm::createStringError("this backend writes no artifacts");
  }

private:
  static void breakOperation(runtime::Program &program, runtime::Operation &op) {
    if (const Tensor *thresholds = op.attributes.Find<Tensor>("thresholds");
        thresholds && thresholds->type().IsInteger()) {
      op.attributes.Set("thresholds", raiseThresholds(*thresholds));
      return;
    }
    for (auto &[id, tensor] : program.constants)
      if (llvm::is_contained(op.operands, id))
        tensor = changeElement(tensor, 0, 1);
  }

  std::string operation, node;
};

class WrongBackend : public Backend {
public:
  llvm::StringRef name() const override { return "wrong"; }
  llvm::StringRef summary() const override { return "the reference with a fault"; }
  llvm::StringRef version() const override { return "1"; }
  std::vector<OptionSpec> options() const override {
    return {OptionSpec::string("operation", "qnn.threshold", "the kind of operation that is wrong"),
            OptionSpec::string("node", "", "the only node that is wrong")};
  }
  llvm::Expected<std::unique_ptr<BackendSession>> createSession(const OptionValues &options) const override {
    return std::make_unique<WrongSession>(options.getString("operation").str(), options.getString("node").str());
  }
};

} // namespace

QCOMPILE_BACKEND_PLUGIN(WrongBackend)
