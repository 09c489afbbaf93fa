// RUN: qcompile-opt %s --onnx-fold-constants --split-input-file --verify-diagnostics | FileCheck %s

// A shape that is computed from the shape of an operand: the computed one is a constant, so what it shapes has a static type,
// of which the next operation takes the shape.
// CHECK-LABEL: func.func @computed_shape
// CHECK-SAME: -> tensor<12x2xf32>
// CHECK: onnx.Reshape{{.*}} -> tensor<2x12xf32>
// CHECK: onnx.Transpose{{.*}} -> tensor<12x2xf32>
// CHECK: return {{.*}} : tensor<12x2xf32>
func.func @computed_shape(%x: tensor<2x3x4xf32>) -> tensor<*xf32> {
  %s = onnx.Shape(%x) {end = 1 : i64} : (tensor<2x3x4xf32>) -> tensor<1xsi64>
  %m = onnx.Constant() {value = #data.constant<"m", [-1] : tensor<1xsi64>>} : () -> tensor<1xsi64>
  %c = onnx.Concat(%s, %m) {axis = 0 : i64} : (tensor<1xsi64>, tensor<1xsi64>) -> tensor<2xsi64>
  %r = onnx.Reshape(%x, %c) : (tensor<2x3x4xf32>, tensor<2xsi64>) -> tensor<*xf32>
  %t = onnx.Transpose(%r) : (tensor<*xf32>) -> tensor<*xf32>
  return %t : tensor<*xf32>
}

// -----

// The dimensions that are known stay, the others are filled in; optional operands are told apart.
// CHECK-LABEL: func.func @some_dimensions
// CHECK: onnx.Slice{{.*}} -> tensor<2x2x4xf32>
func.func @some_dimensions(%x: tensor<2x3x4xf32>) -> tensor<2x?x4xf32> {
  %a = onnx.Constant() {value = #data.constant<"a", [0] : tensor<1xsi64>>} : () -> tensor<1xsi64>
  %b = onnx.Constant() {value = #data.constant<"b", [3] : tensor<1xsi64>>} : () -> tensor<1xsi64>
  %axis = onnx.Constant() {value = #data.constant<"axis", [1] : tensor<1xsi64>>} : () -> tensor<1xsi64>
  %step = onnx.Constant() {value = #data.constant<"step", [2] : tensor<1xsi64>>} : () -> tensor<1xsi64>
  %r = onnx.Slice(%x, %a, %b, %axis, %step) {operandSegmentSizes = array<i32: 1, 1, 1, 1, 1>} : (tensor<2x3x4xf32>, tensor<1xsi64>, tensor<1xsi64>, tensor<1xsi64>, tensor<1xsi64>) -> tensor<2x?x4xf32>
  return %r : tensor<2x?x4xf32>
}

// -----

// What depends on data stays open.
// CHECK-LABEL: func.func @data
// CHECK: onnx.NonZero{{.*}} -> tensor<1x?xsi64>
func.func @data(%x: tensor<4xf32>) -> tensor<1x?xsi64> {
  %r = onnx.NonZero(%x) : (tensor<4xf32>) -> tensor<1x?xsi64>
  return %r : tensor<1x?xsi64>
}

// -----

func.func @contradiction(%x: tensor<2x3xf32>) -> tensor<4x?xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [3, 2] : tensor<2xsi64>>} : () -> tensor<2xsi64>
  // expected-error @+1 {{[QC-I006] node 'onnx.Reshape': expected tensor<3x2xf32>, which follows from the operands, found tensor<4x?xf32>}}
  %r = onnx.Reshape(%x, %s) : (tensor<2x3xf32>, tensor<2xsi64>) -> tensor<4x?xf32>
  return %r : tensor<4x?xf32>
}

// -----

func.func @impossible(%x: tensor<2x3xf32>) -> tensor<*xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [4, -1] : tensor<2xsi64>>} : () -> tensor<2xsi64>
  // expected-error @+1 {{[QC-I006] node 'onnx.Reshape': }}
  %r = onnx.Reshape(%x, %s) : (tensor<2x3xf32>, tensor<2xsi64>) -> tensor<*xf32>
  return %r : tensor<*xf32>
}
