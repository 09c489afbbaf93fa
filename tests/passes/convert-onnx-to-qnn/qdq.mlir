// RUN: qcompile-opt %s --onnx-normalise-quantization --convert-onnx-to-qnn --split-input-file | FileCheck %s

// Codes of the model's own integers: in, through one layer, out, and no float anywhere.

// CHECK-LABEL: func.func @codes
// CHECK-NOT: onnx.
// CHECK: qnn.matmul
// CHECK-NOT: onnx.
// CHECK: %[[Y:.*]] = qnn.{{threshold|requantize}} {{.*}} -> tensor<1x2xui8>
// CHECK-NEXT: return %[[Y]] : tensor<1x2xui8>
func.func @codes(%x: tensor<1x2xui8>) -> tensor<1x2xui8> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [7] : tensor<ui8>>} : () -> tensor<ui8>
  %wz = onnx.Constant() {value = #data.constant<"wz", [0] : tensor<si8>>} : () -> tensor<si8>
  %w = onnx.Constant() {value = #data.constant<"w", [1, -2, 3, -4] : tensor<2x2xsi8>>} : () -> tensor<2x2xsi8>
  %y = onnx.QLinearMatMul(%x, %s, %z, %w, %s, %wz, %s, %z)
     : (tensor<1x2xui8>, tensor<f32>, tensor<ui8>, tensor<2x2xsi8>, tensor<f32>, tensor<si8>, tensor<f32>, tensor<ui8>) -> tensor<1x2xui8>
  return %y : tensor<1x2xui8>
}

// -----

// A quantizer of a float whose zero point is added after rounding: steps, then the zero point. Weights have as few bits as
// their codes need.
// CHECK-LABEL: func.func @float_input
// CHECK: %[[S:.*]] = qnn.quantize %arg0 {{.*}} -> tensor<1x2xsi9>
// CHECK: qnn.requantize %[[S]] {{.*}} offsets <"offsets", [7] {{.*}} -> tensor<1x2xui8>
// CHECK: qnn.matmul {{.*}}tensor<2x2xsi3>
func.func @float_input(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [7] : tensor<ui8>>} : () -> tensor<ui8>
  %wz = onnx.Constant() {value = #data.constant<"wz", [0] : tensor<si8>>} : () -> tensor<si8>
  %wc = onnx.Constant() {value = #data.constant<"w", [1, -2, 3, -4] : tensor<2x2xsi8>>} : () -> tensor<2x2xsi8>
  %q = onnx.QuantizeLinear(%x, %s, %z) : (tensor<1x2xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x2xui8>
  %a = onnx.DequantizeLinear(%q, %s, %z) : (tensor<1x2xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x2xf32>
  %w = onnx.DequantizeLinear(%wc, %s, %wz) : (tensor<2x2xsi8>, tensor<f32>, tensor<si8>) -> tensor<2x2xf32>
  %y = onnx.MatMul(%a, %w) : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

// Codes of 4 bits that leave as bytes, and a quantizer of what is on its grid: the codes themselves.
// CHECK-LABEL: func.func @wider
// CHECK: %[[Q:.*]] = qnn.{{threshold|quantize}} %arg0 {{.*}} -> tensor<1x2xui4>
// CHECK: %[[B:.*]] = qnn.requantize %[[Q]] {{.*}} -> tensor<1x2xui8>
// CHECK-NEXT: return %[[B]]
func.func @wider(%x: tensor<1x2xf32>) -> tensor<1x2xui8> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0] : tensor<ui8>>} : () -> tensor<ui8>
  %high = onnx.Constant() {value = #data.constant<"high", [15] : tensor<ui8>>} : () -> tensor<ui8>
  %q = onnx.QuantizeLinear(%x, %s, %z) : (tensor<1x2xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x2xui8>
  %c = onnx.Clip(%q, %high) {operandSegmentSizes = array<i32: 1, 0, 1>} : (tensor<1x2xui8>, tensor<ui8>) -> tensor<1x2xui8>
  return %c : tensor<1x2xui8>
}

// -----

// Zero points per channel: steps in a range that serves all of them.
// CHECK-LABEL: func.func @zero_points
// CHECK: %[[S:.*]] = qnn.quantize %arg0 {{.*}} range[-8, 252] {{.*}} -> tensor<1x2x1xsi9>
// CHECK: qnn.requantize %[[S]] axis 1 {{.*}} offsets <"offsets", [3, 8] {{.*}} range[0, 255] {{.*}} -> tensor<1x2x1xui8>
func.func @zero_points(%x: tensor<1x2x1xf32>) -> tensor<1x2x1xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [3.0, 8.0] : tensor<2x1xf32>>} : () -> tensor<2x1xf32>
  %y = onnx.LinearQuant(%x, %s, %z) {low = 0 : i64, high = 255 : i64} : (tensor<1x2x1xf32>, tensor<f32>, tensor<2x1xf32>) -> tensor<1x2x1xf32>
  return %y : tensor<1x2x1xf32>
}

// -----

// A second quantizer of the same grid finds the same codes.
// CHECK-LABEL: func.func @twice
// CHECK: %[[S:.*]] = qnn.quantize
// CHECK: %[[Q:.*]] = qnn.requantize %[[S]]
// CHECK-NEXT: %[[P:.*]] = qnn.max_pool %[[Q]]
// CHECK-NEXT: qnn.dequantize %[[P]]
func.func @twice(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [7] : tensor<ui8>>} : () -> tensor<ui8>
  %q0 = onnx.QuantizeLinear(%x, %s, %z) : (tensor<1x2x4x4xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x2x4x4xui8>
  %y0 = onnx.DequantizeLinear(%q0, %s, %z) : (tensor<1x2x4x4xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x2x4x4xf32>
  %p = onnx.MaxPool(%y0) {kernel_shape = array<i64: 1, 1>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %q1 = onnx.QuantizeLinear(%p, %s, %z) : (tensor<1x2x4x4xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x2x4x4xui8>
  %y1 = onnx.DequantizeLinear(%q1, %s, %z) : (tensor<1x2x4x4xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x2x4x4xf32>
  return %y1 : tensor<1x2x4x4xf32>
}

// -----

// Integers that an operation computes.
// CHECK-LABEL: func.func @computed
// CHECK: %[[C:.*]] = qnn.requantize {{.*}} -> tensor<1x4xsi8>
// CHECK: %[[A:.*]] = onnx.Abs(%[[C]])
// CHECK: qnn.dequantize %[[A]]
func.func @computed(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0] : tensor<si8>>} : () -> tensor<si8>
  %high = onnx.Constant() {value = #data.constant<"high", [7] : tensor<si8>>} : () -> tensor<si8>
  %low = onnx.Constant() {value = #data.constant<"low", [-8] : tensor<si8>>} : () -> tensor<si8>
  %q = onnx.QuantizeLinear(%x, %s, %z) : (tensor<1x4xf32>, tensor<f32>, tensor<si8>) -> tensor<1x4xsi8>
  %c = onnx.Clip(%q, %low, %high) {operandSegmentSizes = array<i32: 1, 1, 1>} : (tensor<1x4xsi8>, tensor<si8>, tensor<si8>) -> tensor<1x4xsi8>
  %a = onnx.Abs(%c) : (tensor<1x4xsi8>) -> tensor<1x4xsi8>
  %y = onnx.DequantizeLinear(%a, %s, %z) : (tensor<1x4xsi8>, tensor<f32>, tensor<si8>) -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}
