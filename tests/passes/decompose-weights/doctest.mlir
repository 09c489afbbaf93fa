// RUN: qcompile-opt %s --onnx-decompose-weights="vector=2 keep-first=false keep-last=false" | FileCheck %s

// The example of the pass: weights that are powers of two within seven exponents. The alternation starts with them as
// coefficients of the unit basis, whose largest element gets the largest code of 8 bits, 127: the weights are 1/127 * (127 * c).

// CHECK-LABEL: func.func @layer
// CHECK: #encoding.basis<levels = 7, basis_bits = 8, length = 2
// CHECK-SAME: coefficients = <"fc.coefficients", [64, 1, -2, 32] : tensor<1x2x2xsi8>>
// CHECK-SAME: basis = <"fc.basis", [127, 0, 0, 127] : tensor<1x1x2x2xsi8>>
// CHECK-SAME: order = [1, 0], rows = 1>
// CHECK-SAME: #data.constant<"w", {{.*}} : tensor<4x1xf32>
// CHECK: onnx.Quant
func.func @layer(%x: tensor<1x4xf32>) -> tensor<1x1xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [64.0, 1.0, -2.0, 32.0] : tensor<4x1xf32>>} : () -> tensor<4x1xf32>
  %y = onnx.MatMul(%x, %w) : (tensor<1x4xf32>, tensor<4x1xf32>) -> tensor<1x1xf32> loc("fc"("y"("model.onnx":1:0)))
  return %y : tensor<1x1xf32>
}
