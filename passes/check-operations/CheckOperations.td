//===- CheckOperations.td - The onnx-check-operations pass --*- tablegen -*-===//
#ifndef QCOMPILE_PASSES_CHECKOPERATIONS
#define QCOMPILE_PASSES_CHECKOPERATIONS

include "mlir/Pass/PassBase.td"

def CheckOperations : Pass<"onnx-check-operations", "::mlir::func::FuncOp"> {
  let summary = "Refuse operations that cannot be computed, whatever the data";
  let description = [{
    Shape inference lets attributes and shapes pass that no evaluation takes: groups that do not divide the channels, a kernel larger than
    its operand, a bias of another length. Every `onnx` operation that has operands is asked here, before anything is built on it: products,
    convolutions and pools by their reference semantics' own checks, which read no element; any other by evaluating it once, on its
    constants and on ones for the rest. Its results must have the shapes that the model says. Changes nothing.

    What data may decide is not judged, only whether types and attributes are supported: operations with 32- or 64-bit integers or
    booleans that are not constant, which may be indices or sizes; those whose results have the size that floats say (the scales of
    Resize, the depth of OneHot, Range, NonZero, Unique, NonMaxSuppression). Quantizers are left to stage integer. Evaluation costs a
    bounded number of elements in all; what is beyond it only the run finds.

    Requires `onnx` operations. Guarantees nothing new. Fails ([QC-R001], [QC-I006], and [QC-I003] for what is valid and not supported)
    after the last operation, with all problems.

    Example: on a `tensor<1x4x4x4xf32>`, `onnx.Conv` with `group = 3` is refused.
  }];
}

#endif // QCOMPILE_PASSES_CHECKOPERATIONS
