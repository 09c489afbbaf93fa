// RUN: qcompile-opt %s --convert-onnx-to-qnn | FileCheck %s

// What picks and moves elements: codes move, scales follow their channels.

// Elements 1, 3, 5 of 7.
// CHECK-LABEL: func.func @slice
// CHECK: qnn.slice {{.*}} offsets [0, 1] steps [1, 2] : (tensor<1x7xui4>) -> tensor<1x3xui4>
func.func @slice(%x: tensor<1x7xf32>) -> tensor<1x3xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [1] : tensor<1xsi64>>} : () -> tensor<1xsi64>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [7] : tensor<1xsi64>>} : () -> tensor<1xsi64>
  %c5 = onnx.Constant() {value = #data.constant<"c5", [2] : tensor<1xsi64>>} : () -> tensor<1xsi64>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x7xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x7xf32>
  %r1 = onnx.Slice(%r0, %c3, %c4, %c3, %c5) {operandSegmentSizes = array<i32: 1, 1, 1, 1, 1>} : (tensor<1x7xf32>, tensor<1xsi64>, tensor<1xsi64>, tensor<1xsi64>, tensor<1xsi64>) -> tensor<1x3xf32>
  return %r1 : tensor<1x3xf32>
}

// From 3 down to 0: no slice counts down.
// CHECK-LABEL: func.func @slice_backwards
// CHECK: qnn.gather {{.*}} axis 1 indices [3, 2, 1, 0]
func.func @slice_backwards(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [-1] : tensor<1xsi64>>} : () -> tensor<1xsi64>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [-9] : tensor<1xsi64>>} : () -> tensor<1xsi64>
  %c5 = onnx.Constant() {value = #data.constant<"c5", [1] : tensor<1xsi64>>} : () -> tensor<1xsi64>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x4xf32>
  %r1 = onnx.Slice(%r0, %c3, %c4, %c5, %c3) {operandSegmentSizes = array<i32: 1, 1, 1, 1, 1>} : (tensor<1x4xf32>, tensor<1xsi64>, tensor<1xsi64>, tensor<1xsi64>, tensor<1xsi64>) -> tensor<1x4xf32>
  return %r1 : tensor<1x4xf32>
}

// The channels that stay keep their scales, 0.5 and 0.125.
// CHECK-LABEL: func.func @slice_of_channels
// CHECK: qnn.slice
// CHECK: qnn.dequantize {{.*}} scale <{{.*}}, [0.5, 0.125] : tensor<2xf64>> zero_point <{{.*}}, [1, 3]
func.func @slice_of_channels(%x: tensor<1x3x2xf32>) -> tensor<1x2x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5, 0.25, 0.125] : tensor<1x3x1xf32>>} : () -> tensor<1x3x1xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [1.0, 2.0, 3.0] : tensor<1x3x1xf32>>} : () -> tensor<1x3x1xf32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [0] : tensor<1xsi64>>} : () -> tensor<1xsi64>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [3] : tensor<1xsi64>>} : () -> tensor<1xsi64>
  %c5 = onnx.Constant() {value = #data.constant<"c5", [1] : tensor<1xsi64>>} : () -> tensor<1xsi64>
  %c6 = onnx.Constant() {value = #data.constant<"c6", [2] : tensor<1xsi64>>} : () -> tensor<1xsi64>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x3x2xf32>, tensor<1x3x1xf32>, tensor<1x3x1xf32>, tensor<f32>) -> tensor<1x3x2xf32>
  %r1 = onnx.Slice(%r0, %c3, %c4, %c5, %c6) {operandSegmentSizes = array<i32: 1, 1, 1, 1, 1>} : (tensor<1x3x2xf32>, tensor<1xsi64>, tensor<1xsi64>, tensor<1xsi64>, tensor<1xsi64>) -> tensor<1x2x2xf32>
  return %r1 : tensor<1x2x2xf32>
}

// Scales follow.
// CHECK-LABEL: func.func @slice_swaps_channels
// CHECK: qnn.gather {{.*}} axis 1 indices [1, 0]
// CHECK: qnn.dequantize {{.*}} scale <{{.*}}, [0.25, 0.5] : tensor<2xf64>>
func.func @slice_swaps_channels(%x: tensor<1x2x2xf32>) -> tensor<1x2x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5, 0.25] : tensor<1x2x1xf32>>} : () -> tensor<1x2x1xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [1] : tensor<1xsi64>>} : () -> tensor<1xsi64>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [-9] : tensor<1xsi64>>} : () -> tensor<1xsi64>
  %c5 = onnx.Constant() {value = #data.constant<"c5", [-1] : tensor<1xsi64>>} : () -> tensor<1xsi64>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<1x2x1xf32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r1 = onnx.Slice(%r0, %c3, %c4, %c3, %c5) {operandSegmentSizes = array<i32: 1, 1, 1, 1, 1>} : (tensor<1x2x2xf32>, tensor<1xsi64>, tensor<1xsi64>, tensor<1xsi64>, tensor<1xsi64>) -> tensor<1x2x2xf32>
  return %r1 : tensor<1x2x2xf32>
}

// Parts of 1 and 2 channels.
// CHECK-LABEL: func.func @split
// CHECK: %[[A:.*]] = qnn.slice %[[X:.*]] offsets [0, 0] {{.*}} -> tensor<1x1xui4>
// CHECK: qnn.dequantize %[[A]] {{.*}} [0.5] : tensor<1xf64>
// CHECK: %[[B:.*]] = qnn.slice %[[X]] offsets [0, 1] {{.*}} -> tensor<1x2xui4>
// CHECK: qnn.dequantize %[[B]] {{.*}} [0.25, 0.125] : tensor<2xf64>
func.func @split(%x: tensor<1x3xf32>) -> (tensor<1x1xf32>, tensor<1x2xf32>) {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5, 0.25, 0.125] : tensor<1x3xf32>>} : () -> tensor<1x3xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [1, 2] : tensor<2xsi64>>} : () -> tensor<2xsi64>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x3xf32>, tensor<1x3xf32>, tensor<f32>, tensor<f32>) -> tensor<1x3xf32>
  %r1:2 = onnx.Split(%r0, %c3) {axis = 1 : i64} : (tensor<1x3xf32>, tensor<2xsi64>) -> (tensor<1x1xf32>, tensor<1x2xf32>)
  return %r1#0, %r1#1 : tensor<1x1xf32>, tensor<1x2xf32>
}

// Every element twice.
// CHECK-LABEL: func.func @resize_nearest
// CHECK: qnn.gather {{.*}} axis 2 indices [0, 0, 1, 1]
func.func @resize_nearest(%x: tensor<1x1x2xf32>) -> tensor<1x1x4xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %scales = onnx.Constant() {value = #data.constant<"scales", [1.0, 1.0, 2.0] : tensor<3xf32>>} : () -> tensor<3xf32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2xf32>
  %r1 = onnx.Resize(%r0, %scales) {mode = "nearest", coordinate_transformation_mode = "asymmetric", nearest_mode = "floor", operandSegmentSizes = array<i32: 1, 0, 1, 0>} : (tensor<1x1x2xf32>, tensor<3xf32>) -> tensor<1x1x4xf32>
  return %r1 : tensor<1x1x4xf32>
}

// Positions (i + 0.5) / 1.5 - 0.5 of 3 from 2: -1/6, 0.5, 7/6; half pixels round down: 0, 0, 1.
// CHECK-LABEL: func.func @resize_half_pixel
// CHECK: qnn.gather {{.*}} axis 2 indices [0, 0, 1]
func.func @resize_half_pixel(%x: tensor<1x1x2xf32>) -> tensor<1x1x3xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %scales = onnx.Constant() {value = #data.constant<"scales", [1.0, 1.0, 1.5] : tensor<3xf32>>} : () -> tensor<3xf32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2xf32>
  %r1 = onnx.Resize(%r0, %scales) {mode = "nearest", operandSegmentSizes = array<i32: 1, 0, 1, 0>} : (tensor<1x1x2xf32>, tensor<3xf32>) -> tensor<1x1x3xf32>
  return %r1 : tensor<1x1x3xf32>
}

// A gather per dimension; channels stay.
// CHECK-LABEL: func.func @resize_in_two_dimensions
// CHECK: %[[G:.*]] = qnn.gather {{.*}} axis 2 indices [0, 0, 1, 1]
// CHECK: qnn.gather %[[G]] axis 3 indices [0, 0]
// CHECK: qnn.dequantize {{.*}} scale <{{.*}}, [0.5, 0.25]
func.func @resize_in_two_dimensions(%x: tensor<1x2x2x1xf32>) -> tensor<1x2x4x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5, 0.25] : tensor<1x2x1x1xf32>>} : () -> tensor<1x2x1x1xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %scales = onnx.Constant() {value = #data.constant<"scales", [1.0, 1.0, 2.0, 2.0] : tensor<4xf32>>} : () -> tensor<4xf32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2x1xf32>, tensor<1x2x1x1xf32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2x1xf32>
  %r1 = onnx.Resize(%r0, %scales) {mode = "nearest", coordinate_transformation_mode = "asymmetric", nearest_mode = "floor", operandSegmentSizes = array<i32: 1, 0, 1, 0>} : (tensor<1x2x2x1xf32>, tensor<4xf32>) -> tensor<1x2x4x2xf32>
  return %r1 : tensor<1x2x4x2xf32>
}

// Channel scales repeat with their channels.
// CHECK-LABEL: func.func @tile
// CHECK: qnn.gather {{.*}} axis 1 indices [0, 1, 0, 1]
// CHECK: qnn.dequantize {{.*}} scale <{{.*}}, [0.5, 0.25, 0.5, 0.25]
func.func @tile(%x: tensor<1x2x1xf32>) -> tensor<1x4x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5, 0.25] : tensor<1x2x1xf32>>} : () -> tensor<1x2x1xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [1, 2, 1] : tensor<3xsi64>>} : () -> tensor<3xsi64>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x1xf32>, tensor<1x2x1xf32>, tensor<f32>, tensor<f32>) -> tensor<1x2x1xf32>
  %r1 = onnx.Tile(%r0, %c3) : (tensor<1x2x1xf32>, tensor<3xsi64>) -> tensor<1x4x1xf32>
  return %r1 : tensor<1x4x1xf32>
}

// Constant positions, from the end where negative; scales follow.
// CHECK-LABEL: func.func @gather
// CHECK: qnn.gather {{.*}} axis 1 indices [2, 0]
// CHECK: qnn.dequantize {{.*}} scale <{{.*}}, [0.125, 0.5]
func.func @gather(%x: tensor<1x3xf32>) -> tensor<1x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5, 0.25, 0.125] : tensor<1x3xf32>>} : () -> tensor<1x3xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [-1, 0] : tensor<2xsi64>>} : () -> tensor<2xsi64>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x3xf32>, tensor<1x3xf32>, tensor<f32>, tensor<f32>) -> tensor<1x3xf32>
  %r1 = onnx.Gather(%r0, %c3) {axis = 1 : i64} : (tensor<1x3xf32>, tensor<2xsi64>) -> tensor<1x2xf32>
  return %r1 : tensor<1x2xf32>
}

// A scalar position drops its dimension; the scales of dimension 2 are those of dimension 1 then.
// CHECK-LABEL: func.func @gather_scalar
// CHECK: qnn.dequantize {{.*}} axis 1 scale <{{.*}}, [0.5, 0.25] {{.*}} : (tensor<1x2xui4>) -> tensor<1x2xf32>
func.func @gather_scalar(%x: tensor<1x3x2xf32>) -> tensor<1x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5, 0.25] : tensor<1x1x2xf32>>} : () -> tensor<1x1x2xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [1] : tensor<si64>>} : () -> tensor<si64>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x3x2xf32>, tensor<1x1x2xf32>, tensor<f32>, tensor<f32>) -> tensor<1x3x2xf32>
  %r1 = onnx.Gather(%r0, %c3) {axis = 1 : i64} : (tensor<1x3x2xf32>, tensor<si64>) -> tensor<1x2xf32>
  return %r1 : tensor<1x2xf32>
}

// Channels of scales 0.75 and 0.5 mix: multiples 3 and 2 of 0.25 before.
// CHECK-LABEL: func.func @depth_to_space
// CHECK: qnn.constant {{.*}}[3, 3, 2, 2] : tensor<1x4x1x1xui2>
// CHECK: %[[M:.*]] = qnn.mul
// CHECK: qnn.depth_to_space %[[M]] axis 1 blocks [2, 2] mode "CRD"
// CHECK: qnn.dequantize {{.*}} scale <{{.*}}, [0.25] : tensor<1xf64>>
func.func @depth_to_space(%x: tensor<1x4x1x1xf32>) -> tensor<1x1x2x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.75, 0.75, 0.5, 0.5] : tensor<1x4x1x1xf32>>} : () -> tensor<1x4x1x1xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x4x1x1xf32>, tensor<1x4x1x1xf32>, tensor<f32>, tensor<f32>) -> tensor<1x4x1x1xf32>
  %r1 = onnx.DepthToSpace(%r0) {blocksize = 2 : i64, mode = "CRD"} : (tensor<1x4x1x1xf32>) -> tensor<1x1x2x2xf32>
  return %r1 : tensor<1x1x2x2xf32>
}

// [N, C, H, b, W, b] with the blocks in front of the channels.
// CHECK-LABEL: func.func @space_to_depth
// CHECK: %[[R:.*]] = qnn.reshape {{.*}} -> tensor<1x1x1x2x2x2xui4>
// CHECK: %[[T:.*]] = qnn.transpose %[[R]] perm = [0, 3, 5, 1, 2, 4]
// CHECK: qnn.reshape %[[T]] {{.*}} -> tensor<1x4x1x2xui4>
func.func @space_to_depth(%x: tensor<1x1x2x4xf32>) -> tensor<1x4x1x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x2x4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2x4xf32>
  %r1 = onnx.SpaceToDepth(%r0) {blocksize = 2 : i64} : (tensor<1x1x2x4xf32>) -> tensor<1x4x1x2xf32>
  return %r1 : tensor<1x4x1x2xf32>
}

// Channel scales through [groups, channels per group] swapped: the reshape splits the channels, so codes are brought to 0.25 before.
// CHECK-LABEL: func.func @channel_shuffle
// CHECK: qnn.constant {{.*}}[1, 2, 3, 4] : tensor<1x4x1xui3>
// CHECK: qnn.mul
// CHECK: qnn.reshape
// CHECK: qnn.transpose
// CHECK: qnn.reshape
// CHECK: qnn.dequantize {{.*}} scale <{{.*}}, [0.25]
func.func @channel_shuffle(%x: tensor<1x4x2xf32>) -> tensor<1x4x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.25, 0.5, 0.75, 1.0] : tensor<1x4x1xf32>>} : () -> tensor<1x4x1xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [1, 2, 2, 2] : tensor<4xsi64>>} : () -> tensor<4xsi64>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [1, 4, 2] : tensor<3xsi64>>} : () -> tensor<3xsi64>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x4x2xf32>, tensor<1x4x1xf32>, tensor<f32>, tensor<f32>) -> tensor<1x4x2xf32>
  %r1 = onnx.Reshape(%r0, %c3) : (tensor<1x4x2xf32>, tensor<4xsi64>) -> tensor<1x2x2x2xf32>
  %r2 = onnx.Transpose(%r1) {perm = array<i64: 0, 2, 1, 3>} : (tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %r3 = onnx.Reshape(%r2, %c4) : (tensor<1x2x2x2xf32>, tensor<3xsi64>) -> tensor<1x4x2xf32>
  return %r3 : tensor<1x4x2xf32>
}

// [C, H, W] in one dimension: every element keeps its channel's scale.
// CHECK-LABEL: func.func @flatten
// CHECK-NOT: qnn.mul
// CHECK: qnn.dequantize {{.*}} axis 1 scale <{{.*}}, [0.5, 0.5, 0.25, 0.25] : tensor<4xf64>>
func.func @flatten(%x: tensor<1x2x2xf32>) -> tensor<1x4xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5, 0.25] : tensor<1x2x1xf32>>} : () -> tensor<1x2x1xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<1x2x1xf32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r1 = onnx.Flatten(%r0) {axis = 1 : i64} : (tensor<1x2x2xf32>) -> tensor<1x4xf32>
  return %r1 : tensor<1x4xf32>
}

// The scales of dimension 1 are those of dimension 2.
// CHECK-LABEL: func.func @transpose
// CHECK: qnn.dequantize {{.*}} axis 2 scale <{{.*}}, [0.5, 0.25]
func.func @transpose(%x: tensor<1x2x3xf32>) -> tensor<1x3x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5, 0.25] : tensor<1x2x1xf32>>} : () -> tensor<1x2x1xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x3xf32>, tensor<1x2x1xf32>, tensor<f32>, tensor<f32>) -> tensor<1x2x3xf32>
  %r1 = onnx.Transpose(%r0) {perm = array<i64: 0, 2, 1>} : (tensor<1x2x3xf32>) -> tensor<1x3x2xf32>
  return %r1 : tensor<1x3x2xf32>
}
