// RUN: qcompile-opt %s --onnx-normalise-quantization | FileCheck %s

// A block of everything is a scale of everything.
// CHECK-LABEL: func.func @single
// CHECK: onnx.DequantizeLinear(%{{[^)]*}}) : (tensor<2x3xsi8>, tensor<f32>, tensor<si8>) -> tensor<2x3xf32>
func.func @single() -> tensor<2x3xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [1, 2, 3, 4, 5, 6] : tensor<2x3xsi8>>} : () -> tensor<2x3xsi8>
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %z = onnx.Constant() {value = #data.constant<"z", [1] : tensor<1x1xsi8>>} : () -> tensor<1x1xsi8>
  %y = onnx.DequantizeLinear(%w, %s, %z) {axis = 1 : i64, block_size = 3 : i64} : (tensor<2x3xsi8>, tensor<1x1xf32>, tensor<1x1xsi8>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}
