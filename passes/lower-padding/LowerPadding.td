//===- LowerPadding.td - The qnn-lower-padding pass ---------*- tablegen -*-===//
#ifndef QCOMPILE_PASSES_LOWERPADDING
#define QCOMPILE_PASSES_LOWERPADDING

include "mlir/Pass/PassBase.td"

def LowerPadding : Pass<"qnn-lower-padding", "::mlir::func::FuncOp"> {
  let summary = "Pad with values that the element type has";
  let description = [{
    A convolution of bipolar codes whose border is 0 needs a second bit for the border alone: `qnn.pad` widens the element
    type. With `mode=correct` such a convolution is padded with a value of the element type instead (the nearest one,
    the lowest of equals: -1 for bipolar) and a constant is added to what it gives: at every output the sum, over the taps that
    meet the border, of weight times the difference of the two pad values. It is computed from the weights and has extent
    1 along dimensions without padding. The kernel stays one of one-bit operands, at the cost of the addition. With
    `mode=widen`, the default, nothing is changed.

    Both are exact. A remark [QC-P006] names each convolution that is corrected, and each that cannot be: its
    weights are not constant, its border lies in the batch or the channels, or its accumulator goes where the element type must
    stay (a function's result, another accumulator).

    Requires `qnn`. Guarantees: with `correct`, no convolution with constant weights reads a spatial border that
    widens its operand, but those reported.
  }];
  let options = [
    Option<"mode", "mode", "::qcompile::PaddingMode", /*default=*/"::qcompile::PaddingMode::Widen",
           "what becomes of pad values that the element type does not have",
           [{::llvm::cl::values(
               clEnumValN(::qcompile::PaddingMode::Widen, "widen", "the element type is widened"),
               clEnumValN(::qcompile::PaddingMode::Correct, "correct", "another value, and a correction"))}]>
  ];
  let dependentDialects = ["::qcompile::qnn::QnnDialect"];
}

#endif // QCOMPILE_PASSES_LOWERPADDING
