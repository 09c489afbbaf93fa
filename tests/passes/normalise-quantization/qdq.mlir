// RUN: qcompile-opt %s --onnx-normalise-quantization --split-input-file | FileCheck %s

// QuantizeLinear, integers, DequantizeLinear: a quantizer on floats, with the range that the integers have.

// Zero point 0 and the range of a width: Quant.
// CHECK-LABEL: func.func @pair
// CHECK: onnx.Constant() {{.*}}[8] : tensor<f32>
// CHECK: %[[Y:.*]] = onnx.Quant({{[^{]*}} : (
// CHECK-NEXT: return %[[Y]]
func.func @pair(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0] : tensor<si8>>} : () -> tensor<si8>
  %q = onnx.QuantizeLinear(%x, %s, %z) : (tensor<1x4xf32>, tensor<f32>, tensor<si8>) -> tensor<1x4xsi8>
  %y = onnx.DequantizeLinear(%q, %s, %z) : (tensor<1x4xsi8>, tensor<f32>, tensor<si8>) -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}

// -----

// A Clip says how many bits there are: 4, narrow.
// CHECK-LABEL: func.func @clip
// CHECK: onnx.Constant() {{.*}}[4] : tensor<f32>
// CHECK: onnx.Quant({{.*}}) {narrow = 1 : i64} :
// CHECK-NOT: Clip
func.func @clip(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0] : tensor<si8>>} : () -> tensor<si8>
  %low = onnx.Constant() {value = #data.constant<"low", [-7] : tensor<si8>>} : () -> tensor<si8>
  %high = onnx.Constant() {value = #data.constant<"high", [7] : tensor<si8>>} : () -> tensor<si8>
  %q = onnx.QuantizeLinear(%x, %s, %z) : (tensor<1x4xf32>, tensor<f32>, tensor<si8>) -> tensor<1x4xsi8>
  %c = onnx.Clip(%q, %low, %high) {operandSegmentSizes = array<i32: 1, 1, 1>} : (tensor<1x4xsi8>, tensor<si8>, tensor<si8>) -> tensor<1x4xsi8>
  %y = onnx.DequantizeLinear(%c, %s, %z) : (tensor<1x4xsi8>, tensor<f32>, tensor<si8>) -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}

// -----

// A zero point is added after rounding, which Quant does not.
// CHECK-LABEL: func.func @zero_point
// CHECK: onnx.LinearQuant({{.*}}) {high = 255 : i64, low = 0 : i64}
func.func @zero_point(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [3] : tensor<ui8>>} : () -> tensor<ui8>
  %q = onnx.QuantizeLinear(%x, %s, %z) : (tensor<1x4xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x4xui8>
  %y = onnx.DequantizeLinear(%q, %s, %z) : (tensor<1x4xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}

// -----

// A range of no width.
// CHECK-LABEL: func.func @range
// CHECK: onnx.LinearQuant({{.*}}) {high = 9 : i64, low = -2 : i64}
func.func @range(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0] : tensor<si8>>} : () -> tensor<si8>
  %low = onnx.Constant() {value = #data.constant<"low", [-2] : tensor<si8>>} : () -> tensor<si8>
  %high = onnx.Constant() {value = #data.constant<"high", [9] : tensor<si8>>} : () -> tensor<si8>
  %q = onnx.QuantizeLinear(%x, %s, %z) : (tensor<1x4xf32>, tensor<f32>, tensor<si8>) -> tensor<1x4xsi8>
  %c = onnx.Clip(%q, %low, %high) {operandSegmentSizes = array<i32: 1, 1, 1>} : (tensor<1x4xsi8>, tensor<si8>, tensor<si8>) -> tensor<1x4xsi8>
  %y = onnx.DequantizeLinear(%c, %s, %z) : (tensor<1x4xsi8>, tensor<f32>, tensor<si8>) -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}

// -----

// Per axis: parameters that broadcast.
// CHECK-LABEL: func.func @axis
// CHECK: onnx.Constant() {{.*}}[0.5, 0.25] : tensor<2x1x1xf32>
// CHECK: onnx.LinearQuant({{.*}}) {high = 15 : i64, low = 0 : i64}
func.func @axis(%x: tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5, 0.25] : tensor<2xf32>>} : () -> tensor<2xf32>
  %z = onnx.Constant() {value = #data.constant<"z", [3, 8] : tensor<2xui4>>} : () -> tensor<2xui4>
  %q = onnx.QuantizeLinear(%x, %s, %z) {axis = 1 : i64} : (tensor<1x2x2x2xf32>, tensor<2xf32>, tensor<2xui4>) -> tensor<1x2x2x2xui4>
  %y = onnx.DequantizeLinear(%q, %s, %z) {axis = 1 : i64} : (tensor<1x2x2x2xui4>, tensor<2xf32>, tensor<2xui4>) -> tensor<1x2x2x2xf32>
  return %y : tensor<1x2x2x2xf32>
}

// -----

// What moves integers moves the floats; a Relu of integers is a range. Both DequantizeLinear read one quantizer.
// CHECK-LABEL: func.func @moves
// CHECK: %[[Q:.*]] = onnx.Quant(
// CHECK: %[[R:.*]] = onnx.Reshape(%[[Q]], {{.*}} -> tensor<1x4x1x1xf32>
// CHECK: %[[P:.*]] = onnx.MaxPool(%[[R]]) {{.*}} -> tensor<1x4x1x1xf32>
// CHECK: %[[C:.*]] = onnx.LinearQuant(%[[P]], {{.*}}) {high = 127 : i64, low = 5 : i64}
// CHECK-NEXT: return %[[Q]], %[[C]]
func.func @moves(%x: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4x1x1xf32>) {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0] : tensor<si8>>} : () -> tensor<si8>
  %low = onnx.Constant() {value = #data.constant<"low", [5] : tensor<si8>>} : () -> tensor<si8>
  %shape = onnx.Constant() {value = #data.constant<"shape", [1, 4, 1, 1] : tensor<4xsi64>>} : () -> tensor<4xsi64>
  %q = onnx.QuantizeLinear(%x, %s, %z) : (tensor<1x4xf32>, tensor<f32>, tensor<si8>) -> tensor<1x4xsi8>
  %r = onnx.Reshape(%q, %shape) : (tensor<1x4xsi8>, tensor<4xsi64>) -> tensor<1x4x1x1xsi8>
  %p = onnx.MaxPool(%r) {kernel_shape = array<i64: 1, 1>} : (tensor<1x4x1x1xsi8>) -> tensor<1x4x1x1xsi8>
  %c = onnx.Clip(%p, %low) {operandSegmentSizes = array<i32: 1, 1, 0>} : (tensor<1x4x1x1xsi8>, tensor<si8>) -> tensor<1x4x1x1xsi8>
  %y0 = onnx.DequantizeLinear(%q, %s, %z) : (tensor<1x4xsi8>, tensor<f32>, tensor<si8>) -> tensor<1x4xf32>
  %y1 = onnx.DequantizeLinear(%c, %s, %z) : (tensor<1x4x1x1xsi8>, tensor<f32>, tensor<si8>) -> tensor<1x4x1x1xf32>
  return %y0, %y1 : tensor<1x4xf32>, tensor<1x4x1x1xf32>
}

// -----

// Integers that are an output are those of the quantizer's value.
// CHECK-LABEL: func.func @output
// CHECK: %[[Q:.*]] = onnx.LinearQuant(%{{.*}}) {high = 255 : i64, low = 0 : i64}
// CHECK: %[[I:.*]] = onnx.QuantizeLinear(%[[Q]], {{.*}} -> tensor<1x4xui8>
// CHECK-NEXT: return %[[I]]
func.func @output(%x: tensor<1x4xf32>) -> tensor<1x4xui8> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [128] : tensor<ui8>>} : () -> tensor<ui8>
  %q = onnx.QuantizeLinear(%x, %s, %z) : (tensor<1x4xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x4xui8>
  return %q : tensor<1x4xui8>
}

// -----

// Other parameters read the same integers as other numbers: the integers stay.
// CHECK-LABEL: func.func @other_scale
// CHECK: %[[Q:.*]] = onnx.Quant(
// CHECK: %[[I:.*]] = onnx.QuantizeLinear(%[[Q]],
// CHECK: onnx.DequantizeLinear(%[[I]],
func.func @other_scale(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %t = onnx.Constant() {value = #data.constant<"t", [0.25] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0] : tensor<si8>>} : () -> tensor<si8>
  %q = onnx.QuantizeLinear(%x, %s, %z) : (tensor<1x4xf32>, tensor<f32>, tensor<si8>) -> tensor<1x4xsi8>
  %y = onnx.DequantizeLinear(%q, %t, %z) : (tensor<1x4xsi8>, tensor<f32>, tensor<si8>) -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}
