// RUN: qcompile-opt %s --convert-onnx-to-qnn | FileCheck %s

// Borders whose value is a code.

// No value: the real number 0, which is code 3.
// CHECK-LABEL: func.func @zero
// CHECK: qnn.pad {{.*}} low [0, 1] high [0, 2]
// CHECK-SAME: [3]
func.func @zero(%x: tensor<1x2xf32>) -> tensor<1x5xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [3.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %pads = onnx.Constant() {value = #data.constant<"pads", [0, 1, 0, 2] : tensor<4xsi64>>} : () -> tensor<4xsi64>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  %r1 = onnx.Pad(%r0, %pads) {operandSegmentSizes = array<i32: 1, 1, 0, 0>} : (tensor<1x2xf32>, tensor<4xsi64>) -> tensor<1x5xf32>
  return %r1 : tensor<1x5xf32>
}

// 1.5 is 3 steps of 0.5 from the zero point 3.
// CHECK-LABEL: func.func @value
// CHECK: qnn.pad
// CHECK-SAME: [6]
func.func @value(%x: tensor<1x2xf32>) -> tensor<1x5xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [3.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %pads = onnx.Constant() {value = #data.constant<"pads", [0, 1, 0, 2] : tensor<4xsi64>>} : () -> tensor<4xsi64>
  %value = onnx.Constant() {value = #data.constant<"value", [1.5] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  %r1 = onnx.Pad(%r0, %pads, %value) {operandSegmentSizes = array<i32: 1, 1, 1, 0>} : (tensor<1x2xf32>, tensor<4xsi64>, tensor<f32>) -> tensor<1x5xf32>
  return %r1 : tensor<1x5xf32>
}

// -2 is code -1, which no unsigned type has.
// CHECK-LABEL: func.func @value_without_code
// CHECK: qnn.pad
// CHECK-SAME: [-1]
// CHECK-SAME: (tensor<1x2xui4>) -> tensor<1x5xsi5>
func.func @value_without_code(%x: tensor<1x2xf32>) -> tensor<1x5xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [3.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %pads = onnx.Constant() {value = #data.constant<"pads", [0, 1, 0, 2] : tensor<4xsi64>>} : () -> tensor<4xsi64>
  %value = onnx.Constant() {value = #data.constant<"value", [-2.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  %r1 = onnx.Pad(%r0, %pads, %value) {operandSegmentSizes = array<i32: 1, 1, 1, 0>} : (tensor<1x2xf32>, tensor<4xsi64>, tensor<f32>) -> tensor<1x5xf32>
  return %r1 : tensor<1x5xf32>
}

// 1.5 is 3 steps of 0.5 and 2 steps of 0.75.
// CHECK-LABEL: func.func @value_per_channel
// CHECK: qnn.pad {{.*}} low [0, 0, 1] high [0, 0, 0]
// CHECK-SAME: [4, 4]
func.func @value_per_channel(%x: tensor<1x2x2xf32>) -> tensor<1x2x3xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5, 0.75] : tensor<1x2x1xf32>>} : () -> tensor<1x2x1xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [1.0, 2.0] : tensor<1x2x1xf32>>} : () -> tensor<1x2x1xf32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %pads = onnx.Constant() {value = #data.constant<"pads", [0, 0, 1, 0, 0, 0] : tensor<6xsi64>>} : () -> tensor<6xsi64>
  %value = onnx.Constant() {value = #data.constant<"value", [1.5] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<1x2x1xf32>, tensor<1x2x1xf32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r1 = onnx.Pad(%r0, %pads, %value) {operandSegmentSizes = array<i32: 1, 1, 1, 0>} : (tensor<1x2x2xf32>, tensor<6xsi64>, tensor<f32>) -> tensor<1x2x3xf32>
  return %r1 : tensor<1x2x3xf32>
}

// New channels have no scale of their own, so the value's place on a grid is not decided: it stays a float.
// CHECK-LABEL: func.func @channels
// CHECK: qnn.dequantize
// CHECK: onnx.Pad
func.func @channels(%x: tensor<1x2x2xf32>) -> tensor<1x3x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5, 0.75] : tensor<1x2x1xf32>>} : () -> tensor<1x2x1xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %pads = onnx.Constant() {value = #data.constant<"pads", [0, 0, 0, 0, 1, 0] : tensor<6xsi64>>} : () -> tensor<6xsi64>
  %value = onnx.Constant() {value = #data.constant<"value", [1.5] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<1x2x1xf32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r1 = onnx.Pad(%r0, %pads, %value) {operandSegmentSizes = array<i32: 1, 1, 1, 0>} : (tensor<1x2x2xf32>, tensor<6xsi64>, tensor<f32>) -> tensor<1x3x2xf32>
  return %r1 : tensor<1x3x2xf32>
}

// One element less in front, one more behind.
// CHECK-LABEL: func.func @crop_and_pad
// CHECK: %[[P:.*]] = qnn.pad {{.*}} low [0, 0] high [0, 1]
// CHECK: qnn.slice %[[P]] offsets [0, 1]
func.func @crop_and_pad(%x: tensor<1x3xf32>) -> tensor<1x3xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %pads = onnx.Constant() {value = #data.constant<"pads", [0, -1, 0, 1] : tensor<4xsi64>>} : () -> tensor<4xsi64>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x3xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x3xf32>
  %r1 = onnx.Pad(%r0, %pads) {operandSegmentSizes = array<i32: 1, 1, 0, 0>} : (tensor<1x3xf32>, tensor<4xsi64>) -> tensor<1x3xf32>
  return %r1 : tensor<1x3xf32>
}

// The element at the edge is not repeated.
// CHECK-LABEL: func.func @reflect
// CHECK: qnn.gather {{.*}} axis 1 indices [2, 1, 0, 1, 2, 1]
func.func @reflect(%x: tensor<1x3xf32>) -> tensor<1x6xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %pads = onnx.Constant() {value = #data.constant<"pads", [0, 2, 0, 1] : tensor<4xsi64>>} : () -> tensor<4xsi64>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x3xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x3xf32>
  %r1 = onnx.Pad(%r0, %pads) {operandSegmentSizes = array<i32: 1, 1, 0, 0>, mode = "reflect"} : (tensor<1x3xf32>, tensor<4xsi64>) -> tensor<1x6xf32>
  return %r1 : tensor<1x6xf32>
}

// CHECK-LABEL: func.func @edge
// CHECK: qnn.gather {{.*}} axis 1 indices [0, 0, 0, 1, 2, 2]
func.func @edge(%x: tensor<1x3xf32>) -> tensor<1x6xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %pads = onnx.Constant() {value = #data.constant<"pads", [0, 2, 0, 1] : tensor<4xsi64>>} : () -> tensor<4xsi64>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x3xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x3xf32>
  %r1 = onnx.Pad(%r0, %pads) {operandSegmentSizes = array<i32: 1, 1, 0, 0>, mode = "edge"} : (tensor<1x3xf32>, tensor<4xsi64>) -> tensor<1x6xf32>
  return %r1 : tensor<1x6xf32>
}

// Widths for dimension -1 only.
// CHECK-LABEL: func.func @chosen_dimension
// CHECK: qnn.pad {{.*}} low [0, 1] high [0, 2]
func.func @chosen_dimension(%x: tensor<1x2xf32>) -> tensor<1x5xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %pads = onnx.Constant() {value = #data.constant<"pads", [1, 2] : tensor<2xsi64>>} : () -> tensor<2xsi64>
  %axes = onnx.Constant() {value = #data.constant<"axes", [-1] : tensor<1xsi64>>} : () -> tensor<1xsi64>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  %r1 = onnx.Pad(%r0, %pads, %axes) {operandSegmentSizes = array<i32: 1, 1, 0, 1>} : (tensor<1x2xf32>, tensor<2xsi64>, tensor<1xsi64>) -> tensor<1x5xf32>
  return %r1 : tensor<1x5xf32>
}
