//===- ConvertQnnToMultithreshold.td ------------------------*- tablegen -*-===//
#ifndef QCOMPILE_PASSES_CONVERTQNNTOMULTITHRESHOLD
#define QCOMPILE_PASSES_CONVERTQNNTOMULTITHRESHOLD

include "mlir/Pass/PassBase.td"

def ConvertQnnToMultithreshold : Pass<"convert-qnn-to-multithreshold", "::mlir::func::FuncOp"> {
  let summary = "Integers as floats, activations as MultiThreshold";
  let description = [{
    Writes the integer form as ONNX in the form that FINN works on: codes are float32 tensors of integers, linear operations the
    standard ones on them, every activation a `MultiThreshold` of the domain `qonnx.custom_op.general`. Names of data types
    travel as the attribute `onnx.datatype` of the operations and become `quantization_annotation` in files.

    - A channel that falls has its weights negated, or its sum multiplied by -1.
    - A quantizer of floats becomes thresholds too, found by bisection over all float32 numbers; above 255 levels, its formula.
    - A table becomes thresholds at its steps, those upwards less those downwards.
    - `qnn.dequantize` becomes float32 operations where these give its value for every code, else operations on float64.

    Exact: codes are equal for every input. Requires `qnn` with static shapes. What has no exact form is an error [QC-X001]: sums that float32
    does not hold (more than 2^24), activations of more than 4095 levels, layouts other than channels first.
  }];
  let options = [
    Option<"allowApproximate", "allow-approximate", "bool", /*default=*/"false",
           "where float64 does not give the value of qnn.dequantize for every code, let its last bit differ">
  ];
  let dependentDialects = ["::qcompile::onnx::OnnxDialect"];
}

#endif // QCOMPILE_PASSES_CONVERTQNNTOMULTITHRESHOLD
