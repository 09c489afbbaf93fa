// RUN: qcompile-opt %s --convert-onnx-to-qnn --verify-diagnostics | FileCheck %s

// Float islands that are no sums: activations, moves, orders.

// 8192 levels that are no straight line over 2^18 integers: the product is exact, its quantizer reads floats.
// CHECK-LABEL: func.func @many_levels
// CHECK: qnn.matmul
// CHECK: qnn.dequantize
// CHECK: onnx.Mul
// CHECK: %[[T:.*]] = onnx.Tanh
// CHECK: qnn.quantize %[[T]] {{.*}} range[0, 8191]
func.func @many_levels(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [18.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c5 = onnx.Constant() {value = #data.constant<"c5", [1.52587890625e-05] : tensor<f32>>} : () -> tensor<f32>
  %c6 = onnx.Constant() {value = #data.constant<"c6", [0.0001220703125] : tensor<f32>>} : () -> tensor<f32>
  %c7 = onnx.Constant() {value = #data.constant<"c7", [13.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r1 = onnx.Quant(%w, %c0, %c1, %c4) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r2 = onnx.MatMul(%r0, %r1) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  // expected-remark @+1 {{[QC-P002] node 'onnx.Mul' stays float: it has 8192 levels, more than 256, which no multiplication and shift gives, and its integers are too many for a table}}
  %r3 = onnx.Mul(%r2, %c5) : (tensor<1x1xf32>, tensor<f32>) -> tensor<1x1xf32>
  // expected-remark @+1 {{[QC-P002] node 'onnx.Tanh' stays float: }}
  %r4 = onnx.Tanh(%r3) : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %r5 = onnx.Quant(%r4, %c6, %c1, %c7) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %r5 : tensor<1x1xf32>
}

// 9 and 8 bits.
// CHECK-LABEL: func.func @pair_of_many_codes
// CHECK: onnx.Mul
func.func @pair_of_many_codes(%x: tensor<1x1xf32>, %y: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [9.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [8.0] : tensor<f32>>} : () -> tensor<f32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r1 = onnx.Quant(%y, %c0, %c1, %c3) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  // expected-remark @+1 {{[QC-P002] node 'onnx.Mul' stays float: its two inputs have 256 and 512 codes, together more than a table of 16 bits}}
  %r2 = onnx.Mul(%r0, %r1) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %r3 = onnx.Quant(%r2, %c0, %c1, %c4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %r3 : tensor<1x1xf32>
}

// A product of two values that nothing quantizes is a float.
// CHECK-LABEL: func.func @product_without_quantizer
// CHECK: qnn.dequantize
// CHECK: onnx.Mul
func.func @product_without_quantizer(%x: tensor<1x1xf32>, %y: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r1 = onnx.Quant(%y, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  // expected-remark @+1 {{[QC-P002] node 'onnx.Mul' stays float: no quantizer behind it turns it into integers}}
  %r2 = onnx.Mul(%r0, %r1) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  return %r2 : tensor<1x1xf32>
}

// Codes have no integer reading: the quantizer itself stays.
// CHECK-LABEL: func.func @scales_along_two_dimensions
// CHECK: onnx.Quant
// CHECK: onnx.Conv
func.func @scales_along_two_dimensions(%x: tensor<1x2x2xf32>) -> tensor<1x1x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0, 0.5, 0.25, 1.0] : tensor<1x2x2xf32>>} : () -> tensor<1x2x2xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 1.0] : tensor<1x2x1xf32>>} : () -> tensor<1x2x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [1.0] : tensor<f32>>} : () -> tensor<f32>
  // expected-remark @+1 {{[QC-P002] node 'onnx.Quant' stays float: scale or zero point varies along more than one dimension}}
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<1x2x2xf32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r1 = onnx.Quant(%w, %c4, %c1, %c2) : (tensor<1x2x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x1xf32>
  // expected-warning @+1 {{[QC-P003] node 'onnx.Conv' is summed in float32 in ascending order, not exactly, so its last bit may differ from the source model's: its input is not quantized}}
  %r2 = onnx.Conv(%r0, %r1) : (tensor<1x2x2xf32>, tensor<1x2x1xf32>) -> tensor<1x1x2xf32>
  return %r2 : tensor<1x1x2xf32>
}

// CHECK-LABEL: func.func @fractional_zero_point
// CHECK: onnx.Quant
// CHECK: onnx.Conv
func.func @fractional_zero_point(%x: tensor<1x1x2xf32>) -> tensor<1x1x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1x1xf32>>} : () -> tensor<1x1x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [0.0] : tensor<f32>>} : () -> tensor<f32>
  // expected-remark @+1 {{[QC-P002] node 'onnx.Quant' stays float: zero point 0.500000 is not an integer of 32 bits}}
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2xf32>
  %r1 = onnx.Quant(%w, %c0, %c4, %c2) : (tensor<1x1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x1xf32>
  // expected-warning @+1 {{[QC-P003] node 'onnx.Conv' is summed in float32 in ascending order, not exactly, so its last bit may differ from the source model's: its input is not quantized}}
  %r2 = onnx.Conv(%r0, %r1) : (tensor<1x1x2xf32>, tensor<1x1x1xf32>) -> tensor<1x1x2xf32>
  return %r2 : tensor<1x1x2xf32>
}

// What has no integer form at all.
// CHECK-LABEL: func.func @softmax
// CHECK: qnn.matmul
// CHECK: qnn.dequantize
// CHECK: onnx.Softmax
func.func @softmax(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r1 = onnx.Quant(%w, %c0, %c1, %c2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r2 = onnx.MatMul(%r0, %r1) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  // expected-remark @+1 {{[QC-P002] node 'onnx.Softmax' stays float: there is no integer operation for it}}
  %r3 = onnx.Softmax(%r2) : (tensor<1x1xf32>) -> tensor<1x1xf32>
  return %r3 : tensor<1x1xf32>
}

// Interpolation makes new values.
// CHECK-LABEL: func.func @resize_linear
// CHECK: qnn.dequantize
// CHECK: onnx.Resize
func.func @resize_linear(%x: tensor<1x1x2xf32>) -> tensor<1x1x4xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %scales = onnx.Constant() {value = #data.constant<"scales", [1.0, 1.0, 2.0] : tensor<3xf32>>} : () -> tensor<3xf32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2xf32>
  // expected-remark @+1 {{[QC-P002] node 'onnx.Resize' stays float: there is no integer operation for it}}
  %r1 = onnx.Resize(%r0, %scales) {mode = "linear", operandSegmentSizes = array<i32: 1, 0, 1, 0>} : (tensor<1x1x2xf32>, tensor<3xf32>) -> tensor<1x1x4xf32>
  return %r1 : tensor<1x1x4xf32>
}

// 0.3 is no multiple of 0.5.
// CHECK-LABEL: func.func @border_without_code
// CHECK: onnx.Pad
func.func @border_without_code(%x: tensor<1x2xf32>) -> tensor<1x5xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %pads = onnx.Constant() {value = #data.constant<"pads", [0, 1, 0, 2] : tensor<4xsi64>>} : () -> tensor<4xsi64>
  %value = onnx.Constant() {value = #data.constant<"value", [0.3] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  // expected-remark @+1 {{[QC-P002] node 'onnx.Pad' stays float: its value is not one of the quantizer before it}}
  %r1 = onnx.Pad(%r0, %pads, %value) {operandSegmentSizes = array<i32: 1, 1, 1, 0>} : (tensor<1x2xf32>, tensor<4xsi64>, tensor<f32>) -> tensor<1x5xf32>
  return %r1 : tensor<1x5xf32>
}

// A bias moves the real number 0 off the codes.
// CHECK-LABEL: func.func @border_of_a_sum_with_bias
// CHECK: onnx.Pad
func.func @border_of_a_sum_with_bias(%x: tensor<1x1x2xf32>) -> tensor<1x1x3xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1x1xf32>>} : () -> tensor<1x1x1xf32>
  %b = onnx.Constant() {value = #data.constant<"b", [0.3] : tensor<1xf32>>} : () -> tensor<1xf32>
  %pads = onnx.Constant() {value = #data.constant<"pads", [0, 0, 1, 0, 0, 0] : tensor<6xsi64>>} : () -> tensor<6xsi64>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2xf32>
  %r1 = onnx.Quant(%w, %c0, %c1, %c2) : (tensor<1x1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x1xf32>
  %r2 = onnx.Conv(%r0, %r1, %b) : (tensor<1x1x2xf32>, tensor<1x1x1xf32>, tensor<1xf32>) -> tensor<1x1x2xf32>
  // expected-remark @+1 {{[QC-P002] node 'onnx.Pad' stays float: it pads a tensor with a bias}}
  %r3 = onnx.Pad(%r2, %pads) {operandSegmentSizes = array<i32: 1, 1, 0, 0>} : (tensor<1x1x2xf32>, tensor<6xsi64>) -> tensor<1x1x3xf32>
  return %r3 : tensor<1x1x3xf32>
}

// CHECK-LABEL: func.func @positions_of_a_pool
// CHECK: onnx.MaxPool
func.func @positions_of_a_pool(%x: tensor<1x1x4xf32>) -> (tensor<1x1x2xf32>, tensor<1x1x2xsi64>) {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x4xf32>
  // expected-remark @+1 {{[QC-P002] node 'onnx.MaxPool' stays float: its positions are used}}
  %r1:2 = onnx.MaxPool(%r0) {kernel_shape = array<i64: 2>, strides = array<i64: 2>, resultSegmentSizes = array<i32: 1, 1>} : (tensor<1x1x4xf32>) -> (tensor<1x1x2xf32>, tensor<1x1x2xsi64>)
  return %r1#0, %r1#1 : tensor<1x1x2xf32>, tensor<1x1x2xsi64>
}

// A sum is rounded to float32 before it is averaged.
// CHECK-LABEL: func.func @average_of_a_sum
// CHECK: qnn.conv
// CHECK: onnx.AveragePool
func.func @average_of_a_sum(%x: tensor<1x1x2xf32>) -> tensor<1x1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1x1xf32>>} : () -> tensor<1x1x1xf32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2xf32>
  %r1 = onnx.Quant(%w, %c0, %c1, %c2) : (tensor<1x1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x1xf32>
  %r2 = onnx.Conv(%r0, %r1) : (tensor<1x1x2xf32>, tensor<1x1x1xf32>) -> tensor<1x1x2xf32>
  // expected-remark @+1 {{[QC-P002] node 'onnx.AveragePool' stays float: its input is not quantized}}
  %r3 = onnx.AveragePool(%r2) {kernel_shape = array<i64: 2>} : (tensor<1x1x2xf32>) -> tensor<1x1x1xf32>
  return %r3 : tensor<1x1x1xf32>
}

// Codes of different scales have no order.
// CHECK-LABEL: func.func @order_across_scales
// CHECK: onnx.ArgMax
func.func @order_across_scales(%x: tensor<1x2xf32>) -> tensor<1x1xsi64> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5, 0.25] : tensor<1x2xf32>>} : () -> tensor<1x2xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  // expected-remark @+1 {{[QC-P002] node 'onnx.ArgMax' stays float: the order of its input's integers is not that of its floats}}
  %r1 = onnx.ArgMax(%r0) {axis = 1 : i64} : (tensor<1x2xf32>) -> tensor<1x1xsi64>
  return %r1 : tensor<1x1xsi64>
}

// Codes of 25 bits that differ may be one float.
// CHECK-LABEL: func.func @order_of_wide_codes
// CHECK: onnx.ArgMax
func.func @order_of_wide_codes(%x: tensor<1x2xf32>) -> tensor<1x1xsi64> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [25.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  // expected-remark @+1 {{[QC-P002] node 'onnx.ArgMax' stays float: the order of its input's integers is not that of its floats}}
  %r1 = onnx.ArgMax(%r0) {axis = 1 : i64} : (tensor<1x2xf32>) -> tensor<1x1xsi64>
  return %r1 : tensor<1x1xsi64>
}

// CHECK-LABEL: func.func @join_with_a_float
// CHECK: qnn.dequantize
// CHECK: onnx.Concat
func.func @join_with_a_float(%x: tensor<1x2xf32>, %y: tensor<1x2xf32>) -> tensor<1x4xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  // expected-remark @+1 {{[QC-P002] node 'onnx.Concat' stays float: its operand '' is not integers}}
  %r1 = onnx.Concat(%r0, %y) {axis = 1 : i64} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x4xf32>
  return %r1 : tensor<1x4xf32>
}

// CHECK-LABEL: func.func @columns_at_positions_that_are_data
// CHECK: onnx.Gather
func.func @columns_at_positions_that_are_data(%x: tensor<2x3xf32>, %i: tensor<2xsi64>) -> tensor<2x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<2x3xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x3xf32>
  // expected-remark @+1 {{[QC-P002] node 'onnx.Gather' stays float: its positions are data and it does not pick whole rows of one scale}}
  %r1 = onnx.Gather(%r0, %i) {axis = 1 : i64} : (tensor<2x3xf32>, tensor<2xsi64>) -> tensor<2x2xf32>
  return %r1 : tensor<2x2xf32>
}

// Quotients by 2 and by 4 have no common divisor that one reading could name.
// CHECK-LABEL: func.func @averages_of_different_sizes
// CHECK: onnx.Concat
func.func @averages_of_different_sizes(%x: tensor<1x1x4xf32>) -> tensor<1x1x3xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x4xf32>
  %r1 = onnx.AveragePool(%r0) {kernel_shape = array<i64: 2>, strides = array<i64: 2>} : (tensor<1x1x4xf32>) -> tensor<1x1x2xf32>
  %r2 = onnx.AveragePool(%r0) {kernel_shape = array<i64: 4>} : (tensor<1x1x4xf32>) -> tensor<1x1x1xf32>
  // expected-remark @+1 {{[QC-P002] node 'onnx.Concat' stays float: its operands are averages of different sizes}}
  %r3 = onnx.Concat(%r1, %r2) {axis = 2 : i64} : (tensor<1x1x2xf32>, tensor<1x1x1xf32>) -> tensor<1x1x3xf32>
  return %r3 : tensor<1x1x3xf32>
}
