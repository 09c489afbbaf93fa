// RUN: qcompile-opt %s --split-input-file --onnx-equalize-layers="keep-first=false keep-last=false power-of-two" 2>&1 | FileCheck %s

// Flattened features: channel c is columns 2c and 2c + 1. s_0 = sqrt(4 / 1) = 2, s_1 = 1.
// CHECK-LABEL: func.func @flattened
// CHECK-DAG: [2, 1] : tensor<2x1x1x1xf32>
// CHECK-DAG: [1, 2, 1, 0.5] : tensor<4x1xf32>
func.func @flattened(%x: tensor<1x1x1x2xf32>) -> tensor<1x1xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [4.0, 1.0] : tensor<2x1x1x1xf32>>} : () -> tensor<2x1x1x1xf32>
  %v = onnx.Constant() {value = #data.constant<"v", [0.5, 1.0, 1.0, 0.5] : tensor<4x1xf32>>} : () -> tensor<4x1xf32>
  %y = onnx.Conv(%x, %w) : (tensor<1x1x1x2xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x1x2xf32>
  %r = onnx.Relu(%y) : (tensor<1x2x1x2xf32>) -> tensor<1x2x1x2xf32>
  %f = onnx.Flatten(%r) : (tensor<1x2x1x2xf32>) -> tensor<1x4xf32>
  %z = onnx.MatMul(%f, %v) : (tensor<1x4xf32>, tensor<4x1xf32>) -> tensor<1x1xf32>
  return %z : tensor<1x1xf32>
}

// -----

// A depthwise layer reads channel c in its row c; with its reader it makes a second pair. Channel 0: 16, 1, 1: the first pair gives 4, 4 (s = 4), the
// second 2, 2 (s = 2); then 4 and 2 are within one power of two of equal. Channel 1 stays.
// CHECK-LABEL: func.func @depthwise
// CHECK-DAG: "w{{[_0-9]*}}", [4, 1]
// CHECK-DAG: "d{{[_0-9]*}}", [2, 1]
// CHECK-DAG: "v{{[_0-9]*}}", [2, 1]
func.func @depthwise(%x: tensor<1x1x1x1xf32>) -> tensor<1x1x1x1xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [16.0, 1.0] : tensor<2x1x1x1xf32>>} : () -> tensor<2x1x1x1xf32>
  %d = onnx.Constant() {value = #data.constant<"d", [1.0, 1.0] : tensor<2x1x1x1xf32>>} : () -> tensor<2x1x1x1xf32>
  %v = onnx.Constant() {value = #data.constant<"v", [1.0, 1.0] : tensor<1x2x1x1xf32>>} : () -> tensor<1x2x1x1xf32>
  %y = onnx.Conv(%x, %w) : (tensor<1x1x1x1xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x1x1xf32>
  %r = onnx.Relu(%y) : (tensor<1x2x1x1xf32>) -> tensor<1x2x1x1xf32>
  %e = onnx.Conv(%r, %d) {group = 2 : i64} : (tensor<1x2x1x1xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x1x1xf32>
  %z = onnx.Conv(%e, %v) : (tensor<1x2x1x1xf32>, tensor<1x2x1x1xf32>) -> tensor<1x1x1x1xf32>
  return %z : tensor<1x1x1x1xf32>
}

// -----

// Not homogeneous, or read twice: nothing changes.
// CHECK-LABEL: func.func @sigmoid
// CHECK: "w{{[_0-9]*}}", [4]
// CHECK: "v{{[_0-9]*}}", [1]
func.func @sigmoid(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [4.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %v = onnx.Constant() {value = #data.constant<"v", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %y = onnx.MatMul(%x, %w) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %r = onnx.Sigmoid(%y) : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %z = onnx.MatMul(%r, %v) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  return %z : tensor<1x1xf32>
}

// -----

// CHECK-LABEL: func.func @read_twice
// CHECK: "w{{[_0-9]*}}", [4]
// CHECK: "v{{[_0-9]*}}", [1]
func.func @read_twice(%x: tensor<1x1xf32>) -> (tensor<1x1xf32>, tensor<1x1xf32>) {
  %w = onnx.Constant() {value = #data.constant<"w", [4.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %v = onnx.Constant() {value = #data.constant<"v", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %y = onnx.MatMul(%x, %w) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %r = onnx.Relu(%y) : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %z = onnx.MatMul(%r, %v) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  return %z, %r : tensor<1x1xf32>, tensor<1x1xf32>
}
