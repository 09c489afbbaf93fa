// RUN: qcompile-opt %s --convert-onnx-to-qnn | FileCheck %s

// Pools: which elements count, and what stands for those that are not there.

// What is not there never wins: the border has the lowest code, -8, and not that of the real number 0.
// CHECK-LABEL: func.func @max_pool_padding
// CHECK: %[[P:.*]] = qnn.pad {{.*}} low [0, 0, 1, 0] high [0, 0, 0, 1]
// CHECK-SAME: [-8]
// CHECK: %[[M:.*]] = qnn.max_pool %[[P]] axis 1 kernel [2, 2] strides [1, 1]
// CHECK: qnn.dequantize %[[M]] {{.*}} scale <{{.*}}, [0.5] : tensor<1xf64>> zero_point <{{.*}}, [3]
func.func @max_pool_padding(%x: tensor<1x1x3x3xf32>) -> tensor<1x1x3x3xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [3.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) : (tensor<1x1x3x3xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x3x3xf32>
  %r1 = onnx.MaxPool(%r0) {kernel_shape = array<i64: 2, 2>, pads = array<i64: 1, 0, 0, 1>, resultSegmentSizes = array<i32: 1, 0>} : (tensor<1x1x3x3xf32>) -> tensor<1x1x3x3xf32>
  return %r1 : tensor<1x1x3x3xf32>
}

// The lowest of two codes.
// CHECK-LABEL: func.func @max_pool_of_bipolar
// CHECK: qnn.pad
// CHECK-SAME: [-1]
// CHECK-SAME: -> tensor<1x1x4x!qnn.bipolar>
func.func @max_pool_of_bipolar(%x: tensor<1x1x3xf32>) -> tensor<1x1x3xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.BipolarQuant(%x, %c0) : (tensor<1x1x3xf32>, tensor<f32>) -> tensor<1x1x3xf32>
  %r1 = onnx.MaxPool(%r0) {kernel_shape = array<i64: 2>, pads = array<i64: 0, 1>, resultSegmentSizes = array<i32: 1, 0>} : (tensor<1x1x3xf32>) -> tensor<1x1x3xf32>
  return %r1 : tensor<1x1x3xf32>
}

// ceil((4 - 3) / 2) + 1 = 2 windows, the last of which reaches one element too far.
// CHECK-LABEL: func.func @max_pool_ceil
// CHECK: qnn.pad {{.*}} low [0, 0, 0] high [0, 0, 1]
func.func @max_pool_ceil(%x: tensor<1x1x4xf32>) -> tensor<1x1x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x4xf32>
  %r1 = onnx.MaxPool(%r0) {kernel_shape = array<i64: 3>, strides = array<i64: 2>, ceil_mode = 1 : i64, resultSegmentSizes = array<i32: 1, 0>} : (tensor<1x1x4xf32>) -> tensor<1x1x2xf32>
  return %r1 : tensor<1x1x2xf32>
}

// Channels are pooled alone: they keep their scales.
// CHECK-LABEL: func.func @max_pool_scales_per_channel
// CHECK: qnn.max_pool
// CHECK: qnn.dequantize {{.*}} scale <{{.*}}, [0.5, 0.25] : tensor<2xf64>>
func.func @max_pool_scales_per_channel(%x: tensor<1x2x4xf32>) -> tensor<1x2x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5, 0.25] : tensor<1x2x1xf32>>} : () -> tensor<1x2x1xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x4xf32>, tensor<1x2x1xf32>, tensor<f32>, tensor<f32>) -> tensor<1x2x4xf32>
  %r1 = onnx.MaxPool(%r0) {kernel_shape = array<i64: 2>, strides = array<i64: 2>, resultSegmentSizes = array<i32: 1, 0>} : (tensor<1x2x4xf32>) -> tensor<1x2x2xf32>
  return %r1 : tensor<1x2x2xf32>
}

// CHECK-LABEL: func.func @global_max_pool
// CHECK: qnn.max_pool {{.*}} kernel [2, 3]
func.func @global_max_pool(%x: tensor<1x1x2x3xf32>) -> tensor<1x1x1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x2x3xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2x3xf32>
  %r1 = onnx.GlobalMaxPool(%r0) : (tensor<1x1x2x3xf32>) -> tensor<1x1x1x1xf32>
  return %r1 : tensor<1x1x1x1xf32>
}

// A sum with a bias per channel, rounded to float32: rounding keeps the order within a channel.
// CHECK-LABEL: func.func @max_pool_of_sum
// CHECK: %[[C:.*]] = qnn.conv
// CHECK: %[[M:.*]] = qnn.max_pool %[[C]]
// CHECK: qnn.dequantize %[[M]] {{.*}} bias <{{.*}}, [0.5, 0.25]
func.func @max_pool_of_sum(%x: tensor<1x1x4xf32>) -> tensor<1x2x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, -1.0] : tensor<2x1x1xf32>>} : () -> tensor<2x1x1xf32>
  %b = onnx.Constant() {value = #data.constant<"b", [0.5, 0.25] : tensor<2xf32>>} : () -> tensor<2xf32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x4xf32>
  %r1 = onnx.Quant(%w, %c0, %c1, %c2) : (tensor<2x1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x1x1xf32>
  %r2 = onnx.Conv(%r0, %r1, %b) : (tensor<1x1x4xf32>, tensor<2x1x1xf32>, tensor<2xf32>) -> tensor<1x2x4xf32>
  %r3 = onnx.MaxPool(%r2) {kernel_shape = array<i64: 2>, strides = array<i64: 2>, resultSegmentSizes = array<i32: 1, 0>} : (tensor<1x2x4xf32>) -> tensor<1x2x2xf32>
  return %r3 : tensor<1x2x2xf32>
}

// 4 elements: zero point 4 * 3 = 12, divided by 4. Codes to 15 give sums to 60.
// CHECK-LABEL: func.func @average_pool
// CHECK: %[[S:.*]] = qnn.sum_pool {{.*}} kernel [2, 2] strides [2, 2] {{.*}} -> tensor<1x1x1x1xui6>
// CHECK: qnn.dequantize %[[S]] axis 1 scale <{{.*}}, [0.5] : tensor<1xf64>> zero_point <{{.*}}, [12] : tensor<1xsi64>> divisor 4
func.func @average_pool(%x: tensor<1x1x2x2xf32>) -> tensor<1x1x1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [3.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2x2xf32>
  %r1 = onnx.AveragePool(%r0) {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<1x1x2x2xf32>) -> tensor<1x1x1x1xf32>
  return %r1 : tensor<1x1x1x1xf32>
}

// Windows of 1, 2 and 1 elements: lcm 2, so sums of code - 3 (the border's code) times 2, 1, 2, all divided by 2. Zero point 2 * 3 = 6.
// CHECK-LABEL: func.func @average_without_padding
// CHECK: qnn.pad
// CHECK-SAME: [3]
// CHECK: %[[S:.*]] = qnn.sum_pool
// CHECK: %[[Z:.*]] = qnn.constant {{.*}}[6]
// CHECK: %[[D:.*]] = qnn.add %[[S]], %[[Z]] {{.*}}1, -1
// CHECK: %[[F:.*]] = qnn.constant {{.*}}[2, 1, 2] : tensor<1x1x3xui2>
// CHECK: %[[M:.*]] = qnn.mul %[[D]], %[[F]]
// CHECK: qnn.dequantize %[[M]] {{.*}} scale <{{.*}}, [0.5] : tensor<1xf64>> zero_point <{{.*}}, [0] : tensor<1xsi64>> divisor 2
func.func @average_without_padding(%x: tensor<1x1x2xf32>) -> tensor<1x1x3xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [3.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2xf32>
  %r1 = onnx.AveragePool(%r0) {kernel_shape = array<i64: 2>, pads = array<i64: 1, 1>, count_include_pad = 0 : i64} : (tensor<1x1x2xf32>) -> tensor<1x1x3xf32>
  return %r1 : tensor<1x1x3xf32>
}

// Windows of 2, 3 and 2 elements by the width and 1 and 1 by the height: lcm 6, factors 3, 2, 3.
// CHECK-LABEL: func.func @average_of_three_sizes
// CHECK: qnn.constant {{.*}}[3, 2, 3, 3, 2, 3] : tensor<1x1x2x3xui2>
// CHECK: qnn.dequantize {{.*}} divisor 6
func.func @average_of_three_sizes(%x: tensor<1x1x2x3xf32>) -> tensor<1x1x2x3xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x2x3xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2x3xf32>
  %r1 = onnx.AveragePool(%r0) {kernel_shape = array<i64: 1, 3>, pads = array<i64: 0, 1, 0, 1>, count_include_pad = 0 : i64} : (tensor<1x1x2x3xf32>) -> tensor<1x1x2x3xf32>
  return %r1 : tensor<1x1x2x3xf32>
}

// The border counts: 2 everywhere.
// CHECK-LABEL: func.func @average_with_padding
// CHECK-NOT: qnn.mul
// CHECK: qnn.dequantize {{.*}} divisor 2
func.func @average_with_padding(%x: tensor<1x1x2xf32>) -> tensor<1x1x3xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [3.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2xf32>
  %r1 = onnx.AveragePool(%r0) {kernel_shape = array<i64: 2>, pads = array<i64: 1, 1>, count_include_pad = 1 : i64} : (tensor<1x1x2xf32>) -> tensor<1x1x3xf32>
  return %r1 : tensor<1x1x3xf32>
}

// The second window reaches beyond the input, where nothing counts: 3 and 2 elements, factors 2 and 3 of 6.
// CHECK-LABEL: func.func @average_ceil
// CHECK: qnn.pad {{.*}} high [0, 0, 1]
// CHECK: qnn.constant {{.*}}[2, 3] : tensor<1x1x2xui2>
// CHECK: qnn.dequantize {{.*}} divisor 6
func.func @average_ceil(%x: tensor<1x1x4xf32>) -> tensor<1x1x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x4xf32>
  %r1 = onnx.AveragePool(%r0) {kernel_shape = array<i64: 3>, strides = array<i64: 2>, ceil_mode = 1 : i64} : (tensor<1x1x4xf32>) -> tensor<1x1x2xf32>
  return %r1 : tensor<1x1x2xf32>
}

// Inputs 0 to 2, then input 3, one element of padding, which counts, and one beyond it, which does not: 3 and 2 elements.
// CHECK-LABEL: func.func @average_ceil_with_padding
// CHECK: qnn.pad {{.*}} high [0, 0, 2]
// CHECK: qnn.constant {{.*}}[2, 3] : tensor<1x1x2xui2>
// CHECK: qnn.dequantize {{.*}} divisor 6
func.func @average_ceil_with_padding(%x: tensor<1x1x4xf32>) -> tensor<1x1x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x4xf32>
  %r1 = onnx.AveragePool(%r0) {kernel_shape = array<i64: 3>, strides = array<i64: 3>, pads = array<i64: 0, 1>, ceil_mode = 1 : i64, count_include_pad = 1 : i64} : (tensor<1x1x4xf32>) -> tensor<1x1x2xf32>
  return %r1 : tensor<1x1x2xf32>
}

// Elements 0 and 2.
// CHECK-LABEL: func.func @average_dilated
// CHECK: qnn.sum_pool {{.*}} dilations [2]
// CHECK: qnn.dequantize {{.*}} divisor 2
func.func @average_dilated(%x: tensor<1x1x4xf32>) -> tensor<1x1x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x4xf32>
  %r1 = onnx.AveragePool(%r0) {kernel_shape = array<i64: 2>, dilations = array<i64: 2>} : (tensor<1x1x4xf32>) -> tensor<1x1x2xf32>
  return %r1 : tensor<1x1x2xf32>
}

// 2 * 3 elements of one scale per channel: zero points 6 * 1 and 6 * 2.
// CHECK-LABEL: func.func @global_average_pool
// CHECK: qnn.dequantize {{.*}} scale <{{.*}}, [0.5, 0.25] : tensor<2xf64>> zero_point <{{.*}}, [6, 12] : tensor<2xsi64>> divisor 6
func.func @global_average_pool(%x: tensor<1x2x2x3xf32>) -> tensor<1x2x1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5, 0.25] : tensor<1x2x1x1xf32>>} : () -> tensor<1x2x1x1xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [1.0, 2.0] : tensor<1x2x1x1xf32>>} : () -> tensor<1x2x1x1xf32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2x3xf32>, tensor<1x2x1x1xf32>, tensor<1x2x1x1xf32>, tensor<f32>) -> tensor<1x2x2x3xf32>
  %r1 = onnx.GlobalAveragePool(%r0) : (tensor<1x2x2x3xf32>) -> tensor<1x2x1x1xf32>
  return %r1 : tensor<1x2x1x1xf32>
}

// The average times 4 is the sum; Trunc drops 2 of its 6 bits: code floor(sum / 4), 0 to 15, begins at sum 4 * code.
// CHECK-LABEL: func.func @average_and_trunc
// CHECK: %[[S:.*]] = qnn.sum_pool
// CHECK: qnn.threshold %[[S]] axis 1 thresholds <{{.*}}, [4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56, 60] :
// CHECK-SAME: directions [1] low 0 step 1
func.func @average_and_trunc(%x: tensor<1x1x2x2xf32>) -> tensor<1x1x1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [6.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2x2xf32>
  %r1 = onnx.AveragePool(%r0) {kernel_shape = array<i64: 2, 2>} : (tensor<1x1x2x2xf32>) -> tensor<1x1x1x1xf32>
  %r2 = onnx.Mul(%r1, %c2) : (tensor<1x1x1x1xf32>, tensor<f32>) -> tensor<1x1x1x1xf32>
  %r3 = onnx.Trunc_v1(%r2, %c0, %c1, %c3, %c2) {rounding_mode = "FLOOR"} : (tensor<1x1x1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x1x1xf32>
  return %r3 : tensor<1x1x1x1xf32>
}

// sum / 4 at scale 2: code 1 begins above 1 (a tie goes to 0), at sum 5; code 2 at 3 (a tie goes to 2), sum 12; code 3 above 5, sum 21.
// CHECK-LABEL: func.func @average_and_quant
// CHECK: %[[S:.*]] = qnn.sum_pool
// CHECK: qnn.threshold %[[S]] axis 1 thresholds <{{.*}}, [5, 12, 21] :
func.func @average_and_quant(%x: tensor<1x1x2x2xf32>) -> tensor<1x1x1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2x2xf32>
  %r1 = onnx.AveragePool(%r0) {kernel_shape = array<i64: 2, 2>} : (tensor<1x1x2x2xf32>) -> tensor<1x1x1x1xf32>
  %r2 = onnx.Quant(%r1, %c3, %c1, %c3) {signed_ = 0 : i64} : (tensor<1x1x1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x1x1xf32>
  return %r2 : tensor<1x1x1x1xf32>
}
