//===- ProductQuantize.td - onnx-product-quantize ---------*- tablegen -*-===//
#ifndef QCOMPILE_PASSES_PRODUCTQUANTIZE
#define QCOMPILE_PASSES_PRODUCTQUANTIZE

include "passes/compression/CompressionOptions.td"

def ProductQuantize : CompressionPass<"onnx-product-quantize", [
    Option<"length", "length", "int64_t", /*default=*/"4", "elements of a sub-vector, 1 to 16">,
    Option<"prototypes", "prototypes", "int64_t", /*default=*/"16",
           "prototypes of a sub-space, 1 to 4096">,
    Option<"norm", "norm", "std::string", /*default=*/"\"l2\"", "how distances are measured: l2 or l1">,
    Option<"weighted", "weighted", "bool", /*default=*/"true",
           "l2: codebooks and distances for the error of the outputs, not of the inputs">,
    Option<"group", "group", "bool", /*default=*/"true",
           "weighted, linear layers: inputs that depend on each other share a sub-space">,
    Option<"tableBits", "table-bits", "int64_t", /*default=*/"8", "bits of table entries, 2 to 16">,
    Option<"layerScale", "layer-scale", "bool", /*default=*/"false",
           "one scale for the tables of a layer, not one per output">,
    Option<"prototypeBits", "prototype-bits", "int64_t", /*default=*/"10",
           "bits of prototypes, 2 to 12">,
    Option<"inputBits", "input-bits", "int64_t", /*default=*/"8",
           "bits of the codes of inputs that the model does not quantize, 2 to 8">,
    Option<"refit", "refit", "bool", /*default=*/"true",
           "with second-order correction: weights and tables fitted to the source's outputs">]> {
  let summary = "Replace products by look-ups of nearest prototypes";
  let description = [{
    Every selected MatMul, Gemm or Conv (without groups) with constant weights becomes `PqMatMul` of our own domain: its input, or the columns of its
    windows, in sub-vectors of `length` elements, each replaced by the nearest of `prototypes`, whose products with the weights stand
    in integer tables. Where all patterns of a sub-vector of quantized inputs are at most `prototypes`, they are the prototypes, and the result
    is exact (for weights that are quantized too); that needs no calibration data. **Approximate** otherwise: needs them, and reports the error of
    every layer [QC-P010], with the published estimates of a product-quantization engine. docs/ProductQuantization.md has the method.

    Inputs that no quantizer of the model with one scale gives get one (`input-bits`, min-max). Weights that are used elsewhere stay. Grouped
    convolutions are left alone with a remark.
  }];
}

#endif // QCOMPILE_PASSES_PRODUCTQUANTIZE
