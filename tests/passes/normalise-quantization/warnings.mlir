// RUN: qcompile-opt %s --onnx-normalise-quantization --split-input-file --verify-diagnostics

// What stays as it is, or is read as written, says so.

func.func @dynamic(%x: tensor<1x4xf32>, %s: tensor<f32>) -> tensor<1x4xf32> {
  %z = onnx.Constant() {value = #data.constant<"z", [0] : tensor<si8>>} : () -> tensor<si8>
  // expected-warning @+1 {{[QC-S001] node 'onnx.QuantizeLinear' stays as it is: its scale is computed while the model runs}}
  %q = onnx.QuantizeLinear(%x, %s, %z) : (tensor<1x4xf32>, tensor<f32>, tensor<si8>) -> tensor<1x4xsi8>
  // expected-warning @+1 {{[QC-S001] node 'onnx.DequantizeLinear' stays as it is: its scale is computed while the model runs}}
  %y = onnx.DequantizeLinear(%q, %s, %z) : (tensor<1x4xsi8>, tensor<f32>, tensor<si8>) -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}

// -----

func.func @other_scale(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %t = onnx.Constant() {value = #data.constant<"t", [0.25] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0] : tensor<si8>>} : () -> tensor<si8>
  %q = onnx.QuantizeLinear(%x, %s, %z) : (tensor<1x4xf32>, tensor<f32>, tensor<si8>) -> tensor<1x4xsi8>
  // expected-warning @+1 {{[QC-S007] node 'onnx.DequantizeLinear': expected the scale and zero point of the quantizer that made its codes ('onnx.QuantizeLinear'), found others}}
  %y = onnx.DequantizeLinear(%q, %t, %z) : (tensor<1x4xsi8>, tensor<f32>, tensor<si8>) -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}

// -----

func.func @bias(%x: tensor<1x2xsi8>) -> tensor<1x1xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1, 2] : tensor<2x1xsi8>>} : () -> tensor<2x1xsi8>
  %b = onnx.Constant() {value = #data.constant<"b", [100] : tensor<1xsi32>>} : () -> tensor<1xsi32>
  %xf = onnx.DequantizeLinear(%x, %s) : (tensor<1x2xsi8>, tensor<f32>) -> tensor<1x2xf32>
  %wf = onnx.DequantizeLinear(%w, %s) : (tensor<2x1xsi8>, tensor<f32>) -> tensor<2x1xf32>
  %bf = onnx.DequantizeLinear(%b, %s) : (tensor<1xsi32>, tensor<f32>) -> tensor<1xf32>
  // expected-warning @+1 {{[QC-S007] node 'onnx.Gemm': expected a bias of scale 2.500000e-01 (of its input times that of its weights) at index 0, found 5.000000e-01; it is read as it is written}}
  %y = onnx.Gemm(%xf, %wf, %bf) : (tensor<1x2xf32>, tensor<2x1xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

func.func @scale_zero(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.0] : tensor<f32>>} : () -> tensor<f32>
  // expected-error @+1 {{[QC-S002] node 'onnx.QuantizeLinear': expected finite and positive scales, found 0.000000 at index 0 of 's'}}
  %q = onnx.QuantizeLinear(%x, %s) : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xui8>
  // expected-error @+1 {{[QC-S002] node 'onnx.DequantizeLinear': expected finite and positive scales}}
  %y = onnx.DequantizeLinear(%q, %s) : (tensor<1x4xui8>, tensor<f32>) -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}

// -----

// Something else than a Cast reads the sums.
func.func @sums(%x: tensor<1x2xsi8>) -> tensor<1x1xsi32> {
  %w = onnx.Constant() {value = #data.constant<"w", [1, 2] : tensor<2x1xsi8>>} : () -> tensor<2x1xsi8>
  // expected-warning @+1 {{[QC-S008] node 'onnx.MatMulInteger' stays as it is: something else than a Cast to float reads its sums}}
  %y = onnx.MatMulInteger(%x, %w) {operandSegmentSizes = array<i32: 1, 1, 0, 0>} : (tensor<1x2xsi8>, tensor<2x1xsi8>) -> tensor<1x1xsi32>
  return %y : tensor<1x1xsi32>
}

// -----

// Three scales for four channels.
func.func @channels(%x: tensor<1x4x1x1xf32>) -> tensor<1x4x1x1xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5, 1.0, 2.0] : tensor<3xf32>>} : () -> tensor<3xf32>
  // expected-error @+1 {{[QC-I006] node 'onnx.QuantizeLinear': expected scales of}}
  %q = onnx.QuantizeLinear(%x, %s) : (tensor<1x4x1x1xf32>, tensor<3xf32>) -> tensor<1x4x1x1xui8>
  // expected-error @+1 {{[QC-I006] node 'onnx.DequantizeLinear': expected scales of}}
  %y = onnx.DequantizeLinear(%q, %s) : (tensor<1x4x1x1xui8>, tensor<3xf32>) -> tensor<1x4x1x1xf32>
  return %y : tensor<1x4x1x1xf32>
}

// -----

// A bias that is computed.
func.func @bias_input(%x: tensor<1x1x2x2xui8>, %b: tensor<1xsi32>) -> tensor<1x1x1x1xui8> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [4] : tensor<ui8>>} : () -> tensor<ui8>
  %w = onnx.Constant() {value = #data.constant<"w", [1, 2, 3, 4] : tensor<1x1x2x2xui8>>} : () -> tensor<1x1x2x2xui8>
  // expected-warning @+1 {{[QC-S008] node 'onnx.QLinearConv' stays as it is: its bias is computed while the model runs}}
  %y = onnx.QLinearConv(%x, %s, %z, %w, %s, %z, %s, %z, %b)
     : (tensor<1x1x2x2xui8>, tensor<f32>, tensor<ui8>, tensor<1x1x2x2xui8>, tensor<f32>, tensor<ui8>, tensor<f32>, tensor<ui8>, tensor<1xsi32>) -> tensor<1x1x1x1xui8>
  return %y : tensor<1x1x1x1xui8>
}
