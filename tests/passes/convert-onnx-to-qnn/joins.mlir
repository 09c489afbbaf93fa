// RUN: qcompile-opt %s --convert-onnx-to-qnn | FileCheck %s

// Sums of quantized values: multipliers to a common unit.

// Zero points 1 and 2 add up.
// CHECK-LABEL: func.func @add_of_one_scale
// CHECK: qnn.add %{{.*}}, %{{.*}} multipliers 1, 1 {{.*}} -> tensor<1x2x2xui5>
// CHECK: qnn.dequantize {{.*}} scale <{{.*}}, [0.5] : tensor<1xf64>> zero_point <{{.*}}, [3]
func.func @add_of_one_scale(%x: tensor<1x2x2xf32>, %y: tensor<1x2x2xf32>) -> tensor<1x2x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r1 = onnx.Quant(%y, %c0, %c3, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r2 = onnx.Add(%r0, %r1) : (tensor<1x2x2xf32>, tensor<1x2x2xf32>) -> tensor<1x2x2xf32>
  return %r2 : tensor<1x2x2xf32>
}

// 0.5 and 0.75 are 2 and 3 times 0.25. Zero point 2 * 1 + 3 * 2; sums to (2 + 3) * 15 = 75.
// CHECK-LABEL: func.func @add_of_two_scales
// CHECK: qnn.add {{.*}} multipliers 2, 3 {{.*}} -> tensor<1x2x2xui7>
// CHECK: qnn.dequantize {{.*}} scale <{{.*}}, [0.25] : tensor<1xf64>> zero_point <{{.*}}, [8]
func.func @add_of_two_scales(%x: tensor<1x2x2xf32>, %y: tensor<1x2x2xf32>) -> tensor<1x2x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [0.75] : tensor<f32>>} : () -> tensor<f32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r1 = onnx.Quant(%y, %c3, %c4, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r2 = onnx.Add(%r0, %r1) : (tensor<1x2x2xf32>, tensor<1x2x2xf32>) -> tensor<1x2x2xf32>
  return %r2 : tensor<1x2x2xf32>
}

// Zero point 2 * 1 - 3 * 2; sums from -45 to 30.
// CHECK-LABEL: func.func @sub_of_two_scales
// CHECK: qnn.add {{.*}} multipliers 2, -3 {{.*}} -> tensor<1x2x2xsi7>
// CHECK: qnn.dequantize {{.*}} scale <{{.*}}, [0.25] : tensor<1xf64>> zero_point <{{.*}}, [-4]
func.func @sub_of_two_scales(%x: tensor<1x2x2xf32>, %y: tensor<1x2x2xf32>) -> tensor<1x2x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [0.75] : tensor<f32>>} : () -> tensor<f32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r1 = onnx.Quant(%y, %c3, %c4, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r2 = onnx.Sub(%r0, %r1) : (tensor<1x2x2xf32>, tensor<1x2x2xf32>) -> tensor<1x2x2xf32>
  return %r2 : tensor<1x2x2xf32>
}

// The float32 nearest 0.1 and 0.3 are 13421773 and 40265320 times 2^-27, no multiple of each other: each is one factor in a sum of 30 bits.
// CHECK-LABEL: func.func @scales_of_no_power_of_two
// CHECK: qnn.add {{.*}} multipliers 13421773, 40265320 {{.*}} -> tensor<1x2x2xui30>
// CHECK: qnn.dequantize {{.*}} scale <{{.*}}, [7.45058059692382{{[0-9]+}}e-09]
func.func @scales_of_no_power_of_two(%x: tensor<1x2x2xf32>, %y: tensor<1x2x2xf32>) -> tensor<1x2x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.10000000149011612] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [0.30000000447034836] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r1 = onnx.Quant(%y, %c3, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r2 = onnx.Add(%r0, %r1) : (tensor<1x2x2xf32>, tensor<1x2x2xf32>) -> tensor<1x2x2xf32>
  return %r2 : tensor<1x2x2xf32>
}

// Channel 0 has 0.5 and 0.75, multiples 2 and 3 of 0.25; channel 1 has 1 and 0.75, multiples 4 and 3 of 0.25. Factors that
// differ are multiplied in before, 3 is one for all. Zero point 2 * 1 and 4 * 1, and 3 * 2.
// CHECK-LABEL: func.func @scales_per_channel
// CHECK: %[[F:.*]] = qnn.constant {{.*}}[2, 4] : tensor<1x2x1xui3>
// CHECK: %[[L:.*]] = qnn.mul %{{.*}}, %[[F]]
// CHECK: qnn.add %[[L]], %{{.*}} multipliers 1, 3
// CHECK: qnn.dequantize {{.*}} axis 1 scale <{{.*}}, [0.25, 0.25] : tensor<2xf64>> zero_point <{{.*}}, [8, 10]
func.func @scales_per_channel(%x: tensor<1x2x2xf32>, %y: tensor<1x2x2xf32>) -> tensor<1x2x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5, 1.0] : tensor<1x2x1xf32>>} : () -> tensor<1x2x1xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [0.75] : tensor<f32>>} : () -> tensor<f32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<1x2x1xf32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r1 = onnx.Quant(%y, %c3, %c4, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r2 = onnx.Add(%r0, %r1) : (tensor<1x2x2xf32>, tensor<1x2x2xf32>) -> tensor<1x2x2xf32>
  return %r2 : tensor<1x2x2xf32>
}

// One operand keeps its scales, 0.5 and 1 per channel; the other one's, 0.5 and 0.25 per position, are brought to 0.25 before.
// CHECK-LABEL: func.func @scales_along_two_dimensions
// CHECK: qnn.constant {{.*}}[2, 1] : tensor<1x1x2xui2>
// CHECK: qnn.mul
// CHECK: qnn.dequantize {{.*}} axis 1 scale <{{.*}}, [0.25, 0.25]
func.func @scales_along_two_dimensions(%x: tensor<1x2x2xf32>, %y: tensor<1x2x2xf32>) -> tensor<1x2x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5, 1.0] : tensor<1x2x1xf32>>} : () -> tensor<1x2x1xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [0.5, 0.25] : tensor<1x1x2xf32>>} : () -> tensor<1x1x2xf32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<1x2x1xf32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r1 = onnx.Quant(%y, %c3, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<1x1x2xf32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r2 = onnx.Add(%r0, %r1) : (tensor<1x2x2xf32>, tensor<1x2x2xf32>) -> tensor<1x2x2xf32>
  return %r2 : tensor<1x2x2xf32>
}

// One value per channel beside all positions, of lower rank.
// CHECK-LABEL: func.func @broadcast
// CHECK: %[[R:.*]] = qnn.reshape %{{.*}} : (tensor<2x1xui4>) -> tensor<1x2x1xui4>
// CHECK: qnn.add %{{.*}}, %[[R]] multipliers 1, 2 {{.*}} -> tensor<1x2x2x
func.func @broadcast(%x: tensor<1x2x2xf32>, %y: tensor<2x1xf32>) -> tensor<1x2x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.25] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r1 = onnx.Quant(%y, %c3, %c1, %c2) {signed_ = 0 : i64} : (tensor<2x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x1xf32>
  %r2 = onnx.Add(%r0, %r1) : (tensor<1x2x2xf32>, tensor<2x1xf32>) -> tensor<1x2x2xf32>
  return %r2 : tensor<1x2x2xf32>
}

// Codes 3 and -1 at scale 0.5 beside an input at 0.25: multipliers 1 and 2; sums from 0 - 2 to 15 + 6.
// CHECK-LABEL: func.func @quantized_constant
// CHECK: %[[K:.*]] = qnn.constant {{.*}}[3, -1] : tensor<1x2x1xsi4>
// CHECK: qnn.add %{{.*}}, %[[K]] multipliers 1, 2 {{.*}} -> tensor<1x2x2xsi6>
func.func @quantized_constant(%x: tensor<1x2x2xf32>) -> tensor<1x2x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.25] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %k = onnx.Constant() {value = #data.constant<"k", [1.5, -0.5] : tensor<1x2x1xf32>>} : () -> tensor<1x2x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r1 = onnx.Quant(%k, %c4, %c1, %c2) : (tensor<1x2x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x1xf32>
  %r2 = onnx.Add(%r0, %r1) : (tensor<1x2x2xf32>, tensor<1x2x1xf32>) -> tensor<1x2x2xf32>
  return %r2 : tensor<1x2x2xf32>
}

// a / 2 + 3 b / 4 = acc / 4 at scale 1: code 1 begins above 0.5 at acc 3, code 2 at 1.5, acc 6, code 3 above 2.5, acc 11.
// CHECK-LABEL: func.func @add_before_quantizer
// CHECK: %[[A:.*]] = qnn.add
// CHECK: qnn.threshold %[[A]] axis 1 thresholds <{{.*}}, [3, 6, 11] :
func.func @add_before_quantizer(%x: tensor<1x2x2xf32>, %y: tensor<1x2x2xf32>) -> tensor<1x2x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [0.75] : tensor<f32>>} : () -> tensor<f32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c5 = onnx.Constant() {value = #data.constant<"c5", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r1 = onnx.Quant(%y, %c3, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r2 = onnx.Add(%r0, %r1) : (tensor<1x2x2xf32>, tensor<1x2x2xf32>) -> tensor<1x2x2xf32>
  %r3 = onnx.Quant(%r2, %c4, %c1, %c5) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  return %r3 : tensor<1x2x2xf32>
}

// The larger of two values on one grid is a code again, by a table of the pairs 4 * a + b.
// CHECK-LABEL: func.func @larger_of_one_grid
// CHECK: %[[I:.*]] = qnn.add %{{.*}}, %{{.*}} multipliers 4, 1
// CHECK: %[[T:.*]] = qnn.table %[[I]] axis 1 low 0 values <{{.*}}, [0, 1, 2, 3, 1, 1, 2, 3, 2, 2, 2, 3, 3, 3, 3, 3] : tensor<1x16xui2>>
// CHECK: qnn.dequantize %[[T]] {{.*}} scale <{{.*}}, [0.5]
func.func @larger_of_one_grid(%x: tensor<1x2x2xf32>, %y: tensor<1x2x2xf32>) -> tensor<1x2x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r1 = onnx.Quant(%y, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r2 = onnx.Max(%r0, %r1) : (tensor<1x2x2xf32>, tensor<1x2x2xf32>) -> tensor<1x2x2xf32>
  return %r2 : tensor<1x2x2xf32>
}
