//===- ConvertQnnToHls.td - The convert-qnn-to-hls pass -----*- tablegen -*-===//
#ifndef QCOMPILE_BACKENDS_HLS_CONVERTQNNTOHLS
#define QCOMPILE_BACKENDS_HLS_CONVERTQNNTOHLS

include "mlir/Pass/PassBase.td"

def ConvertQnnToHls : Pass<"convert-qnn-to-hls", "::mlir::ModuleOp"> {
  let summary = "Add a dataflow design that implements the integer core";
  let description = [{
    Adds `hls.design @design implements @core` to the module. Every `qnn.matmul` by a constant becomes a
    matrix-vector unit, with the thresholds that alone use its result; other thresholds become units of
    their own; reshapes, and transposes that move no element, cost nothing; values with several users
    are duplicated. Accumulators get the narrowest type that holds every partial sum. Exact.

    Requires `@core` as `partition-host` makes it; leaves it in place: it stays the specification of the
    design. Guarantees a design of one element per clock in every stage. Fails, naming the nodes, where an
    operation has no stage ([QC-B001]).
  }];
  let dependentDialects = ["::qcompile::hls::HlsDialect"];
}

#endif // QCOMPILE_BACKENDS_HLS_CONVERTQNNTOHLS
