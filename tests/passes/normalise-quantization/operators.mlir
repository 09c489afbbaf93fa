// RUN: qcompile-opt %s --onnx-normalise-quantization --split-input-file | FileCheck %s

// Quantized operators: the operator on the numbers that codes stand for, and one quantizer.

// The bias has the scale of the products.
// CHECK-LABEL: func.func @conv
// CHECK-DAG: %[[X:.*]] = onnx.DequantizeLinear(%arg0, {{.*}}tensor<1x1x2x2xui8>
// CHECK-DAG: %[[W:.*]] = onnx.DequantizeLinear({{.*}}) {axis = 0 : i64} : (tensor<2x1x2x2xsi8>
// CHECK-DAG: onnx.Constant() {{.*}}[0.125, 0.25] : tensor<2xf32>
// CHECK-DAG: %[[B:.*]] = onnx.DequantizeLinear({{.*}}) {axis = 0 : i64} : (tensor<2xsi32>
// CHECK: %[[S:.*]] = onnx.Conv(%[[X]], %[[W]], %[[B]])
// CHECK: %[[Q:.*]] = onnx.LinearQuant(%[[S]], {{.*}}) {high = 255 : i64, low = 0 : i64}
// CHECK: onnx.QuantizeLinear(%[[Q]],
func.func @conv(%x: tensor<1x1x2x2xui8>) -> tensor<1x2x1x1xui8> {
  %xs = onnx.Constant() {value = #data.constant<"xs", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %xz = onnx.Constant() {value = #data.constant<"xz", [4] : tensor<ui8>>} : () -> tensor<ui8>
  %w = onnx.Constant() {value = #data.constant<"w", [1, -2, 3, -4, 5, 6, 7, 8] : tensor<2x1x2x2xsi8>>} : () -> tensor<2x1x2x2xsi8>
  %ws = onnx.Constant() {value = #data.constant<"ws", [0.25, 0.5] : tensor<2xf32>>} : () -> tensor<2xf32>
  %wz = onnx.Constant() {value = #data.constant<"wz", [0, 0] : tensor<2xsi8>>} : () -> tensor<2xsi8>
  %ys = onnx.Constant() {value = #data.constant<"ys", [0.75] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [100, -100] : tensor<2xsi32>>} : () -> tensor<2xsi32>
  %y = onnx.QLinearConv(%x, %xs, %xz, %w, %ws, %wz, %ys, %xz, %b)
     : (tensor<1x1x2x2xui8>, tensor<f32>, tensor<ui8>, tensor<2x1x2x2xsi8>, tensor<2xf32>, tensor<2xsi8>, tensor<f32>, tensor<ui8>, tensor<2xsi32>) -> tensor<1x2x1x1xui8>
  return %y : tensor<1x2x1x1xui8>
}

// -----

// Operators behind each other meet in floats.
// CHECK-LABEL: func.func @chain
// CHECK: %[[A:.*]] = onnx.Quant(%arg0,
// CHECK: %[[P:.*]] = onnx.MatMul(%[[A]],
// CHECK: %[[Q:.*]] = onnx.Quant(%[[P]],
// CHECK: %[[S:.*]] = onnx.Add(%[[Q]], %[[A]])
// CHECK: %[[R:.*]] = onnx.Quant(%[[S]],
// CHECK-NEXT: return %[[R]]
func.func @chain(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0] : tensor<si8>>} : () -> tensor<si8>
  %w = onnx.Constant() {value = #data.constant<"w", [1, -2, 3, -4] : tensor<2x2xsi8>>} : () -> tensor<2x2xsi8>
  %q = onnx.QuantizeLinear(%x, %s, %z) : (tensor<1x2xf32>, tensor<f32>, tensor<si8>) -> tensor<1x2xsi8>
  %p = onnx.QLinearMatMul(%q, %s, %z, %w, %s, %z, %s, %z)
     : (tensor<1x2xsi8>, tensor<f32>, tensor<si8>, tensor<2x2xsi8>, tensor<f32>, tensor<si8>, tensor<f32>, tensor<si8>) -> tensor<1x2xsi8>
  %a = onnx.QLinearAdd(%p, %s, %z, %q, %s, %z, %s, %z) {operandSegmentSizes = array<i32: 1, 1, 1, 1, 1, 1, 1, 1>}
     : (tensor<1x2xsi8>, tensor<f32>, tensor<si8>, tensor<1x2xsi8>, tensor<f32>, tensor<si8>, tensor<f32>, tensor<si8>) -> tensor<1x2xsi8>
  %y = onnx.DequantizeLinear(%a, %s, %z) : (tensor<1x2xsi8>, tensor<f32>, tensor<si8>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

// Sums of integers that a Cast makes floats.
// CHECK-LABEL: func.func @matmul_integer
// CHECK: %[[A:.*]] = onnx.DequantizeLinear(%arg0,
// CHECK: %[[W:.*]] = onnx.DequantizeLinear({{.*}}tensor<2x2xsi8>
// CHECK: %[[Y:.*]] = onnx.MatMul(%[[A]], %[[W]])
// CHECK-NEXT: return %[[Y]]
func.func @matmul_integer(%x: tensor<1x2xui8>) -> tensor<1x2xf32> {
  %z = onnx.Constant() {value = #data.constant<"z", [7] : tensor<ui8>>} : () -> tensor<ui8>
  %w = onnx.Constant() {value = #data.constant<"w", [1, -2, 3, -4] : tensor<2x2xsi8>>} : () -> tensor<2x2xsi8>
  %p = onnx.MatMulInteger(%x, %w, %z) {operandSegmentSizes = array<i32: 1, 1, 1, 0>} : (tensor<1x2xui8>, tensor<2x2xsi8>, tensor<ui8>) -> tensor<1x2xsi32>
  %y = onnx.Cast(%p) {to = 1 : i64} : (tensor<1x2xsi32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

// 4 bits, packed from the lowest on, rows of K = 3 in blocks of 2: [1, 2, 3] and [4, 5, 6] of scales [0.5, 2], [1, 4]. The code of
// 0 is 8 by default.
// CHECK-LABEL: func.func @matmul_nbits
// CHECK-DAG: %[[W:.*]] = onnx.Constant() {{.*}}[1, 2, 3, 4, 5, 6] : tensor<2x3xui4>
// CHECK-DAG: %[[S:.*]] = onnx.Constant() {{.*}}[0.5, 2, 1, 4] : tensor<2x2xf32>
// CHECK-DAG: %[[Z:.*]] = onnx.Constant() {{.*}}[8, 8, 8, 8] : tensor<2x2xui4>
// CHECK: %[[D:.*]] = onnx.DequantizeLinear(%[[W]], %[[S]], %[[Z]]) {block_size = 2 : i64}
// CHECK: %[[T:.*]] = onnx.Transpose(%[[D]]) {perm = array<i64: 1, 0>}
// CHECK: onnx.MatMul(%arg0, %[[T]])
func.func @matmul_nbits(%x: tensor<1x3xf32>) -> tensor<1x2xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [33, 3, 84, 6] : tensor<2x2x1xui8>>} : () -> tensor<2x2x1xui8>
  %s = onnx.Constant() {value = #data.constant<"s", [0.5, 2.0, 1.0, 4.0] : tensor<4xf32>>} : () -> tensor<4xf32>
  %y = onnx.MatMulNBits(%x, %w, %s) {K = 3 : i64, N = 2 : i64, bits = 4 : i64, block_size = 2 : i64, operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0>}
     : (tensor<1x3xf32>, tensor<2x2x1xui8>, tensor<4xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// The same codes: those of a block of scale -0.5 count from 15 down, zero point included, and those of a block of scale 0 are the zero point.
// CHECK-LABEL: func.func @matmul_nbits_signs
// CHECK-DAG: onnx.Constant() {{.*}}[14, 13, 8, 4, 5, 6] : tensor<2x3xui4>
// CHECK-DAG: onnx.Constant() {{.*}}[0.5, 1, 1, 4] : tensor<2x2xf32>
// CHECK-DAG: onnx.Constant() {{.*}}[7, 8, 8, 8] : tensor<2x2xui4>
func.func @matmul_nbits_signs(%x: tensor<1x3xf32>) -> tensor<1x2xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [33, 3, 84, 6] : tensor<2x2x1xui8>>} : () -> tensor<2x2x1xui8>
  %s = onnx.Constant() {value = #data.constant<"s", [-0.5, 0.0, 1.0, 4.0] : tensor<4xf32>>} : () -> tensor<4xf32>
  %y = onnx.MatMulNBits(%x, %w, %s) {K = 3 : i64, N = 2 : i64, bits = 4 : i64, block_size = 2 : i64, operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0>}
     : (tensor<1x3xf32>, tensor<2x2x1xui8>, tensor<4xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}
