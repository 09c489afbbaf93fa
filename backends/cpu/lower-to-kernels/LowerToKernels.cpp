//===- LowerToKernels.cpp - A network as calls of kernels -----------------===//
#include "backends/cpu/lower-to-kernels/LowerToKernels.h"

#include "backends/cpu/lower-to-kernels/GlueBuilder.h"
#include "backends/cpu/lower-to-kernels/KernelPlanner.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "mlir/IR/BuiltinOps.h"

using namespace mlir;

namespace qcompile::cpu {

#define GEN_PASS_DEF_CPULOWERTOKERNELS
#include "backends/cpu/lower-to-kernels/LowerToKernels.h.inc"

namespace {
struct LowerToKernelsPass : impl::CpuLowerToKernelsBase<LowerToKernelsPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto main = module.lookupSymbol<func::FuncOp>("main");
    if (!main || !main.getBody().hasOneBlock()) {
      emitError(module.getLoc(), Code::P001) << "expected a function 'main' with one block";
      return signalPassFailure();
    }
    FailureOr<KernelPlan> plan = KernelPlanner(main).plan();
    if (failed(plan))
      return signalPassFailure();
    for (auto function : llvm::make_early_inc_range(module.getOps<func::FuncOp>()))
      function.erase();
    buildGlue(*plan, module);
  }
};
} // namespace

} // namespace qcompile::cpu
