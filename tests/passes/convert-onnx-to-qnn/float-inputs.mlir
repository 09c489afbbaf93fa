// RUN: qcompile-opt %s --convert-onnx-to-qnn | FileCheck %s

// Quantizers of floats: thresholds where these are few, else the formula of the source.

// Unsigned 2 bits, scale 1: 0.5 gives 0, 1.5 gives 2, 2.5 gives 2. The first floats of the codes are the successor of 0.5
// (0.5 + 2^-24), 1.5 itself, and the successor of 2.5 (2.5 + 2^-22).
// CHECK-LABEL: func.func @few_levels
// CHECK-SAME: (%[[X:.*]]: tensor<1x1xf32>)
// CHECK: qnn.threshold %[[X]] axis 1 thresholds <{{.*}}, [0.50000006, 1.5, 2.50000024] : tensor<1x3xf32>> directions [1] low 0 step 1
func.func @few_levels(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %y = onnx.Quant(%x, %one, %zero, %b2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// The chain before the quantizer is part of the comparison: -x at the successor of 0.5, ...
// CHECK-LABEL: func.func @chain_before
// CHECK-SAME: (%[[X:.*]]: tensor<1x1xf32>)
// CHECK-NOT: onnx.Neg
// CHECK: qnn.threshold %[[X]] axis 1 thresholds <{{.*}}, [-0.50000006, -1.5, -2.50000024] : tensor<1x3xf32>> directions [-1] low 0 step 1
func.func @chain_before(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %n = onnx.Neg(%x) : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %y = onnx.Quant(%n, %one, %zero, %b2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// BipolarQuant compares with 0; both zeros are reached.
// CHECK-LABEL: func.func @sign
// CHECK: qnn.threshold %{{.*}} axis 1 thresholds <{{.*}}, [{{-?0(\.0)?}}] : tensor<1x1xf32>> directions [1] low -1 step 2
func.func @sign(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %half = onnx.Constant() {value = #data.constant<"half", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %y = onnx.BipolarQuant(%x, %half) : (tensor<1x1xf32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// 256 levels: the formula itself.
// CHECK-LABEL: func.func @many_levels
// CHECK: qnn.quantize %{{.*}} scale <{{.*}}, [0.5] : tensor<1x1xf32>> zero_point <{{.*}}, [1] : tensor<1x1xf32>> range[-128, 127] rounding "FLOOR"
func.func @many_levels(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %half = onnx.Constant() {value = #data.constant<"half", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %b8 = onnx.Constant() {value = #data.constant<"b8", [8.0] : tensor<f32>>} : () -> tensor<f32>
  %y = onnx.Quant(%x, %half, %one, %b8) {rounding_mode = "FLOOR"} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// 15 thresholds are compared, 31 are not.
// CHECK-LABEL: func.func @sixteen_levels
// CHECK: qnn.threshold
// CHECK: qnn.quantize
func.func @sixteen_levels(%x: tensor<1x1xf32>) -> (tensor<1x1xf32>, tensor<1x1xf32>) {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %b5 = onnx.Constant() {value = #data.constant<"b5", [5.0] : tensor<f32>>} : () -> tensor<f32>
  %y = onnx.Quant(%x, %one, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %z = onnx.Quant(%x, %one, %zero, %b5) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y, %z : tensor<1x1xf32>, tensor<1x1xf32>
}
