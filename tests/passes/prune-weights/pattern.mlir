// RUN: qcompile-opt %s --onnx-prune-weights="pattern=1:2 keep-first=false keep-last=false" --split-input-file | FileCheck %s

// Groups run along (channel, kernel position) and cross channels; of equal weights the first stays.
// CHECK-LABEL: func.func @conv
// CHECK: #encoding.n_m<n = 1, m = 2, order = [0, 1, 2], rows = 1>
// CHECK-SAME: [0, 2, 0, 5, 0, 6, 0, 5, 0, 3, 1, 0] : tensor<2x2x3xf32>
func.func @conv(%x: tensor<1x2x3xf32>) -> tensor<1x2x1xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 2.0, 3.0, 5.0, 4.0, 6.0, 1.0, 5.0, 2.0, 3.0, 1.0, 1.0] : tensor<2x2x3xf32>>} : () -> tensor<2x2x3xf32>
  %y = onnx.Conv(%x, %w) : (tensor<1x2x3xf32>, tensor<2x2x3xf32>) -> tensor<1x2x1xf32>
  return %y : tensor<1x2x1xf32>
}

// -----

// The last group of an output may be shorter; it keeps one, too.
// CHECK-LABEL: func.func @short_group
// CHECK: #encoding.n_m<n = 1, m = 2, order = [0, 1], rows = 1>
// CHECK-SAME: [0, 2, 1] : tensor<1x3xf32>
func.func @short_group(%x: tensor<1x3xf32>) -> tensor<1x1xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 2.0, 1.0] : tensor<1x3xf32>>} : () -> tensor<1x3xf32>
  %y = onnx.Gemm(%x, %w) {transB = 1 : i64} : (tensor<1x3xf32>, tensor<1x3xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

// Weights behind a quantizer: the codes are multiples of the scale (0.5 * 3, and 2.2 rounded to 2).
// CHECK-LABEL: func.func @quantized
// CHECK: #encoding.n_m<n = 1, m = 2, order = [1, 0], rows = 1>
// CHECK-SAME: [1.5, 0, 0, 2] : tensor<4x1xf32>
// CHECK: onnx.Quant
func.func @quantized(%x: tensor<1x4xf32>) -> tensor<1x1xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [1.5, -1.0, 1.0, 2.2] : tensor<4x1xf32>>} : () -> tensor<4x1xf32>
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %q = onnx.Quant(%w, %s, %z, %b) {narrow = 1 : i64, rounding_mode = "ROUND", signed_ = 1 : i64} : (tensor<4x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<4x1xf32>
  %y = onnx.MatMul(%x, %q) : (tensor<1x4xf32>, tensor<4x1xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

// Zeros of a recorded structure stay, and where it takes fewer bits it stays recorded: 1:4 against 1:2.
// CHECK-LABEL: func.func @pruned_before
// CHECK: #encoding.n_m<n = 1, m = 4, order = [1, 0], rows = 1>
// CHECK-SAME: [0, 2, 0, 0] : tensor<4x1xf32>
func.func @pruned_before(%x: tensor<1x4xf32>) -> tensor<1x1xf32> {
  %w = onnx.Constant() {encoding.structure = #encoding.n_m<n = 1, m = 4, order = [1, 0], rows = 1>, value = #data.constant<"w", [0.0, 2.0, 0.0, 0.0] : tensor<4x1xf32>>} : () -> tensor<4x1xf32>
  %y = onnx.MatMul(%x, %w) : (tensor<1x4xf32>, tensor<4x1xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}
