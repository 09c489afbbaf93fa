//===- LowerToKernels.td - The cpu-lower-to-kernels pass ----*- tablegen -*-===//
#ifndef QCOMPILE_BACKENDS_CPU_LOWERTOKERNELS
#define QCOMPILE_BACKENDS_CPU_LOWERTOKERNELS

include "mlir/Pass/PassBase.td"

def CpuLowerToKernels : Pass<"cpu-lower-to-kernels", "::mlir::ModuleOp"> {
  let summary = "Lower a network to calls of the runtime's kernels";
  let description = [{
    Chooses a kernel for every operation and a layout for every tensor of codes, packs weights, thresholds and
    scales into one parameter image, gives every buffer a place in the workspace, and replaces
    `@main` by functions and globals of the `llvm` dialect: `@network_run`, which calls one kernel after the
    other, and `@network_descriptor` (runtime/artifact/artifact.h). The image is the module's attribute
    `data.parameters`. Exact.

    Convolutions and pools take channels in any place; where they are last (`qnn-choose-layout`) nothing moves.
    What follows a convolution's sums element by element is computed by the same kernel.

    Requires what `cpu-outline-islands` leaves. Fails, naming the node, where a kernel cannot take its
    operation.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::qcompile::data::DataDialect"];
}

#endif // QCOMPILE_BACKENDS_CPU_LOWERTOKERNELS
