// RUN: qcompile-opt %s --onnx-remove-dead-channels --split-input-file --verify-diagnostics | FileCheck %s

// Channel 1 of three is -5 before the Relu, so 0: it goes, also before a convolution with padding, with everything that is its own.
// CHECK-LABEL: func.func @conv
// CHECK: [1, 3] : tensor<2x1x1x1xf32>
// CHECK: [1, 2] : tensor<2xf32>
// CHECK: onnx.Conv({{.*}} -> tensor<1x2x1x4xf32>
// CHECK: [0.5, 0.25] : tensor<2x1x1xf32>
// CHECK: onnx.MaxPool({{.*}} -> tensor<1x2x1x2xf32>
// CHECK: [1, 2, 3, 7, 8, 9] : tensor<1x2x1x3xf32>
// CHECK: onnx.Conv({{.*}} (tensor<1x2x1x2xf32>, tensor<1x2x1x3xf32>) -> tensor<1x1x1x2xf32>
func.func @conv(%x: tensor<1x1x1x4xf32>) -> tensor<1x1x1x2xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 0.0, 3.0] : tensor<3x1x1x1xf32>>} : () -> tensor<3x1x1x1xf32>
  %b = onnx.Constant() {value = #data.constant<"b", [1.0, -5.0, 2.0] : tensor<3xf32>>} : () -> tensor<3xf32>
  %s = onnx.Constant() {value = #data.constant<"s", [0.5, 1.0, 0.25] : tensor<3x1x1xf32>>} : () -> tensor<3x1x1xf32>
  %v = onnx.Constant() {value = #data.constant<"v", [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0] : tensor<1x3x1x3xf32>>} : () -> tensor<1x3x1x3xf32>
  // expected-remark @+1 {{[QC-P010] layer 'onnx.Conv': 1 of 3 channels left out}}
  %0 = onnx.Conv(%x, %w, %b) : (tensor<1x1x1x4xf32>, tensor<3x1x1x1xf32>, tensor<3xf32>) -> tensor<1x3x1x4xf32>
  %1 = onnx.Relu(%0) : (tensor<1x3x1x4xf32>) -> tensor<1x3x1x4xf32>
  %2 = onnx.Mul(%1, %s) : (tensor<1x3x1x4xf32>, tensor<3x1x1xf32>) -> tensor<1x3x1x4xf32>
  %3 = onnx.MaxPool(%2) {kernel_shape = array<i64: 1, 2>, strides = array<i64: 1, 2>, resultSegmentSizes = array<i32: 1, 0>} : (tensor<1x3x1x4xf32>) -> tensor<1x3x1x2xf32>
  %4 = onnx.Conv(%3, %v) {pads = array<i64: 0, 1, 0, 1>} : (tensor<1x3x1x2xf32>, tensor<1x3x1x3xf32>) -> tensor<1x1x1x2xf32>
  return %4 : tensor<1x1x1x2xf32>
}

// -----

// What nothing weighs goes: the first channel, with its two columns behind the Reshape.
// CHECK-LABEL: func.func @unused
// CHECK: [2] : tensor<1x1x1xf32>
// CHECK: [1, 2] : tensor<2xsi64>
// CHECK: onnx.Reshape({{.*}} -> tensor<1x2xf32>
// CHECK: [3, 4] : tensor<2x1xf32>
func.func @unused(%x: tensor<1x1x2xf32>) -> tensor<1x1xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 2.0] : tensor<2x1x1xf32>>} : () -> tensor<2x1x1xf32>
  %shape = onnx.Constant() {value = #data.constant<"shape", [1, 4] : tensor<2xsi64>>} : () -> tensor<2xsi64>
  %v = onnx.Constant() {value = #data.constant<"v", [0.0, 0.0, 3.0, 4.0] : tensor<4x1xf32>>} : () -> tensor<4x1xf32>
  // expected-remark @+1 {{[QC-P010] layer 'onnx.Conv': 1 of 2 channels left out}}
  %0 = onnx.Conv(%x, %w) : (tensor<1x1x2xf32>, tensor<2x1x1xf32>) -> tensor<1x2x2xf32>
  %1 = onnx.Reshape(%0, %shape) : (tensor<1x2x2xf32>, tensor<2xsi64>) -> tensor<1x4xf32>
  %2 = onnx.MatMul(%1, %v) : (tensor<1x4xf32>, tensor<4x1xf32>) -> tensor<1x1xf32>
  return %2 : tensor<1x1xf32>
}

// -----

// A constant of 2 on a grid: 2 * 3 goes into the bias 1 of an exact sum.
// CHECK-LABEL: func.func @bias
// CHECK: %[[B:.*]] = onnx.Constant() {value = {{.*}}[7] : tensor<1xf32>>
// CHECK: onnx.Gemm({{.*}}, %[[B]]) {{.*}}: (tensor<1x1xf32>, tensor<1x1xf32>, tensor<1xf32>) -> tensor<1x1xf32>
func.func @bias(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %bits = onnx.Constant() {value = #data.constant<"bits", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [0.0, 1.0] : tensor<1x2xf32>>} : () -> tensor<1x2xf32>
  %b = onnx.Constant() {value = #data.constant<"b", [2.0, 0.0] : tensor<2xf32>>} : () -> tensor<2xf32>
  %v = onnx.Constant() {value = #data.constant<"v", [3.0, 5.0] : tensor<2x1xf32>>} : () -> tensor<2x1xf32>
  %c = onnx.Constant() {value = #data.constant<"c", [1.0] : tensor<1xf32>>} : () -> tensor<1xf32>
  %qv = onnx.Quant(%v, %one, %zero, %bits) {narrow = 0 : i64, rounding_mode = "ROUND", signed_ = 1 : i64} : (tensor<2x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x1xf32>
  // expected-remark @+1 {{[QC-P010] layer 'onnx.Gemm': 1 of 2 channels left out}}
  %0 = onnx.Gemm(%x, %w, %b) : (tensor<1x1xf32>, tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %1 = onnx.Quant(%0, %one, %zero, %bits) {narrow = 0 : i64, rounding_mode = "ROUND", signed_ = 1 : i64} : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  %2 = onnx.Gemm(%1, %qv, %c) : (tensor<1x2xf32>, tensor<2x1xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %2 : tensor<1x1xf32>
}

// -----

// A sum of floats would be added in another order.
// CHECK-LABEL: func.func @floats
// CHECK: onnx.Gemm({{.*}} -> tensor<1x2xf32>
func.func @floats(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [0.0, 1.0] : tensor<1x2xf32>>} : () -> tensor<1x2xf32>
  %b = onnx.Constant() {value = #data.constant<"b", [2.0, 0.0] : tensor<2xf32>>} : () -> tensor<2xf32>
  %v = onnx.Constant() {value = #data.constant<"v", [3.0, 5.0] : tensor<2x1xf32>>} : () -> tensor<2x1xf32>
  // expected-remark @+1 {{[QC-P010] layer 'onnx.Gemm' keeps channel 0: layer 'onnx.MatMul' adds floats, and one addend less is another order of additions}}
  %0 = onnx.Gemm(%x, %w, %b) : (tensor<1x1xf32>, tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %1 = onnx.MatMul(%0, %v) : (tensor<1x2xf32>, tensor<2x1xf32>) -> tensor<1x1xf32>
  return %1 : tensor<1x1xf32>
}

// -----

// Without the first channel three of four weights would be left in one group of 2:4.
// CHECK-LABEL: func.func @structure
// CHECK: onnx.MatMul({{.*}} -> tensor<1x5xf32>
func.func @structure(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [0.0, 1.0, 2.0, 3.0, 4.0] : tensor<1x5xf32>>} : () -> tensor<1x5xf32>
  %v = onnx.Constant() {encoding.structure = #encoding.n_m<n = 2, m = 4, order = [1, 0], rows = 1>, value = #data.constant<"v", [0.0, 5.0, 0.0, 5.0, 5.0] : tensor<5x1xf32>>} : () -> tensor<5x1xf32>
  // expected-remark @+1 {{[QC-P010] layer 'onnx.MatMul' keeps its constant and unused channels: layer 'onnx.MatMul' has the structure n_m, which would not hold for the channels that stay}}
  %0 = onnx.MatMul(%x, %w) : (tensor<1x1xf32>, tensor<1x5xf32>) -> tensor<1x5xf32>
  %1 = onnx.MatMul(%0, %v) : (tensor<1x5xf32>, tensor<5x1xf32>) -> tensor<1x1xf32>
  return %1 : tensor<1x1xf32>
}
