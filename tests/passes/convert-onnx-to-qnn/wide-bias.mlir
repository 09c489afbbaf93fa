// RUN: qcompile-opt --convert-onnx-to-qnn --verify-diagnostics %s | FileCheck %s
// 0.1 in float32 is an odd integer of 24 bits times a power of two; times 2^31 - 1 it has 55 bits, more than a double. In steps of
// the sum's scale, 1 * 0.1, it is 2147483647 of them and no rest.

// CHECK-LABEL: @steps
// CHECK: qnn.matmul
// CHECK: qnn.dequantize
// CHECK-SAME: [-2147483647]
func.func @steps(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %tenth = onnx.Constant() {value = #data.constant<"tenth", [0.1] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [0.1] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %q = onnx.Constant() {value = #data.constant<"q", [2147483647] : tensor<1xsi32>>} : () -> tensor<1xsi32>
  %a = onnx.Quant(%x, %one, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %v = onnx.Quant(%w, %tenth, %zero, %b4) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %b = onnx.DequantizeLinear(%q, %tenth) : (tensor<1xsi32>, tensor<f32>) -> tensor<1xf32>
  %y = onnx.Gemm(%a, %v, %b) : (tensor<1x1xf32>, tensor<1x1xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}
