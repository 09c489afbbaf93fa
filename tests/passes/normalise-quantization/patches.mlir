// RUN: qcompile-opt %s --onnx-normalise-quantization --split-input-file | FileCheck %s

// Operators of QONNX that standard ones say.

// Taps in the order (kh, kw): dilated by 2 along the width, the last window begins at 1.
// CHECK-LABEL: func.func @im2col
// CHECK: %[[P:.*]] = onnx.Pad(%arg0, {{.*}} -> tensor<2x4x4x3xf32>
// CHECK: onnx.Constant() {{.*}}[0, 0] : tensor<2xsi64>
// CHECK: onnx.Constant() {{.*}}[3, 2] : tensor<2xsi64>
// CHECK: %[[A:.*]] = onnx.Slice(%[[P]],
// CHECK: onnx.Constant() {{.*}}[0, 2] : tensor<2xsi64>
// CHECK: onnx.Constant() {{.*}}[3, 4] : tensor<2xsi64>
// CHECK: %[[B:.*]] = onnx.Slice(%[[P]],
// CHECK: onnx.Concat(%[[A]], %[[B]]) {axis = 3 : i64} {{.*}} -> tensor<2x2x2x6xf32>
func.func @im2col(%x: tensor<2x3x4x3xf32>) -> tensor<2x2x2x6xf32> {
  %y = onnx.Im2Col(%x) {stride = array<i64: 2, 1>, kernel_size = array<i64: 1, 2>, dilations = array<i64: 1, 2>, pad_amount = array<i64: 1, 0, 0, 0>, pad_value = 0 : i64} : (tensor<2x3x4x3xf32>) -> tensor<2x2x2x6xf32>
  return %y : tensor<2x2x2x6xf32>
}

// -----

// 4 bits over 4 elements: sums up to 60 take 6 bits, to 4 bits they lose 2.
// CHECK-LABEL: func.func @average
// CHECK: %[[A:.*]] = onnx.AveragePool(%arg0)
// CHECK: %[[S:.*]] = onnx.Mul(%[[A]],
// CHECK: onnx.Constant() {{.*}}[3] : tensor<f32>
// CHECK: onnx.Trunc_v1(%[[S]],
func.func @average(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x2x2xf32> {
  %y = onnx.QuantAvgPool2d(%x) {stride = 2 : i64, kernel = 2 : i64, ibits = 4 : i64, obits = 4 : i64, signed = 0 : i64} : (tensor<1x1x4x4xf32>) -> tensor<1x1x2x2xf32>
  return %y : tensor<1x1x2x2xf32>
}
