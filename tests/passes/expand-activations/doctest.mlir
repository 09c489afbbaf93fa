// RUN: qcompile-opt %s --onnx-expand-activations | FileCheck %s

// The example in the pass's description.
// CHECK: %[[S:.*]] = onnx.HardSigmoid(%[[X:.*]]) {alpha = 0.166666672 : f32} : (tensor<1x4xf32>) -> tensor<1x4xf32>
// CHECK: onnx.Mul(%[[X]], %[[S]]) : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
// CHECK-NOT: onnx.HardSwish
func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %y = onnx.HardSwish(%x) : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}
