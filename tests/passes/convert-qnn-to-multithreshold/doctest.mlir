// RUN: qcompile-opt %s --convert-qnn-to-multithreshold | FileCheck %s

// The example of the pass. Rounding half to even at a scale of 0.5, the code is 1 above 0.25, 2 from 0.75 on, and 3 above 1.25. The second
// output falls: its weights are negated, and x <= 2 becomes -x >= -2.

// CHECK-LABEL: func.func @main
// CHECK: "thresholds", [0.25000003, 0.75, 1.25000012] : tensor<1x3xf32>>
// CHECK: %[[X:.*]] = onnx.MultiThreshold(%arg0, %{{.*}}) {data_layout = "NC", onnx.datatype = "UINT2", out_dtype = "UINT2"}
// CHECK: %[[W:.*]] = onnx.Constant() {onnx.datatype = "INT2", {{.*}}"w.turned", [1, 1, 0, -1] : tensor<2x2xf32>>
// CHECK: %[[SUM:.*]] = onnx.MatMul(%[[X]], %[[W]])
// CHECK: [1, 3, -2, 0] : tensor<2x2xf32>>
// CHECK: %[[A:.*]] = onnx.MultiThreshold(%[[SUM]], %{{.*}}) {data_layout = "NC", onnx.datatype = "INT2", out_bias = -1.{{.*}}, out_dtype = "INT2"
// CHECK: %[[S:.*]] = onnx.Constant() {value = #data.constant<"scale", [0.25] : tensor<f32>>
// CHECK: onnx.Mul(%[[A]], %[[S]])
// CHECK-NOT: qnn.
func.func @main(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %q = qnn.quantize %x scale <"s", [0.5] : tensor<1x1xf32>> zero_point <"z", [0.0] : tensor<1x1xf32>> range [0, 3] rounding "ROUND"
      : (tensor<1x2xf32>) -> tensor<1x2xui2>
  %w = qnn.constant <"w", [1, -1, 0, 1] : tensor<2x2xsi2>>
  %sum = qnn.matmul %q, %w : (tensor<1x2xui2>, tensor<2x2xsi2>) -> tensor<1x2xsi4>
  %a = qnn.threshold %sum axis 1 thresholds <"t", [1, 3, 2, 0] : tensor<2x2xsi4>> directions [1, -1] low -1 step 1
      : (tensor<1x2xsi4>) -> tensor<1x2xsi2>
  %y = qnn.dequantize %a axis 1 scale <"ys", [0.25] : tensor<1xf64>> zero_point <"yz", [0] : tensor<1xsi64>>
      : (tensor<1x2xsi2>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}
