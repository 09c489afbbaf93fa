//===- WriteQonnx.td - The onnx-write-qonnx pass ------------*- tablegen -*-===//
#ifndef QCOMPILE_PASSES_WRITEQONNX
#define QCOMPILE_PASSES_WRITEQONNX

include "mlir/Pass/PassBase.td"

def WriteQonnx : Pass<"onnx-write-qonnx", "::mlir::func::FuncOp"> {
  let summary = "Quantizers as the operators of QONNX";
  let description = [{
    Writes what the normal form has beyond QONNX (docs/Formats.md) by its operators:

    - `LinearQuant` is a `Quant` on the grid: division, rounding and multiplication before it decide what a zero point added first would
      decide otherwise; a warning says so ([QC-X002]). A range that no bit width has is limited before it. With `allow-approximate`
      the rounding is left out.
    - `DequantizeLinear` of constant integers is a `Quant` of their values, with the bits that they were limited to, else those of
      their type; of float8 and float4 values, a `FloatQuant`.
    - Operations before a quantizer that only round, as `onnx-write-qdq` writes them, become its rounding mode again, and a choice between
      -scale and +scale a BipolarQuant.

    Exact. Requires the normal form. What has no exact form is an error [QC-X001].
  }];
  let options = [
    Option<"allowApproximate", "allow-approximate", "bool", /*default=*/"false",
           "add zero points before rounding, and keep the first 24 bits of codes">
  ];
}

#endif // QCOMPILE_PASSES_WRITEQONNX
