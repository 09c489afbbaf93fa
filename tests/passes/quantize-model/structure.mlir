// RUN: qcompile-opt %s --split-input-file --onnx-quantize-model="weight-bits=4 keep-first=false keep-last=false" | FileCheck %s

// A layer with a quantizer stays; zeros and the recorded structure stay.
// CHECK-LABEL: func.func @sparse
// CHECK: encoding.structure = #encoding.n_m<{{.*}}[7, 0, 0, -3] : tensor<1x4xf32>
func.func @sparse(%x: tensor<1x4xf32>) -> tensor<1x1xf32> {
  %w = onnx.Constant() {encoding.structure = #encoding.n_m<n = 1, m = 2, order = [0, 1], rows = 1>, value = #data.constant<"w", [7.0, 0.0, 0.0, -3.2] : tensor<1x4xf32>>} : () -> tensor<1x4xf32>
  %y = onnx.Gemm(%x, %w) {transB = 1 : i64} : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

// Two circulant blocks of 2 in one row of blocks: equal weights stay equal, and their rows share the scale 7 / 7.
// CHECK-LABEL: func.func @circulant
// CHECK: encoding.structure = #encoding.circulant<{{.*}}[7, -2, 1, 0, -2, 7, 0, 1] : tensor<2x4xf32>
// CHECK: [1, 1] : tensor<2x1xf32>
func.func @circulant(%x: tensor<1x4xf32>) -> tensor<1x2xf32> {
  %w = onnx.Constant() {encoding.structure = #encoding.circulant<block = 2, order = [0, 1], rows = 1>, value = #data.constant<"w", [7.0, -2.3, 1.2, 0.4, -2.3, 7.0, 0.4, 1.2] : tensor<2x4xf32>>} : () -> tensor<2x4xf32>
  %y = onnx.Gemm(%x, %w) {transB = 1 : i64} : (tensor<1x4xf32>, tensor<2x4xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

// CHECK-LABEL: func.func @quantized
// CHECK: [0.5] : tensor<f32>
// CHECK: onnx.Quant(
// CHECK-NOT: onnx.Quant(
func.func @quantized(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [7.0, 0.4] : tensor<2x1xf32>>} : () -> tensor<2x1xf32>
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [8.0] : tensor<f32>>} : () -> tensor<f32>
  %q = onnx.Quant(%w, %s, %z, %b) {narrow = 0 : i64, rounding_mode = "ROUND", signed_ = 1 : i64} : (tensor<2x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x1xf32>
  %y = onnx.MatMul(%x, %q) : (tensor<1x2xf32>, tensor<2x1xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}
