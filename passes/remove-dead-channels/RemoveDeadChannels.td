//===- RemoveDeadChannels.td - The onnx-remove-dead-channels pass *- tablegen -*-===//
#ifndef QCOMPILE_PASSES_REMOVEDEADCHANNELS
#define QCOMPILE_PASSES_REMOVEDEADCHANNELS

include "mlir/Pass/PassBase.td"

def RemoveDeadChannels : Pass<"onnx-remove-dead-channels", "::mlir::func::FuncOp"> {
  let summary = "Leave out channels that are constant or that nothing weighs";
  let description = [{
    Between two layers that are joined by operations on single channels (pointwise ones, pools, depthwise convolutions,
    rearrangements) and by nothing else, leaves out

    - channels whose weights in the first layer are all zero. They are constant; what they add to the second layer goes into its
      bias.
    - channels that the second layer multiplies by zero everywhere.

    **Exact**: the outputs are the same numbers. So a constant other than 0 goes only where the bias takes it without rounding: the second
    layer is computed exactly (quantized inputs and weights, docs/ExactReading.md), has no padding, and the new bias is a float32
    number; a MatMul becomes a Gemm. Elsewhere the channel stays, and a remark says why ([QC-P010]). Values that zero multiplies are taken to
    be finite. One channel stays in any case.

    Requires: constants folded, quantizers normalised. Guarantees: structures recorded on the weights hold. Reports the
    layers like a compression pass (`compression.report`). Leaves alone what branches, and the outputs of the model.

    Example: the first of two channels is zero, so that
    ```mlir
    %0 = onnx.MatMul(%x, %w1) : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
    %1 = onnx.Relu(%0) : (tensor<1x2xf32>) -> tensor<1x2xf32>
    %2 = onnx.MatMul(%1, %w2) : (tensor<1x2xf32>, tensor<2x3xf32>) -> tensor<1x3xf32>
    ```
    becomes
    ```mlir
    %0 = onnx.MatMul(%x, %w1) : (tensor<1x2xf32>, tensor<2x1xf32>) -> tensor<1x1xf32>
    %1 = onnx.Relu(%0) : (tensor<1x1xf32>) -> tensor<1x1xf32>
    %2 = onnx.MatMul(%1, %w2) : (tensor<1x1xf32>, tensor<1x3xf32>) -> tensor<1x3xf32>
    ```
  }];
  let dependentDialects = ["::qcompile::data::DataDialect", "::qcompile::onnx::OnnxDialect"];
}

#endif // QCOMPILE_PASSES_REMOVEDEADCHANNELS
