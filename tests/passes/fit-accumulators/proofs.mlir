// RUN: qcompile-opt %s --onnx-fit-accumulators="bits=9 keep-first=false keep-last=false" 2>&1 | FileCheck %s

// What fits stays as it is. Raw codes count: with zero point 8 the inputs are 0 to 15, not -8 to 7, and the border is code 8.

// 15 * (7 + 7) = 210 needs 9 bits.
// CHECK-DAG: remark: [QC-P010] layer 'fits' stays as it is: every sum fits as it is, in 9 bits
// CHECK-DAG: remark: [QC-P010] layer 'fits': proven as it is, weights off by 0.00%
// 15 * (7 + 7) without a negative weight: an unsigned type of 8 bits.
// CHECK-DAG: remark: [QC-P010] layer 'unsigned' stays as it is: every sum fits as it is, in 8 bits
// Inputs -8 to 7 would need 9 bits for S+ = 18, S- = 14 (8 * 18 + 7 * 14 = 242); codes 0 to 15 need 10 (15 * 18 = 270).
// CHECK-DAG: remark: [QC-P010] layer 'padded': 9-bit accumulator
// CHECK-DAG: remark: [QC-P010] layer 'float' stays as it is: it has no integer accumulator to fit: its weights are not quantized

// CHECK-LABEL: func.func @fits
// CHECK: compression.report
// CHECK-SAME: accumulator_bits_after\22:9
// CHECK: [7, 7, -3]
func.func @fits(%x: tensor<1x3xf32>) -> tensor<1x1xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [7.0, 7.0, -3.0] : tensor<3x1xf32>>} : () -> tensor<3x1xf32>
  %q = onnx.Quant(%x, %s, %z, %b) {signed_ = 0 : i64} : (tensor<1x3xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x3xf32>
  %v = onnx.Quant(%w, %s, %z, %b) : (tensor<3x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<3x1xf32>
  %y = onnx.MatMul(%q, %v) : (tensor<1x3xf32>, tensor<3x1xf32>) -> tensor<1x1xf32> loc("fits"("y"("model.onnx":1:0)))
  return %y : tensor<1x1xf32>
}

func.func @unsigned(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [7.0, 7.0] : tensor<2x1xf32>>} : () -> tensor<2x1xf32>
  %q = onnx.Quant(%x, %s, %z, %b) {signed_ = 0 : i64} : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  %v = onnx.Quant(%w, %s, %z, %b) : (tensor<2x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x1xf32>
  %y = onnx.MatMul(%q, %v) : (tensor<1x2xf32>, tensor<2x1xf32>) -> tensor<1x1xf32> loc("unsigned"("y"("model.onnx":1:0)))
  return %y : tensor<1x1xf32>
}

func.func @padded(%x: tensor<1x1x5xf32>) -> tensor<1x1x5xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %e = onnx.Constant() {value = #data.constant<"e", [8.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [7.0, 7.0, -7.0, -7.0, 4.0] : tensor<1x1x5xf32>>} : () -> tensor<1x1x5xf32>
  %q = onnx.Quant(%x, %s, %e, %b) {signed_ = 0 : i64} : (tensor<1x1x5xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x5xf32>
  %v = onnx.Quant(%w, %s, %z, %b) : (tensor<1x1x5xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x5xf32>
  %y = onnx.Conv(%q, %v) {pads = array<i64: 2, 2>} : (tensor<1x1x5xf32>, tensor<1x1x5xf32>) -> tensor<1x1x5xf32> loc("padded"("y"("model.onnx":1:0)))
  return %y : tensor<1x1x5xf32>
}

func.func @float(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [7.0, 7.0] : tensor<2x1xf32>>} : () -> tensor<2x1xf32>
  %y = onnx.MatMul(%x, %w) : (tensor<1x2xf32>, tensor<2x1xf32>) -> tensor<1x1xf32> loc("float"("y"("model.onnx":1:0)))
  return %y : tensor<1x1xf32>
}
