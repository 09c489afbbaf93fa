// RUN: qcompile-opt %s --convert-onnx-to-qnn | FileCheck %s

// Sums and means over any dimensions.

// 6 elements: zero point 6 * 3, divided by 6. No dimension moves.
// CHECK-LABEL: func.func @mean_of_positions
// CHECK-NOT: qnn.transpose
// CHECK: %[[S:.*]] = qnn.sum_pool {{.*}} kernel [1, 6]
// CHECK: %[[R:.*]] = qnn.reshape %[[S]] {{.*}} -> tensor<1x2x1x1x
// CHECK: qnn.dequantize %[[R]] axis 1 {{.*}} zero_point <{{.*}}, [18] : tensor<1xsi64>> divisor 6
func.func @mean_of_positions(%x: tensor<1x2x2x3xf32>) -> tensor<1x2x1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [3.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %axes = onnx.Constant() {value = #data.constant<"axes", [2, 3] : tensor<2xsi64>>} : () -> tensor<2xsi64>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2x3xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2x3xf32>
  %r1 = onnx.ReduceMean(%r0, %axes) : (tensor<1x2x2x3xf32>, tensor<2xsi64>) -> tensor<1x2x1x1xf32>
  return %r1 : tensor<1x2x1x1xf32>
}

// Channels stay dimension 1.
// CHECK-LABEL: func.func @mean_of_positions_dropped
// CHECK: qnn.dequantize {{.*}} axis 1 scale <{{.*}}, [0.5, 0.25] : tensor<2xf64>> {{.*}} divisor 6 : (tensor<1x2xui7>) -> tensor<1x2xf32>
func.func @mean_of_positions_dropped(%x: tensor<1x2x2x3xf32>) -> tensor<1x2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5, 0.25] : tensor<1x2x1x1xf32>>} : () -> tensor<1x2x1x1xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %axes = onnx.Constant() {value = #data.constant<"axes", [-1, -2] : tensor<2xsi64>>} : () -> tensor<2xsi64>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x2x3xf32>, tensor<1x2x1x1xf32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2x3xf32>
  %r1 = onnx.ReduceMean(%r0, %axes) {keepdims = 0 : i64} : (tensor<1x2x2x3xf32>, tensor<2xsi64>) -> tensor<1x2xf32>
  return %r1 : tensor<1x2xf32>
}

// The channels come before the batch: they are dimension 0 of the result.
// CHECK-LABEL: func.func @sum_over_batch
// CHECK: qnn.transpose {{.*}} perm = [1, 0]
// CHECK: qnn.dequantize {{.*}} axis 0 scale <{{.*}}, [0.5, 0.25] : tensor<2xf64>> {{.*}} : (tensor<2xui6>) -> tensor<2xf32>
func.func @sum_over_batch(%x: tensor<3x2xf32>) -> tensor<2xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.5, 0.25] : tensor<1x2xf32>>} : () -> tensor<1x2xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %axes = onnx.Constant() {value = #data.constant<"axes", [0] : tensor<1xsi64>>} : () -> tensor<1xsi64>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<3x2xf32>, tensor<1x2xf32>, tensor<f32>, tensor<f32>) -> tensor<3x2xf32>
  %r1 = onnx.ReduceSum(%r0, %axes) {keepdims = 0 : i64} : (tensor<3x2xf32>, tensor<1xsi64>) -> tensor<2xf32>
  return %r1 : tensor<2xf32>
}

// Scales 0.75 and 0.5 meet: multiples 3 and 2 of 0.25, of codes without their zero points 1 and 2.
// CHECK-LABEL: func.func @sum_over_channels
// CHECK: %[[Z:.*]] = qnn.constant {{.*}}[1, 2] : tensor<1x2x1xui2>
// CHECK: %[[D:.*]] = qnn.add %{{.*}}, %[[Z]] {{.*}}1, -1
// CHECK: %[[F:.*]] = qnn.constant {{.*}}[3, 2] : tensor<1x2x1xui2>
// CHECK: qnn.mul %[[D]], %[[F]]
// CHECK: qnn.sum_pool
// CHECK: qnn.dequantize {{.*}} scale <{{.*}}, [0.25] : tensor<1xf64>> zero_point <{{.*}}, [0]
func.func @sum_over_channels(%x: tensor<1x2x3xf32>) -> tensor<1x1x3xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [0.75, 0.5] : tensor<1x2x1xf32>>} : () -> tensor<1x2x1xf32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [1.0, 2.0] : tensor<1x2x1xf32>>} : () -> tensor<1x2x1xf32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %axes = onnx.Constant() {value = #data.constant<"axes", [1] : tensor<1xsi64>>} : () -> tensor<1xsi64>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<1x2x3xf32>, tensor<1x2x1xf32>, tensor<1x2x1xf32>, tensor<f32>) -> tensor<1x2x3xf32>
  %r1 = onnx.ReduceSum(%r0, %axes) : (tensor<1x2x3xf32>, tensor<1xsi64>) -> tensor<1x1x3xf32>
  return %r1 : tensor<1x1x3xf32>
}

// No dimensions given: all 6 elements.
// CHECK-LABEL: func.func @mean_of_all
// CHECK: qnn.dequantize {{.*}} divisor 6 : ({{.*}}) -> tensor<f32>
func.func @mean_of_all(%x: tensor<2x3xf32>) -> tensor<f32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<2x3xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x3xf32>
  %r1 = onnx.ReduceMean(%r0) {keepdims = 0 : i64} : (tensor<2x3xf32>) -> tensor<f32>
  return %r1 : tensor<f32>
}

// (a + b + c) / 3 at scale 1: code 1 begins at 2 / 3, code 2 at 5 / 3 and code 3 at 8 / 3; no sum is a tie.
// CHECK-LABEL: func.func @mean_before_quantizer
// CHECK: qnn.threshold {{.*}} thresholds <{{.*}}, [2, 5, 8] :
func.func @mean_before_quantizer(%x: tensor<2x3xf32>) -> tensor<2x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %axes = onnx.Constant() {value = #data.constant<"axes", [1] : tensor<1xsi64>>} : () -> tensor<1xsi64>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) {signed_ = 0 : i64} : (tensor<2x3xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x3xf32>
  %r1 = onnx.ReduceMean(%r0, %axes) : (tensor<2x3xf32>, tensor<1xsi64>) -> tensor<2x1xf32>
  %r2 = onnx.Quant(%r1, %c0, %c1, %c4) {signed_ = 0 : i64} : (tensor<2x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x1xf32>
  return %r2 : tensor<2x1xf32>
}
