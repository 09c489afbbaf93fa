// RUN: qcompile-opt %s --onnx-normalise-quantization --convert-onnx-to-qnn | FileCheck %s

// Equal bits of x and the columns (1, 0) and (1, 1): K = 2, so x0 - x1 + 1 and x0 + x1. The zero point is the number of ones less K.
// CHECK: %[[X:.*]] = qnn.{{threshold|quantize}} %arg0 {{.*}} -> tensor<1x2xui1>
// CHECK: %[[W:.*]] = qnn.constant <"{{.*}}", [1, 1, -1, 1] : tensor<2x2x!qnn.bipolar>>
// CHECK: %[[S:.*]] = qnn.matmul %[[X]], %[[W]]
// CHECK: qnn.dequantize %[[S]] axis 1 scale <"{{.*}}", [1] : tensor<1xf64>> zero_point <"{{.*}}", [-1, 0] : tensor<2xsi64>>
func.func @main(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 1.0, 0.0, 1.0] : tensor<2x2xf32>>} : () -> tensor<2x2xf32>
  %q = onnx.Quant(%x, %s, %z, %b) {signed_ = 0 : i64} : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  %y = onnx.XnorPopcountMatMul(%q, %w) : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}
