// RUN: qcompile-opt %s --convert-onnx-to-qnn=enumeration-limit=15 --verify-diagnostics | FileCheck %s
// RUN: qcompile-opt %s --convert-onnx-to-qnn=enumeration-limit=16 | FileCheck %s --check-prefix=ENOUGH

// The limit counts accumulator values over all channels.

// The accumulator takes 16 values.
// CHECK-LABEL: func.func @limited
// CHECK: onnx.Abs
func.func @limited(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %a = onnx.Quant(%x, %one, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %v = onnx.Quant(%w, %one, %zero, %b2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %m = onnx.MatMul(%a, %v) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  // expected-remark @+1 {{[QC-P002] node 'onnx.Abs' stays float: the activation has no monotonicity certificate and the accumulators take 16 values, more than the enumeration limit of 15}}
  %n = onnx.Abs(%m) : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %y = onnx.Quant(%n, %one, %zero, %b2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}
// ENOUGH-NOT: onnx.Abs(
