//===- ExpandActivations.td - The onnx-expand-activations pass *- tablegen -*-===//
#ifndef QCOMPILE_PASSES_EXPANDACTIVATIONS
#define QCOMPILE_PASSES_EXPANDACTIVATIONS

include "mlir/Pass/PassBase.td"

def ExpandActivations : Pass<"onnx-expand-activations", "::mlir::func::FuncOp"> {
  let summary = "Write activations that are not monotone by their defining formulas";
  let description = [{
    Gelu, HardSwish, Swish and Mish become the steps that their ONNX definitions say, in that order: `x * HardSigmoid(x)`,
    `x * Sigmoid(alpha * x)` and so on. Exact: the reference semantics compute these very steps, one rounding each. Every
    step is monotone in each of its operands, which the activation as a whole is not, so that `convert-onnx-to-qnn` can
    enclose the values of an interval between those of its corners.

    Requires nothing. Guarantees: none of the four operations remains; their results keep their names.

    Example: `%y = onnx.HardSwish(%x)` becomes
    ```mlir
    %0 = onnx.HardSigmoid(%x) {alpha = 0.166666672 : f32} : (tensor<1x4xf32>) -> tensor<1x4xf32>
    %y = onnx.Mul(%x, %0) : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
    ```
  }];
}

#endif // QCOMPILE_PASSES_EXPANDACTIVATIONS
