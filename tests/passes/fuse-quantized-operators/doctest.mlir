// RUN: qcompile-opt %s --onnx-fuse-quantized-operators --split-input-file | FileCheck %s

// The example of the pass: a convolution with a bias at the scale of the products, 0.5 * 0.25, a Relu that an unsigned result with
// zero point 0 makes needless, and a Clip of weights that are within its limits.

// CHECK-LABEL: func.func @main
// CHECK: %[[Y:.*]] = onnx.QLinearConv(%arg0, %[[XS:.*]], %[[XZ:.*]], %[[W:.*]], %[[WS:.*]], %[[WZ:.*]], %[[YS:.*]], %[[XZ]], %[[B:.*]]) {kernel_shape = array<i64: 1, 1>}
// CHECK-SAME: (tensor<1x1x2x2xui8>, tensor<f32>, tensor<ui8>, tensor<2x1x1x1xsi8>, tensor<2xf32>, tensor<2xsi8>, tensor<f32>, tensor<ui8>, tensor<2xsi32>) -> tensor<1x2x2x2xui8>
// CHECK-NOT: onnx.Relu
// CHECK-NOT: onnx.DequantizeLinear
// CHECK: return %[[Y]]
func.func @main(%x: tensor<1x1x2x2xui8>) -> tensor<1x2x2x2xui8> {
  %xs = onnx.Constant() {value = #data.constant<"xs", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0] : tensor<ui8>>} : () -> tensor<ui8>
  %w = onnx.Constant() {value = #data.constant<"w", [3, -2] : tensor<2x1x1x1xsi8>>} : () -> tensor<2x1x1x1xsi8>
  %ws = onnx.Constant() {value = #data.constant<"ws", [0.25, 0.5] : tensor<2xf32>>} : () -> tensor<2xf32>
  %wz = onnx.Constant() {value = #data.constant<"wz", [0, 0] : tensor<2xsi8>>} : () -> tensor<2xsi8>
  %low = onnx.Constant() {value = #data.constant<"low", [-4] : tensor<si8>>} : () -> tensor<si8>
  %high = onnx.Constant() {value = #data.constant<"high", [3] : tensor<si8>>} : () -> tensor<si8>
  %b = onnx.Constant() {value = #data.constant<"b", [7, -9] : tensor<2xsi32>>} : () -> tensor<2xsi32>
  %bs = onnx.Constant() {value = #data.constant<"bs", [0.125, 0.25] : tensor<2xf32>>} : () -> tensor<2xf32>
  %xd = onnx.DequantizeLinear(%x, %xs, %z) : (tensor<1x1x2x2xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x1x2x2xf32>
  %wc = onnx.Clip(%w, %low, %high) {operandSegmentSizes = array<i32: 1, 1, 1>} : (tensor<2x1x1x1xsi8>, tensor<si8>, tensor<si8>) -> tensor<2x1x1x1xsi8>
  %wd = onnx.DequantizeLinear(%wc, %ws, %wz) {axis = 0 : i64} : (tensor<2x1x1x1xsi8>, tensor<2xf32>, tensor<2xsi8>) -> tensor<2x1x1x1xf32>
  %bd = onnx.DequantizeLinear(%b, %bs) {axis = 0 : i64} : (tensor<2xsi32>, tensor<2xf32>) -> tensor<2xf32>
  %c = onnx.Conv(%xd, %wd, %bd) {kernel_shape = array<i64: 1, 1>} : (tensor<1x1x2x2xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>) -> tensor<1x2x2x2xf32>
  %r = onnx.Relu(%c) : (tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %y = onnx.QuantizeLinear(%r, %xs, %z) : (tensor<1x2x2x2xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x2x2x2xui8>
  return %y : tensor<1x2x2x2xui8>
}

// -----

// Weights are transposed where the model does that to their values.
// CHECK-LABEL: func.func @transposed
// CHECK: [1, 3, 2, 4] : tensor<2x2xsi8>>
// CHECK: onnx.QLinearMatMul(%arg0
// CHECK-NOT: onnx.Transpose
func.func @transposed(%x: tensor<1x2xsi8>) -> tensor<1x2xsi8> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0] : tensor<si8>>} : () -> tensor<si8>
  %w = onnx.Constant() {value = #data.constant<"w", [1, 2, 3, 4] : tensor<2x2xsi8>>} : () -> tensor<2x2xsi8>
  %xd = onnx.DequantizeLinear(%x, %s, %z) : (tensor<1x2xsi8>, tensor<f32>, tensor<si8>) -> tensor<1x2xf32>
  %wd = onnx.DequantizeLinear(%w, %s, %z) : (tensor<2x2xsi8>, tensor<f32>, tensor<si8>) -> tensor<2x2xf32>
  %t = onnx.Transpose(%wd) {perm = array<i64: 1, 0>} : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %c = onnx.MatMul(%xd, %t) : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %y = onnx.QuantizeLinear(%c, %s, %z) : (tensor<1x2xf32>, tensor<f32>, tensor<si8>) -> tensor<1x2xsi8>
  return %y : tensor<1x2xsi8>
}

// -----

// Weights of 4 bits are stored in 8.
// CHECK-LABEL: func.func @small
// CHECK-DAG: %[[W:.*]] = onnx.Constant() {{.*}}[1, -8, 3, 7] : tensor<2x2xsi8>>
// CHECK-DAG: %[[Z:.*]] = onnx.Constant() {{.*}}[-2] : tensor<si8>>
// CHECK: onnx.QLinearMatMul(%arg0, %{{.*}}, %{{.*}}, %[[W]], %{{.*}}, %[[Z]],
func.func @small(%x: tensor<1x2xsi8>) -> tensor<1x2xsi8> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0] : tensor<si8>>} : () -> tensor<si8>
  %w = onnx.Constant() {value = #data.constant<"w", [1, -8, 3, 7] : tensor<2x2xsi4>>} : () -> tensor<2x2xsi4>
  %wz = onnx.Constant() {value = #data.constant<"wz", [-2] : tensor<si4>>} : () -> tensor<si4>
  %xd = onnx.DequantizeLinear(%x, %s, %z) : (tensor<1x2xsi8>, tensor<f32>, tensor<si8>) -> tensor<1x2xf32>
  %wd = onnx.DequantizeLinear(%w, %s, %wz) : (tensor<2x2xsi4>, tensor<f32>, tensor<si4>) -> tensor<2x2xf32>
  %m = onnx.MatMul(%xd, %wd) : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %y = onnx.QuantizeLinear(%m, %s, %z) : (tensor<1x2xf32>, tensor<f32>, tensor<si8>) -> tensor<1x2xsi8>
  return %y : tensor<1x2xsi8>
}
