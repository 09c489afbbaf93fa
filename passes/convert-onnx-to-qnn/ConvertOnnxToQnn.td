//===- ConvertOnnxToQnn.td - The convert-onnx-to-qnn pass ---*- tablegen -*-===//
#ifndef QCOMPILE_PASSES_CONVERTONNXTOQNN
#define QCOMPILE_PASSES_CONVERTONNXTOQNN

include "mlir/Pass/PassBase.td"

def ConvertOnnxToQnn : Pass<"convert-onnx-to-qnn", "::mlir::func::FuncOp"> {
  let summary = "Bring a network to its exact integer form";
  let description = [{
    Decides for every value, from the inputs on, whether it has an exact integer representation
    `scale * (code - zero_point) + bias`, and rewrites by that: quantized constants become `qnn.constant`;
    matrix products of quantized operands become `qnn.matmul`; a quantizer becomes one `qnn.threshold` on the
    integers before it, computed from the source model's own chain of operations (batch norm, activation,
    quantizer, ...) evaluated on accumulator values; rearrangements of codes become `qnn.reshape` and
    `qnn.transpose`. What has no integer representation stays `onnx` (a float island), between `qnn.dequantize`
    and `qnn.quantize` or `qnn.threshold`, and a remark [QC-P002] says why. Exact: the same codes for every input.

    Thresholds are found by bisection where every operation of the chain is monotone by certificate
    (a correctly rounded operation with constant other operands), else by enumerating the accumulator's range
    where it has at most `enumeration-limit` values.

    Requires the normal form (`onnx-normalise-quantization`) and static shapes. Guarantees: no quantizer of
    `onnx` remains; quantized values exist as codes only. Weights keep their codes; a negative batch-norm
    factor becomes a direction of the threshold.
  }];
  let options = [
    Option<"enumerationLimit", "enumeration-limit", "int64_t", /*default=*/"4194304",
           "most accumulator values, over all channels, to enumerate for one activation">
  ];
  let dependentDialects = ["::qcompile::qnn::QnnDialect"];
}

#endif // QCOMPILE_PASSES_CONVERTONNXTOQNN
