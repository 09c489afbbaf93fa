//===- NormaliseQuantization.td - The normalise pass --------*- tablegen -*-===//
#ifndef QCOMPILE_PASSES_NORMALISEQUANTIZATION
#define QCOMPILE_PASSES_NORMALISEQUANTIZATION

include "mlir/Pass/PassBase.td"

def NormaliseQuantization : Pass<"onnx-normalise-quantization", "::mlir::func::FuncOp"> {
  let summary = "One way of writing quantization";
  let description = [{
    Brings QONNX, QCDQ, QDQ and quantized operators to one form (docs/Formats.md): `onnx.Quant` and
    `onnx.BipolarQuant` with constant float32 parameters and every attribute written out, `onnx.LinearQuant` where the
    zero point is added after rounding or the range is that of no bit width, and `onnx.DequantizeLinear` of integers that are
    constants or inputs. Exact: ties and saturation are those of the source's own operators.

    - `onnx.IntQuant` is another name of `onnx.Quant`; parameters of other types are converted; defaults are made explicit.
    - `onnx.Im2Col` is a border, slices and their concatenation; `onnx.QuantAvgPool2d` an average, a product and a Trunc.
    - QuantizeLinear, Clip and what moves integers, DequantizeLinear: the quantizer with that range, then the moves of
      its value. What still reads integers reads `onnx.QuantizeLinear` of that value.
    - DequantizeLinear and the weights of QLinearConv, QLinearMatMul and QGemm: constants of negative or zero scales as the same numbers of
      positive ones.
    - QLinearConv, QLinearMatMul, QGemm, QLinearAdd, QLinearMul, QLinearConcat, QLinearGlobalAveragePool,
      QLinearSigmoid, QLinearLeakyRelu, ConvInteger and MatMulInteger before a Cast, MatMulNBits: the operator on floats.

    Guarantees, with every violation reported at its node: parameters of QONNX quantizers are constant ([QC-S001]); scales are
    finite and positive ([QC-S002]); bit widths are integers from 1 to 32 ([QC-S003]); the rounding
    mode is known ([QC-S004]); zero points are finite ([QC-S005]); parameters have as many elements as
    their axis ([QC-I006]). What is quantized by parameters that are computed while the
    model runs stays as it is ([QC-S001], a warning), and so do operators in a form that has no such twin ([QC-S008], a warning). Quantizers that
    belong together and disagree, a DequantizeLinear with its quantizer or a bias with its layer, are read as written
    ([QC-S007], a warning).
  }];
}

#endif // QCOMPILE_PASSES_NORMALISEQUANTIZATION
