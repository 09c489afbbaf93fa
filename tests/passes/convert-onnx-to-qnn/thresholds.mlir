// RUN: qcompile-opt %s --convert-onnx-to-qnn | FileCheck %s

// One layer: a ui4 input with scale 1 (or 0.5), one weight of 1, so that the accumulator takes 0 to 15, then a chain of
// operations and a 2-bit quantizer of scale 1. Every threshold is derived in the comment: the first accumulator value of each
// code, or one beyond the range for a code that does not occur.

// With input scale 0.5 the product is acc / 2: 0.5 rounds to 0 (even), 1.5 to 2, 2.5 to 2, 3.0 to 3. So code 1 begins
// at acc 2, code 2 at acc 3, code 3 at acc 6.
// CHECK-LABEL: func.func @half_even_ties
// CHECK: %[[ACC:.*]] = qnn.matmul
// CHECK: qnn.threshold %[[ACC]] axis 1 thresholds <{{.*}}, [2, 3, 6] : 
// CHECK-SAME: directions [1] low 0 step 1 : ({{.*}}) -> tensor<1x1xui2>
func.func @half_even_ties(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %half = onnx.Constant() {value = #data.constant<"half", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %a = onnx.Quant(%x, %half, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %v = onnx.Quant(%w, %one, %zero, %b2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %m = onnx.MatMul(%a, %v) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %y = onnx.Quant(%m, %one, %zero, %b2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// Rounding down: code t begins at acc / 2 = t.
// CHECK-LABEL: func.func @floor
// CHECK: %[[ACC:.*]] = qnn.matmul
// CHECK: qnn.threshold %[[ACC]] axis 1 thresholds <{{.*}}, [2, 4, 6] : 
// CHECK-SAME: directions [1] low 0 step 1 : ({{.*}}) -> tensor<1x1xui2>
func.func @floor(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %half = onnx.Constant() {value = #data.constant<"half", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %a = onnx.Quant(%x, %half, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %v = onnx.Quant(%w, %one, %zero, %b2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %m = onnx.MatMul(%a, %v) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %y = onnx.Quant(%m, %one, %zero, %b2) {signed_ = 0 : i64, rounding_mode = "FLOOR"} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// Rounding up: code t begins just above t - 1, at acc 2 (t - 1) + 1.
// CHECK-LABEL: func.func @ceil
// CHECK: %[[ACC:.*]] = qnn.matmul
// CHECK: qnn.threshold %[[ACC]] axis 1 thresholds <{{.*}}, [1, 3, 5] : 
// CHECK-SAME: directions [1] low 0 step 1 : ({{.*}}) -> tensor<1x1xui2>
func.func @ceil(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %half = onnx.Constant() {value = #data.constant<"half", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %a = onnx.Quant(%x, %half, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %v = onnx.Quant(%w, %one, %zero, %b2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %m = onnx.MatMul(%a, %v) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %y = onnx.Quant(%m, %one, %zero, %b2) {signed_ = 0 : i64, rounding_mode = "CEIL"} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// Ties away from zero: code t begins at t - 0.5, at acc 2 t - 1.
// CHECK-LABEL: func.func @half_up
// CHECK: %[[ACC:.*]] = qnn.matmul
// CHECK: qnn.threshold %[[ACC]] axis 1 thresholds <{{.*}}, [1, 3, 5] : 
// CHECK-SAME: directions [1] low 0 step 1 : ({{.*}}) -> tensor<1x1xui2>
func.func @half_up(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %half = onnx.Constant() {value = #data.constant<"half", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %a = onnx.Quant(%x, %half, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %v = onnx.Quant(%w, %one, %zero, %b2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %m = onnx.MatMul(%a, %v) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %y = onnx.Quant(%m, %one, %zero, %b2) {signed_ = 0 : i64, rounding_mode = "HALF_UP"} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// Ties towards zero: t - 0.5 still gives t - 1, so code t begins at acc 2 t.
// CHECK-LABEL: func.func @half_down
// CHECK: %[[ACC:.*]] = qnn.matmul
// CHECK: qnn.threshold %[[ACC]] axis 1 thresholds <{{.*}}, [2, 4, 6] : 
// CHECK-SAME: directions [1] low 0 step 1 : ({{.*}}) -> tensor<1x1xui2>
func.func @half_down(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %half = onnx.Constant() {value = #data.constant<"half", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %a = onnx.Quant(%x, %half, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %v = onnx.Quant(%w, %one, %zero, %b2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %m = onnx.MatMul(%a, %v) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %y = onnx.Quant(%m, %one, %zero, %b2) {signed_ = 0 : i64, rounding_mode = "HALF_DOWN"} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// acc - 4 after the weight -1 would be negative; here w = 1 and the bias -4 comes from an Add: relu(acc - 4), code t at
// acc = 4 + t; nothing is reached below 4.
// CHECK-LABEL: func.func @relu
// CHECK: %[[ACC:.*]] = qnn.matmul
// CHECK: qnn.threshold %[[ACC]] axis 1 thresholds <{{.*}}, [5, 6, 7] : 
// CHECK-SAME: directions [1] low 0 step 1 : ({{.*}}) -> tensor<1x1xui2>
func.func @relu(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %half = onnx.Constant() {value = #data.constant<"half", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %c = onnx.Constant() {value = #data.constant<"c", [-4.0] : tensor<f32>>} : () -> tensor<f32>
  %a = onnx.Quant(%x, %one, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %v = onnx.Quant(%w, %one, %zero, %b2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %m = onnx.MatMul(%a, %v) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %d = onnx.Add(%m, %c) : (tensor<1x1xf32>, tensor<f32>) -> tensor<1x1xf32>
  %r = onnx.Relu(%d) : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %y = onnx.Quant(%r, %one, %zero, %b2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// y = 1.5 - acc: acc 0 gives 1.5, which rounds to 2; acc 1 gives 0.5, which rounds to 0. With w = 1 and ui4 inputs acc >= 0,
// so code 3 (acc <= -2 with y = 3.5, as acc = -1 gives 2.5, which rounds to 2) is never reached: one below the range.
// CHECK-LABEL: func.func @negative_factor
// CHECK: %[[ACC:.*]] = qnn.matmul
// CHECK: qnn.threshold %[[ACC]] axis 1 thresholds <{{.*}}, [0, 0, -1] : 
// CHECK-SAME: directions [-1] low 0 step 1 : ({{.*}}) -> tensor<1x1xui2>
func.func @negative_factor(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %half = onnx.Constant() {value = #data.constant<"half", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %gamma = onnx.Constant() {value = #data.constant<"gamma", [-1.0] : tensor<1xf32>>} : () -> tensor<1xf32>
  %beta = onnx.Constant() {value = #data.constant<"beta", [1.5] : tensor<1xf32>>} : () -> tensor<1xf32>
  %mean = onnx.Constant() {value = #data.constant<"mean", [0.0] : tensor<1xf32>>} : () -> tensor<1xf32>
  %var = onnx.Constant() {value = #data.constant<"var", [1.0] : tensor<1xf32>>} : () -> tensor<1xf32>
  %a = onnx.Quant(%x, %one, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %v = onnx.Quant(%w, %one, %zero, %b2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %m = onnx.MatMul(%a, %v) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %n = onnx.BatchNormalization(%m, %gamma, %beta, %mean, %var) {epsilon = 0.0 : f32, resultSegmentSizes = array<i32: 1, 0, 0>}
      : (tensor<1x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  %y = onnx.Quant(%n, %one, %zero, %b2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// y = 1 for every acc of 0 to 15: level 1 from the first value on, the others beyond the last.
// CHECK-LABEL: func.func @zero_factor
// CHECK: %[[ACC:.*]] = qnn.matmul
// CHECK: qnn.threshold %[[ACC]] axis 1 thresholds <{{.*}}, [0, 16, 16] : 
// CHECK-SAME: directions [1] low 0 step 1 : ({{.*}}) -> tensor<1x1xui2>
func.func @zero_factor(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %half = onnx.Constant() {value = #data.constant<"half", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %gamma = onnx.Constant() {value = #data.constant<"gamma", [0.0] : tensor<1xf32>>} : () -> tensor<1xf32>
  %beta = onnx.Constant() {value = #data.constant<"beta", [1.0] : tensor<1xf32>>} : () -> tensor<1xf32>
  %mean = onnx.Constant() {value = #data.constant<"mean", [0.0] : tensor<1xf32>>} : () -> tensor<1xf32>
  %var = onnx.Constant() {value = #data.constant<"var", [1.0] : tensor<1xf32>>} : () -> tensor<1xf32>
  %a = onnx.Quant(%x, %one, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %v = onnx.Quant(%w, %one, %zero, %b2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %m = onnx.MatMul(%a, %v) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %n = onnx.BatchNormalization(%m, %gamma, %beta, %mean, %var) {epsilon = 0.0 : f32, resultSegmentSizes = array<i32: 1, 0, 0>}
      : (tensor<1x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  %y = onnx.Quant(%n, %one, %zero, %b2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// Codes -2 to 1 of acc - 8: -1 begins at acc - 8 = -1.5, where the tie goes to -2, so at acc 7; 0 at acc - 8 = 0 and
// 1 at acc 9.
// CHECK-LABEL: func.func @signed_codes
// CHECK: %[[ACC:.*]] = qnn.matmul
// CHECK: qnn.threshold %[[ACC]] axis 1 thresholds <{{.*}}, [7, 8, 9] : 
// CHECK-SAME: directions [1] low -2 step 1 : ({{.*}}) -> tensor<1x1xsi2>
func.func @signed_codes(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %half = onnx.Constant() {value = #data.constant<"half", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %c = onnx.Constant() {value = #data.constant<"c", [-8.0] : tensor<f32>>} : () -> tensor<f32>
  %a = onnx.Quant(%x, %one, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %v = onnx.Quant(%w, %one, %zero, %b2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %m = onnx.MatMul(%a, %v) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %d = onnx.Add(%m, %c) : (tensor<1x1xf32>, tensor<f32>) -> tensor<1x1xf32>
  %y = onnx.Quant(%d, %one, %zero, %b2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// Codes -1 to 1 only: the first threshold is that of code 0.
// CHECK-LABEL: func.func @narrow_codes
// CHECK: %[[ACC:.*]] = qnn.matmul
// CHECK: qnn.threshold %[[ACC]] axis 1 thresholds <{{.*}}, [8, 9] : 
// CHECK-SAME: directions [1] low -1 step 1 : ({{.*}}) -> tensor<1x1xsi2>
func.func @narrow_codes(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %half = onnx.Constant() {value = #data.constant<"half", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %c = onnx.Constant() {value = #data.constant<"c", [-8.0] : tensor<f32>>} : () -> tensor<f32>
  %a = onnx.Quant(%x, %one, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %v = onnx.Quant(%w, %one, %zero, %b2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %m = onnx.MatMul(%a, %v) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %d = onnx.Add(%m, %c) : (tensor<1x1xf32>, tensor<f32>) -> tensor<1x1xf32>
  %y = onnx.Quant(%d, %one, %zero, %b2) {narrow = 1 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// code = clamp(round(acc + 2), 0, 3): acc 0 gives 2 already.
// CHECK-LABEL: func.func @output_zero_point
// CHECK: %[[ACC:.*]] = qnn.matmul
// CHECK: qnn.threshold %[[ACC]] axis 1 thresholds <{{.*}}, [0, 0, 1] : 
// CHECK-SAME: directions [1] low 0 step 1 : ({{.*}}) -> tensor<1x1xui2>
func.func @output_zero_point(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %half = onnx.Constant() {value = #data.constant<"half", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %two = onnx.Constant() {value = #data.constant<"two", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %a = onnx.Quant(%x, %one, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %v = onnx.Quant(%w, %one, %zero, %b2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %m = onnx.MatMul(%a, %v) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %y = onnx.Quant(%m, %one, %two, %b2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// +1 where acc - 3 >= 0.
// CHECK-LABEL: func.func @bipolar
// CHECK: %[[ACC:.*]] = qnn.matmul
// CHECK: qnn.threshold %[[ACC]] axis 1 thresholds <{{.*}}, [3] : 
// CHECK-SAME: directions [1] low -1 step 2 : ({{.*}}) -> tensor<1x1x!qnn.bipolar>
func.func @bipolar(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %half = onnx.Constant() {value = #data.constant<"half", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %c = onnx.Constant() {value = #data.constant<"c", [-3.0] : tensor<f32>>} : () -> tensor<f32>
  %a = onnx.Quant(%x, %one, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %v = onnx.Quant(%w, %one, %zero, %b2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %m = onnx.MatMul(%a, %v) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %d = onnx.Add(%m, %c) : (tensor<1x1xf32>, tensor<f32>) -> tensor<1x1xf32>
  %y = onnx.BipolarQuant(%d, %one) : (tensor<1x1xf32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// A signed quantizer of one bit is bipolar: +1 where acc - 3 >= 0.
// CHECK-LABEL: func.func @one_bit_signed
// CHECK: %[[ACC:.*]] = qnn.matmul
// CHECK: qnn.threshold %[[ACC]] axis 1 thresholds <{{.*}}, [3] : 
// CHECK-SAME: directions [1] low -1 step 2 : ({{.*}}) -> tensor<1x1x!qnn.bipolar>
func.func @one_bit_signed(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %half = onnx.Constant() {value = #data.constant<"half", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %b1 = onnx.Constant() {value = #data.constant<"b1", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c = onnx.Constant() {value = #data.constant<"c", [-3.0] : tensor<f32>>} : () -> tensor<f32>
  %a = onnx.Quant(%x, %one, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %v = onnx.Quant(%w, %one, %zero, %b2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %m = onnx.MatMul(%a, %v) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %d = onnx.Add(%m, %c) : (tensor<1x1xf32>, tensor<f32>) -> tensor<1x1xf32>
  %y = onnx.Quant(%d, %one, %zero, %b1) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// HardTanh: values above 2 give code 2, so level 3 is beyond the range.
// CHECK-LABEL: func.func @clip
// CHECK: %[[ACC:.*]] = qnn.matmul
// CHECK: qnn.threshold %[[ACC]] axis 1 thresholds <{{.*}}, [1, 2, 16] : 
// CHECK-SAME: directions [1] low 0 step 1 : ({{.*}}) -> tensor<1x1xui2>
func.func @clip(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %half = onnx.Constant() {value = #data.constant<"half", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %two = onnx.Constant() {value = #data.constant<"two", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %a = onnx.Quant(%x, %one, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %v = onnx.Quant(%w, %one, %zero, %b2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %m = onnx.MatMul(%a, %v) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %d = onnx.Clip(%m, %zero, %two) {operandSegmentSizes = array<i32: 1, 1, 1>} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %y = onnx.Quant(%d, %one, %zero, %b2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// Clip without a lower bound: min(acc, 2).
// CHECK-LABEL: func.func @clip_above
// CHECK: %[[ACC:.*]] = qnn.matmul
// CHECK: qnn.threshold %[[ACC]] axis 1 thresholds <{{.*}}, [1, 2, 16] : 
// CHECK-SAME: directions [1] low 0 step 1 : ({{.*}}) -> tensor<1x1xui2>
func.func @clip_above(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %half = onnx.Constant() {value = #data.constant<"half", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %two = onnx.Constant() {value = #data.constant<"two", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %a = onnx.Quant(%x, %one, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %v = onnx.Quant(%w, %one, %zero, %b2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %m = onnx.MatMul(%a, %v) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %d = onnx.Clip(%m, %two) {operandSegmentSizes = array<i32: 1, 0, 1>} : (tensor<1x1xf32>, tensor<f32>) -> tensor<1x1xf32>
  %y = onnx.Quant(%d, %one, %zero, %b2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// Clip without an upper bound: max(acc, 2) is 2 from the first value on.
// CHECK-LABEL: func.func @clip_below
// CHECK: %[[ACC:.*]] = qnn.matmul
// CHECK: qnn.threshold %[[ACC]] axis 1 thresholds <{{.*}}, [0, 0, 3] : 
// CHECK-SAME: directions [1] low 0 step 1 : ({{.*}}) -> tensor<1x1xui2>
func.func @clip_below(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %half = onnx.Constant() {value = #data.constant<"half", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %two = onnx.Constant() {value = #data.constant<"two", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %a = onnx.Quant(%x, %one, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %v = onnx.Quant(%w, %one, %zero, %b2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %m = onnx.MatMul(%a, %v) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %d = onnx.Clip(%m, %two) {operandSegmentSizes = array<i32: 1, 1, 0>} : (tensor<1x1xf32>, tensor<f32>) -> tensor<1x1xf32>
  %y = onnx.Quant(%d, %one, %zero, %b2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}
