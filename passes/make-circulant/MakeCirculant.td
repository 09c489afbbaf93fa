//===- MakeCirculant.td - The onnx-make-circulant pass -------*- tablegen -*-===//
#ifndef QCOMPILE_PASSES_MAKECIRCULANT
#define QCOMPILE_PASSES_MAKECIRCULANT

include "passes/compression/CompressionOptions.td"

def MakeCirculant : CompressionPass<"onnx-make-circulant", [
    Option<"block", "block", "int64_t", /*default=*/"0",
           "k: rows and columns of a block, at least 2 (0, with `detect-only`: the one that stores the fewest numbers)">,
    Option<"detectOnly", "detect-only", "bool", /*default=*/"false",
           "record block-circulant weights; of others only predict what making them so costs">,
    Option<"bits", "bits", "int64_t", /*default=*/"0",
           "quantize float weights that are made circulant to so many bits, 2 to 16, with one scale per block of rows (0: they stay floats)">,
  ]> {
  let summary = "Make weights block-circulant, or find that they are";
  let description = [{
    The matrix of a layer, outputs by input channels (for a convolution side by side for every position of the kernel), is cut into blocks of
    k x k whose wrapped diagonals are constant. Weights (or their integer codes) that already are so are recorded with
    `#encoding.circulant` and do not change: exact. Others are projected: every diagonal gets its mean, or, with calibration data, all of a
    block of rows together get what changes the layer's outputs least. Approximate: the report has the error predicted from the
    moments of the inputs (`predicted_weight_error`, `predicted_output_error`) beside the measured one. docs/Circulant.md defines both.

    Requires `onnx`, at stage compress. Guarantees: tied weights are equal floats, or equal codes of the quantizer of the weights;
    scales stay outside. Leaves depthwise convolutions alone; refuses layers with another structure, blocks larger than
    the layer, and quantizers whose zero points differ within a block of rows, naming the layer [QC-P010].
  }];
}

#endif // QCOMPILE_PASSES_MAKECIRCULANT
