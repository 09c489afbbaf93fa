// RUN: qcompile-opt %s --onnx-write-qdq | FileCheck %s

// The example of the pass: an unsigned 4-bit activation, and weights of 3 bits with one scale per output. The first row of weights
// has the codes 1 / 0.5 = 2 and -1 / 0.5 = -2, the second one 1 / 0.25 = 4, limited to 3, and -0.5 / 0.25 = -2.

// CHECK-LABEL: func.func @main
// CHECK-DAG: %[[S:.*]] = onnx.Constant() {{.*}}"scale", [0.125] : tensor<f32>>
// CHECK-DAG: %[[Z:.*]] = onnx.Constant() {{.*}}"zero_code", [0] : tensor<ui8>>
// CHECK: %[[Q:.*]] = onnx.QuantizeLinear(%arg0, %[[S]], %[[Z]]) : {{.*}} -> tensor<1x2xui8>
// CHECK-DAG: %[[LOW:.*]] = onnx.Constant() {{.*}}"low", [0] : tensor<ui8>>
// CHECK-DAG: %[[HIGH:.*]] = onnx.Constant() {{.*}}"high", [15] : tensor<ui8>>
// CHECK: %[[C:.*]] = onnx.Clip(%[[Q]], %[[LOW]], %[[HIGH]])
// CHECK: %[[X:.*]] = onnx.DequantizeLinear(%[[C]], %[[S]], %[[Z]])
// CHECK: %[[CODES:.*]] = onnx.Constant() {{.*}}"w.codes", [2, -2, 3, -2] : tensor<2x2xsi8>>
// CHECK: [-3] : tensor<si8>>
// CHECK: [3] : tensor<si8>>
// CHECK: %[[WC:.*]] = onnx.Clip(%[[CODES]]
// CHECK: %[[WS:.*]] = onnx.Constant() {{.*}}[0.5, 0.25] : tensor<2xf32>>
// CHECK: %[[W:.*]] = onnx.DequantizeLinear(%[[WC]], %[[WS]], %{{.*}}) {axis = 0 : i64}
// CHECK: onnx.Gemm(%[[X]], %[[W]])
// CHECK-NOT: onnx.Quant(
func.func @main(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %s = onnx.Constant() {value = #data.constant<"s", [0.125] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %xq = onnx.Quant(%x, %s, %z, %b) {signed_ = 0, narrow = 0, rounding_mode = "ROUND"} : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, -1.0, 1.0, -0.5] : tensor<2x2xf32>>} : () -> tensor<2x2xf32>
  %ws = onnx.Constant() {value = #data.constant<"ws", [0.5, 0.25] : tensor<2x1xf32>>} : () -> tensor<2x1xf32>
  %wb = onnx.Constant() {value = #data.constant<"wb", [3.0] : tensor<f32>>} : () -> tensor<f32>
  %wq = onnx.Quant(%w, %ws, %z, %wb) {signed_ = 1, narrow = 1, rounding_mode = "ROUND"} : (tensor<2x2xf32>, tensor<2x1xf32>, tensor<f32>, tensor<f32>) -> tensor<2x2xf32>
  %y = onnx.Gemm(%xq, %wq) {transB = 1} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}
