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

// -----

// What the operators of com.microsoft do otherwise: steps of one over an integer, windows that count what lies behind the padding, other
// means, and a scale 512 times as fine as its operand's.
func.func @functions(%x: tensor<1x2x3x3xui8>) -> (tensor<1x2x3x3xui8>, tensor<1x2x2x2xui8>, tensor<1x2x1x1xui8>, tensor<1x2x3x1xui8>, tensor<1x2x1x1xui8>) {
  %s = onnx.Constant() {value = #data.constant<"s", [0.3] : tensor<f32>>} : () -> tensor<f32>
  %fine = onnx.Constant() {value = #data.constant<"fine", [0.0001] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [3] : tensor<ui8>>} : () -> tensor<ui8>
  %axes = onnx.Constant() {value = #data.constant<"axes", [3] : tensor<1xsi64>>} : () -> tensor<1xsi64>
  %xd = onnx.DequantizeLinear(%x, %s, %z) : (tensor<1x2x3x3xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x2x3x3xf32>
  // expected-remark @+1 {{QLinearSoftmax has scales of one over an integer, found 0.3}}
  %m = onnx.Softmax(%xd) {axis = -1 : i64} : (tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xf32>
  %mq = onnx.QuantizeLinear(%m, %s, %z) : (tensor<1x2x3x3xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x2x3x3xui8>
  // expected-remark @+1 {{QLinearAveragePool counts what windows have behind the padding, AveragePool does not}}
  %p = onnx.AveragePool(%xd) {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>, ceil_mode = 1 : i64, count_include_pad = 1 : i64} : (tensor<1x2x3x3xf32>) -> tensor<1x2x2x2xf32>
  %pq = onnx.QuantizeLinear(%p, %s, %z) : (tensor<1x2x2x2xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x2x2x2xui8>
  // expected-remark @+1 {{QLinearAveragePool has no dilations}}
  %d = onnx.AveragePool(%xd) {kernel_shape = array<i64: 2, 2>, dilations = array<i64: 2, 2>} : (tensor<1x2x3x3xf32>) -> tensor<1x2x1x1xf32>
  %dq = onnx.QuantizeLinear(%d, %s, %z) : (tensor<1x2x1x1xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x2x1x1xui8>
  // expected-remark @+1 {{its mean is not over all dimensions but samples and channels}}
  %r = onnx.ReduceMean(%xd, %axes) : (tensor<1x2x3x3xf32>, tensor<1xsi64>) -> tensor<1x2x3x1xf32>
  %rq = onnx.QuantizeLinear(%r, %s, %z) : (tensor<1x2x3x1xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x2x3x1xui8>
  // expected-remark @+1 {{QLinearGlobalAveragePool has no scales so far apart}}
  %g = onnx.GlobalAveragePool(%xd) : (tensor<1x2x3x3xf32>) -> tensor<1x2x1x1xf32>
  %gq = onnx.QuantizeLinear(%g, %fine, %z) : (tensor<1x2x1x1xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x2x1x1xui8>
  return %mq, %pq, %dq, %rq, %gq : tensor<1x2x3x3xui8>, tensor<1x2x2x2xui8>, tensor<1x2x1x1xui8>, tensor<1x2x3x1xui8>, tensor<1x2x1x1xui8>
}

// -----

// The operators of com.microsoft have float32 scales. QLinearMatMul may have others, but rounds no sum to float16, as MatMul does.
func.func @float16(%x: tensor<1x2xsi8>) -> (tensor<1x2xsi8>, tensor<1x2xsi8>, tensor<1x2xsi8>, tensor<1x2xsi8>) {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f16>>} : () -> tensor<f16>
  %z = onnx.Constant() {value = #data.constant<"z", [0] : tensor<si8>>} : () -> tensor<si8>
  %w = onnx.Constant() {value = #data.constant<"w", [1, 2, 3, 4] : tensor<2x2xsi8>>} : () -> tensor<2x2xsi8>
  %b = onnx.Constant() {value = #data.constant<"b", [7, -9] : tensor<2xsi32>>} : () -> tensor<2xsi32>
  %bs = onnx.Constant() {value = #data.constant<"bs", [0.25] : tensor<f16>>} : () -> tensor<f16>
  %xd = onnx.DequantizeLinear(%x, %s, %z) : (tensor<1x2xsi8>, tensor<f16>, tensor<si8>) -> tensor<1x2xf16>
  %wd = onnx.DequantizeLinear(%w, %s, %z) : (tensor<2x2xsi8>, tensor<f16>, tensor<si8>) -> tensor<2x2xf16>
  %bd = onnx.DequantizeLinear(%b, %bs) : (tensor<2xsi32>, tensor<f16>) -> tensor<2xf16>
  // expected-remark @+1 {{[QC-X001] node 'onnx.Add' stays between DequantizeLinear and QuantizeLinear: its scale is not float32}}
  %a = onnx.Add(%xd, %xd) : (tensor<1x2xf16>, tensor<1x2xf16>) -> tensor<1x2xf16>
  %aq = onnx.QuantizeLinear(%a, %s, %z) : (tensor<1x2xf16>, tensor<f16>, tensor<si8>) -> tensor<1x2xsi8>
  // expected-remark @+1 {{node 'onnx.Sigmoid' stays between DequantizeLinear and QuantizeLinear: its scale is not float32}}
  %f = onnx.Sigmoid(%xd) : (tensor<1x2xf16>) -> tensor<1x2xf16>
  %fq = onnx.QuantizeLinear(%f, %s, %z) : (tensor<1x2xf16>, tensor<f16>, tensor<si8>) -> tensor<1x2xsi8>
  // expected-remark @+1 {{node 'onnx.Gemm' stays between DequantizeLinear and QuantizeLinear: its scale is not float32}}
  %g = onnx.Gemm(%xd, %wd, %bd) : (tensor<1x2xf16>, tensor<2x2xf16>, tensor<2xf16>) -> tensor<1x2xf16>
  %gq = onnx.QuantizeLinear(%g, %s, %z) : (tensor<1x2xf16>, tensor<f16>, tensor<si8>) -> tensor<1x2xsi8>
  // expected-remark @+1 {{node 'onnx.MatMul' stays between DequantizeLinear and QuantizeLinear: its scale is not float32}}
  %m = onnx.MatMul(%xd, %wd) : (tensor<1x2xf16>, tensor<2x2xf16>) -> tensor<1x2xf16>
  %mq = onnx.QuantizeLinear(%m, %s, %z) : (tensor<1x2xf16>, tensor<f16>, tensor<si8>) -> tensor<1x2xsi8>
  return %aq, %fq, %gq, %mq : tensor<1x2xsi8>, tensor<1x2xsi8>, tensor<1x2xsi8>, tensor<1x2xsi8>
}

// -----

// Floats of 16 bits by float32 scales, quotients of 16 bits, and a bias at a scale of 16 bits.
func.func @mixed(%x: tensor<1x2xsi8>) -> (tensor<1x2xsi8>, tensor<1x2xsi8>, tensor<1x2xsi8>) {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %h = onnx.Constant() {value = #data.constant<"h", [0.5] : tensor<f16>>} : () -> tensor<f16>
  %z = onnx.Constant() {value = #data.constant<"z", [0] : tensor<si8>>} : () -> tensor<si8>
  %w = onnx.Constant() {value = #data.constant<"w", [1, 2, 3, 4] : tensor<2x2xsi8>>} : () -> tensor<2x2xsi8>
  %b = onnx.Constant() {value = #data.constant<"b", [7, -9] : tensor<2xsi32>>} : () -> tensor<2xsi32>
  %bs = onnx.Constant() {value = #data.constant<"bs", [0.25] : tensor<f16>>} : () -> tensor<f16>
  %xd = onnx.DequantizeLinear(%x, %s, %z) : (tensor<1x2xsi8>, tensor<f32>, tensor<si8>) -> tensor<1x2xf32>
  %xh = onnx.DequantizeLinear(%x, %h, %z) {output_dtype = 1 : i64} : (tensor<1x2xsi8>, tensor<f16>, tensor<si8>) -> tensor<1x2xf32>
  %wd = onnx.DequantizeLinear(%w, %s, %z) : (tensor<2x2xsi8>, tensor<f32>, tensor<si8>) -> tensor<2x2xf32>
  %bd = onnx.DequantizeLinear(%b, %bs) {output_dtype = 1 : i64} : (tensor<2xsi32>, tensor<f16>) -> tensor<2xf32>
  // expected-remark @+1 {{an operand is not dequantized in float32}}
  %a = onnx.Add(%xd, %xh) : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %aq = onnx.QuantizeLinear(%a, %s, %z) : (tensor<1x2xf32>, tensor<f32>, tensor<si8>) -> tensor<1x2xsi8>
  // expected-remark @+1 {{its result is not quantized in float32}}
  %f = onnx.Add(%xd, %xd) : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %fq = onnx.QuantizeLinear(%f, %s, %z) {precision = 10 : i64} : (tensor<1x2xf32>, tensor<f32>, tensor<si8>) -> tensor<1x2xsi8>
  // expected-remark @+1 {{its bias is not dequantized in float32}}
  %g = onnx.Gemm(%xd, %wd, %bd) : (tensor<1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %gq = onnx.QuantizeLinear(%g, %s, %z) : (tensor<1x2xf32>, tensor<f32>, tensor<si8>) -> tensor<1x2xsi8>
  return %aq, %fq, %gq : tensor<1x2xsi8>, tensor<1x2xsi8>, tensor<1x2xsi8>
}
