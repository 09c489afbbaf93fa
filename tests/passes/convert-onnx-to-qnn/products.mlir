// RUN: qcompile-opt %s --convert-onnx-to-qnn | FileCheck %s

// Products: scales that meet in a sum, products of activations, tables over pairs of codes.

// Scales 1 and 0.5 along the sum: multiples 2 and 1 of 0.5 of the codes 1 and 3.
// CHECK-LABEL: func.func @weight_scales_in_one_sum
// CHECK: qnn.constant {{.*}}[2, 3] : tensor<2x1xsi4>
// CHECK: qnn.dequantize {{.*}} scale <{{.*}}, [0.5] : tensor<1xf64>>
func.func @weight_scales_in_one_sum(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 1.5] : tensor<2x1xf32>>} : () -> tensor<2x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [1.0, 0.5] : tensor<2x1xf32>>} : () -> tensor<2x1xf32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  %r1 = onnx.Quant(%w, %c4, %c1, %c2) : (tensor<2x1xf32>, tensor<2x1xf32>, tensor<f32>, tensor<f32>) -> tensor<2x1xf32>
  %r2 = onnx.MatMul(%r0, %r1) : (tensor<1x2xf32>, tensor<2x1xf32>) -> tensor<1x1xf32>
  return %r2 : tensor<1x1xf32>
}

// Scales 1 and 0.5 of the input: the weights 1 and -1 become 2 and -1 times 0.5; zero point 2 * 3 - 1 * 1.
// CHECK-LABEL: func.func @input_scales_in_one_sum
// CHECK: qnn.constant {{.*}}[2, -1] : tensor<2x1xsi4>
// CHECK: qnn.dequantize {{.*}} scale <{{.*}}, [0.5] : tensor<1xf64>> zero_point <{{.*}}, [5]
func.func @input_scales_in_one_sum(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0, 0.5] : tensor<1x2xf32>>} : () -> tensor<1x2xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [3.0, 1.0] : tensor<1x2xf32>>} : () -> tensor<1x2xf32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, -1.0] : tensor<2x1xf32>>} : () -> tensor<2x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c5 = onnx.Constant() {value = #data.constant<"c5", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>, tensor<f32>) -> tensor<1x2xf32>
  %r1 = onnx.Quant(%w, %c4, %c5, %c2) : (tensor<2x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x1xf32>
  %r2 = onnx.MatMul(%r0, %r1) : (tensor<1x2xf32>, tensor<2x1xf32>) -> tensor<1x1xf32>
  return %r2 : tensor<1x1xf32>
}

// Output 0 sums the scales 0.5 * 1 and 0.25 * 0.25, multiples 8 and 1 of 1 / 16; output 1 sums 0.5 * 0.5 and 0.25 * 1, which are one.
// CHECK-LABEL: func.func @both_scales_in_two_sums
// CHECK: qnn.constant {{.*}}[8, 1, 1, 1] : tensor<2x2x
// CHECK: qnn.dequantize {{.*}} scale <{{.*}}, [0.0625, 0.25] : tensor<2xf64>>
func.func @both_scales_in_two_sums(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5, 0.25] : tensor<1x2xf32>>} : () -> tensor<1x2xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 0.5, 0.25, 1.0] : tensor<2x2xf32>>} : () -> tensor<2x2xf32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  %r1 = onnx.Quant(%w, %w, %c1, %c2) : (tensor<2x2xf32>, tensor<2x2xf32>, tensor<f32>, tensor<f32>) -> tensor<2x2xf32>
  %r2 = onnx.MatMul(%r0, %r1) : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  return %r2 : tensor<1x2xf32>
}

// A multiple may leave the type of the weights: scales 64 and 1 make 64 * 7 = 448 of the code 7; none is negative.
// CHECK-LABEL: func.func @weights_beyond_64
// CHECK: qnn.constant {{.*}}[448, 1] : tensor<2x1xui9>
func.func @weights_beyond_64(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [448.0, 1.0] : tensor<2x1xf32>>} : () -> tensor<2x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [64.0, 1.0] : tensor<2x1xf32>>} : () -> tensor<2x1xf32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  %r1 = onnx.Quant(%w, %c4, %c1, %c2) : (tensor<2x1xf32>, tensor<2x1xf32>, tensor<f32>, tensor<f32>) -> tensor<2x1xf32>
  %r2 = onnx.MatMul(%r0, %r1) : (tensor<1x2xf32>, tensor<2x1xf32>) -> tensor<1x1xf32>
  return %r2 : tensor<1x1xf32>
}

// Scales that vary along rows have no place beside weights: codes become multiples 2 and 1 of 0.25 before.
// CHECK-LABEL: func.func @row_scales
// CHECK: qnn.constant {{.*}}[2, 1] : tensor<2x1xui2>
// CHECK: %[[M:.*]] = qnn.mul
// CHECK: qnn.matmul %[[M]]
// CHECK: qnn.dequantize {{.*}} scale <{{.*}}, [0.25]
func.func @row_scales(%x: tensor<2x2xf32>) -> tensor<2x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5, 0.25] : tensor<2x1xf32>>} : () -> tensor<2x1xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 1.0] : tensor<2x1xf32>>} : () -> tensor<2x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<2x2xf32>, tensor<2x1xf32>, tensor<f32>, tensor<f32>) -> tensor<2x2xf32>
  %r1 = onnx.Quant(%w, %c4, %c1, %c2) : (tensor<2x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x1xf32>
  %r2 = onnx.MatMul(%r0, %r1) : (tensor<2x2xf32>, tensor<2x1xf32>) -> tensor<2x1xf32>
  return %r2 : tensor<2x1xf32>
}

// alpha 0.5 becomes part of the scale, beta 2 of the bias; the weights are transposed.
// CHECK-LABEL: func.func @gemm
// CHECK: qnn.constant {{.*}}[1, 3, 2, 4] : tensor<2x2xsi4>
// CHECK: qnn.dequantize {{.*}} scale <{{.*}}, [0.125] : tensor<1xf64>> zero_point <{{.*}}, [0] : tensor<1xsi64>> bias <{{.*}}, [3, -1]
func.func @gemm(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.25] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 2.0, 3.0, 4.0] : tensor<2x2xf32>>} : () -> tensor<2x2xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [1.5, -0.5] : tensor<2xf32>>} : () -> tensor<2xf32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  %r1 = onnx.Quant(%w, %c4, %c1, %c2) : (tensor<2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x2xf32>
  %r2 = onnx.Gemm(%r0, %r1, %b) {alpha = 0.5 : f32, beta = 2.0 : f32, transB = 1 : i64} : (tensor<1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %r2 : tensor<1x2xf32>
}

// Zero points go before: (a - 3)(b - 1), both in 5 bits. The scale is 0.5 * 0.25; two products of at most 16 * 16 make 512, which needs 11 bits.
// CHECK-LABEL: func.func @two_activations
// CHECK: %[[Z:.*]] = qnn.constant {{.*}}[3]
// CHECK: %[[A:.*]] = qnn.add %{{.*}}, %[[Z]] multipliers 1, -1
// CHECK: %[[Y:.*]] = qnn.constant {{.*}}[1]
// CHECK: %[[B:.*]] = qnn.add %{{.*}}, %[[Y]] multipliers 1, -1
// CHECK: qnn.matmul %[[A]], %[[B]] : {{.*}} -> tensor<1x2x2xsi11>
// CHECK: qnn.dequantize {{.*}} scale <{{.*}}, [0.125] : tensor<1xf64>> zero_point <{{.*}}, [0]
func.func @two_activations(%x: tensor<1x2x2xf32>, %y: tensor<1x2x2xf32>) -> tensor<1x2x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [3.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [0.25] : tensor<f32>>} : () -> tensor<f32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r1 = onnx.Quant(%y, %c3, %c4, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r2 = onnx.MatMul(%r0, %r1) : (tensor<1x2x2xf32>, tensor<1x2x2xf32>) -> tensor<1x2x2xf32>
  return %r2 : tensor<1x2x2xf32>
}

// acc = a * a from 0 to 225 at scale 1, 2 bits: codes begin at 1, 2 (1.5 and 2.5 are no integers) and 3.
// CHECK-LABEL: func.func @one_activation_squared
// CHECK: %[[M:.*]] = qnn.matmul %[[A:.*]], %[[A]] :
// CHECK: qnn.threshold %[[M]] axis 1 thresholds <{{.*}}, [1, 2, 3] :
func.func @one_activation_squared(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r1 = onnx.MatMul(%r0, %r0) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %r2 = onnx.Quant(%r1, %c0, %c1, %c3) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %r2 : tensor<1x1xf32>
}

// The left operand's scales per row stay; the right one's per column are brought to 0.5 before.
// CHECK-LABEL: func.func @scales_of_rows_and_columns
// CHECK: qnn.constant {{.*}}[2, 1] : tensor<1x1x2xui2>
// CHECK: qnn.mul
// CHECK: qnn.dequantize {{.*}} axis 1 scale <{{.*}}, [0.125, 0.25] : tensor<2xf64>>
func.func @scales_of_rows_and_columns(%x: tensor<1x2x2xf32>, %y: tensor<1x2x2xf32>) -> tensor<1x2x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.25, 0.5] : tensor<1x2x1xf32>>} : () -> tensor<1x2x1xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [1.0, 0.5] : tensor<1x1x2xf32>>} : () -> tensor<1x1x2xf32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<1x2x1xf32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r1 = onnx.Quant(%y, %c3, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<1x1x2xf32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r2 = onnx.MatMul(%r0, %r1) : (tensor<1x2x2xf32>, tensor<1x2x2xf32>) -> tensor<1x2x2xf32>
  return %r2 : tensor<1x2x2xf32>
}

// One scale on the left: those per column stay.
// CHECK-LABEL: func.func @scales_of_columns
// CHECK-NOT: qnn.mul
// CHECK: qnn.dequantize {{.*}} axis 2 scale <{{.*}}, [0.5, 0.25] : tensor<2xf64>>
func.func @scales_of_columns(%x: tensor<1x2x2xf32>, %y: tensor<1x2x2xf32>) -> tensor<1x2x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [1.0, 0.5] : tensor<1x1x2xf32>>} : () -> tensor<1x1x2xf32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r1 = onnx.Quant(%y, %c3, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<1x1x2xf32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r2 = onnx.MatMul(%r0, %r1) : (tensor<1x2x2xf32>, tensor<1x2x2xf32>) -> tensor<1x2x2xf32>
  return %r2 : tensor<1x2x2xf32>
}

// They meet in one sum: codes are brought to a common unit before.
// CHECK-LABEL: func.func @scales_along_the_sum
// CHECK: qnn.constant {{.*}}[1, 2] : tensor<1x1x2xui2>
// CHECK: qnn.mul
// CHECK: qnn.dequantize {{.*}} scale <{{.*}}, [0.25] : tensor<1xf64>>
func.func @scales_along_the_sum(%x: tensor<1x2x2xf32>, %y: tensor<1x2x2xf32>) -> tensor<1x2x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.25, 0.5] : tensor<1x1x2xf32>>} : () -> tensor<1x1x2xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<1x1x2xf32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r1 = onnx.Quant(%y, %c3, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r2 = onnx.MatMul(%r0, %r1) : (tensor<1x2x2xf32>, tensor<1x2x2xf32>) -> tensor<1x2x2xf32>
  return %r2 : tensor<1x2x2xf32>
}

// a b / 2 for a and b from 0 to 3, at 4 a + b. Ties go to the even code: 0.5 to 0, 1.5 to 2, 4.5 and all else above 3 to 3.
// CHECK-LABEL: func.func @pair_table
// CHECK: %[[I:.*]] = qnn.add %{{.*}}, %{{.*}} multipliers 4, 1 {{.*}} -> tensor<1x2x2xui4>
// CHECK: qnn.table %[[I]] axis 1 low 0 values <{{.*}}, [0, 0, 0, 0, 0, 0, 1, 2, 0, 1, 2, 3, 0, 2, 3, 3] : tensor<1x16xui2>>
func.func @pair_table(%x: tensor<1x2x2xf32>, %y: tensor<1x2x2xf32>) -> tensor<1x2x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r1 = onnx.Quant(%y, %c3, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r2 = onnx.Mul(%r0, %r1) : (tensor<1x2x2xf32>, tensor<1x2x2xf32>) -> tensor<1x2x2xf32>
  %r3 = onnx.Quant(%r2, %c3, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  return %r3 : tensor<1x2x2xf32>
}

// a and b from -2 to 1: the index 4 a + b begins at -10. Rows a = -2: 4, 2, 0, -2; -1: 2, 1, 0, -1; 0; 1: -2, -1, 0, 1, clamped to 0 and 3.
// CHECK-LABEL: func.func @pair_table_signed
// CHECK: qnn.table %{{.*}} axis 1 low -10 values <{{.*}}, [3, 2, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
func.func @pair_table_signed(%x: tensor<1x2x2xf32>, %y: tensor<1x2x2xf32>) -> tensor<1x2x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r1 = onnx.Quant(%y, %c0, %c1, %c2) : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r2 = onnx.Mul(%r0, %r1) : (tensor<1x2x2xf32>, tensor<1x2x2xf32>) -> tensor<1x2x2xf32>
  %r3 = onnx.Quant(%r2, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  return %r3 : tensor<1x2x2xf32>
}

// A gate per channel, 0 or 1: the index is 4 b + a.
// CHECK-LABEL: func.func @pair_table_broadcast
// CHECK: %[[I:.*]] = qnn.add %{{.*}}, %{{.*}} multipliers 4, 1 : (tensor<1x2x1xui1>, tensor<1x2x2xui2>) -> tensor<1x2x2xui3>
// CHECK: qnn.table %[[I]] axis 1 low 0 values <{{.*}}, [0, 0, 0, 0, 0, 1, 2, 3]
func.func @pair_table_broadcast(%x: tensor<1x2x2xf32>, %y: tensor<1x2x1xf32>) -> tensor<1x2x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r1 = onnx.Quant(%y, %c0, %c1, %c0) {signed_ = 0 : i64} : (tensor<1x2x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x1xf32>
  %r2 = onnx.Mul(%r0, %r1) : (tensor<1x2x2xf32>, tensor<1x2x1xf32>) -> tensor<1x2x2xf32>
  %r3 = onnx.Quant(%r2, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  return %r3 : tensor<1x2x2xf32>
}

// No product at all: a / b with b 1 and 2 (codes 0 and 1, zero point -1). The index is 4 b + a: a for b = 1, then 0, 0.5 (to 0), 1,
// 1.5 (to 2).
// CHECK-LABEL: func.func @pair_table_division
// CHECK: qnn.table {{.*}} values <{{.*}}, [0, 1, 2, 3, 0, 0, 1, 2] : tensor<1x8xui2>>
func.func @pair_table_division(%x: tensor<1x2x2xf32>, %y: tensor<1x2x2xf32>) -> tensor<1x2x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [-1.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r1 = onnx.Quant(%y, %c0, %c3, %c0) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r2 = onnx.Div(%r0, %r1) : (tensor<1x2x2xf32>, tensor<1x2x2xf32>) -> tensor<1x2x2xf32>
  %r3 = onnx.Quant(%r2, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  return %r3 : tensor<1x2x2xf32>
}
