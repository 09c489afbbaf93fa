//===- FuseQuantizedOperators.td ----------------------------*- tablegen -*-===//
#ifndef QCOMPILE_PASSES_FUSEQUANTIZEDOPERATORS
#define QCOMPILE_PASSES_FUSEQUANTIZEDOPERATORS

include "mlir/Pass/PassBase.td"

def FuseQuantizedOperators : Pass<"onnx-fuse-quantized-operators", "::mlir::func::FuncOp"> {
  let summary = "DequantizeLinear, operator, QuantizeLinear as one quantized operator";
  let description = [{
    Moves DequantizeLinear behind operations that only move or choose values. Then joins an operator whose operands are all dequantized
    from 8 bits, and whose result only a QuantizeLinear reads, with these: Conv, MatMul, Gemm to `QLinearConv`, `QLinearMatMul`, `QGemm`;
    Add, Mul, Concat, Where, Sigmoid, LeakyRelu, Softmax, AveragePool and means over all positions to the operators of `com.microsoft`. A
    Relu before the quantizer goes where codes below the zero point do not exist; constants of 8 bits lose their Clip; weights are
    transposed. A bias takes part where it has 32 bits and the scale `float32(x_scale * w_scale)`.

    Exact by the exact reading of quantized operators (docs/Formats.md). What stays QuantizeLinear and DequantizeLinear is a remark with its
    reason ([QC-X001]).
  }];
}

#endif // QCOMPILE_PASSES_FUSEQUANTIZEDOPERATORS
