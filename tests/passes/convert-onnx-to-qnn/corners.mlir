// RUN: qcompile-opt %s --convert-onnx-to-qnn --split-input-file | FileCheck %s

// Shapes and ranges at the edge of what is possible.

// Unsigned, one bit, narrow: the only code is 0. Nothing is to be compared, whatever the form.
// CHECK-LABEL: func.func @one_level
// CHECK: return
func.func @one_level(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %b1 = onnx.Constant() {value = #data.constant<"b1", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %a = onnx.Quant(%x, %one, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %v = onnx.Quant(%w, %one, %zero, %b2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %m = onnx.MatMul(%a, %v) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %y = onnx.Quant(%m, %one, %zero, %b1) {signed_ = 0 : i64, narrow = 1 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

// A tensor of rank 0 has one channel.
// CHECK-LABEL: func.func @scalar
// CHECK: qnn.threshold %{{.*}} axis 0 thresholds <{{.*}}, [0.50000006, 1.5, 2.50000024] : tensor<1x3xf32>>
func.func @scalar(%x: tensor<f32>) -> tensor<f32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %y = onnx.Quant(%x, %one, %zero, %b2) {signed_ = 0 : i64} : (tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<f32>
  return %y : tensor<f32>
}

// -----

// A product of rank 1: channels are its only dimension.
// CHECK-LABEL: func.func @vector
// CHECK: qnn.threshold %{{.*}} axis 0 thresholds <{{.*}}, [1, 2, 3, 2, 3, 6] : tensor<2x3x
func.func @vector(%x: tensor<1xf32>) -> tensor<2xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 0.5] : tensor<1x2xf32>>} : () -> tensor<1x2xf32>
  %ws = onnx.Constant() {value = #data.constant<"ws", [1.0, 0.5] : tensor<1x2xf32>>} : () -> tensor<1x2xf32>
  %a = onnx.Quant(%x, %one, %zero, %b4) {signed_ = 0 : i64} : (tensor<1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1xf32>
  %v = onnx.Quant(%w, %ws, %zero, %b2) : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  %m = onnx.MatMul(%a, %v) : (tensor<1xf32>, tensor<1x2xf32>) -> tensor<2xf32>
  %y = onnx.Quant(%m, %one, %zero, %b2) {signed_ = 0 : i64} : (tensor<2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// -----

// A product of rank 3: channels are the last dimension.
// CHECK-LABEL: func.func @rank_three
// CHECK: qnn.threshold %{{.*}} axis 2 thresholds <{{.*}}, [1, 2, 3, 2, 3, 6] : tensor<2x3x
func.func @rank_three(%x: tensor<1x2x1xf32>) -> tensor<1x2x2xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 0.5] : tensor<1x2xf32>>} : () -> tensor<1x2xf32>
  %ws = onnx.Constant() {value = #data.constant<"ws", [1.0, 0.5] : tensor<1x2xf32>>} : () -> tensor<1x2xf32>
  %a = onnx.Quant(%x, %one, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x2x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x1xf32>
  %v = onnx.Quant(%w, %ws, %zero, %b2) : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  %m = onnx.MatMul(%a, %v) : (tensor<1x2x1xf32>, tensor<1x2xf32>) -> tensor<1x2x2xf32>
  %y = onnx.Quant(%m, %one, %zero, %b2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  return %y : tensor<1x2x2xf32>
}
