// RUN: qcompile-opt %s --onnx-remove-dead-channels | FileCheck %s

// Layers take new weights as floats behind a quantizer, whatever form they had: codes -3..2 of scale 0.5 have 3 bits. The code of 0
// is 1 for the second output.

// CHECK: %[[W:.*]] = onnx.Constant() {{.*}}[0.5, 0, -1.5, 0.5] : tensor<2x2xf32>
// CHECK: %[[S:.*]] = onnx.Constant() {{.*}}[0.5, 0.5] : tensor<1x2xf32>
// CHECK: %[[Z:.*]] = onnx.Constant() {{.*}}[0, 1] : tensor<1x2xf32>
// CHECK: %[[B:.*]] = onnx.Constant() {{.*}}[3] : tensor<f32>
// CHECK: %[[Q:.*]] = onnx.Quant(%[[W]], %[[S]], %[[Z]], %[[B]])
// CHECK: onnx.MatMul(%{{.*}}, %[[Q]])
func.func @main(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [1, 1, -3, 2] : tensor<2x2xsi8>>} : () -> tensor<2x2xsi8>
  %ss = onnx.Constant() {value = #data.constant<"ss", [0.5, 0.5] : tensor<2xf32>>} : () -> tensor<2xf32>
  %z = onnx.Constant() {value = #data.constant<"z", [0, 1] : tensor<2xsi8>>} : () -> tensor<2xsi8>
  %d = onnx.DequantizeLinear(%w, %ss, %z) : (tensor<2x2xsi8>, tensor<2xf32>, tensor<2xsi8>) -> tensor<2x2xf32>
  %y = onnx.MatMul(%x, %d) : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}
