//===- ImcExecutable.cpp - A compiled model on the simulator --------------===//
#include "backends/imc/ImcExecutable.h"

#include "backends/imc/LayerPlan.h"

namespace rt = qcompile::runtime;

namespace qcompile::imc {

static std::string toString(absl::string_view text) { return std::string(text); }

llvm::json::Object toJson(const rt::imc::Report &report, const rt::imc::Target &target) {
  llvm::json::Object instructions;
  for (size_t i = 0; i < rt::imc::kNumOpcodes; ++i)
    if (report.opcodes[i].count > 0)
      instructions[toString(rt::imc::MnemonicOf(i))] =
          llvm::json::Object{{"count", report.opcodes[i].count}, {"cycles", report.opcodes[i].cycles}};
  llvm::json::Object energy{{"total", report.energy.Total() * 1e-9}};
  for (const auto &[name, attojoules] : report.energy.Components())
    energy[toString(name)] = attojoules * 1e-9;
  double microseconds = double(report.cycles) / double(target.clock_mhz);
  return llvm::json::Object{{"cycles", report.cycles},
                            {"instructions", std::move(instructions)},
                            {"weight_slots_written", report.counts.weight_slots_written},
                            {"peak_slots_used", report.counts.peak_slots_used},
                            {"slots_available", target.banks * target.slots * target.columns},
                            {"macs", report.counts.macs},
                            {"stored_macs", report.counts.stored_macs},
                            {"estimated_microseconds", microseconds},
                            {"estimated_energy_nanojoules", std::move(energy)}};
}

llvm::Expected<std::unique_ptr<Executable>> ImcExecutable::create(CompiledModel model) {
  auto before = rt::ProgramExecutor::Create(std::move(model.before));
  if (!before.ok())
    return toError(before.status());
  auto core = rt::imc::Simulator::Create(std::move(model.core));
  if (!core.ok())
    return toError(core.status());
  auto after = rt::ProgramExecutor::Create(std::move(model.after));
  if (!after.ok())
    return toError(after.status());
  std::unique_ptr<ImcExecutable> executable(
      new ImcExecutable(*std::move(before), *std::move(core), *std::move(after), std::move(model.wiring)));
  if (llvm::Error error = executable->check())
    return std::move(error);
  return executable;
}

/// Types are checked by each part when it runs; here only what would be read out of range.
llvm::Error ImcExecutable::check() const {
  size_t coreOutputs = llvm::count_if(core.program().ports, [](const rt::imc::Port &port) { return port.is_output; });
  size_t coreInputs = core.program().ports.size() - coreOutputs;
  const size_t available[] = {inputs().size(), before.program().outputs.size(), coreOutputs};
  if (wiring.core.size() != coreInputs || wiring.after.size() != after.program().inputs.size())
    return llvm::createStringError("the wiring of the artifact does not fit its parts");
  for (const std::vector<Source> *sources : {&wiring.core, &wiring.after})
    for (const Source &source : *sources)
      if (source.index >= available[static_cast<int>(source.part)] ||
          (sources == &wiring.core && source.part == Source::Part::Core))
        return llvm::createStringError("the wiring of the artifact names a value that no part gives");
  return llvm::Error::success();
}

llvm::Expected<Executable::Tensors> ImcExecutable::runBatch(const Tensors &inputs) {
  if (absl::Status status = before.Run(inputs); !status.ok())
    return toError(status);
  std::vector<rt::Tensor> results;
  auto lookup = [&](const Source &source) -> const rt::Tensor & {
    if (source.part == Source::Part::Model)
      return inputs[source.index];
    return source.part == Source::Part::Before ? before.output(source.index) : results[source.index];
  };
  Tensors coreInputs;
  for (const Source &source : wiring.core)
    coreInputs.push_back(lookup(source));
  auto computed = core.Run(coreInputs);
  if (!computed.ok())
    return toError(computed.status());
  results = *std::move(computed);
  Tensors afterInputs;
  for (auto [index, source] : llvm::enumerate(wiring.after)) {
    const rt::Tensor &value = lookup(source);
    // The macro knows no shapes: its outputs take those that the host expects.
    const rt::Shape &shape = after.program().inputs[index].shape;
    bool fits = source.part == Source::Part::Core && rt::NumElements(shape) == value.size();
    afterInputs.push_back(fits ? value.Reshaped(shape) : value);
  }
  if (absl::Status status = after.Run(afterInputs); !status.ok())
    return toError(status);
  Tensors outputs;
  for (size_t i = 0; i < after.program().outputs.size(); ++i)
    outputs.push_back(after.output(i));
  return outputs;
}

llvm::Expected<std::vector<Executable::Tensors>> ImcExecutable::run(llvm::ArrayRef<Tensors> batches) {
  std::vector<Tensors> outputs;
  for (const Tensors &batch : batches) {
    llvm::Expected<Tensors> result = runBatch(batch);
    if (!result)
      return result.takeError();
    outputs.push_back(std::move(*result));
  }
  runs += batches.size();
  return outputs;
}

llvm::json::Object ImcExecutable::statistics() const {
  if (runs == 0)
    return {};
  llvm::json::Object out = toJson(core.report(), core.program().target);
  out["batches"] = runs;
  return llvm::json::Object{{"imc_per_batch", std::move(out)}};
}

} // namespace qcompile::imc
