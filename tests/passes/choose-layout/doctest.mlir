// RUN: qcompile-opt %s --qnn-choose-layout="layout=channels-last report=true" --verify-diagnostics | FileCheck %s

// The example of the pass: a float image with the channels first, a convolution, and a classifier of all positions. One transpose
// remains, of the floats; the rows of the classifier's weights are sorted instead of the codes.

// CHECK-LABEL: func.func @net
// CHECK: %[[T:.*]] = onnx.Transpose{{.*}}0, 2, 3, 1>{{.*}} -> tensor<1x1x2x2xf32>
// CHECK: %[[W:.*]] = qnn.constant <"w{{.*}}", [1, 0, -1, 1] : tensor<2x1x1x2xsi2>>
// CHECK: %[[Q:.*]] = qnn.quantize %[[T]] {{.*}} -> tensor<1x1x2x2xsi4>
// CHECK: %[[Y:.*]] = qnn.conv %[[Q]], %[[W]] axis 3
// CHECK: %[[C:.*]] = qnn.threshold %[[Y]] axis 3
// CHECK: %[[F:.*]] = qnn.reshape %[[C]] : (tensor<1x1x2x2xui1>) -> tensor<1x4xui1>
// CHECK: %[[V:.*]] = qnn.constant <"v{{.*}}", [0, 2, 1, 3] : tensor<4x1xsi4>>
// CHECK: qnn.matmul %[[F]], %[[V]]
// expected-remark @+2 {{[QC-P005] a transpose of 'tensor<1x2x1x2xf32>' remains before node 'qnn.quantize'}}
// expected-remark @+1 {{[QC-P005] transposes that remain in 'net': 1}}
func.func @net(%x: tensor<1x2x1x2xf32>) -> tensor<1x1xsi5> {
  %w = qnn.constant <"w", [1, 0, -1, 1] : tensor<2x2x1x1xsi2>>
  %v = qnn.constant <"v", [0, 1, 2, 3] : tensor<4x1xsi4>>
  %q = qnn.quantize %x scale <"s", [0.5] : tensor<1x1x1x1xf32>> zero_point <"z", [0] : tensor<1x1x1x1xf32>>
      range [-8, 7] rounding "ROUND" : (tensor<1x2x1x2xf32>) -> tensor<1x2x1x2xsi4>
  %y = qnn.conv %q, %w axis 1 strides [1, 1] dilations [1, 1] groups 1
      : (tensor<1x2x1x2xsi4>, tensor<2x2x1x1xsi2>) -> tensor<1x2x1x2xsi8>
  %c = qnn.threshold %y axis 1 thresholds <"t", [0, 1] : tensor<2x1xsi4>> directions [1, 1] low 0 step 1
      : (tensor<1x2x1x2xsi8>) -> tensor<1x2x1x2xui1>
  %f = qnn.reshape %c : (tensor<1x2x1x2xui1>) -> tensor<1x4xui1>
  %m = qnn.matmul %f, %v : (tensor<1x4xui1>, tensor<4x1xsi4>) -> tensor<1x1xsi5>
  return %m : tensor<1x1xsi5>
}
