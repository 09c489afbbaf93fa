// RUN: qcompile-opt %s --onnx-normalise-quantization --split-input-file --verify-diagnostics | FileCheck %s

// Constants of negative scales get positive ones, and the codes of the same numbers.

// Scale 1: 0.5 (3 - 0). Scale 2, zero point 0: -0.5 * 4 = 0.5 * -4. Scale 3, a code without its negative: -1 (-128 - 0) = 1 (127 - -1).
// Scale 4 is 0: any scale, and codes that are the zero point, 5.
// CHECK-LABEL: func.func @axis
// CHECK-DAG: %[[W:.*]] = onnx.Constant() {{.*}}"w{{.*}}", [3, -4, 127, 5] : tensor<1x4xsi8>>
// CHECK-DAG: %[[S:.*]] = onnx.Constant() {{.*}}"s{{.*}}", [0.5, 0.5, 1, 1] : tensor<4xf32>>
// CHECK-DAG: %[[Z:.*]] = onnx.Constant() {{.*}}"z{{.*}}", [0, 0, -1, 5] : tensor<4xsi8>>
// CHECK: onnx.DequantizeLinear(%[[W]], %[[S]], %[[Z]]) :
func.func @axis() -> tensor<1x4xf32> {
  %w = onnx.Constant() {value = #data.constant<"w{{.*}}", [3, 4, -128, 9] : tensor<1x4xsi8>>} : () -> tensor<1x4xsi8>
  %s = onnx.Constant() {value = #data.constant<"s", [0.5, -0.5, -1.0, 0.0] : tensor<4xf32>>} : () -> tensor<4xf32>
  %z = onnx.Constant() {value = #data.constant<"z", [0, 0, 0, 5] : tensor<4xsi8>>} : () -> tensor<4xsi8>
  %y = onnx.DequantizeLinear(%w, %s, %z) {axis = 1 : i64} : (tensor<1x4xsi8>, tensor<4xf32>, tensor<4xsi8>) -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}

// -----

// Unsigned codes have no negatives: a zero point where there was none.
// CHECK-LABEL: func.func @unsigned
// CHECK-DAG: %[[W:.*]] = onnx.Constant() {{.*}}[255, 0] : tensor<2xui8>>
// CHECK-DAG: %[[Z:.*]] = onnx.Constant() {{.*}}[255] : tensor<ui8>>
// CHECK: onnx.DequantizeLinear(%[[W]], %{{.*}}, %[[Z]])
func.func @unsigned() -> tensor<2xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [0, 255] : tensor<2xui8>>} : () -> tensor<2xui8>
  %s = onnx.Constant() {value = #data.constant<"s", [-2.0] : tensor<f32>>} : () -> tensor<f32>
  %y = onnx.DequantizeLinear(%w, %s) : (tensor<2xui8>, tensor<f32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// -----

// A bias goes with its weights.
// CHECK-LABEL: func.func @bias
// CHECK-DAG: onnx.Constant() {{.*}}"w{{.*}}", [1, -2] : tensor<2x1x1xsi8>>
// CHECK-DAG: onnx.Constant() {{.*}}"b{{.*}}", [7, 9] : tensor<2xsi32>>
// CHECK: onnx.Conv(
func.func @bias(%x: tensor<1x1x3xui8>) -> tensor<1x2x3xui8> {
  %xs = onnx.Constant() {value = #data.constant<"xs", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %xz = onnx.Constant() {value = #data.constant<"xz", [0] : tensor<ui8>>} : () -> tensor<ui8>
  %w = onnx.Constant() {value = #data.constant<"w", [1, 2] : tensor<2x1x1xsi8>>} : () -> tensor<2x1x1xsi8>
  %ws = onnx.Constant() {value = #data.constant<"ws", [0.25, -0.25] : tensor<2xf32>>} : () -> tensor<2xf32>
  %wz = onnx.Constant() {value = #data.constant<"wz", [0, 0] : tensor<2xsi8>>} : () -> tensor<2xsi8>
  %b = onnx.Constant() {value = #data.constant<"b", [7, -9] : tensor<2xsi32>>} : () -> tensor<2xsi32>
  %y = onnx.QLinearConv(%x, %xs, %xz, %w, %ws, %wz, %xs, %xz, %b) {kernel_shape = array<i64: 1>} : (tensor<1x1x3xui8>, tensor<f32>, tensor<ui8>, tensor<2x1x1xsi8>, tensor<2xf32>, tensor<2xsi8>, tensor<f32>, tensor<ui8>, tensor<2xsi32>) -> tensor<1x2x3xui8>
  return %y : tensor<1x2x3xui8>
}

// -----

// Activations are divided by their scale: it is refused.
func.func @activation(%x: tensor<2xf32>) -> tensor<2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [-2.0] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0] : tensor<si8>>} : () -> tensor<si8>
  // expected-error @+1 {{[QC-S002] node 'onnx.QuantizeLinear': expected finite and positive scales, found -2.000000}}
  %q = onnx.QuantizeLinear(%x, %s, %z) : (tensor<2xf32>, tensor<f32>, tensor<si8>) -> tensor<2xsi8>
  // expected-error @+1 {{[QC-S002] node 'onnx.DequantizeLinear': expected finite and positive scales, found -2.000000}}
  %y = onnx.DequantizeLinear(%q, %s, %z) : (tensor<2xsi8>, tensor<f32>, tensor<si8>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}
