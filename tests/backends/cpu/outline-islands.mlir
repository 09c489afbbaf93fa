// RUN: qcompile-opt %s --cpu-outline-islands | FileCheck %s

// Floats before and behind the integer layers become islands; reshapes and single steps need none.
// CHECK-LABEL: func.func @main(
// CHECK-SAME:    %[[X:.*]]: tensor<1x2x2xf32>
func.func @main(%x: tensor<1x2x2xf32>) -> (tensor<1x2xf32>, tensor<1x2xf32>) {
  // CHECK: %[[T:.*]] = call @island_0(%[[X]]) : (tensor<1x2x2xf32>) -> tensor<1x2x2xf32>
  // CHECK: %[[Q:.*]] = qnn.threshold %[[T]]
  // CHECK: %[[F:.*]] = qnn.reshape %[[Q]]
  // CHECK: %[[A:.*]] = qnn.matmul %[[F]]
  // CHECK: %[[Y:.*]] = qnn.dequantize %[[A]]
  // CHECK: %[[S:.*]] = onnx.Add(%[[Y]]
  // CHECK: %[[E:.*]] = call @island_1(%[[S]])
  // CHECK: return %[[E]], %[[S]]
  %w = qnn.constant <"w", [1, -1, 1, 1, -1, -1, 1, -1] : tensor<4x2x!qnn.bipolar>>
  %bias = "onnx.Constant"() {value = #data.constant<"bias", [0.5, -0.5] : tensor<2xf32>>} : () -> tensor<2xf32>
  %t = "onnx.Tanh"(%x) : (tensor<1x2x2xf32>) -> tensor<1x2x2xf32>
  %q = qnn.threshold %t axis 2 thresholds <"t", [0] : tensor<1x1xf32>>
      directions [1] low -1 step 2 : (tensor<1x2x2xf32>) -> tensor<1x2x2x!qnn.bipolar>
  %f = qnn.reshape %q : (tensor<1x2x2x!qnn.bipolar>) -> tensor<1x4x!qnn.bipolar>
  %a = qnn.matmul %f, %w : (tensor<1x4x!qnn.bipolar>, tensor<4x2x!qnn.bipolar>) -> tensor<1x2xsi4>
  %y = qnn.dequantize %a axis 1 scale <"s", [0.25] : tensor<1xf64>>
      zero_point <"z", [0] : tensor<1xsi64>> : (tensor<1x2xsi4>) -> tensor<1x2xf32>
  %s = "onnx.Add"(%y, %bias) : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %e = "onnx.Exp"(%s) : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %e, %s : tensor<1x2xf32>, tensor<1x2xf32>
}
// CHECK-LABEL: func.func private @island_1(
// CHECK: onnx.Exp
// CHECK-LABEL: func.func private @island_0(
// CHECK: onnx.Tanh
