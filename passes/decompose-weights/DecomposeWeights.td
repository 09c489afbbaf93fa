//===- DecomposeWeights.td - The onnx-decompose-weights pass -*- tablegen -*-===//
#ifndef QCOMPILE_PASSES_DECOMPOSEWEIGHTS
#define QCOMPILE_PASSES_DECOMPOSEWEIGHTS

include "passes/compression/CompressionOptions.td"

def DecomposeWeights : CompressionPass<"onnx-decompose-weights", [
    Option<"levels", "levels", "int64_t", /*default=*/"7", "exponents of a coefficient, 1 to 15">,
    Option<"basisBits", "basis-bits", "int64_t", /*default=*/"8", "bits of a basis element, 2 to 16">,
    Option<"vector", "vector", "int64_t", /*default=*/"0",
           "weights of a vector, 1 to 64 (0: the width of the kernel; 3 where that is 1 and for linear layers)">,
    Option<"length", "length", "int64_t", /*default=*/"0",
           "vectors of an output that share a basis, at most (0: 64 times `vector`)">,
    Option<"threshold", "threshold", "double", /*default=*/"0.001",
           "coefficients below it become 0, relative to the largest weight of their block">,
    Option<"rowThreshold", "row-threshold", "double", /*default=*/"0",
           "vectors with a smaller absolute sum of coefficients become 0, relative likewise">,
    Option<"density", "density", "double", /*default=*/"1", "share of a layer's coefficients that may stay">,
    Option<"iterations", "iterations", "int64_t", /*default=*/"30", "rounds of the alternation">,
    Option<"keepGrid", "keep-grid", "bool", /*default=*/"false",
           "round the product on the quantizer that the weights have, which ends the decomposition">,
  ]> {
  let summary = "Write weights as power-of-two coefficients times a small basis";
  let description = [{
    SmartExchange/SmartDeal: every output is cut into vectors of n adjacent weights, and vectors share a basis of n x n integers; a vector
    is the sum of basis rows, each shifted by an exponent of a window of `levels`, added, subtracted or left out. Without calibration data
    the weights' own error is lowered, with it the error of the layer's outputs: bases by weighted least squares,
    coefficients and integer basis elements by coordinate descent. docs/Decomposition.md defines it. Approximate: the error per layer is reported.

    Requires `onnx`, at stage compress. Guarantees: the new weights are scale * integer exactly, with a scale per output; they
    stand behind a `Quant` of as many bits as the sums need, which replaces one of their own (unless `keep-grid`), and the
    constant has the structure `#encoding.basis`. Leaves alone layers whose weights are no constants; refuses layers
    with another structure, and sums of more than 23 bits, naming the layer [QC-P010].
  }];
}

#endif // QCOMPILE_PASSES_DECOMPOSEWEIGHTS
