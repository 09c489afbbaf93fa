// RUN: qcompile-opt %s --onnx-normalise-quantization | FileCheck %s
// RUN: qcompile-opt %s --onnx-normalise-quantization | qcompile-opt --onnx-normalise-quantization | FileCheck %s

// The example of the pass; once normal, a model does not change any more.

// CHECK-LABEL: func.func @main
// CHECK: %[[BITS:.*]] = onnx.Constant() {{.*}}[8] : tensor<f32>>
// CHECK: onnx.Quant(%{{.*}}, %{{.*}}, %{{.*}}, %[[BITS]]) :
func.func @main(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [8] : tensor<si64>>} : () -> tensor<si64>
  %y = onnx.IntQuant(%x, %s, %z, %b) : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<si64>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}
