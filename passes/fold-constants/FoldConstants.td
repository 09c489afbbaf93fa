//===- FoldConstants.td - The onnx-fold-constants pass ------*- tablegen -*-===//
#ifndef QCOMPILE_PASSES_FOLDCONSTANTS
#define QCOMPILE_PASSES_FOLDCONSTANTS

include "mlir/Pass/PassBase.td"

def FoldConstants : Pass<"onnx-fold-constants", "::mlir::func::FuncOp"> {
  let summary = "Compute what depends on constants alone";
  let description = [{
    Replaces `onnx` operations whose operands are all constant by their value, computed by the reference
    evaluator, and `onnx.Shape` of a static shape by that shape. Results whose shape is open take the
    one that ONNX infers from operands that are constant by then: of nodes whose shapes a model computes, as
    the bodies of ONNX functions do. Exact.

    Integers that a Clip limits carry its limits as the note `onnx.codes`: they have fewer bits than their type.

    A quantizer of a constant is never folded: its integer codes would be lost. So everything behind one stays.

    Requires: `onnx` operations. Guarantees: no operation with reference semantics has constant operands
    only, quantizers and what depends on them apart. Fails where the evaluator refuses operands ([QC-P001]) or
    shapes contradict each other ([QC-I006]).
  }];
}

#endif // QCOMPILE_PASSES_FOLDCONSTANTS
