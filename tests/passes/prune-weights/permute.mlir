// RUN: qcompile-opt %s --onnx-prune-weights="pattern=1:2 permute=true keep-first=true keep-last=false" --split-input-file --verify-diagnostics | FileCheck %s

// Of (9, 8) one would stay; with channels 1 and 2 swapped both do. The layer before gives its channels, with bias and slopes,
// in the new order. (Channels 1 and 2, or 0 and 2, ...: the first swap that helps is of 0 and 2.)
// CHECK-LABEL: func.func @main
// CHECK-DAG: [3, 2, 1, 4] : tensor<1x4xf32>
// CHECK-DAG: [30, 20, 10, 40] : tensor<4xf32>
// CHECK-DAG: [0.75, 0.5, 0.25, 1] : tensor<4xf32>
// CHECK-DAG: [0, 8, 9, 0] : tensor<4x1xf32>
func.func @main(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 2.0, 3.0, 4.0] : tensor<1x4xf32>>} : () -> tensor<1x4xf32>
  %b = onnx.Constant() {value = #data.constant<"b", [10.0, 20.0, 30.0, 40.0] : tensor<4xf32>>} : () -> tensor<4xf32>
  %a = onnx.Constant() {value = #data.constant<"a", [0.25, 0.5, 0.75, 1.0] : tensor<4xf32>>} : () -> tensor<4xf32>
  %v = onnx.Constant() {value = #data.constant<"v", [9.0, 8.0, 1.0, 2.0] : tensor<4x1xf32>>} : () -> tensor<4x1xf32>
  // expected-remark @+1 {{[QC-P010] layer 'onnx.Gemm' stays as it is: it is the first}}
  %0 = onnx.Gemm(%x, %w, %b) : (tensor<1x1xf32>, tensor<1x4xf32>, tensor<4xf32>) -> tensor<1x4xf32>
  %1 = onnx.PRelu(%0, %a) : (tensor<1x4xf32>, tensor<4xf32>) -> tensor<1x4xf32>
  // expected-remark @+1 {{[QC-P010] layer 'onnx.MatMul': 1:2}}
  %2 = onnx.MatMul(%1, %v) : (tensor<1x4xf32>, tensor<4x1xf32>) -> tensor<1x1xf32>
  return %2 : tensor<1x1xf32>
}

// -----

// An operation that sees several channels fixes their order.
// CHECK-LABEL: func.func @softmax
// CHECK: [9, 0, 0, 2] : tensor<4x1xf32>
func.func @softmax(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 2.0, 3.0, 4.0] : tensor<1x4xf32>>} : () -> tensor<1x4xf32>
  %v = onnx.Constant() {value = #data.constant<"v", [9.0, 8.0, 1.0, 2.0] : tensor<4x1xf32>>} : () -> tensor<4x1xf32>
  // expected-remark @+1 {{[QC-P010] layer 'onnx.MatMul' stays as it is: it is the first}}
  %0 = onnx.MatMul(%x, %w) : (tensor<1x1xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %1 = onnx.Softmax(%0) {axis = 1 : i64} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // expected-remark @+2 {{[QC-P010] layer 'onnx.MatMul': its input channels keep their order: 'onnx.Softmax' does not treat channels by themselves}}
  // expected-remark @+1 {{[QC-P010] layer 'onnx.MatMul': 1:2}}
  %2 = onnx.MatMul(%1, %v) : (tensor<1x4xf32>, tensor<4x1xf32>) -> tensor<1x1xf32>
  return %2 : tensor<1x1xf32>
}
