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
