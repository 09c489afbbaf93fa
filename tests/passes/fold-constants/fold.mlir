// RUN: qcompile-opt %s --onnx-fold-constants | FileCheck %s

// CHECK-LABEL: func.func @arithmetic
// CHECK-NEXT: %[[C:.*]] = onnx.Constant() {value = #data.constant<{{.*}}, [3.5, -0.5] : tensor<2xf32>>
// CHECK-NEXT: return %[[C]]
func.func @arithmetic() -> tensor<2xf32> {
  %a = onnx.Constant() {value = #data.constant<"a", [1.5, -2.5] : tensor<2xf32>>} : () -> tensor<2xf32>
  %b = onnx.Constant() {value = #data.constant<"b", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %c = onnx.Add(%a, %b) : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  return %c : tensor<2xf32>
}

// Chains fold to their end; what only they used is removed. The value is named after the tensor it stands for.
// CHECK-LABEL: func.func @chain
// CHECK-NEXT: onnx.Constant() {value = #data.constant<"bits", [8] : tensor<f32>>
// CHECK-NEXT: return
func.func @chain() -> tensor<f32> {
  %a = onnx.Constant() {value = #data.constant<"three", [3.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"two", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %c = onnx.Add(%a, %b) : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %d = onnx.Add(%c, %a) : (tensor<f32>, tensor<f32>) -> tensor<f32> loc("Add_1"("bits"("model.onnx":1:0)))
  return %d : tensor<f32>
}

// The other ways of writing a constant become tensors.
// CHECK-LABEL: func.func @attributes
// CHECK-DAG: [1.5] : tensor<f32>>
// CHECK-DAG: [1, 2.5] : tensor<2xf32>>
// CHECK-DAG: [-7] : tensor<si64>>
// CHECK-DAG: [4, 5, 6] : tensor<3xsi64>>
// CHECK-NOT: value_
// CHECK: return
func.func @attributes() -> (tensor<f32>, tensor<2xf32>, tensor<si64>, tensor<3xsi64>) {
  %a = onnx.Constant() {value_float = 1.5 : f32} : () -> tensor<f32>
  %b = onnx.Constant() {value_floats = array<f32: 1.0, 2.5>} : () -> tensor<2xf32>
  %c = onnx.Constant() {value_int = -7 : i64} : () -> tensor<si64>
  %d = onnx.Constant() {value_ints = array<i64: 4, 5, 6>} : () -> tensor<3xsi64>
  return %a, %b, %c, %d : tensor<f32>, tensor<2xf32>, tensor<si64>, tensor<3xsi64>
}

// The shape of an activation is a constant where it is static.
// CHECK-LABEL: func.func @shape
// CHECK: onnx.Constant() {value = #data.constant<{{.*}}, [2, 3] : tensor<2xsi64>>
// CHECK-NOT: onnx.Shape
// CHECK: return
func.func @shape(%x: tensor<2x3xf32>) -> tensor<2xsi64> {
  %s = onnx.Shape(%x) : (tensor<2x3xf32>) -> tensor<2xsi64>
  return %s : tensor<2xsi64>
}

// An open shape is not.
// CHECK-LABEL: func.func @open_shape
// CHECK: onnx.Shape
func.func @open_shape(%x: tensor<?x3xf32>) -> tensor<2xsi64> {
  %s = onnx.Shape(%x) : (tensor<?x3xf32>) -> tensor<2xsi64>
  return %s : tensor<2xsi64>
}

// A quantizer of a constant stays, and what depends on it: its integer codes would be lost.
// CHECK-LABEL: func.func @quantizers
// CHECK: %[[Q:.*]] = onnx.Quant
// CHECK: onnx.Transpose(%[[Q]])
// CHECK: onnx.BipolarQuant
// CHECK: onnx.Trunc(
func.func @quantizers() -> (tensor<2x1xf32>, tensor<1x2xf32>, tensor<1x2xf32>) {
  %w = onnx.Constant() {value = #data.constant<"w", [0.25, -1.0] : tensor<1x2xf32>>} : () -> tensor<1x2xf32>
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %q = onnx.Quant(%w, %s, %s, %s) : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  %t = onnx.Transpose(%q) {perm = array<i64: 1, 0>} : (tensor<1x2xf32>) -> tensor<2x1xf32>
  %b = onnx.BipolarQuant(%w, %s) : (tensor<1x2xf32>, tensor<f32>) -> tensor<1x2xf32>
  %c = onnx.Trunc(%w, %s, %s, %s, %s, %s)
      : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  return %t, %b, %c : tensor<2x1xf32>, tensor<1x2xf32>, tensor<1x2xf32>
}

// An absent operand is no operand: Clip without a lower bound is min(x, 1).
// CHECK-LABEL: func.func @absent
// CHECK: onnx.Constant() {value = #data.constant<{{.*}}, [-3, 1] : tensor<2xf32>>
// CHECK-NOT: onnx.Clip
// CHECK: return
func.func @absent() -> tensor<2xf32> {
  %x = onnx.Constant() {value = #data.constant<"x", [-3.0, 3.0] : tensor<2xf32>>} : () -> tensor<2xf32>
  %m = onnx.Constant() {value = #data.constant<"m", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %y = onnx.Clip(%x, %m) {operandSegmentSizes = array<i32: 1, 0, 1>} : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// What the evaluator does not know stays.
// CHECK-LABEL: func.func @unknown
// CHECK: onnx.Bernoulli
func.func @unknown() -> tensor<1x2xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [0.25, -1.0] : tensor<1x2xf32>>} : () -> tensor<1x2xf32>
  %y = onnx.Bernoulli(%w) : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// Integers that a Clip limits keep that they have fewer bits than their type.
// CHECK-LABEL: func.func @limited
// CHECK-NEXT: onnx.Constant() {onnx.codes = array<i64: -4, 3>, value = #data.constant<{{.*}}, [-4, 3, 2] : tensor<3xsi8>>
func.func @limited() -> tensor<3xsi8> {
  %a = onnx.Constant() {value = #data.constant<"codes", [-5, 3, 2] : tensor<3xsi8>>} : () -> tensor<3xsi8>
  %l = onnx.Constant() {value = #data.constant<"least", [-4] : tensor<si8>>} : () -> tensor<si8>
  %h = onnx.Constant() {value = #data.constant<"most", [3] : tensor<si8>>} : () -> tensor<si8>
  %c = onnx.Clip(%a, %l, %h) {operandSegmentSizes = array<i32: 1, 1, 1>} : (tensor<3xsi8>, tensor<si8>, tensor<si8>) -> tensor<3xsi8>
  return %c : tensor<3xsi8>
}
