//===- QuantizeModel.td - The onnx-quantize-model pass ------*- tablegen -*-===//
#ifndef QCOMPILE_PASSES_QUANTIZEMODEL
#define QCOMPILE_PASSES_QUANTIZEMODEL

include "passes/compression/CompressionOptions.td"

def QuantizeModel : CompressionPass<"onnx-quantize-model", [
  Option<"weightBits", "weight-bits", "int64_t", /*default=*/"-1", "2 to 8; 0 leaves weights (default: 8)">,
  Option<"activationBits", "activation-bits", "int64_t", /*default=*/"-1",
         "2 to 8; 0 leaves activations (default: 0, with a preset 8)">,
  Option<"granularity", "granularity", "std::string", /*default=*/"",
         "scales of weights per tensor or per channel (default: channel)">,
  Option<"weightScheme", "weight-scheme", "std::string", /*default=*/"", "symmetric or affine (default: symmetric)">,
  Option<"activationScheme", "activation-scheme", "std::string", /*default=*/"",
         "symmetric, affine, or auto: unsigned where nothing is negative (default: auto)">,
  Option<"scales", "scales", "std::string", /*default=*/"", "real or power-of-two (default: real)">,
  Option<"weightRange", "weight-range", "std::string", /*default=*/"",
         "min-max, percentile or mse (default: mse for 2 bits, else min-max)">,
  Option<"activationRange", "activation-range", "std::string", /*default=*/"",
         "min-max, percentile or mse (default: min-max for 8 bits, else mse)">,
  Option<"percentile", "percentile", "double", /*default=*/"99.99",
         "numbers on each side that are not clipped, in percent">,
  Option<"narrow", "narrow", "bool", /*default=*/"true", "leave out the lowest code of symmetric weights">,
  Option<"weighted", "weighted", "bool", /*default=*/"false",
         "mse of weights counts each by the mean square of its input">,
  Option<"dual", "dual", "bool", /*default=*/"false", "two codes per weight in layers whose error is large">,
  Option<"dualThreshold", "dual-threshold", "double", /*default=*/"0.1",
         "relative error (of outputs with calibration data, else of weights) from which on a layer has them">,
  Option<"requantize", "requantize", "bool", /*default=*/"false", "also layers whose weights are quantized">,
  Option<"preset", "preset", "std::string", /*default=*/"",
         "what a deployment target fixes: tensorrt, snpe, openvino, vitis, onnx-qnn, ppl-cuda">,
]> {
  let summary = "Quantize weights and activations of a model that was trained without";
  let description = [{
    Puts an `onnx.Quant` before the weights of every selected layer, and with `activation-bits` before its data input and before what
    meets in residual sums, concatenations, products of activations and averages, so that what lies between selected layers has an
    integer form. **Approximate**: reports the error of each layer's weights and, with calibration data, outputs ([QC-P010]).

    Scales come from extremes, a percentile, or the least squared error; zero is always a value of the grid. With second-order correction
    weights are rounded by GPTQ in the order of falling second moments of their inputs, then by descent. Biases stay float.
    With `dual` a layer whose error is above `dual-threshold` has the weights s (2^b t1 + t2) with codes t1 and t2 of b = `weight-bits` (2 to 4)
    each: one Quant of 2 b bits, so that the layer stays one integer layer; it counts as twice the bits.
    Structure that is recorded on weights stays: zeros of a sparse one (symmetric schemes only), and equal weights of circulant
    blocks, whose rows share a scale. Layers with a quantizer are left alone unless `requantize`. docs/Quantization.md has definitions and measurements.

    Requires `onnx` operations after stage normalise; `activation-bits` requires `calibration`. Guarantees: every value of new
    weights lies on their grid, and equals what the quantizer gives for it.
  }];
}

#endif // QCOMPILE_PASSES_QUANTIZEMODEL
