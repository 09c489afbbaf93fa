// RUN: qcompile-opt %s --convert-onnx-to-qnn --verify-diagnostics | FileCheck %s

// Float islands: sums and products that cannot be brought to integers stay `onnx`, and a remark says why.

// A first layer on an unquantized input stays float; its result is quantized by comparing floats.
// CHECK-LABEL: func.func @unquantized_input
// CHECK: %[[M:.*]] = onnx.MatMul
// CHECK: qnn.threshold %[[M]] {{.*}} : (tensor<1x1xf32>) -> tensor<1x1xui2>
func.func @unquantized_input(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%w, %c1, %c2, %c3) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  // expected-remark @+1 {{[QC-P002] node 'onnx.MatMul' stays float: its input is not quantized}}
  %r1 = onnx.MatMul(%x, %r0) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %r2 = onnx.Quant(%r1, %c1, %c2, %c4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %r2 : tensor<1x1xf32>
}

// The same for a convolution.
// CHECK-LABEL: func.func @unquantized_convolution
// CHECK: onnx.Conv
// CHECK: qnn.threshold
func.func @unquantized_convolution(%x: tensor<1x1x2xf32>) -> tensor<1x1x2xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1x1xf32>>} : () -> tensor<1x1x1xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%w, %c1, %c2, %c3) : (tensor<1x1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x1xf32>
  // expected-remark @+1 {{[QC-P002] node 'onnx.Conv' stays float: its input is not quantized}}
  %r1 = onnx.Conv(%x, %r0) : (tensor<1x1x2xf32>, tensor<1x1x1xf32>) -> tensor<1x1x2xf32>
  %r2 = onnx.Quant(%r1, %c1, %c2, %c4) {signed_ = 0 : i64} : (tensor<1x1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2xf32>
  return %r2 : tensor<1x1x2xf32>
}

// CHECK-LABEL: func.func @unquantized_weights
// CHECK: qnn.dequantize
// CHECK: onnx.MatMul
func.func @unquantized_weights(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  // expected-remark @+1 {{[QC-P002] node 'onnx.MatMul' stays float: its weights are not quantized}}
  %r1 = onnx.MatMul(%r0, %w) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %r2 = onnx.Quant(%r1, %c0, %c1, %c4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %r2 : tensor<1x1xf32>
}

// CHECK-LABEL: func.func @weights_that_are_data
// CHECK: qnn.dequantize
// CHECK: onnx.Conv
func.func @weights_that_are_data(%x: tensor<1x1x2xf32>, %y: tensor<1x1x1xf32>) -> tensor<1x1x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2xf32>
  %r1 = onnx.Quant(%y, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x1xf32>
  // expected-warning @+1 {{[QC-P003] node 'onnx.Conv' is summed in float32 in ascending order, not exactly, so its last bit may differ from the source model's: its weights are not constant}}
  %r2 = onnx.Conv(%r0, %r1) : (tensor<1x1x2xf32>, tensor<1x1x1xf32>) -> tensor<1x1x2xf32>
  %r3 = onnx.Quant(%r2, %c0, %c1, %c3) {signed_ = 0 : i64} : (tensor<1x1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2xf32>
  return %r3 : tensor<1x1x2xf32>
}

// 2^32 - 1 times 2^30 has 62 bits.
// CHECK-LABEL: func.func @wide_accumulator
// CHECK: onnx.MatMul
func.func @wide_accumulator(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [32.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1073741824.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r1 = onnx.Quant(%w, %c0, %c1, %c2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  // expected-warning @+1 {{[QC-P003] node 'onnx.MatMul' is summed in float32 in ascending order, not exactly, so its last bit may differ from the source model's: its accumulator needs more than 48 bits}}
  %r2 = onnx.MatMul(%r0, %r1) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %r3 = onnx.Quant(%r2, %c0, %c1, %c4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %r3 : tensor<1x1xf32>
}

// 2^32 - 1 times 2^15 - 1 has 47 bits and is an accumulator of 48 with its sign, ...
// CHECK-LABEL: func.func @widest_accumulator
// CHECK: qnn.matmul {{.*}} -> tensor<1x1xsi48>
func.func @widest_accumulator(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [32.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [32767.0, -1.0] : tensor<2x1xf32>>} : () -> tensor<2x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [16.0] : tensor<f32>>} : () -> tensor<f32>
  %c5 = onnx.Constant() {value = #data.constant<"c5", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  %r1 = onnx.Quant(%w, %c0, %c1, %c4) : (tensor<2x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x1xf32>
  %r2 = onnx.MatMul(%r0, %r1) : (tensor<1x2xf32>, tensor<2x1xf32>) -> tensor<1x1xf32>
  %r3 = onnx.Quant(%r2, %c0, %c1, %c5) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %r3 : tensor<1x1xf32>
}

// ... 2^32 - 1 times 2^15 + 1 is not below 2^47.
// CHECK-LABEL: func.func @one_bit_more
// CHECK: onnx.MatMul
func.func @one_bit_more(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [32.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [32769.0, -1.0] : tensor<2x1xf32>>} : () -> tensor<2x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [17.0] : tensor<f32>>} : () -> tensor<f32>
  %c5 = onnx.Constant() {value = #data.constant<"c5", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  %r1 = onnx.Quant(%w, %c0, %c1, %c4) : (tensor<2x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x1xf32>
  // expected-warning @+1 {{[QC-P003] node 'onnx.MatMul' is summed in float32 in ascending order, not exactly, so its last bit may differ from the source model's: its accumulator needs more than 48 bits}}
  %r2 = onnx.MatMul(%r0, %r1) : (tensor<1x2xf32>, tensor<2x1xf32>) -> tensor<1x1xf32>
  %r3 = onnx.Quant(%r2, %c0, %c1, %c5) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %r3 : tensor<1x1xf32>
}

// 1 is no small multiple of what makes up 1e-20.
// CHECK-LABEL: func.func @no_common_unit_in_a_sum
// CHECK: onnx.MatMul
func.func @no_common_unit_in_a_sum(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0, 1.0e-20] : tensor<1x2xf32>>} : () -> tensor<1x2xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 1.0] : tensor<2x1xf32>>} : () -> tensor<2x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c5 = onnx.Constant() {value = #data.constant<"c5", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  %r1 = onnx.Quant(%w, %c4, %c1, %c2) : (tensor<2x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x1xf32>
  // expected-warning @+1 {{[QC-P003] node 'onnx.MatMul' is summed in float32 in ascending order, not exactly, so its last bit may differ from the source model's: the scales that meet in one sum have no common unit within 40 bits}}
  %r2 = onnx.MatMul(%r0, %r1) : (tensor<1x2xf32>, tensor<2x1xf32>) -> tensor<1x1xf32>
  %r3 = onnx.Quant(%r2, %c4, %c1, %c5) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %r3 : tensor<1x1xf32>
}

// Scales per row cannot be brought to one scale either.
// CHECK-LABEL: func.func @no_common_unit_of_rows
// CHECK: onnx.MatMul
func.func @no_common_unit_of_rows(%x: tensor<2x1xf32>) -> tensor<2x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0, 1.0e-20] : tensor<2x1xf32>>} : () -> tensor<2x1xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c5 = onnx.Constant() {value = #data.constant<"c5", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<2x1xf32>, tensor<2x1xf32>, tensor<f32>, tensor<f32>) -> tensor<2x1xf32>
  %r1 = onnx.Quant(%w, %c4, %c1, %c2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  // expected-warning @+1 {{[QC-P003] node 'onnx.MatMul' is summed in float32 in ascending order, not exactly, so its last bit may differ from the source model's: the scales of its input have no common unit within 40 bits}}
  %r2 = onnx.MatMul(%r0, %r1) : (tensor<2x1xf32>, tensor<1x1xf32>) -> tensor<2x1xf32>
  %r3 = onnx.Quant(%r2, %c4, %c1, %c5) {signed_ = 0 : i64} : (tensor<2x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x1xf32>
  return %r3 : tensor<2x1xf32>
}

// CHECK-LABEL: func.func @no_common_unit_of_a_join
// CHECK: onnx.Add
func.func @no_common_unit_of_a_join(%x: tensor<1x2xf32>, %y: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [1.0e-20] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  %r1 = onnx.Quant(%y, %c3, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  // expected-warning @+1 {{[QC-P003] node 'onnx.Add' is summed in float32 in ascending order, not exactly, so its last bit may differ from the source model's: the scales of its operands have no common unit within 40 bits; give the quantizers before it one scale}}
  %r2 = onnx.Add(%r0, %r1) : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  return %r2 : tensor<1x2xf32>
}

// A unit of 2^-30 makes 2^30 times 20 bits: more than 48.
// CHECK-LABEL: func.func @accumulator_of_a_join
// CHECK: onnx.Add
func.func @accumulator_of_a_join(%x: tensor<1x2xf32>, %y: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [20.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [9.313225746154785e-10] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  %r1 = onnx.Quant(%y, %c3, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  // expected-warning @+1 {{[QC-P003] node 'onnx.Add' is summed in float32 in ascending order, not exactly, so its last bit may differ from the source model's: its accumulator needs more than 48 bits; give the quantizers before it one scale}}
  %r2 = onnx.Add(%r0, %r1) : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  return %r2 : tensor<1x2xf32>
}

// Both operands vary along the sum, and one of them has no common unit.
// CHECK-LABEL: func.func @no_common_unit_of_products
// CHECK: onnx.MatMul
func.func @no_common_unit_of_products(%x: tensor<1x2x2xf32>, %y: tensor<1x2x2xf32>) -> tensor<1x2x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0, 1.0e-20] : tensor<1x1x2xf32>>} : () -> tensor<1x1x2xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [1.0, 0.5] : tensor<1x2x1xf32>>} : () -> tensor<1x2x1xf32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<1x1x2xf32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  %r1 = onnx.Quant(%y, %c3, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2xf32>, tensor<1x2x1xf32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2xf32>
  // expected-warning @+1 {{[QC-P003] node 'onnx.MatMul' is summed in float32 in ascending order, not exactly, so its last bit may differ from the source model's: the scales of its input have no common unit within 40 bits}}
  %r2 = onnx.MatMul(%r0, %r1) : (tensor<1x2x2xf32>, tensor<1x2x2xf32>) -> tensor<1x2x2xf32>
  return %r2 : tensor<1x2x2xf32>
}

// CHECK-LABEL: func.func @transposed_activation
// CHECK: onnx.Gemm
func.func @transposed_activation(%x: tensor<2x2xf32>) -> tensor<2x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 1.0] : tensor<2x1xf32>>} : () -> tensor<2x1xf32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x2xf32>
  %r1 = onnx.Quant(%w, %c0, %c1, %c2) : (tensor<2x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x1xf32>
  // expected-warning @+1 {{[QC-P003] node 'onnx.Gemm' is summed in float32 in ascending order, not exactly, so its last bit may differ from the source model's: its left operand is transposed}}
  %r2 = onnx.Gemm(%r0, %r1) {transA = 1 : i64} : (tensor<2x2xf32>, tensor<2x1xf32>) -> tensor<2x1xf32>
  return %r2 : tensor<2x1xf32>
}
