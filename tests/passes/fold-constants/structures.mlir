// RUN: qcompile-opt %s --onnx-fold-constants --onnx-normalise-quantization | FileCheck %s

// Structures recorded on weights follow them through operations that only move elements, and end at others.

// CHECK-LABEL: func.func @moved
func.func @moved() -> (tensor<4x2xf32>, tensor<2x2x2xf32>, tensor<2x4xf32>) {
  %w = onnx.Constant() {value = #data.constant<"w", [0.0, 1.0, -2.0, 0.0, 3.0, 0.0, 0.0, 0.0] : tensor<2x4xf32>>,
      encoding.structure = #encoding.n_m<n = 1, m = 2, order = [0, 1], rows = 1>} : () -> tensor<2x4xf32>
  %shape = onnx.Constant() {value = #data.constant<"shape", [2, 2, 2] : tensor<3xsi64>>} : () -> tensor<3xsi64>
  // CHECK-DAG: onnx.Constant() {encoding.structure = #encoding.n_m<n = 1, m = 2, order = [1, 0], rows = 1>, value = {{.*}}[0, 3, 1, 0, -2, 0, 0, 0] : tensor<4x2xf32>
  %t = onnx.Transpose(%w) {perm = array<i64: 1, 0>} : (tensor<2x4xf32>) -> tensor<4x2xf32>
  // CHECK-DAG: onnx.Constant() {encoding.structure = #encoding.n_m<n = 1, m = 2, order = [0, 1], rows = 1, shape = [2, 4]>, value = {{.*}} : tensor<2x2x2xf32>
  %r = onnx.Reshape(%w, %shape) : (tensor<2x4xf32>, tensor<3xsi64>) -> tensor<2x2x2xf32>
  // CHECK-DAG: onnx.Constant() {value = {{.*}}[-0.0, -1, 2, -0.0, -3, -0.0, -0.0, -0.0] : tensor<2x4xf32>
  %n = onnx.Neg(%w) : (tensor<2x4xf32>) -> tensor<2x4xf32>
  return %t, %r, %n : tensor<4x2xf32>, tensor<2x2x2xf32>, tensor<2x4xf32>
}

// CHECK-LABEL: func.func @quantized
func.func @quantized() -> tensor<2x2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0] : tensor<si64>>} : () -> tensor<si64>
  %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<f32>>} : () -> tensor<f32>
  // CHECK: encoding.structure = #encoding.coo<order = [0, 1], rows = 1>
  %w = onnx.Constant() {value = #data.constant<"w", [0.0, 1.0, -2.0, 0.0] : tensor<2x2xf32>>,
      encoding.structure = #encoding.coo<order = [0, 1], rows = 1>} : () -> tensor<2x2xf32>
  %q = onnx.IntQuant(%w, %s, %z, %b) : (tensor<2x2xf32>, tensor<f32>, tensor<si64>, tensor<f32>) -> tensor<2x2xf32>
  return %q : tensor<2x2xf32>
}
