//===- ImcExecutable.h - A compiled model on the simulator ------*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_IMC_IMCEXECUTABLE_H
#define QCOMPILE_BACKENDS_IMC_IMCEXECUTABLE_H

#include "backends/imc/Artifact.h"
#include "runtime/imc/simulator.h"

namespace qcompile::imc {

/// Host parts on the reference semantics, the core on the simulator.
class ImcExecutable : public Executable {
public:
  /// Fails where the parts do not fit each other.
  static llvm::Expected<std::unique_ptr<Executable>> create(CompiledModel model);

  llvm::ArrayRef<runtime::Port> inputs() const override { return before.program().inputs; }
  llvm::ArrayRef<runtime::Port> outputs() const override { return after.program().outputs; }
  llvm::Expected<std::vector<Tensors>> run(llvm::ArrayRef<Tensors> batches) override;
  llvm::json::Object statistics() const override;

private:
  ImcExecutable(runtime::ProgramExecutor before, runtime::imc::Simulator core, runtime::ProgramExecutor after,
                Wiring wiring)
      : before(std::move(before)), core(std::move(core)), after(std::move(after)), wiring(std::move(wiring)) {}

  llvm::Error check() const;
  llvm::Expected<Tensors> runBatch(const Tensors &inputs);

  runtime::ProgramExecutor before;
  runtime::imc::Simulator core;
  runtime::ProgramExecutor after;
  Wiring wiring;
  int64_t runs = 0;
};

/// Cycles, counts and the energy estimate of one run of a program.
llvm::json::Object toJson(const runtime::imc::Report &report, const runtime::imc::Target &target);

} // namespace qcompile::imc

#endif // QCOMPILE_BACKENDS_IMC_IMCEXECUTABLE_H
