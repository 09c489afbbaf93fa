// RUN: qcompile-opt %s --convert-onnx-to-qnn | FileCheck %s

// Joined tensors keep their scales.

// The wider type holds both.
// CHECK-LABEL: func.func @one_scale
// CHECK: %[[C:.*]] = qnn.concat %{{.*}}, %{{.*}} axis 1 : (tensor<1x2x2xui4>, tensor<1x1x2xui2>) -> tensor<1x3x2xui4>
// CHECK: qnn.dequantize %[[C]] axis 1 scale <{{.*}}, [0.5] : tensor<1xf64>>
func.func @one_scale(%x: tensor<1x2x2xf32>, %y: tensor<1x1x2xf32>) -> tensor<1x3x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r1 = onnx.Quant(%y, %c0, %c1, %c3) {signed_ = 0 : i64} : (tensor<1x1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2xf32>
  %r2 = onnx.Concat(%r0, %r1) {axis = 1 : i64} : (tensor<1x2x2xf32>, tensor<1x1x2xf32>) -> tensor<1x3x2xf32>
  return %r2 : tensor<1x3x2xf32>
}

// Operands keep scale and zero point, per channel.
// CHECK-LABEL: func.func @two_scales
// CHECK-NOT: qnn.mul
// CHECK: qnn.concat
// CHECK: qnn.dequantize {{.*}} axis 1 scale <{{.*}}, [0.5, 0.5, 0.25] : tensor<3xf64>> zero_point <{{.*}}, [0, 0, 3] : tensor<3xsi64>>
func.func @two_scales(%x: tensor<1x2x2xf32>, %y: tensor<1x1x2xf32>) -> tensor<1x3x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [0.25] : tensor<f32>>} : () -> tensor<f32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [3.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r1 = onnx.Quant(%y, %c3, %c4, %c2) {signed_ = 0 : i64} : (tensor<1x1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2xf32>
  %r2 = onnx.Concat(%r0, %r1) {axis = 1 : i64} : (tensor<1x2x2xf32>, tensor<1x1x2xf32>) -> tensor<1x3x2xf32>
  return %r2 : tensor<1x3x2xf32>
}

// 0 to 15 and -8 to 7 need 5 bits.
// CHECK-LABEL: func.func @signs
// CHECK: qnn.concat {{.*}} : (tensor<1x2x2xui4>, tensor<1x2x2xsi4>) -> tensor<1x2x4xsi5>
func.func @signs(%x: tensor<1x2x2xf32>, %y: tensor<1x2x2xf32>) -> tensor<1x2x4xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r1 = onnx.Quant(%y, %c0, %c1, %c2) : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r2 = onnx.Concat(%r0, %r1) {axis = -1 : i64} : (tensor<1x2x2xf32>, tensor<1x2x2xf32>) -> tensor<1x2x4xf32>
  return %r2 : tensor<1x2x4xf32>
}

// Scales 0.5, 0.5, 0.25 meet in one sum: the weights 1, 1, -1 become 2, 2, -1 times 0.25. Zero point -1 * 3.
// CHECK-LABEL: func.func @before_convolution
// CHECK: qnn.constant {{.*}}[2, 2, -1] : tensor<1x3x1xsi4>
// CHECK: qnn.conv
// CHECK: qnn.dequantize {{.*}} scale <{{.*}}, [0.25] : tensor<1xf64>> zero_point <{{.*}}, [-3]
func.func @before_convolution(%x: tensor<1x2x2xf32>, %y: tensor<1x1x2xf32>) -> tensor<1x1x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [0.25] : tensor<f32>>} : () -> tensor<f32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [3.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 1.0, -1.0] : tensor<1x3x1xf32>>} : () -> tensor<1x3x1xf32>
  %c6 = onnx.Constant() {value = #data.constant<"c6", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r1 = onnx.Quant(%y, %c3, %c4, %c2) {signed_ = 0 : i64} : (tensor<1x1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2xf32>
  %r2 = onnx.Concat(%r0, %r1) {axis = 1 : i64} : (tensor<1x2x2xf32>, tensor<1x1x2xf32>) -> tensor<1x3x2xf32>
  %r3 = onnx.Quant(%w, %c6, %c1, %c2) : (tensor<1x3x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x3x1xf32>
  %r4 = onnx.Conv(%r2, %r3) : (tensor<1x3x2xf32>, tensor<1x3x1xf32>) -> tensor<1x1x2xf32>
  return %r4 : tensor<1x1x2xf32>
}

// Scales that vary along positions have no place in weights: codes become multiples 2, 2, 1, 1 of 0.25 before, without zero points.
// CHECK-LABEL: func.func @of_positions_before_convolution
// CHECK: qnn.constant {{.*}}[0, 0, 3, 3] : tensor<1x1x4xui2>
// CHECK: qnn.constant {{.*}}[2, 2, 1, 1] : tensor<1x1x4xui2>
// CHECK: qnn.mul
// CHECK: qnn.conv
// CHECK: qnn.dequantize {{.*}} scale <{{.*}}, [0.25] : tensor<1xf64>> zero_point <{{.*}}, [0]
func.func @of_positions_before_convolution(%x: tensor<1x2x2xf32>, %y: tensor<1x2x2xf32>) -> tensor<1x1x4xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [0.25] : tensor<f32>>} : () -> tensor<f32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [3.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 1.0] : tensor<1x2x1xf32>>} : () -> tensor<1x2x1xf32>
  %c6 = onnx.Constant() {value = #data.constant<"c6", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r1 = onnx.Quant(%y, %c3, %c4, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r2 = onnx.Concat(%r0, %r1) {axis = 2 : i64} : (tensor<1x2x2xf32>, tensor<1x2x2xf32>) -> tensor<1x2x4xf32>
  %r3 = onnx.Quant(%w, %c6, %c1, %c2) : (tensor<1x2x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x1xf32>
  %r4 = onnx.Conv(%r2, %r3) : (tensor<1x2x4xf32>, tensor<1x2x1xf32>) -> tensor<1x1x4xf32>
  return %r4 : tensor<1x1x4xf32>
}

// Sums that were not quantized keep bias and scale too; no bias is 0.
// CHECK-LABEL: func.func @of_sums
// CHECK: qnn.concat
// CHECK: qnn.dequantize {{.*}} scale <{{.*}}, [0.5, 0.25] : tensor<2xf64>> zero_point <{{.*}}, [0] : tensor<1xsi64>> bias <{{.*}}, [1.5, 0]
func.func @of_sums(%x: tensor<1x1x2xf32>) -> tensor<1x2x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [0.5] : tensor<1x1x1xf32>>} : () -> tensor<1x1x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %v = onnx.Constant() {value = #data.constant<"v", [0.25] : tensor<1x1x1xf32>>} : () -> tensor<1x1x1xf32>
  %c6 = onnx.Constant() {value = #data.constant<"c6", [0.25] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [1.5] : tensor<1xf32>>} : () -> tensor<1xf32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2xf32>
  %r1 = onnx.Quant(%w, %c4, %c1, %c2) : (tensor<1x1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x1xf32>
  %r2 = onnx.Quant(%v, %c6, %c1, %c2) : (tensor<1x1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x1xf32>
  %r3 = onnx.Conv(%r0, %r1, %b) : (tensor<1x1x2xf32>, tensor<1x1x1xf32>, tensor<1xf32>) -> tensor<1x1x2xf32>
  %r4 = onnx.Conv(%r0, %r2) : (tensor<1x1x2xf32>, tensor<1x1x1xf32>) -> tensor<1x1x2xf32>
  %r5 = onnx.Concat(%r3, %r4) {axis = 1 : i64} : (tensor<1x1x2xf32>, tensor<1x1x2xf32>) -> tensor<1x2x2xf32>
  return %r5 : tensor<1x2x2xf32>
}

// A quantized constant is codes as well.
// CHECK-LABEL: func.func @with_constant
// CHECK: %[[K:.*]] = qnn.constant {{.*}}[3, -1] : tensor<1x1x2xsi4>
// CHECK: qnn.concat %{{.*}}, %[[K]]
func.func @with_constant(%x: tensor<1x1x2xf32>) -> tensor<1x2x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %k = onnx.Constant() {value = #data.constant<"k", [1.5, -0.5] : tensor<1x1x2xf32>>} : () -> tensor<1x1x2xf32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) : (tensor<1x1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2xf32>
  %r1 = onnx.Quant(%k, %c0, %c1, %c2) : (tensor<1x1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2xf32>
  %r2 = onnx.Concat(%r0, %r1) {axis = 1 : i64} : (tensor<1x1x2xf32>, tensor<1x1x2xf32>) -> tensor<1x2x2xf32>
  return %r2 : tensor<1x2x2xf32>
}
