// RUN: qcompile-opt %s --onnx-write-qonnx | FileCheck %s

// The example of the pass: weights of 3 bits, which were limited to that, as values behind their quantizer.

// CHECK-LABEL: func.func @main
// CHECK: %[[W:.*]] = onnx.Constant() {{.*}}"w", [1, -1, 1.5, -1] : tensor<4xf32>>
// CHECK: [3] : tensor<f32>>
// CHECK: onnx.Quant(%[[W]], %{{.*}}, %{{.*}}, %{{.*}}) {narrow = 1 : i64}
// CHECK-NOT: onnx.DequantizeLinear
func.func @main() -> tensor<4xf32> {
  %w = onnx.Constant() {onnx.codes = array<i64: -3, 3>, value = #data.constant<"w.codes", [2, -2, 3, -2] : tensor<4xsi8>>} : () -> tensor<4xsi8>
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %y = onnx.DequantizeLinear(%w, %s) : (tensor<4xsi8>, tensor<f32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}
