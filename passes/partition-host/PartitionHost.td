//===- PartitionHost.td - The partition-host pass -----------*- tablegen -*-===//
#ifndef QCOMPILE_PASSES_PARTITIONHOST
#define QCOMPILE_PASSES_PARTITIONHOST

include "mlir/Pass/PassBase.td"

def PartitionHost : Pass<"partition-host", "::mlir::ModuleOp"> {
  let summary = "Split a network into host part, integer core and host part";
  let description = [{
    For targets that compute integers only. Splits `@main` into the private functions `@host_before`
    (from the inputs to the first codes), `@core` (operations of `qnn` on integer tensors) and
    `@host_after` (from the last codes to the outputs), and makes `@main` call them in this order. Constants
    move to the function that uses them. Exact: nothing is computed differently.

    Requires the integer form: a function `@main` of `onnx` and `qnn` operations, with static shapes.
    Guarantees: `@core` takes and gives integer tensors and holds no float. Inputs that the last part
    needs directly are passed to it. Fails, naming the nodes, where a float island stands between integer
    layers ([QC-B006]) or where there is no integer layer at all.
  }];
  let dependentDialects = ["::mlir::func::FuncDialect"];
}

#endif // QCOMPILE_PASSES_PARTITIONHOST
