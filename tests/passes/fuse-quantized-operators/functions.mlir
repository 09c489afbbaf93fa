// RUN: qcompile-opt %s --onnx-fuse-quantized-operators --split-input-file | FileCheck %s

// Operators of com.microsoft: their operands are codes of one type with one scale each.

// CHECK-LABEL: func.func @concat
// CHECK: onnx.QLinearConcat(%[[S:.*]], %[[Z:.*]], %arg0, %[[S]], %[[Z]], %arg1, %[[T:.*]], %[[Z]]) {axis = 1 : i64}
// CHECK-NOT: onnx.DequantizeLinear
func.func @concat(%a: tensor<1x1xui8>, %b: tensor<1x2xui8>) -> tensor<1x3xui8> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %t = onnx.Constant() {value = #data.constant<"t", [0.25] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [3] : tensor<ui8>>} : () -> tensor<ui8>
  %ad = onnx.DequantizeLinear(%a, %s, %z) : (tensor<1x1xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x1xf32>
  %bd = onnx.DequantizeLinear(%b, %t, %z) : (tensor<1x2xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x2xf32>
  %c = onnx.Concat(%ad, %bd) {axis = 1 : i64} : (tensor<1x1xf32>, tensor<1x2xf32>) -> tensor<1x3xf32>
  %y = onnx.QuantizeLinear(%c, %s, %z) : (tensor<1x3xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x3xui8>
  return %y : tensor<1x3xui8>
}

// -----

// Codes of one scale are joined as they are where nothing quantizes the result.
// CHECK-LABEL: func.func @concat_alike
// CHECK: %[[C:.*]] = onnx.Concat(%arg0, %arg0) {axis = 1 : i64} : {{.*}} -> tensor<1x2xui8>
// CHECK: onnx.QLinearMatMul(%[[C]],
func.func @concat_alike(%a: tensor<1x1xui8>) -> tensor<1x1xui8> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [3] : tensor<ui8>>} : () -> tensor<ui8>
  %zw = onnx.Constant() {value = #data.constant<"zw", [0] : tensor<si8>>} : () -> tensor<si8>
  %w = onnx.Constant() {value = #data.constant<"w", [1, -2] : tensor<2x1xsi8>>} : () -> tensor<2x1xsi8>
  %ad = onnx.DequantizeLinear(%a, %s, %z) : (tensor<1x1xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x1xf32>
  %c = onnx.Concat(%ad, %ad) {axis = 1 : i64} : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x2xf32>
  %wd = onnx.DequantizeLinear(%w, %s, %zw) : (tensor<2x1xsi8>, tensor<f32>, tensor<si8>) -> tensor<2x1xf32>
  %m = onnx.MatMul(%c, %wd) : (tensor<1x2xf32>, tensor<2x1xf32>) -> tensor<1x1xf32>
  %y = onnx.QuantizeLinear(%m, %s, %z) : (tensor<1x1xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x1xui8>
  return %y : tensor<1x1xui8>
}

// -----

// CHECK-LABEL: func.func @pools
// CHECK: %[[G:.*]] = onnx.QLinearGlobalAveragePool(%arg0,
// CHECK: %[[L:.*]] = onnx.QLinearGlobalAveragePool(%arg0, {{.*}}) {channels_last = 1 : i64, {{.*}}}
// CHECK: %[[P:.*]] = onnx.QLinearAveragePool(%arg0, {{.*}}) {{{.*}}kernel_shape = array<i64: 2, 2>
// CHECK: return %[[G]], %[[L]], %[[P]]
func.func @pools(%x: tensor<1x2x2x2xui8>) -> (tensor<1x2x1x1xui8>, tensor<1x1x1x2xui8>, tensor<1x2x1x1xui8>) {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [3] : tensor<ui8>>} : () -> tensor<ui8>
  %axes = onnx.Constant() {value = #data.constant<"axes", [1, -2] : tensor<2xsi64>>} : () -> tensor<2xsi64>
  %xd = onnx.DequantizeLinear(%x, %s, %z) : (tensor<1x2x2x2xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x2x2x2xf32>
  %g = onnx.GlobalAveragePool(%xd) : (tensor<1x2x2x2xf32>) -> tensor<1x2x1x1xf32>
  %gq = onnx.QuantizeLinear(%g, %s, %z) : (tensor<1x2x1x1xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x2x1x1xui8>
  %l = onnx.ReduceMean(%xd, %axes) : (tensor<1x2x2x2xf32>, tensor<2xsi64>) -> tensor<1x1x1x2xf32>
  %lq = onnx.QuantizeLinear(%l, %s, %z) : (tensor<1x1x1x2xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x1x1x2xui8>
  %p = onnx.AveragePool(%xd) {kernel_shape = array<i64: 2, 2>, dilations = array<i64: 1, 1>} : (tensor<1x2x2x2xf32>) -> tensor<1x2x1x1xf32>
  %pq = onnx.QuantizeLinear(%p, %s, %z) : (tensor<1x2x1x1xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x2x1x1xui8>
  return %gq, %lq, %pq : tensor<1x2x1x1xui8>, tensor<1x1x1x2xui8>, tensor<1x2x1x1xui8>
}

// -----

// CHECK-LABEL: func.func @functions
// CHECK: onnx.QLinearLeakyRelu(%arg0, {{.*}}) {alpha = 2.500000e-01 : f32, {{.*}}}
// CHECK: onnx.QLinearSigmoid
// CHECK: onnx.QLinearSoftmax({{.*}}) {axis = -1 : i64, {{.*}}, opset = 13 : i64}
// CHECK: onnx.QLinearWhere(%arg1,
func.func @functions(%x: tensor<1x2xui8>, %b: tensor<1x2xi1>) -> tensor<1x2xui8> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.00390625] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0] : tensor<ui8>>} : () -> tensor<ui8>
  %xd = onnx.DequantizeLinear(%x, %s, %z) : (tensor<1x2xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x2xf32>
  %l = onnx.LeakyRelu(%xd) {alpha = 0.25 : f32} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %lq = onnx.QuantizeLinear(%l, %s, %z) : (tensor<1x2xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x2xui8>
  %ld = onnx.DequantizeLinear(%lq, %s, %z) : (tensor<1x2xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x2xf32>
  %g = onnx.Sigmoid(%ld) : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %gq = onnx.QuantizeLinear(%g, %s, %z) : (tensor<1x2xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x2xui8>
  %gd = onnx.DequantizeLinear(%gq, %s, %z) : (tensor<1x2xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x2xf32>
  %m = onnx.Softmax(%gd) {axis = -1 : i64} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %mq = onnx.QuantizeLinear(%m, %s, %z) : (tensor<1x2xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x2xui8>
  %md = onnx.DequantizeLinear(%mq, %s, %z) : (tensor<1x2xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x2xf32>
  %w = onnx.Where(%b, %md, %gd) : (tensor<1x2xi1>, tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %y = onnx.QuantizeLinear(%w, %s, %z) : (tensor<1x2xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x2xui8>
  return %y : tensor<1x2xui8>
}
