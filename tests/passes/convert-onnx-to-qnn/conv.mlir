// RUN: qcompile-opt %s --convert-onnx-to-qnn | FileCheck %s

// Convolutions: codes of zero around the input, scales that meet in one sum.

// The border is the real number 0, which is code 3: pads are [top, left, bottom, right]. Zero point: 3 * (1 - 1 + 1 + 1) = 6;
// scale: 0.5 * 0.25. The weights 0.25, -0.25, 0.25, 0.25 have codes 1, -1, 1, 1.
// CHECK-LABEL: func.func @zero_point_padding
// CHECK: %[[P:.*]] = qnn.pad %{{.*}} low [0, 0, 1, 0] high [0, 0, 0, 1]
// CHECK-SAME: [3]
// CHECK-SAME: -> tensor<1x1x4x4xui4>
// CHECK: %[[W:.*]] = qnn.constant {{.*}}[1, -1, 1, 1] : tensor<1x1x2x2xsi4>
// CHECK: %[[C:.*]] = qnn.conv %[[P]], %[[W]]
// CHECK: qnn.dequantize %[[C]] axis 1 scale <{{.*}}, [0.125] : tensor<1xf64>> zero_point <{{.*}}, [6] : tensor<1xsi64>>
func.func @zero_point_padding(%x: tensor<1x1x3x3xf32>) -> tensor<1x1x3x3xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [3.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [0.25, -0.25, 0.25, 0.25] : tensor<1x1x2x2xf32>>} : () -> tensor<1x1x2x2xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [0.25] : tensor<f32>>} : () -> tensor<f32>
  %c5 = onnx.Constant() {value = #data.constant<"c5", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x3x3xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x3x3xf32>
  %r1 = onnx.Quant(%w, %c4, %c5, %c2) : (tensor<1x1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2x2xf32>
  %r2 = onnx.Conv(%r0, %r1) {pads = array<i64: 1, 0, 0, 1>} : (tensor<1x1x3x3xf32>, tensor<1x1x2x2xf32>) -> tensor<1x1x3x3xf32>
  return %r2 : tensor<1x1x3x3xf32>
}

// A code of zero per channel. Zero point of the sum: 1 * 1 + 2 * -1 = -1.
// CHECK-LABEL: func.func @zero_points_per_channel
// CHECK: qnn.pad
// CHECK-SAME: [1, 2]
// CHECK: qnn.dequantize {{.*}} scale <{{.*}}, [1] : tensor<1xf64>> zero_point <{{.*}}, [-1]
func.func @zero_points_per_channel(%x: tensor<1x2x2xf32>) -> tensor<1x1x4xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [1.0, 2.0] : tensor<1x2x1xf32>>} : () -> tensor<1x2x1xf32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, -1.0] : tensor<1x2x1xf32>>} : () -> tensor<1x2x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<1x2x1xf32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r1 = onnx.Quant(%w, %c0, %c4, %c2) : (tensor<1x2x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x1xf32>
  %r2 = onnx.Conv(%r0, %r1) {pads = array<i64: 1, 1>} : (tensor<1x2x2xf32>, tensor<1x2x1xf32>) -> tensor<1x1x4xf32>
  return %r2 : tensor<1x1x4xf32>
}

// No code of 2 bits is 5, the code of zero: the padded tensor needs 3 bits.
// CHECK-LABEL: func.func @zero_point_without_code
// CHECK: qnn.pad
// CHECK-SAME: [5]
// CHECK-SAME: (tensor<1x1x2xui2>) -> tensor<1x1x4xui3>
// CHECK: qnn.dequantize {{.*}} zero_point <{{.*}}, [5]
func.func @zero_point_without_code(%x: tensor<1x1x2xf32>) -> tensor<1x1x4xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [5.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1x1xf32>>} : () -> tensor<1x1x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c5 = onnx.Constant() {value = #data.constant<"c5", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2xf32>
  %r1 = onnx.Quant(%w, %c0, %c4, %c5) : (tensor<1x1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x1xf32>
  %r2 = onnx.Conv(%r0, %r1) {pads = array<i64: 1, 1>} : (tensor<1x1x2xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  return %r2 : tensor<1x1x4xf32>
}

// 4 outputs of 2 inputs each need 5 inputs: the one that is missing comes last, ...
// CHECK-LABEL: func.func @same_upper
// CHECK: qnn.pad %{{.*}} low [0, 0, 0] high [0, 0, 1]
func.func @same_upper(%x: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 1.0] : tensor<1x1x2xf32>>} : () -> tensor<1x1x2xf32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x4xf32>
  %r1 = onnx.Quant(%w, %c0, %c1, %c2) : (tensor<1x1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2xf32>
  %r2 = onnx.Conv(%r0, %r1) {auto_pad = "SAME_UPPER"} : (tensor<1x1x4xf32>, tensor<1x1x2xf32>) -> tensor<1x1x4xf32>
  return %r2 : tensor<1x1x4xf32>
}

// ... or first.
// CHECK-LABEL: func.func @same_lower
// CHECK: qnn.pad %{{.*}} low [0, 0, 1] high [0, 0, 0]
func.func @same_lower(%x: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 1.0] : tensor<1x1x2xf32>>} : () -> tensor<1x1x2xf32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x4xf32>
  %r1 = onnx.Quant(%w, %c0, %c1, %c2) : (tensor<1x1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2xf32>
  %r2 = onnx.Conv(%r0, %r1) {auto_pad = "SAME_LOWER"} : (tensor<1x1x4xf32>, tensor<1x1x2xf32>) -> tensor<1x1x4xf32>
  return %r2 : tensor<1x1x4xf32>
}

// 3 windows of 3 inputs at stride 2 reach 7 of 5 inputs: one more on either side.
// CHECK-LABEL: func.func @same_with_stride
// CHECK: qnn.pad %{{.*}} low [0, 0, 1] high [0, 0, 1]
func.func @same_with_stride(%x: tensor<1x1x5xf32>) -> tensor<1x1x3xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 1.0, 1.0] : tensor<1x1x3xf32>>} : () -> tensor<1x1x3xf32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x5xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x5xf32>
  %r1 = onnx.Quant(%w, %c0, %c1, %c2) : (tensor<1x1x3xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x3xf32>
  %r2 = onnx.Conv(%r0, %r1) {auto_pad = "SAME_UPPER", strides = array<i64: 2>} : (tensor<1x1x5xf32>, tensor<1x1x3xf32>) -> tensor<1x1x3xf32>
  return %r2 : tensor<1x1x3xf32>
}

// Windows 0 to 1 and 2 to 3 of 4 inputs: nothing reaches the padding.
// CHECK-LABEL: func.func @padding_beyond_the_last_window
// CHECK-NOT: qnn.pad
// CHECK: qnn.conv
func.func @padding_beyond_the_last_window(%x: tensor<1x1x4xf32>) -> tensor<1x1x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 1.0] : tensor<1x1x2xf32>>} : () -> tensor<1x1x2xf32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x4xf32>
  %r1 = onnx.Quant(%w, %c0, %c1, %c2) : (tensor<1x1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2xf32>
  %r2 = onnx.Conv(%r0, %r1) {pads = array<i64: 0, 1>, strides = array<i64: 2>} : (tensor<1x1x4xf32>, tensor<1x1x2xf32>) -> tensor<1x1x2xf32>
  return %r2 : tensor<1x1x2xf32>
}

// One channel per group: the scales of the channels, 0.5 and 0.25, become those of the sums.
// CHECK-LABEL: func.func @depthwise_scales
// CHECK: qnn.constant {{.*}}[1, -1] : tensor<2x1x1xsi4>
// CHECK: qnn.conv {{.*}} groups 2
// CHECK: qnn.dequantize {{.*}} scale <{{.*}}, [0.5, 0.25] : tensor<2xf64>>
func.func @depthwise_scales(%x: tensor<1x2x2xf32>) -> tensor<1x2x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5, 0.25] : tensor<1x2x1xf32>>} : () -> tensor<1x2x1xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, -1.0] : tensor<2x1x1xf32>>} : () -> tensor<2x1x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<1x2x1xf32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r1 = onnx.Quant(%w, %c4, %c1, %c2) : (tensor<2x1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x1x1xf32>
  %r2 = onnx.Conv(%r0, %r1) {group = 2 : i64} : (tensor<1x2x2xf32>, tensor<2x1x1xf32>) -> tensor<1x2x2xf32>
  return %r2 : tensor<1x2x2xf32>
}

// The scales 0.75 and 0.5 meet in one sum: multiples 3 and 2 of 0.25, which the weights 1 and -1 take in.
// CHECK-LABEL: func.func @scales_in_one_sum
// CHECK: qnn.constant {{.*}}[3, -2] : tensor<1x2x1xsi4>
// CHECK: qnn.dequantize {{.*}} scale <{{.*}}, [0.25] : tensor<1xf64>>
func.func @scales_in_one_sum(%x: tensor<1x2x2xf32>) -> tensor<1x1x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.75, 0.5] : tensor<1x2x1xf32>>} : () -> tensor<1x2x1xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, -1.0] : tensor<1x2x1xf32>>} : () -> tensor<1x2x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<1x2x1xf32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r1 = onnx.Quant(%w, %c4, %c1, %c2) : (tensor<1x2x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x1xf32>
  %r2 = onnx.Conv(%r0, %r1) : (tensor<1x2x2xf32>, tensor<1x2x1xf32>) -> tensor<1x1x2xf32>
  return %r2 : tensor<1x1x2xf32>
}

// Group 0 has the scales 0.75 and 0.5 with zero points 1 and 2, group 1 has 1 and 1 with zero points 3 and 0: multiples 3 and 2 of 0.25
// with zero point 3 * 1 - 2 * 2 = -1, and 1 and 1 with zero point 1 * 3 - 1 * 0 = 3.
// CHECK-LABEL: func.func @scales_in_groups
// CHECK: qnn.constant {{.*}}[3, -2, 1, -1] : tensor<2x2x1xsi4>
// CHECK: qnn.dequantize {{.*}} scale <{{.*}}, [0.25, 1] : tensor<2xf64>> zero_point <{{.*}}, [-1, 3] : tensor<2xsi64>>
func.func @scales_in_groups(%x: tensor<1x4x2xf32>) -> tensor<1x2x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.75, 0.5, 1.0, 1.0] : tensor<1x4x1xf32>>} : () -> tensor<1x4x1xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [1.0, 2.0, 3.0, 0.0] : tensor<1x4x1xf32>>} : () -> tensor<1x4x1xf32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, -1.0, 1.0, -1.0] : tensor<2x2x1xf32>>} : () -> tensor<2x2x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c5 = onnx.Constant() {value = #data.constant<"c5", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x4x2xf32>, tensor<1x4x1xf32>, tensor<1x4x1xf32>, tensor<f32>) -> tensor<1x4x2xf32>
  %r1 = onnx.Quant(%w, %c4, %c5, %c2) : (tensor<2x2x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x2x1xf32>
  %r2 = onnx.Conv(%r0, %r1) {group = 2 : i64} : (tensor<1x4x2xf32>, tensor<2x2x1xf32>) -> tensor<1x2x2xf32>
  return %r2 : tensor<1x2x2xf32>
}

// Scales 1 and 0.5 within the kernel: multiples 2 and 1 of 0.5 of the codes 1 and 3.
// CHECK-LABEL: func.func @weight_scale_along_kernel
// CHECK: qnn.constant {{.*}}[2, 3] : tensor<1x1x2xsi4>
// CHECK: qnn.dequantize {{.*}} scale <{{.*}}, [0.5] : tensor<1xf64>>
func.func @weight_scale_along_kernel(%x: tensor<1x1x2xf32>) -> tensor<1x1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 1.5] : tensor<1x1x2xf32>>} : () -> tensor<1x1x2xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [1.0, 0.5] : tensor<1x1x2xf32>>} : () -> tensor<1x1x2xf32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2xf32>
  %r1 = onnx.Quant(%w, %c4, %c1, %c2) : (tensor<1x1x2xf32>, tensor<1x1x2xf32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2xf32>
  %r2 = onnx.Conv(%r0, %r1) : (tensor<1x1x2xf32>, tensor<1x1x2xf32>) -> tensor<1x1x1xf32>
  return %r2 : tensor<1x1x1xf32>
}

// Codes 2 and 0 lose their zero point of 1. They no longer sum up to what they did: zero point 3 * (1 - 1) = 0.
// CHECK-LABEL: func.func @weight_zero_point
// CHECK: qnn.constant {{.*}}[1, -1] : tensor<1x1x2xsi4>
// CHECK: qnn.dequantize {{.*}} zero_point <{{.*}}, [0]
func.func @weight_zero_point(%x: tensor<1x1x2xf32>) -> tensor<1x1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [3.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, -1.0] : tensor<1x1x2xf32>>} : () -> tensor<1x1x2xf32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2xf32>
  %r1 = onnx.Quant(%w, %c0, %c0, %c2) : (tensor<1x1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2xf32>
  %r2 = onnx.Conv(%r0, %r1) : (tensor<1x1x2xf32>, tensor<1x1x2xf32>) -> tensor<1x1x1xf32>
  return %r2 : tensor<1x1x1xf32>
}

// A bias stays a real number; it needs no scale.
// CHECK-LABEL: func.func @float_bias
// CHECK: qnn.dequantize {{.*}} scale <{{.*}}, [0.5] : tensor<1xf64>> zero_point <{{.*}}, [0] : tensor<1xsi64>> bias <{{.*}}, [0.3
func.func @float_bias(%x: tensor<1x1x2xf32>) -> tensor<1x2x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, -1.0] : tensor<2x1x1xf32>>} : () -> tensor<2x1x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [0.3, -1.0] : tensor<2xf32>>} : () -> tensor<2xf32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2xf32>
  %r1 = onnx.Quant(%w, %c4, %c1, %c2) : (tensor<2x1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x1x1xf32>
  %r2 = onnx.Conv(%r0, %r1, %b) : (tensor<1x1x2xf32>, tensor<2x1x1xf32>, tensor<2xf32>) -> tensor<1x2x2xf32>
  return %r2 : tensor<1x2x2xf32>
}

// Bias codes 3 and -2 at scale 0.125 with zero point 1: (3 - 1) * 0.125 = 0.25 and (-2 - 1) * 0.125 = -0.375.
// CHECK-LABEL: func.func @bias_of_another_scale
// CHECK: qnn.dequantize {{.*}} bias <{{.*}}, [0.25, -0.375] : tensor<2xf64>>
func.func @bias_of_another_scale(%x: tensor<1x1x2xf32>) -> tensor<1x2x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, -1.0] : tensor<2x1x1xf32>>} : () -> tensor<2x1x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [0.25, -0.375] : tensor<2xf32>>} : () -> tensor<2xf32>
  %c6 = onnx.Constant() {value = #data.constant<"c6", [0.125] : tensor<f32>>} : () -> tensor<f32>
  %c7 = onnx.Constant() {value = #data.constant<"c7", [8.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2xf32>
  %r1 = onnx.Quant(%w, %c4, %c1, %c2) : (tensor<2x1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x1x1xf32>
  %r2 = onnx.Quant(%b, %c6, %c4, %c7) : (tensor<2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2xf32>
  %r3 = onnx.Conv(%r0, %r1, %r2) : (tensor<1x1x2xf32>, tensor<2x1x1xf32>, tensor<2xf32>) -> tensor<1x2x2xf32>
  return %r3 : tensor<1x2x2xf32>
}

// The kernel spans 3 inputs.
// CHECK-LABEL: func.func @dilated
// CHECK: qnn.conv {{.*}} dilations [2]
func.func @dilated(%x: tensor<1x1x4xf32>) -> tensor<1x1x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 1.0] : tensor<1x1x2xf32>>} : () -> tensor<1x1x2xf32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x4xf32>
  %r1 = onnx.Quant(%w, %c0, %c1, %c2) : (tensor<1x1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2xf32>
  %r2 = onnx.Conv(%r0, %r1) {dilations = array<i64: 2>} : (tensor<1x1x4xf32>, tensor<1x1x2xf32>) -> tensor<1x1x2xf32>
  return %r2 : tensor<1x1x2xf32>
}

// acc - 3 at scale 1: code 1 from 0.5 on, which rounds to 0, so from 1 on: acc 4; code 2 from 1.5, so acc 5;
// code 3 from 2.5, which rounds to 2, so acc 6.
// CHECK-LABEL: func.func @threshold_of_zero_point
// CHECK: %[[C:.*]] = qnn.conv
// CHECK: qnn.threshold %[[C]] axis 1 thresholds <{{.*}}, [4, 5, 6] :
func.func @threshold_of_zero_point(%x: tensor<1x1x2xf32>) -> tensor<1x1x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [3.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1x1xf32>>} : () -> tensor<1x1x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c5 = onnx.Constant() {value = #data.constant<"c5", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2xf32>
  %r1 = onnx.Quant(%w, %c0, %c4, %c2) : (tensor<1x1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x1xf32>
  %r2 = onnx.Conv(%r0, %r1) : (tensor<1x1x2xf32>, tensor<1x1x1xf32>) -> tensor<1x1x2xf32>
  %r3 = onnx.Quant(%r2, %c0, %c4, %c5) {signed_ = 0 : i64} : (tensor<1x1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2xf32>
  return %r3 : tensor<1x1x2xf32>
}
