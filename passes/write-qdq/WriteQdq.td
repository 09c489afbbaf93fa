//===- WriteQdq.td - The onnx-write-qdq pass ----------------*- tablegen -*-===//
#ifndef QCOMPILE_PASSES_WRITEQDQ
#define QCOMPILE_PASSES_WRITEQDQ

include "mlir/Pass/PassBase.td"

def WriteQdq : Pass<"onnx-write-qdq", "::mlir::func::FuncOp"> {
  let summary = "Quantizers as QuantizeLinear, Clip and DequantizeLinear";
  let description = [{
    Writes every quantizer of the normal form with standard operators: of an activation `QuantizeLinear`, `Clip` on
    integers where the range is narrower than the storage type, `DequantizeLinear`; of a constant its codes and
    `DequantizeLinear`. Exact: the same codes for every input that is not NaN.

    What QuantizeLinear does otherwise than the quantizer (it rounds half to even, before it adds the zero point) is written
    in front of it, as operations that put the value on the grid, where rounding has nothing left to decide; a warning
    says so ([QC-X002]). With `allow-approximate` these are left out. A BipolarQuant chooses between -scale and +scale
    before it is quantized; a FloatQuant becomes a float8 or float4 type where one has its format; a Trunc whose
    codes are known (the note `onnx.codes`: lowest and highest) becomes the operations that it stands for and a quantizer. Scales that
    vary along several dimensions become blocks. Codes that the model gives as they are stay what the quantizer made.

    Requires the normal form. Guarantees: no operator of the QONNX domains remains, or the pass fails
    with every one that has no exact form, and why ([QC-X001]).
  }];
  let options = [
    Option<"clip", "clip", "bool", /*default=*/"true",
           "limit codes by Clip of integers; without it by Max and Min of the floats before">,
    Option<"smallTypes", "small-types", "bool", /*default=*/"false",
           "store codes of 2 and 4 bits in types of that width">,
    Option<"opset", "opset", "int64_t", /*default=*/"0",
           "use no element type that came after this opset (0: all)">,
    Option<"allowApproximate", "allow-approximate", "bool", /*default=*/"false",
           "round as QuantizeLinear does">
  ];
}

#endif // QCOMPILE_PASSES_WRITEQDQ
