// RUN: qcompile-opt --convert-onnx-to-qnn --verify-diagnostics --split-input-file %s | FileCheck %s
// Values without the dimension that an operation takes for that of the channels.

// CHECK-LABEL: @scalar
// CHECK: onnx.MultiThreshold
func.func @scalar(%x: tensor<f32>) -> tensor<f32> {
  %t = "onnx.Constant"() {value = #data.constant<"t", [0.0, 1.0, 2.0, 3.0] : tensor<2x2xf32>>} : () -> tensor<2x2xf32>
  // expected-remark @+1 {{stays float: its input is not integers}}
  %y = "onnx.MultiThreshold"(%x, %t) {out_bias = 0.0 : f32, out_scale = 1.0 : f32, out_dtype = "UINT2"} : (tensor<f32>, tensor<2x2xf32>) -> tensor<f32>
  return %y : tensor<f32>
}
