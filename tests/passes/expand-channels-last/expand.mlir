// RUN: qcompile-opt %s --onnx-expand-channels-last | FileCheck %s

// The window stays 2x2; data and weights turn to channels first, the result back.
// CHECK-LABEL: func.func @conv
// CHECK: %[[X:.*]] = onnx.Transpose(%arg0) {perm = array<i64: 0, 3, 1, 2>} : (tensor<1x4x5x2xf32>) -> tensor<1x2x4x5xf32>
// CHECK: %[[W:.*]] = onnx.Transpose(%arg1) {perm = array<i64: 0, 3, 1, 2>} : (tensor<3x2x2x2xf32>) -> tensor<3x2x2x2xf32>
// CHECK: %[[Y:.*]] = onnx.Conv(%[[X]], %[[W]]) {kernel_shape = array<i64: 2, 2>} : (tensor<1x2x4x5xf32>, tensor<3x2x2x2xf32>) -> tensor<1x3x3x4xf32>
// CHECK: onnx.Transpose(%[[Y]]) {perm = array<i64: 0, 2, 3, 1>} : (tensor<1x3x3x4xf32>) -> tensor<1x3x4x3xf32>
func.func @conv(%x: tensor<1x4x5x2xf32>, %w: tensor<3x2x2x2xf32>) -> tensor<1x3x4x3xf32> {
  %y = onnx.channels_last.Conv(%x, %w) {kernel_shape = array<i64: 2, 2>} : (tensor<1x4x5x2xf32>, tensor<3x2x2x2xf32>) -> tensor<1x3x4x3xf32>
  return %y : tensor<1x3x4x3xf32>
}

// One spatial dimension: the channels move from place 2 to place 1.
// CHECK-LABEL: func.func @pool
// CHECK: onnx.Transpose(%arg0) {perm = array<i64: 0, 2, 1>} : (tensor<1x6x2xf32>) -> tensor<1x2x6xf32>
// CHECK: onnx.MaxPool
// CHECK: onnx.Transpose(%{{.*}}) {perm = array<i64: 0, 2, 1>} : (tensor<1x2x3xf32>) -> tensor<1x3x2xf32>
func.func @pool(%x: tensor<1x6x2xf32>) -> tensor<1x3x2xf32> {
  %y = onnx.channels_last.MaxPool(%x) {kernel_shape = array<i64: 2>, strides = array<i64: 2>} : (tensor<1x6x2xf32>) -> tensor<1x3x2xf32>
  return %y : tensor<1x3x2xf32>
}

// Standard operators are left alone.
// CHECK-LABEL: func.func @standard
// CHECK-NOT: onnx.Transpose
func.func @standard(%x: tensor<1x2x6xf32>) -> tensor<1x2x3xf32> {
  %y = onnx.MaxPool(%x) {kernel_shape = array<i64: 2>, strides = array<i64: 2>} : (tensor<1x2x6xf32>) -> tensor<1x2x3xf32>
  return %y : tensor<1x2x3xf32>
}
