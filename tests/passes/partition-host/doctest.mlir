// RUN: qcompile-opt %s --partition-host | FileCheck %s

// The example of the pass: Softmax behind the last layer runs on the host.

// CHECK-LABEL: func.func private @core
// CHECK: qnn.matmul
// CHECK-NOT: onnx.Softmax
// CHECK-LABEL: func.func private @host_after
// CHECK: qnn.dequantize
// CHECK: onnx.Softmax
func.func @main(%x: tensor<1x2xui2>) -> tensor<1x2xf32> {
  %w = qnn.constant <"w", [1, -1, 0, 1] : tensor<2x2xsi2>>
  %a = qnn.matmul %x, %w : (tensor<1x2xui2>, tensor<2x2xsi2>) -> tensor<1x2xsi4>
  %f = qnn.dequantize %a axis 1 scale <"s", [0.5] : tensor<1xf64>> zero_point <"z", [0] : tensor<1xsi64>>
      : (tensor<1x2xsi4>) -> tensor<1x2xf32>
  %y = onnx.Softmax(%f) : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}
