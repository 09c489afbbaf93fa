//===- ExpandChannelsLast.td - The onnx-expand-channels-last pass *- tablegen -*-===//
#ifndef QCOMPILE_PASSES_EXPANDCHANNELSLAST
#define QCOMPILE_PASSES_EXPANDCHANNELSLAST

include "mlir/Pass/PassBase.td"

def ExpandChannelsLast : Pass<"onnx-expand-channels-last", "::mlir::func::FuncOp"> {
  let summary = "Write QONNX's channels-last operators as standard ones between transposes";
  let description = [{
    Conv, MaxPool and BatchNormalization of the domain `qonnx.custom_op.channels_last` take data (and Conv weights) with
    the channels last. They become the standard operator on transposed operands, and a transpose back. Exact. Transposes cancel
    where the integer form chooses its layout.

    Requires static ranks. Guarantees: none of the three operators remains.

    Example: `%y = onnx.channels_last.MaxPool(%x)` becomes
    ```mlir
    %0 = onnx.Transpose(%x) {perm = array<i64: 0, 3, 1, 2>} : (tensor<1x4x4x2xf32>) -> tensor<1x2x4x4xf32>
    %1 = onnx.MaxPool(%0) {kernel_shape = array<i64: 2, 2>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x3x3xf32>
    %y = onnx.Transpose(%1) {perm = array<i64: 0, 2, 3, 1>} : (tensor<1x2x3x3xf32>) -> tensor<1x3x3x2xf32>
    ```
  }];
}

#endif // QCOMPILE_PASSES_EXPANDCHANNELSLAST
