//===- OutlineIslands.td - The cpu-outline-islands pass -----*- tablegen -*-===//
#ifndef QCOMPILE_BACKENDS_CPU_OUTLINEISLANDS
#define QCOMPILE_BACKENDS_CPU_OUTLINEISLANDS

include "mlir/Pass/PassBase.td"

def CpuOutlineIslands : Pass<"cpu-outline-islands", "::mlir::ModuleOp"> {
  let summary = "Move float islands into functions of their own";
  let description = [{
    Everything in `@main` for which the runtime has no kernel (operations of `onnx`, and the rare operation
    of `qnn` that no kernel takes) moves into private functions `@island_0`, `@island_1`, ..., which
    `@main` calls. As many operations as possible share one island. Exact: nothing is computed
    differently; islands run by the reference semantics.

    An operation that carries a quantized value on (a quantizer, a reshape, ...) is copied into every
    later island that uses it, since only its float value crosses between islands, and linear
    operations compute on the exact one.

    Requires a function `@main` with one block. Guarantees that `@main` holds constants, operations of
    `qnn` with a kernel, and calls.
  }];
  let dependentDialects = ["::mlir::func::FuncDialect"];
}

#endif // QCOMPILE_BACKENDS_CPU_OUTLINEISLANDS
