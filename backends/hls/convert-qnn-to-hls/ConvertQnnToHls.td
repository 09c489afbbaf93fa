//===- ConvertQnnToHls.td - The convert-qnn-to-hls pass -----*- tablegen -*-===//
#ifndef QCOMPILE_BACKENDS_HLS_CONVERTQNNTOHLS
#define QCOMPILE_BACKENDS_HLS_CONVERTQNNTOHLS

include "mlir/Pass/PassBase.td"

def ConvertQnnToHls : Pass<"convert-qnn-to-hls", "::mlir::ModuleOp"> {
  let summary = "Add a dataflow design that implements the integer core";
  let description = [{
    Adds `hls.design @design implements @core` to the module. Convolutions and products by constants become units
    with the activation that alone uses their result (thresholds, a table, multiply-add-shift, a constant added or
    multiplied), behind windows; everything that only moves elements becomes one kind of stage, loops around a
    buffer, or nothing where all stay in place; other operations have a stage each (backends/hls/README.md).
    Values with several users are duplicated, values without users discarded. Accumulators get the narrower of
    the type that the weights need and the one proven in `qnn`. Exact.

    Requires `@core` as `partition-host` makes it, with channels last in operations with windows, and no
    `qnn.conv_transpose`; leaves it in place: it stays the specification of the design. Guarantees a design of one
    element per clock in every stage. Fails, naming the nodes, where an operation has no stage ([QC-B001]).
  }];
  let dependentDialects = ["::qcompile::hls::HlsDialect"];
}

#endif // QCOMPILE_BACKENDS_HLS_CONVERTQNNTOHLS
