// RUN: qcompile-opt %s --onnx-write-qdq --split-input-file --verify-diagnostics | FileCheck %s

// Bit widths per element: every element is limited to its own codes, -2..1, -4..3 and -8..7 times 0.5; the pair has those of the widest.
// CHECK-LABEL: func.func @widths
// CHECK: [-1, -2, -4] : tensor<3xf32>
// CHECK: onnx.Max(%arg0, %{{.*}})
// CHECK: [0.5, 1.5, 3.5] : tensor<3xf32>
// CHECK: %[[X:.*]] = onnx.Min(
// CHECK: %[[Q:.*]] = onnx.QuantizeLinear(%[[X]], {{.*}} -> tensor<2x3xsi8>
// CHECK: [-8] : tensor<si8>
// CHECK: [7] : tensor<si8>
// CHECK: onnx.Clip(%[[Q]]
func.func @widths(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [2.0, 3.0, 4.0] : tensor<3xf32>>} : () -> tensor<3xf32>
  %y = onnx.Quant(%x, %s, %z, %b) {signed_ = 1, narrow = 0, rounding_mode = "ROUND"} : (tensor<2x3xf32>, tensor<f32>, tensor<f32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// -----

// Constants: the codes, and the range of the widest.
// CHECK-LABEL: func.func @weights
// CHECK: "w.codes", [1, -8, 1] : tensor<3xsi8>>
// CHECK: [-8] : tensor<si8>
// CHECK: [7] : tensor<si8>
func.func @weights() -> tensor<3xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [5.0, -5.0, 0.0] : tensor<3xf32>>} : () -> tensor<3xf32>
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [2.0, 4.0, 1.0] : tensor<3xf32>>} : () -> tensor<3xf32>
  %y = onnx.Quant(%w, %s, %z, %b) {signed_ = 1, narrow = 0, rounding_mode = "ROUND"} : (tensor<3xf32>, tensor<f32>, tensor<f32>, tensor<3xf32>) -> tensor<3xf32>
  return %y : tensor<3xf32>
}

// -----

// Codes 0 to 254 with a zero point of -5: no type of 8 bits has all of them, but a signed one has those that there are, and so limits of its
// own do.
// CHECK-LABEL: func.func @part
// CHECK: "w.codes", [5, 3] : tensor<2xsi8>>
// CHECK: [0] : tensor<si8>
// CHECK: [127] : tensor<si8>
// CHECK: onnx.Clip
// CHECK: [-5] : tensor<si8>
func.func @part() -> tensor<2xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [5.0, 4.0] : tensor<2xf32>>} : () -> tensor<2xf32>
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [-5.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [8.0] : tensor<f32>>} : () -> tensor<f32>
  %y = onnx.Quant(%w, %s, %z, %b) {signed_ = 0, narrow = 1, rounding_mode = "ROUND"} : (tensor<2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// -----

// A single signed bit has no code 0, which limits cannot say.
func.func @sign(%x: tensor<2xf32>) -> tensor<2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [1.0, 4.0] : tensor<2xf32>>} : () -> tensor<2xf32>
  // expected-error @+1 {{[QC-X001] node 'onnx.Quant': its bit widths vary, and elements of one signed bit have the codes -1 and +1, for which limits have no form}}
  %y = onnx.Quant(%x, %s, %z, %b) {signed_ = 1, narrow = 0, rounding_mode = "ROUND"} : (tensor<2xf32>, tensor<f32>, tensor<f32>, tensor<2xf32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}
