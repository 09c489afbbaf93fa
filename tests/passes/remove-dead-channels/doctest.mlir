// RUN: qcompile-opt %s --onnx-remove-dead-channels | FileCheck %s

// The example in the pass's description.
// CHECK: %[[W1:.*]] = onnx.Constant() {value = #data.constant<"{{.*}}", [1, 2] : tensor<2x1xf32>>
// CHECK: %[[H:.*]] = onnx.MatMul(%{{.*}}, %[[W1]]) : (tensor<1x2xf32>, tensor<2x1xf32>) -> tensor<1x1xf32>
// CHECK: %[[R:.*]] = onnx.Relu(%[[H]]) : (tensor<1x1xf32>) -> tensor<1x1xf32>
// CHECK: %[[W2:.*]] = onnx.Constant() {value = #data.constant<"{{.*}}", [4, 5, 6] : tensor<1x3xf32>>
// CHECK: onnx.MatMul(%[[R]], %[[W2]]) : (tensor<1x1xf32>, tensor<1x3xf32>) -> tensor<1x3xf32>
func.func @main(%x: tensor<1x2xf32>) -> tensor<1x3xf32> {
  %w1 = onnx.Constant() {value = #data.constant<"w1", [0.0, 1.0, 0.0, 2.0] : tensor<2x2xf32>>} : () -> tensor<2x2xf32>
  %w2 = onnx.Constant() {value = #data.constant<"w2", [1.0, 2.0, 3.0, 4.0, 5.0, 6.0] : tensor<2x3xf32>>} : () -> tensor<2x3xf32>
  %0 = onnx.MatMul(%x, %w1) : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %1 = onnx.Relu(%0) : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %2 = onnx.MatMul(%1, %w2) : (tensor<1x2xf32>, tensor<2x3xf32>) -> tensor<1x3xf32>
  return %2 : tensor<1x3xf32>
}
