// Two samples, (1, 1) and (-1, -1), as raw floats: they have no mean, and H = [1 1; 1 1]. Its diagonal grows by 0.01 of the moments about zero,
// then by 0.01 of its mean: 1.0201. Without the second weight the first is (3 * 1.0201 + 2) / 1.0201 = 3 + 2 / 1.0201 = 4.960592.
// RUN: printf '\000\000\200\077\000\000\200\077\000\000\200\277\000\000\200\277' > %t.raw
// RUN: qcompile-opt %s --onnx-prune-weights="pattern=1:2 keep-first=false keep-last=false calibration=%t.raw" | FileCheck %s
// One sample, (1, 1), is all mean: nothing is left for weights to make up for, and the bias takes the 2 that is lost.
// RUN: printf '\000\000\200\077\000\000\200\077' > %t.one
// RUN: qcompile-opt %s --onnx-prune-weights="pattern=1:2 keep-first=false keep-last=false calibration=%t.one correction=bias" | FileCheck %s --check-prefix=BIAS

// CHECK: [4.9605{{[0-9]*}}, 0] : tensor<2x1xf32>
// CHECK-NOT: onnx.Add
// BIAS: [3, 0] : tensor<2x1xf32>
// BIAS: [2] : tensor<1xf32>
// BIAS: onnx.Add
func.func @main(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [3.0, 2.0] : tensor<2x1xf32>>} : () -> tensor<2x1xf32>
  %y = onnx.MatMul(%x, %w) : (tensor<1x2xf32>, tensor<2x1xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}
