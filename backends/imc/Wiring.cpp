//===- Wiring.cpp - How host parts and core are connected -----------------===//
#include "backends/imc/Wiring.h"

#include "passes/partition-host/PartitionHost.h"

using namespace mlir;

namespace qcompile::imc {

static constexpr llvm::StringLiteral kPartNames[] = {"model", "before", "core"};

static llvm::json::Array toArray(const std::vector<Source> &sources) {
  llvm::json::Array out;
  for (const Source &source : sources)
    out.push_back(llvm::json::Object{{"part", kPartNames[static_cast<int>(source.part)]}, {"index", source.index}});
  return out;
}

llvm::json::Value Wiring::toJson() const {
  return llvm::json::Object{{"core_inputs", toArray(core)}, {"after_inputs", toArray(after)}};
}

static std::optional<Source> readSource(const llvm::json::Value &value) {
  const llvm::json::Object *object = value.getAsObject();
  if (!object)
    return std::nullopt;
  std::optional<StringRef> part = object->getString("part");
  std::optional<int64_t> index = object->getInteger("index");
  if (!part || !index || *index < 0 || *index > UINT16_MAX)
    return std::nullopt;
  for (auto [number, name] : llvm::enumerate(kPartNames))
    if (*part == name)
      return Source{static_cast<Source::Part>(number), static_cast<unsigned>(*index)};
  return std::nullopt;
}

static bool readSources(const llvm::json::Object &object, StringRef key, std::vector<Source> &sources) {
  const llvm::json::Array *array = object.getArray(key);
  if (!array)
    return false;
  for (const llvm::json::Value &value : *array) {
    std::optional<Source> source = readSource(value);
    if (!source)
      return false;
    sources.push_back(*source);
  }
  return true;
}

llvm::Expected<Wiring> Wiring::fromJson(StringRef text, StringRef name) {
  llvm::Expected<llvm::json::Value> value = llvm::json::parse(text);
  if (!value)
    return llvm::createStringError("'" + name + "': " + llvm::toString(value.takeError()));
  Wiring wiring;
  const llvm::json::Object *object = value->getAsObject();
  if (!object || !readSources(*object, "core_inputs", wiring.core) ||
      !readSources(*object, "after_inputs", wiring.after))
    return llvm::createStringError("'" + name +
                                   "': expected lists 'core_inputs' and 'after_inputs' of parts and indices");
  return wiring;
}

/// Where each of `values` comes from; `results[p]` is the operation whose results part p+1 gives.
static llvm::Expected<std::vector<Source>> getSources(OperandRange values, Operation *before, Operation *core) {
  std::vector<Source> sources;
  for (Value value : values) {
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      sources.push_back({Source::Part::Model, argument.getArgNumber()});
      continue;
    }
    auto result = cast<OpResult>(value);
    if (result.getOwner() != before && result.getOwner() != core)
      return llvm::createStringError("'main' computes a value outside of its three parts");
    sources.push_back(
        {result.getOwner() == before ? Source::Part::Before : Source::Part::Core, result.getResultNumber()});
  }
  return sources;
}

llvm::Expected<LoweredModule> LoweredModule::get(ModuleOp module) {
  LoweredModule lowered;
  lowered.main = module.lookupSymbol<func::FuncOp>("main");
  lowered.before = module.lookupSymbol<func::FuncOp>(kHostBefore);
  lowered.core = module.lookupSymbol<ProgramOp>(kCore);
  lowered.after = module.lookupSymbol<func::FuncOp>(kHostAfter);
  if (!lowered.main || !lowered.before || !lowered.core || !lowered.after || !lowered.main.getBody().hasOneBlock())
    return llvm::createStringError("expected 'main', '" + kHostBefore + "', the program '" + kCore + "' and '" +
                                   kHostAfter + "'");
  SmallVector<Operation *> steps =
      llvm::map_to_vector(lowered.main.front().without_terminator(), [](Operation &op) { return &op; });
  auto callee = [](Operation *op) {
    auto call = dyn_cast<func::CallOp>(op);
    return call ? call.getCallee() : StringRef();
  };
  if (steps.size() != 3 || callee(steps[0]) != kHostBefore || !isa<RunOp>(steps[1]) || callee(steps[2]) != kHostAfter ||
      steps[0]->getOperands() != lowered.main.getArguments() ||
      steps[2]->getResults() != lowered.main.front().getTerminator()->getOperands())
    return llvm::createStringError("expected 'main' to call '" + kHostBefore + "', run '" + kCore + "', call '" +
                                   kHostAfter + "' and return its results");
  auto core = getSources(steps[1]->getOperands(), steps[0], nullptr);
  if (!core)
    return core.takeError();
  auto after = getSources(steps[2]->getOperands(), steps[0], steps[1]);
  if (!after)
    return after.takeError();
  lowered.wiring = {std::move(*core), std::move(*after)};
  return lowered;
}

} // namespace qcompile::imc
