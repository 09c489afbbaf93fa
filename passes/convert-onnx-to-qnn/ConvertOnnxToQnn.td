//===- ConvertOnnxToQnn.td - The convert-onnx-to-qnn pass ---*- tablegen -*-===//
#ifndef QCOMPILE_PASSES_CONVERTONNXTOQNN
#define QCOMPILE_PASSES_CONVERTONNXTOQNN

include "mlir/Pass/PassBase.td"

def ConvertOnnxToQnn : Pass<"convert-onnx-to-qnn", "::mlir::func::FuncOp"> {
  let summary = "Bring a network to its exact integer form";
  let description = [{
    Decides for every value, from the inputs on, whether it has an exact integer representation
    `scale * (code - zero_point) / divisor + bias`, and rewrites by that. Quantized constants become `qnn.constant`;
    linear operations of quantized operands become integer sums (`qnn.matmul`, `conv`, `conv_transpose`, `sum_pool`,
    `add`), on a common unit where scales differ; selections and rearrangements of codes stay such. A quantizer
    becomes thresholds, a requantization or a table on the integers before it, computed from the source model's own chain
    of operations (batch norm, activation, quantizer, ...) evaluated on accumulator values. What has no integer
    representation stays `onnx` (a float island), between `qnn.dequantize` and `qnn.quantize` or
    `qnn.threshold`, and a remark [QC-P002] says why; a sum that the model makes exactly and an island cannot is a warning
    [QC-P003]. Exact: the same codes for every input. docs/IntegerForm.md tells the whole.

    Levels are found by bisection where every operation of the chain is monotone by certificate (a correctly rounded
    operation with constant other operands); where every operation is monotone in each operand, by enclosing intervals;
    else by enumerating the accumulator's range where it has at most `enumeration-limit` values.

    Requires the normal form (`onnx-normalise-quantization`) and static shapes. Guarantees: no quantizer of
    `onnx` remains but those that a remark names (fractional zero points, scales along two dimensions); quantized
    values exist as codes only. Weights keep their codes; a negative batch-norm
    factor becomes a direction of the threshold.
  }];
  let options = [
    Option<"enumerationLimit", "enumeration-limit", "int64_t", /*default=*/"4194304",
           "most accumulator values, over all channels, to enumerate for one activation">
  ];
  let dependentDialects = ["::qcompile::qnn::QnnDialect"];
}

#endif // QCOMPILE_PASSES_CONVERTONNXTOQNN
