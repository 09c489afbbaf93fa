// RUN: qcompile-opt %s --onnx-write-qdq --split-input-file | FileCheck %s
// RUN: qcompile-opt %s --onnx-write-qdq=opset=20 --split-input-file --verify-diagnostics -o /dev/null

// Scales that vary along several dimensions: as many neighbours along one dimension share one as is possible.

// Along dimension 1 (the default) scales change at index 2 (blocks of 2, four numbers), along dimension 0 at index 1 (blocks of 1, eight).
// CHECK-LABEL: func.func @pairs
// CHECK: [0.5, 1, 2, 4] : tensor<2x2xf32>>
// CHECK: [3, 3, 3, 3] : tensor<2x2xui8>>
// CHECK: %[[Q:.*]] = onnx.QuantizeLinear(%arg0, %[[S:.*]], %[[Z:.*]]) {block_size = 2 : i64} : {{.*}} -> tensor<2x4xui8>
// CHECK: onnx.DequantizeLinear(%[[Q]], %[[S]], %[[Z]]) {block_size = 2 : i64}
func.func @pairs(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %z = onnx.Constant() {value = #data.constant<"z", [3.0] : tensor<f32>>} : () -> tensor<f32>
  %s = onnx.Constant() {value = #data.constant<"s", [0.5, 0.5, 1.0, 1.0, 2.0, 2.0, 4.0, 4.0] : tensor<2x4xf32>>} : () -> tensor<2x4xf32>
  // expected-error @+1 {{[QC-X001] node 'onnx.LinearQuant': its scales and zero points vary along several dimensions, for which blocks came with opset 21, and opset 20 is asked for}}
  %y = onnx.LinearQuant(%x, %s, %z) {low = 0 : i64, high = 255 : i64} : (tensor<2x4xf32>, tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

// Five indices in blocks of three: the last one is short. The zero point changes where the scale does not.
// CHECK-LABEL: func.func @short_block
// CHECK: [0.5, 1, 0.5, 1] : tensor<2x2xf32>>
// CHECK: [0, 0, 0, 7] : tensor<2x2xsi8>>
// CHECK: onnx.QuantizeLinear(%arg0, %{{.*}}, %{{.*}}) {axis = 0 : i64, block_size = 3 : i64}
func.func @short_block(%x: tensor<5x2xf32>) -> tensor<5x2xf32> {
  %z = onnx.Constant() {value = #data.constant<"z", [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 7.0, 0.0, 7.0] : tensor<5x2xf32>>} : () -> tensor<5x2xf32>
  %s = onnx.Constant() {value = #data.constant<"s", [0.5, 1.0] : tensor<2xf32>>} : () -> tensor<2xf32>
  // expected-error @+1 {{[QC-X001] node 'onnx.LinearQuant': its scales and zero points vary along several dimensions, for which blocks}}
  %y = onnx.LinearQuant(%x, %s, %z) {low = -128 : i64, high = 127 : i64} : (tensor<5x2xf32>, tensor<2xf32>, tensor<5x2xf32>) -> tensor<5x2xf32>
  return %y : tensor<5x2xf32>
}

// -----

// Codes of weights, of a scale for each: blocks of one.
// CHECK-LABEL: func.func @constant
// CHECK: "w.codes", [2, 1, -1, 2] : tensor<2x2xsi8>>
// CHECK: onnx.DequantizeLinear(%{{.*}}, %{{.*}}, %{{.*}}) {axis = 0 : i64, block_size = 1 : i64}
func.func @constant() -> tensor<2x2xf32> {
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [8.0] : tensor<f32>>} : () -> tensor<f32>
  %s = onnx.Constant() {value = #data.constant<"s", [0.5, 1.0, 2.0, 0.25] : tensor<2x2xf32>>} : () -> tensor<2x2xf32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 1.0, -2.0, 0.5] : tensor<2x2xf32>>} : () -> tensor<2x2xf32>
  // expected-error @+1 {{[QC-X001] node 'onnx.Quant': its scales and zero points vary along several dimensions, for which blocks}}
  %y = onnx.Quant(%w, %s, %z, %b) {signed_ = 1, narrow = 0, rounding_mode = "ROUND"} : (tensor<2x2xf32>, tensor<2x2xf32>, tensor<f32>, tensor<f32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

// -----

// Float formats have scales for each channel, too.
// CHECK-LABEL: func.func @float8
// CHECK: onnx.QuantizeLinear(%arg0, %{{.*}}, %{{.*}}) {axis = 2 : i64} : (tensor<1x1x2xf32>, tensor<2xf32>, tensor<2xf8E5M2>) -> tensor<1x1x2xf8E5M2>
// CHECK: onnx.DequantizeLinear
func.func @float8(%x: tensor<1x1x2xf32>) -> tensor<1x1x2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0, 2.0] : tensor<2xf32>>} : () -> tensor<2xf32>
  %e = onnx.Constant() {value = #data.constant<"e", [5.0] : tensor<f32>>} : () -> tensor<f32>
  %m = onnx.Constant() {value = #data.constant<"m", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [15.0] : tensor<f32>>} : () -> tensor<f32>
  %t = onnx.Constant() {value = #data.constant<"t", [57344.0] : tensor<f32>>} : () -> tensor<f32>
  %y = onnx.FloatQuant(%x, %s, %e, %m, %b, %t) {has_inf = 0, has_nan = 1, has_subnormal = 1, saturation = 1, rounding_mode = "ROUND"} : (tensor<1x1x2xf32>, tensor<2xf32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2xf32>
  return %y : tensor<1x1x2xf32>
}
