// RUN: qcompile-opt %s --onnx-prune-weights="pattern=1:2 keep-first=false keep-last=false" | FileCheck %s

// The example in the pass's description.
// CHECK: onnx.Constant()
// CHECK-SAME: encoding.structure = #encoding.n_m<n = 1, m = 2, order = [1, 0], rows = 1>
// CHECK-SAME: [0, 2, 0, -4] : tensor<4x1xf32>
func.func @main(%x: tensor<1x4xf32>) -> tensor<1x1xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 2.0, 3.0, -4.0] : tensor<4x1xf32>>} : () -> tensor<4x1xf32>
  %y = onnx.MatMul(%x, %w) : (tensor<1x4xf32>, tensor<4x1xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}
