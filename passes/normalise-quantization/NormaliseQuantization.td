//===- NormaliseQuantization.td - The normalise pass --------*- tablegen -*-===//
#ifndef QCOMPILE_PASSES_NORMALISEQUANTIZATION
#define QCOMPILE_PASSES_NORMALISEQUANTIZATION

include "mlir/Pass/PassBase.td"

def NormaliseQuantization : Pass<"onnx-normalise-quantization", "::mlir::func::FuncOp"> {
  let summary = "One way of writing quantization";
  let description = [{
    Brings every quantizer to `onnx.Quant` or `onnx.BipolarQuant` with constant float32 parameters and every
    attribute written out: `onnx.IntQuant` is another name of `onnx.Quant`; parameters of other types are
    converted; defaults are made explicit. Exact.

    Guarantees, with every violation reported at its node: parameters are constant ([QC-S001]); scales are
    finite and positive ([QC-S002]); the bit width is one integer from 1 to 32 ([QC-S003]); the rounding
    mode is known ([QC-S004]); zero points are finite ([QC-S005]).
  }];
}

#endif // QCOMPILE_PASSES_NORMALISEQUANTIZATION
