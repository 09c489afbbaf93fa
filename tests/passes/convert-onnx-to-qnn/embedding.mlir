// RUN: qcompile-opt %s --convert-onnx-to-qnn | FileCheck %s

// Embeddings: rows of a quantized table.

// Rows of codes, at positions that are data.
// CHECK-LABEL: func.func @rows
// CHECK: %[[T:.*]] = qnn.constant {{.*}}[1, 2, -1, 3, 4, 0] : tensor<3x2xsi4>
// CHECK: %[[L:.*]] = qnn.lookup %{{.*}}, %[[T]] : (tensor<1x4xsi64>, tensor<3x2xsi4>) -> tensor<1x4x2xsi4>
// CHECK: qnn.dequantize %[[L]] {{.*}} scale <{{.*}}, [0.5]
func.func @rows(%i: tensor<1x4xsi64>) -> tensor<1x4x2xf32> {
  %table = onnx.Constant() {value = #data.constant<"table", [0.5, 1.0, -0.5, 1.5, 2.0, 0.0] : tensor<3x2xf32>>} : () -> tensor<3x2xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%table, %c1, %c2, %c3) : (tensor<3x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<3x2xf32>
  %r1 = onnx.Gather(%r0, %i) : (tensor<3x2xf32>, tensor<1x4xsi64>) -> tensor<1x4x2xf32>
  return %r1 : tensor<1x4x2xf32>
}

// Column scales 0.5 and 0.25 of dimension 1 are those of dimension 2.
// CHECK-LABEL: func.func @scales_per_column
// CHECK: qnn.constant {{.*}}[1, 4, -1, 6, 4, 0] : tensor<3x2xsi4>
// CHECK: qnn.dequantize {{.*}} axis 2 scale <{{.*}}, [0.5, 0.25] : tensor<2xf64>>
func.func @scales_per_column(%i: tensor<1x4xsi64>) -> tensor<1x4x2xf32> {
  %table = onnx.Constant() {value = #data.constant<"table", [0.5, 1.0, -0.5, 1.5, 2.0, 0.0] : tensor<3x2xf32>>} : () -> tensor<3x2xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.5, 0.25] : tensor<1x2xf32>>} : () -> tensor<1x2xf32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%table, %c1, %c2, %c3) : (tensor<3x2xf32>, tensor<1x2xf32>, tensor<f32>, tensor<f32>) -> tensor<3x2xf32>
  %r1 = onnx.Gather(%r0, %i) : (tensor<3x2xf32>, tensor<1x4xsi64>) -> tensor<1x4x2xf32>
  return %r1 : tensor<1x4x2xf32>
}

// Scale 0.5 * 1; the zero point of the table times the weights 1 and 2: 1 * 1 + 1 * 2 = 3.
// CHECK-LABEL: func.func @before_product
// CHECK: %[[L:.*]] = qnn.lookup
// CHECK: %[[W:.*]] = qnn.constant {{.*}}[1, 2] : tensor<2x1xsi4>
// CHECK: qnn.matmul %[[L]], %[[W]]
// CHECK: qnn.dequantize {{.*}} scale <{{.*}}, [0.5] : tensor<1xf64>> zero_point <{{.*}}, [3]
func.func @before_product(%i: tensor<1x4xsi64>) -> tensor<1x4x1xf32> {
  %table = onnx.Constant() {value = #data.constant<"table", [0.5, 1.0, -0.5, 1.5, 2.0, 0.0] : tensor<3x2xf32>>} : () -> tensor<3x2xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 2.0] : tensor<2x1xf32>>} : () -> tensor<2x1xf32>
  %c5 = onnx.Constant() {value = #data.constant<"c5", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%table, %c1, %c2, %c3) : (tensor<3x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<3x2xf32>
  %r1 = onnx.Gather(%r0, %i) : (tensor<3x2xf32>, tensor<1x4xsi64>) -> tensor<1x4x2xf32>
  %r2 = onnx.Quant(%w, %c2, %c5, %c3) : (tensor<2x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x1xf32>
  %r3 = onnx.MatMul(%r1, %r2) : (tensor<1x4x2xf32>, tensor<2x1xf32>) -> tensor<1x4x1xf32>
  return %r3 : tensor<1x4x1xf32>
}
