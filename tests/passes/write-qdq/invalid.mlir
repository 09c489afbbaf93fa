// RUN: qcompile-opt %s --onnx-write-qdq=opset=20 --split-input-file --verify-diagnostics

// What has no exact form: all of it, each with its reason.

func.func @many(%x: tensor<2x2xf32>, %i: tensor<1x4x4x1xf32>) -> (tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<1x3x3x4xf32>) {
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %h = onnx.Constant() {value = #data.constant<"h", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %many = onnx.Constant() {value = #data.constant<"many", [0.5, 1.0, 2.0, 4.0] : tensor<2x2xf32>>} : () -> tensor<2x2xf32>
  %b8 = onnx.Constant() {value = #data.constant<"b8", [8.0] : tensor<f32>>} : () -> tensor<f32>
  %b12 = onnx.Constant() {value = #data.constant<"b12", [12.0] : tensor<f32>>} : () -> tensor<f32>
  %b20 = onnx.Constant() {value = #data.constant<"b20", [20.0] : tensor<f32>>} : () -> tensor<f32>
  // expected-error @+1 {{[QC-X001] node 'onnx.Quant': integers of 16 bits came with opset 21, and opset 20 is asked for, found 12-bit signed codes -2048 to 2047}}
  %0 = onnx.Quant(%x, %s, %z, %b12) {signed_ = 1, narrow = 0, rounding_mode = "ROUND"} : (tensor<2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x2xf32>
  // expected-error @+1 {{[QC-X001] node 'onnx.Quant': QuantizeLinear makes integers of at most 16 bits, found 20-bit unsigned codes 0 to 1048575}}
  %1 = onnx.Quant(%x, %s, %z, %b20) {signed_ = 0, narrow = 0, rounding_mode = "ROUND"} : (tensor<2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x2xf32>
  // expected-error @+1 {{[QC-X001] node 'onnx.Quant': its scales and zero points vary along several dimensions, for which blocks came with opset 21, and opset 20 is asked for}}
  %2 = onnx.Quant(%x, %many, %z, %b8) {signed_ = 0, narrow = 0, rounding_mode = "ROUND"} : (tensor<2x2xf32>, tensor<2x2xf32>, tensor<f32>, tensor<f32>) -> tensor<2x2xf32>
  // expected-error @+1 {{[QC-X001] node 'onnx.Quant': the zero point 0.500000 is none of the codes of}}
  %3 = onnx.Quant(%x, %s, %h, %b8) {signed_ = 0, narrow = 0, rounding_mode = "ROUND"} : (tensor<2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x2xf32>
  // expected-error @+1 {{[QC-X001] node 'onnx.Im2Col': operator Im2Col has no form of QuantizeLinear and DequantizeLinear}}
  %4 = onnx.Im2Col(%i) {stride = array<i64: 1, 1>, kernel_size = array<i64: 2, 2>} : (tensor<1x4x4x1xf32>) -> tensor<1x3x3x4xf32>
  return %0, %1, %2, %3, %4 : tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<1x3x3x4xf32>
}

// -----

func.func @truncated(%x: tensor<4xf32>) -> tensor<4xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %in = onnx.Constant() {value = #data.constant<"in", [8.0] : tensor<f32>>} : () -> tensor<f32>
  %out = onnx.Constant() {value = #data.constant<"out", [4.0] : tensor<f32>>} : () -> tensor<f32>
  // expected-error @+1 {{[QC-X001] node 'onnx.Trunc_v1': nothing is known of the codes that Trunc gives, so that they have no storage type}}
  %y = onnx.Trunc_v1(%x, %s, %z, %in, %out) {rounding_mode = "FLOOR"} : (tensor<4xf32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}
