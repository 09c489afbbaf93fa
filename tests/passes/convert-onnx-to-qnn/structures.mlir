// RUN: qcompile-opt %s --convert-onnx-to-qnn -verify-diagnostics | FileCheck %s

// Structures recorded on weights become encodings where the codes have them.

// Gemm with transposed weights [M, K]: the integer form has them as [K, M].
// CHECK-LABEL: func.func @gemm
func.func @gemm(%x: tensor<1x4xf32>) -> tensor<1x2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [0.0, 1.0, -2.0, 0.0, 3.0, 0.0, 0.0, 0.0] : tensor<2x4xf32>>,
      encoding.structure = #encoding.n_m<n = 1, m = 2, order = [0, 1], rows = 1>} : () -> tensor<2x4xf32>
  %qx = onnx.Quant(%x, %s, %z, %b) : (tensor<1x4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x4xf32>
  %qw = onnx.Quant(%w, %s, %z, %b) : (tensor<2x4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x4xf32>
  // CHECK: qnn.constant <"{{.*}}", [0, 3, 1, 0, -2, 0, 0, 0] : tensor<4x2xsi4>>
  // CHECK-SAME: encoding #encoding.n_m<n = 1, m = 2, order = [1, 0], rows = 1>
  %y = onnx.Gemm(%qx, %qw) {transB = 1 : i64} : (tensor<1x4xf32>, tensor<2x4xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// A transpose between the quantizer and the product.
// CHECK-LABEL: func.func @transposed
func.func @transposed(%x: tensor<1x4xf32>) -> tensor<1x2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [2.0, 1.0, 2.0, 1.0, 1.0, 2.0, 1.0, 2.0] : tensor<2x4xf32>>,
      encoding.structure = #encoding.circulant<block = 2, order = [0, 1], rows = 1>} : () -> tensor<2x4xf32>
  %qx = onnx.Quant(%x, %s, %z, %b) : (tensor<1x4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x4xf32>
  %qw = onnx.Quant(%w, %s, %z, %b) : (tensor<2x4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x4xf32>
  %t = onnx.Transpose(%qw) {perm = array<i64: 1, 0>} : (tensor<2x4xf32>) -> tensor<4x2xf32>
  // CHECK: encoding #encoding.circulant<block = 2, order = [1, 0], rows = 1>
  %y = onnx.MatMul(%qx, %t) : (tensor<1x4xf32>, tensor<4x2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// CHECK-LABEL: func.func @conv
func.func @conv(%x: tensor<1x1x2x2xf32>) -> tensor<1x2x1x1xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 3.0, 2.0] : tensor<2x1x2x2xf32>>,
      encoding.structure = #encoding.run_length<gap_bits = 2, order = [0, 1, 2, 3], rows = 1>} : () -> tensor<2x1x2x2xf32>
  %qx = onnx.Quant(%x, %s, %z, %b) : (tensor<1x1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2x2xf32>
  %qw = onnx.Quant(%w, %s, %z, %b) : (tensor<2x1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x1x2x2xf32>
  // CHECK: encoding #encoding.run_length<gap_bits = 2, order = [0, 1, 2, 3], rows = 1>
  %y = onnx.Conv(%qx, %qw) : (tensor<1x1x2x2xf32>, tensor<2x1x2x2xf32>) -> tensor<1x2x1x1xf32>
  return %y : tensor<1x2x1x1xf32>
}

// A zero point of weights leaves no zeros: the codes decide, not the floats.
// CHECK-LABEL: func.func @refused
func.func @refused(%x: tensor<1x4xf32>) -> tensor<1x1xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [0.0, 1.0, 2.0, 3.0] : tensor<4x1xf32>>,
      encoding.structure = #encoding.n_m<n = 1, m = 2, order = [1, 0], rows = 1>} : () -> tensor<4x1xf32>
  %qx = onnx.Quant(%x, %s, %z, %b) : (tensor<1x4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x4xf32>
  %qw = onnx.Quant(%w, %s, %z, %b) : (tensor<4x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<4x1xf32>
  // CHECK-NOT: encoding
  // expected-warning @+1 {{[QC-S006] node 'onnx.MatMul': its weights are stored dense, since they are not 'n_m' as recorded: output 0: expected at most 1 codes other than 0 among 2, found 2 from 2 to 3}}
  %y = onnx.MatMul(%qx, %qw) : (tensor<1x4xf32>, tensor<4x1xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// A slice of weights is not followed.
// CHECK-LABEL: func.func @lost
func.func @lost(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %i = onnx.Constant() {value = #data.constant<"i", [0, 1] : tensor<2xsi64>>} : () -> tensor<2xsi64>
  %w = onnx.Constant() {value = #data.constant<"w", [0.0, 1.0, 2.0, 0.0] : tensor<4x1xf32>>,
      encoding.structure = #encoding.coo<order = [1, 0], rows = 1>} : () -> tensor<4x1xf32>
  %qx = onnx.Quant(%x, %s, %z, %b) : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  %qw = onnx.Quant(%w, %s, %z, %b) : (tensor<4x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<4x1xf32>
  %g = onnx.Gather(%qw, %i) {axis = 0 : i64} : (tensor<4x1xf32>, tensor<2xsi64>) -> tensor<2x1xf32>
  // CHECK-NOT: encoding
  // expected-warning @+1 {{[QC-S006] node 'onnx.MatMul': its weights are stored dense, since they are not 'coo' as recorded: operations between rearrange them}}
  %y = onnx.MatMul(%qx, %g) : (tensor<1x2xf32>, tensor<2x1xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}
