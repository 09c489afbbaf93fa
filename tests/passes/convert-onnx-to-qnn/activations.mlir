// RUN: qcompile-opt %s --convert-onnx-to-qnn | FileCheck %s

// Activations and quantizers of integers: thresholds, a table behind them, or a table.

// x / 8 below 0: over 0.5 -2, -1.75, -1.5 (to -2) from -8 to -6, -1.25, -1, -0.75 from -5 to -3, -0.5 (to 0) and -0.25 at -2 and -1. Codes -7 to -2 begin
// at -8, -1 at -5, 0 at -2; 1 and 2 at 1 (code 2 already), 3 and 4 at 2, and so on.
// CHECK-LABEL: func.func @leaky_relu
// CHECK: qnn.threshold {{.*}} thresholds <{{.*}}, [-8, -8, -8, -8, -8, -8, -5, -2, 1, 1, 2, 2, 3, 3, 4] :
// CHECK-SAME: directions [1] low -8 step 1
func.func @leaky_relu(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r1 = onnx.Quant(%w, %c0, %c1, %c2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r2 = onnx.MatMul(%r0, %r1) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %r3 = onnx.LeakyRelu(%r2) {alpha = 0.125 : f32} : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %r4 = onnx.Quant(%r3, %c4, %c1, %c2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %r4 : tensor<1x1xf32>
}

// A negative slope: |x| / 2 below 0. Codes of 4 to 0.5 (to 0) from -8 on: 3 (clamped) to -5 (2.5 goes to 2), 2 to -3 (1.5 goes to 2), 1 at -2, 0 from -1 to 0.
// CHECK-LABEL: func.func @leaky_relu_that_falls
// CHECK: %[[M:.*]] = qnn.matmul
// CHECK: %[[T:.*]] = qnn.threshold %[[M]] axis 1 thresholds <{{.*}}, [-5, -2, -1, 1, 2, 3] :
// CHECK-SAME: directions [1] low 0 step 1
// CHECK: qnn.table %[[T]] axis 1 low 0 values <{{.*}}, [3, 2, 1, 0, 1, 2, 3]
func.func @leaky_relu_that_falls(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r1 = onnx.Quant(%w, %c0, %c1, %c2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r2 = onnx.MatMul(%r0, %r1) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %r3 = onnx.LeakyRelu(%r2) {alpha = -0.5 : f32} : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %r4 = onnx.Quant(%r3, %c0, %c1, %c4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %r4 : tensor<1x1xf32>
}

// |x - 2| is 2, 1, 0, 1, 2, 3, ... from 0 on.
// CHECK-LABEL: func.func @distance
// CHECK: %[[M:.*]] = qnn.matmul
// CHECK: %[[T:.*]] = qnn.threshold %[[M]] axis 1 thresholds <{{.*}}, [1, 2, 3, 4, 5] :
// CHECK-SAME: directions [1] low 0 step 1
// CHECK: qnn.table %[[T]] axis 1 low 0 values <{{.*}}, [2, 1, 0, 1, 2, 3] : tensor<1x6xui2>>
func.func @distance(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [-2.0] : tensor<f32>>} : () -> tensor<f32>
  %c5 = onnx.Constant() {value = #data.constant<"c5", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r1 = onnx.Quant(%w, %c0, %c1, %c2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r2 = onnx.MatMul(%r0, %r1) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %r3 = onnx.Add(%r2, %c4) : (tensor<1x1xf32>, tensor<f32>) -> tensor<1x1xf32>
  %r4 = onnx.Abs(%r3) : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %r5 = onnx.Quant(%r4, %c0, %c1, %c5) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %r5 : tensor<1x1xf32>
}

// 1 / (x + 1): 1, then 0.5, which goes to 0: no certificate is needed to see that it falls.
// CHECK-LABEL: func.func @falls_only
// CHECK: qnn.threshold {{.*}} thresholds <{{.*}}, [0] :
// CHECK-SAME: directions [-1] low 0 step 1
func.func @falls_only(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r1 = onnx.Quant(%w, %c0, %c1, %c2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r2 = onnx.MatMul(%r0, %r1) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %r3 = onnx.Add(%r2, %c0) : (tensor<1x1xf32>, tensor<f32>) -> tensor<1x1xf32>
  %r4 = onnx.Reciprocal(%r3) : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %r5 = onnx.Quant(%r4, %c0, %c1, %c0) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %r5 : tensor<1x1xf32>
}

// Slopes 0.5 and -1 per channel. Channel 0 is 0 below 0, channel 1 is |x|: 3, 3, 2, 1, 0, 1, 2, 3 from -4 to 3. Both count up to 6 intervals; a channel
// with fewer ones never reaches the last thresholds.
// CHECK-LABEL: func.func @prelu
// CHECK: qnn.threshold {{.*}} thresholds <{{.*}}, [1, 2, 3, 4, 4, 4, -2, -1, 0, 1, 2, 3] : tensor<2x6x
// CHECK: qnn.table %{{.*}} axis 1 low 0 values <{{.*}}, [0, 1, 2, 3, 3, 3, 3, 3, 2, 1, 0, 1, 2, 3] : tensor<2x7xui2>>
func.func @prelu(%x: tensor<1x2x2xf32>) -> tensor<1x2x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [3.0] : tensor<f32>>} : () -> tensor<f32>
  %slope = onnx.Constant() {value = #data.constant<"slope", [0.5, -1.0] : tensor<2x1xf32>>} : () -> tensor<2x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r1 = onnx.PRelu(%r0, %slope) : (tensor<1x2x2xf32>, tensor<2x1xf32>) -> tensor<1x2x2xf32>
  %r2 = onnx.Quant(%r1, %c0, %c1, %c4) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  return %r2 : tensor<1x2x2xf32>
}

// 32 x for x from 0 to 15: 16 of 512 codes, which thresholds count.
// CHECK-LABEL: func.func @nine_bits_of_few_integers
// CHECK: %[[M:.*]] = qnn.matmul
// CHECK: %[[T:.*]] = qnn.threshold %[[M]] axis 1 thresholds <{{.*}}, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] :
// CHECK-SAME: directions [1] low 0 step 1
// CHECK: qnn.table %[[T]] axis 1 low 0 values <{{.*}}, [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448, 480] : tensor<1x16xui9>>
func.func @nine_bits_of_few_integers(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [0.03125] : tensor<f32>>} : () -> tensor<f32>
  %c5 = onnx.Constant() {value = #data.constant<"c5", [9.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r1 = onnx.Quant(%w, %c0, %c1, %c2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r2 = onnx.MatMul(%r0, %r1) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %r3 = onnx.Quant(%r2, %c4, %c1, %c5) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %r3 : tensor<1x1xf32>
}

// x / 2 for x from 0 to 511, ties to the even code: 257 codes 0 to 256, more than thresholds count.
// CHECK-LABEL: func.func @nine_bits_of_many_integers
// CHECK: %[[M:.*]] = qnn.matmul
// CHECK-NOT: qnn.threshold
// CHECK: qnn.table %[[M]] axis 1 low 0 values <{{.*}} : tensor<1x512xui9>> : (tensor<1x1xui9>) -> tensor<1x1xui9>
func.func @nine_bits_of_many_integers(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [9.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c5 = onnx.Constant() {value = #data.constant<"c5", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r1 = onnx.Quant(%w, %c0, %c1, %c4) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r2 = onnx.MatMul(%r0, %r1) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %r3 = onnx.Quant(%r2, %c5, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %r3 : tensor<1x1xf32>
}

// 512 levels of 2^18 integers, clamped -x: a multiplication by -1.
// CHECK-LABEL: func.func @many_levels_of_a_line
// CHECK: %[[M:.*]] = qnn.matmul
// CHECK-NOT: qnn.threshold
// CHECK: qnn.requantize %[[M]] axis 1 multipliers <{{.*}}, [-1] : tensor<1xsi64>> offsets <{{.*}}, [0] : tensor<1xsi64>> shift 0
// CHECK-SAME: range[0, 511]
// CHECK-SAME: -> tensor<1x1xui9>
func.func @many_levels_of_a_line(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [18.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c5 = onnx.Constant() {value = #data.constant<"c5", [9.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r1 = onnx.Quant(%w, %c0, %c1, %c4) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r2 = onnx.MatMul(%r0, %r1) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %r3 = onnx.Neg(%r2) : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %r4 = onnx.Quant(%r3, %c0, %c1, %c5) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %r4 : tensor<1x1xf32>
}

// 512 levels of 2^18 integers and no line: 511 thresholds are 255, 255 and 1, whose counts add up.
// CHECK-LABEL: func.func @many_levels_of_a_curve
// CHECK: %[[M:.*]] = qnn.matmul
// CHECK-DAG: qnn.threshold %[[M]] axis 1 thresholds <{{.*}} : tensor<1x255x
// CHECK-DAG: qnn.threshold %[[M]] axis 1 thresholds <{{.*}} : tensor<1x255x
// CHECK-DAG: qnn.threshold %[[M]] axis 1 thresholds <{{.*}} : tensor<1x1x
// CHECK: qnn.add
func.func @many_levels_of_a_curve(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [18.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c5 = onnx.Constant() {value = #data.constant<"c5", [1.52587890625e-05] : tensor<f32>>} : () -> tensor<f32>
  %c6 = onnx.Constant() {value = #data.constant<"c6", [0.001953125] : tensor<f32>>} : () -> tensor<f32>
  %c7 = onnx.Constant() {value = #data.constant<"c7", [9.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r1 = onnx.Quant(%w, %c0, %c1, %c4) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r2 = onnx.MatMul(%r0, %r1) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %r3 = onnx.Mul(%r2, %c5) : (tensor<1x1xf32>, tensor<f32>) -> tensor<1x1xf32>
  %r4 = onnx.Tanh(%r3) : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %r5 = onnx.Quant(%r4, %c6, %c1, %c7) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %r5 : tensor<1x1xf32>
}

// A ReLU of codes selects codes 0 to 7 of -8 to 7: the product behind it is one of integers.
// CHECK-LABEL: func.func @relu_of_codes
// CHECK: %[[R:.*]] = qnn.threshold {{.*}} thresholds <{{.*}}, [1, 2, 3, 4, 5, 6, 7] :
// CHECK-SAME: directions [1] low 0 step 1
// CHECK: qnn.matmul %[[R]]
func.func @relu_of_codes(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r1 = onnx.Relu(%r0) : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %r2 = onnx.Quant(%w, %c0, %c1, %c2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r3 = onnx.MatMul(%r1, %r2) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %r4 = onnx.Quant(%r3, %c0, %c1, %c4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %r4 : tensor<1x1xf32>
}

// The real number 0 is code 3: codes 3 to 15 remain.
// CHECK-LABEL: func.func @relu_with_zero_point
// CHECK: %[[R:.*]] = qnn.threshold {{.*}} thresholds <{{.*}}, [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] :
// CHECK-SAME: directions [1] low 3 step 1
// CHECK: qnn.matmul %[[R]]
func.func @relu_with_zero_point(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [3.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c5 = onnx.Constant() {value = #data.constant<"c5", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r1 = onnx.Relu(%r0) : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %r2 = onnx.Quant(%w, %c0, %c4, %c2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r3 = onnx.MatMul(%r1, %r2) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %r4 = onnx.Quant(%r3, %c0, %c4, %c5) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %r4 : tensor<1x1xf32>
}

// x / 2 for x from 0 to 15 at 3 bits: 0.5 goes to 0, 1.5 to 2, 2.5 to 2, 3.5 to 4, ...: code 1 begins at 2, 2 at 3, 3 at 6, 4 at 7, 5 at 10, 6 at 11, 7 at 14.
// CHECK-LABEL: func.func @half_even_ties
// CHECK: qnn.threshold {{.*}} thresholds <{{.*}}, [2, 3, 6, 7, 10, 11, 14] :
func.func @half_even_ties(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %c5 = onnx.Constant() {value = #data.constant<"c5", [3.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r1 = onnx.Quant(%w, %c0, %c1, %c2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r2 = onnx.MatMul(%r0, %r1) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %r3 = onnx.Quant(%r2, %c4, %c1, %c5) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %r3 : tensor<1x1xf32>
}
