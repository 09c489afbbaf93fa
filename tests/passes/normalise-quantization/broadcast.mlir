// RUN: qcompile-opt %s --onnx-normalise-quantization | FileCheck %s

// Parameters with more elements than what is quantized: it is repeated first. Dimensions of 1 in front of its own are left out.
// CHECK-LABEL: func.func @repeated
// CHECK: %[[X:.*]] = onnx.Expand(%arg0, %{{.*}}) : {{.*}} -> tensor<2x3xf32>
// CHECK: onnx.Quant(%[[X]], %{{.*}}, %{{.*}}, %{{.*}}) : (tensor<2x3xf32>, tensor<2x1xf32>, tensor<f32>, tensor<1x1xf32>)
func.func @repeated(%x: tensor<3xf32>) -> tensor<2x3xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5, 0.25] : tensor<2x1xf32>>} : () -> tensor<2x1xf32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<1x1x1x1xf32>>} : () -> tensor<1x1x1x1xf32>
  %y = onnx.Quant(%x, %s, %z, %b) : (tensor<3xf32>, tensor<2x1xf32>, tensor<f32>, tensor<1x1x1x1xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}
