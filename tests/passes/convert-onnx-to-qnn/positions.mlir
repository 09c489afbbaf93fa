// RUN: qcompile-opt %s --convert-onnx-to-qnn | FileCheck %s

// Positions of the largest and smallest values: those of codes.

// Scales are positive: the largest code is the largest value.
// CHECK-LABEL: func.func @arg_max
// CHECK: %[[A:.*]] = qnn.arg_max %{{.*}} axis 1 {{.*}}: (tensor<2x3xui4>) -> tensor<2x1xsi64>
// CHECK: return %[[A]]
func.func @arg_max(%x: tensor<2x3xf32>) -> tensor<2x1xsi64> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [3.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<2x3xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x3xf32>
  %r1 = onnx.ArgMax(%r0) {axis = 1 : i64} : (tensor<2x3xf32>) -> tensor<2x1xsi64>
  return %r1 : tensor<2x1xsi64>
}

// Without keepdims the dimension goes; the last of equal ones is asked for.
// CHECK-LABEL: func.func @arg_max_dropped
// CHECK: %[[A:.*]] = qnn.arg_max %{{.*}} axis 1 {{.*}}select_last
// CHECK: qnn.reshape %[[A]] : (tensor<2x1xsi64>) -> tensor<2xsi64>
func.func @arg_max_dropped(%x: tensor<2x3xf32>) -> tensor<2xsi64> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [3.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<2x3xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x3xf32>
  %r1 = onnx.ArgMax(%r0) {axis = -1 : i64, keepdims = 0 : i64, select_last_index = 1 : i64} : (tensor<2x3xf32>) -> tensor<2xsi64>
  return %r1 : tensor<2xsi64>
}

// The first of the smallest.
// CHECK-LABEL: func.func @arg_min
// CHECK: %{{.*}}, %[[I:.*]] = qnn.top_k %{{.*}} axis 1 smallest
// CHECK: return %[[I]]
func.func @arg_min(%x: tensor<2x3xf32>) -> tensor<2x1xsi64> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [3.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<2x3xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x3xf32>
  %r1 = onnx.ArgMin(%r0) {axis = 1 : i64} : (tensor<2x3xf32>) -> tensor<2x1xsi64>
  return %r1 : tensor<2x1xsi64>
}

// Values are codes, positions what they are.
// CHECK-LABEL: func.func @top_k
// CHECK: %[[V:.*]], %[[I:.*]] = qnn.top_k %{{.*}} axis 1 : (tensor<2x3xui4>) -> (tensor<2x2xui4>, tensor<2x2xsi64>)
// CHECK: %[[D:.*]] = qnn.dequantize %[[V]] {{.*}} scale <{{.*}}, [0.5] : tensor<1xf64>> zero_point <{{.*}}, [3]
// CHECK: return %[[D]], %[[I]]
func.func @top_k(%x: tensor<2x3xf32>) -> (tensor<2x2xf32>, tensor<2x2xsi64>) {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [3.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c3 = onnx.Constant() {value = #data.constant<"c3", [2] : tensor<1xsi64>>} : () -> tensor<1xsi64>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<2x3xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x3xf32>
  %r1:2 = onnx.TopK(%r0, %c3) {axis = -1 : i64} : (tensor<2x3xf32>, tensor<1xsi64>) -> (tensor<2x2xf32>, tensor<2x2xsi64>)
  return %r1#0, %r1#1 : tensor<2x2xf32>, tensor<2x2xsi64>
}

// Scales along another dimension do not meet.
// CHECK-LABEL: func.func @arg_max_beside_scales
// CHECK: qnn.arg_max %{{.*}} axis 1
func.func @arg_max_beside_scales(%x: tensor<2x3xf32>) -> tensor<2x1xsi64> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5, 0.25] : tensor<2x1xf32>>} : () -> tensor<2x1xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<2x3xf32>, tensor<2x1xf32>, tensor<f32>, tensor<f32>) -> tensor<2x3xf32>
  %r1 = onnx.ArgMax(%r0) {axis = 1 : i64} : (tensor<2x3xf32>) -> tensor<2x1xsi64>
  return %r1 : tensor<2x1xsi64>
}
