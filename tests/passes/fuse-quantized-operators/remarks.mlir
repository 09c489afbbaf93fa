// RUN: qcompile-opt %s --onnx-fuse-quantized-operators --split-input-file --verify-diagnostics

// What stays, and why.

func.func @bias(%x: tensor<1x2xsi8>) -> tensor<1x2xsi8> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0] : tensor<si8>>} : () -> tensor<si8>
  %w = onnx.Constant() {value = #data.constant<"w", [1, 2, 3, 4] : tensor<2x2xsi8>>} : () -> tensor<2x2xsi8>
  %b = onnx.Constant() {value = #data.constant<"b", [7, -9] : tensor<2xsi32>>} : () -> tensor<2xsi32>
  %xd = onnx.DequantizeLinear(%x, %s, %z) : (tensor<1x2xsi8>, tensor<f32>, tensor<si8>) -> tensor<1x2xf32>
  %wd = onnx.DequantizeLinear(%w, %s, %z) : (tensor<2x2xsi8>, tensor<f32>, tensor<si8>) -> tensor<2x2xf32>
  %bd = onnx.DequantizeLinear(%b, %s) : (tensor<2xsi32>, tensor<f32>) -> tensor<2xf32>
  // expected-remark @+1 {{[QC-X001] node 'onnx.Gemm' stays between DequantizeLinear and QuantizeLinear: the scale of its bias is not the product of those of its operands}}
  %c = onnx.Gemm(%xd, %wd, %bd) : (tensor<1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %y = onnx.QuantizeLinear(%c, %s, %z) : (tensor<1x2xf32>, tensor<f32>, tensor<si8>) -> tensor<1x2xsi8>
  return %y : tensor<1x2xsi8>
}

// -----

func.func @input(%x: tensor<1x2xf32>) -> tensor<1x2xsi8> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0] : tensor<si8>>} : () -> tensor<si8>
  // expected-remark @+1 {{no operator that has a quantized form is quantized here}}
  %y = onnx.QuantizeLinear(%x, %s, %z) : (tensor<1x2xf32>, tensor<f32>, tensor<si8>) -> tensor<1x2xsi8>
  return %y : tensor<1x2xsi8>
}

// -----

func.func @per_channel_result(%x: tensor<1x2xsi8>) -> tensor<1x2xsi8> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0] : tensor<si8>>} : () -> tensor<si8>
  %ys = onnx.Constant() {value = #data.constant<"ys", [0.5, 0.25] : tensor<2xf32>>} : () -> tensor<2xf32>
  %yz = onnx.Constant() {value = #data.constant<"yz", [0, 0] : tensor<2xsi8>>} : () -> tensor<2xsi8>
  %xd = onnx.DequantizeLinear(%x, %s, %z) : (tensor<1x2xsi8>, tensor<f32>, tensor<si8>) -> tensor<1x2xf32>
  // expected-remark @+1 {{its result is not quantized to 8 bits with one scale}}
  %c = onnx.Add(%xd, %xd) : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %y = onnx.QuantizeLinear(%c, %ys, %yz) {axis = 1 : i64} : (tensor<1x2xf32>, tensor<2xf32>, tensor<2xsi8>) -> tensor<1x2xsi8>
  return %y : tensor<1x2xsi8>
}
