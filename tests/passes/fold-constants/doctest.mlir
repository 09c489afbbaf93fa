// RUN: qcompile-opt %s --onnx-fold-constants | FileCheck %s

// The example of the pass: exporters compute a bit width in the graph.

// CHECK-LABEL: func.func @main
// CHECK: %[[BITS:.*]] = onnx.Constant() {value = #data.constant<{{.*}}, [4] : tensor<f32>>
// CHECK: onnx.Quant(%{{.*}}, %{{.*}}, %{{.*}}, %[[BITS]])
func.func @main(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %wide = onnx.Constant() {value = #data.constant<"wide", [3.6] : tensor<f32>>} : () -> tensor<f32>
  %bits = onnx.Ceil(%wide) : (tensor<f32>) -> tensor<f32>
  %y = onnx.Quant(%x, %one, %zero, %bits) : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}
