// RUN: qcompile-opt %s --convert-onnx-to-qnn | FileCheck %s

// Transposed convolutions: where the result begins, and what lies between the inputs.

// Between the inputs lies the real number 0: the zero point is subtracted before. One output is cropped at the front.
// CHECK-LABEL: func.func @zeros_between
// CHECK: %[[Z:.*]] = qnn.constant {{.*}}[3]
// CHECK: %[[A:.*]] = qnn.add %{{.*}}, %[[Z]] {{.*}}1, -1
// CHECK: qnn.conv_transpose %[[A]], %{{.*}} strides [2] dilations [1] offsets [1] groups 1
// CHECK: qnn.dequantize {{.*}} scale <{{.*}}, [0.5] : tensor<1xf64>> zero_point <{{.*}}, [0]
func.func @zeros_between(%x: tensor<1x1x3xf32>) -> tensor<1x1x5xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [3.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 1.0, -1.0] : tensor<1x1x3xf32>>} : () -> tensor<1x1x3xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c5 = onnx.Constant() {value = #data.constant<"c5", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x3xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x3xf32>
  %r1 = onnx.Quant(%w, %c4, %c5, %c2) : (tensor<1x1x3xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x3xf32>
  %r2 = onnx.ConvTranspose(%r0, %r1) {strides = array<i64: 2>, pads = array<i64: 1, 1>} : (tensor<1x1x3xf32>, tensor<1x1x3xf32>) -> tensor<1x1x5xf32>
  return %r2 : tensor<1x1x5xf32>
}

// 2 * (3 - 1) + 3 = 7 outputs, of which 6 stay: SAME_UPPER drops the last one, ...
// CHECK-LABEL: func.func @same_upper
// CHECK: qnn.conv_transpose {{.*}} offsets [0]
func.func @same_upper(%x: tensor<1x1x3xf32>) -> tensor<1x1x6xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 1.0, 1.0] : tensor<1x1x3xf32>>} : () -> tensor<1x1x3xf32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x3xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x3xf32>
  %r1 = onnx.Quant(%w, %c0, %c1, %c2) : (tensor<1x1x3xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x3xf32>
  %r2 = onnx.ConvTranspose(%r0, %r1) {auto_pad = "SAME_UPPER", strides = array<i64: 2>} : (tensor<1x1x3xf32>, tensor<1x1x3xf32>) -> tensor<1x1x6xf32>
  return %r2 : tensor<1x1x6xf32>
}

// ... SAME_LOWER the first one.
// CHECK-LABEL: func.func @same_lower
// CHECK: qnn.conv_transpose {{.*}} offsets [1]
func.func @same_lower(%x: tensor<1x1x3xf32>) -> tensor<1x1x6xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 1.0, 1.0] : tensor<1x1x3xf32>>} : () -> tensor<1x1x3xf32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x3xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x3xf32>
  %r1 = onnx.Quant(%w, %c0, %c1, %c2) : (tensor<1x1x3xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x3xf32>
  %r2 = onnx.ConvTranspose(%r0, %r1) {auto_pad = "SAME_LOWER", strides = array<i64: 2>} : (tensor<1x1x3xf32>, tensor<1x1x3xf32>) -> tensor<1x1x6xf32>
  return %r2 : tensor<1x1x6xf32>
}

// 2 * (3 - 1) + 4 = 8 outputs, of which 5 stay. Without automatic padding the specification gives the smaller half to the end:
// total_padding - total_padding / 2 = 2 at the beginning.
// CHECK-LABEL: func.func @output_shape
// CHECK: qnn.conv_transpose {{.*}} offsets [2]
func.func @output_shape(%x: tensor<1x1x3xf32>) -> tensor<1x1x5xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 1.0, 1.0, 1.0] : tensor<1x1x4xf32>>} : () -> tensor<1x1x4xf32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x3xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x3xf32>
  %r1 = onnx.Quant(%w, %c0, %c1, %c2) : (tensor<1x1x4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x4xf32>
  %r2 = onnx.ConvTranspose(%r0, %r1) {output_shape = array<i64: 5>, strides = array<i64: 2>} : (tensor<1x1x3xf32>, tensor<1x1x4xf32>) -> tensor<1x1x5xf32>
  return %r2 : tensor<1x1x5xf32>
}

// 2 * (3 - 1) + 2 = 6 outputs and one more, which nothing adds to.
// CHECK-LABEL: func.func @output_padding
// CHECK: qnn.conv_transpose {{.*}} offsets [0] groups 1 : (tensor<1x1x3xui4>, tensor<1x1x2xsi4>) -> tensor<1x1x7x
func.func @output_padding(%x: tensor<1x1x3xf32>) -> tensor<1x1x7xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 1.0] : tensor<1x1x2xf32>>} : () -> tensor<1x1x2xf32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x3xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x3xf32>
  %r1 = onnx.Quant(%w, %c0, %c1, %c2) : (tensor<1x1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2xf32>
  %r2 = onnx.ConvTranspose(%r0, %r1) {output_padding = array<i64: 1>, strides = array<i64: 2>} : (tensor<1x1x3xf32>, tensor<1x1x2xf32>) -> tensor<1x1x7xf32>
  return %r2 : tensor<1x1x7xf32>
}

// Weights are [inputs, outputs per group]. Group 0 sums scales 0.75 and 0.5, multiples 3 and 2 of 0.25; group 1 sums 1 and 0.25, multiples 4 and 1.
// CHECK-LABEL: func.func @scales_in_groups
// CHECK: qnn.constant {{.*}}[3, -2, 4, -1] : tensor<4x1x1xsi4>
// CHECK: qnn.conv_transpose {{.*}} groups 2
// CHECK: qnn.dequantize {{.*}} scale <{{.*}}, [0.25
func.func @scales_in_groups(%x: tensor<1x4x2xf32>) -> tensor<1x2x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.75, 0.5, 1.0, 0.25] : tensor<1x4x1xf32>>} : () -> tensor<1x4x1xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, -1.0, 1.0, -1.0] : tensor<4x1x1xf32>>} : () -> tensor<4x1x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x4x2xf32>, tensor<1x4x1xf32>, tensor<f32>, tensor<f32>) -> tensor<1x4x2xf32>
  %r1 = onnx.Quant(%w, %c4, %c1, %c2) : (tensor<4x1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<4x1x1xf32>
  %r2 = onnx.ConvTranspose(%r0, %r1) {group = 2 : i64} : (tensor<1x4x2xf32>, tensor<4x1x1xf32>) -> tensor<1x2x2xf32>
  return %r2 : tensor<1x2x2xf32>
}

// A scale per output lies along dimension 1 of the weights.
// CHECK-LABEL: func.func @weight_scale_per_output
// CHECK: qnn.constant {{.*}}[1, -1] : tensor<1x2x1xsi4>
// CHECK: qnn.dequantize {{.*}} scale <{{.*}}, [0.5, 0.25] : tensor<2xf64>> zero_point <{{.*}}, [0] : tensor<1xsi64>> bias <{{.*}}, [1, 2]
func.func @weight_scale_per_output(%x: tensor<1x1x2xf32>) -> tensor<1x2x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [0.5, -0.25] : tensor<1x2x1xf32>>} : () -> tensor<1x2x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [0.5, 0.25] : tensor<1x2x1xf32>>} : () -> tensor<1x2x1xf32>
  %b = onnx.Constant() {value = #data.constant<"b", [1.0, 2.0] : tensor<2xf32>>} : () -> tensor<2xf32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2xf32>
  %r1 = onnx.Quant(%w, %c4, %c1, %c2) : (tensor<1x2x1xf32>, tensor<1x2x1xf32>, tensor<f32>, tensor<f32>) -> tensor<1x2x1xf32>
  %r2 = onnx.ConvTranspose(%r0, %r1, %b) : (tensor<1x1x2xf32>, tensor<1x2x1xf32>, tensor<2xf32>) -> tensor<1x2x2xf32>
  return %r2 : tensor<1x2x2xf32>
}
