// RUN: qcompile-opt %s --onnx-write-qdq --split-input-file | FileCheck %s

// The numbers of codes are not quantized to the same codes again, where float32 gives these back; they are, where it need not.

// Codes of 16 bits: 65535 times a step is off by 2^-24 of itself, and so is its quotient.
// CHECK-LABEL: func.func @sixteen_bits
// CHECK-NOT: onnx.QuantizeLinear
// CHECK: return %arg0
func.func @sixteen_bits(%x: tensor<1x4xui16>) -> tensor<1x4xui16> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.3] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [7] : tensor<ui16>>} : () -> tensor<ui16>
  %f = onnx.DequantizeLinear(%x, %s, %z) : (tensor<1x4xui16>, tensor<f32>, tensor<ui16>) -> tensor<1x4xf32>
  %y = onnx.QuantizeLinear(%f, %s, %z) : (tensor<1x4xf32>, tensor<f32>, tensor<ui16>) -> tensor<1x4xui16>
  return %y : tensor<1x4xui16>
}

// -----

// The quotient of a QuantizeLinear whose `precision` is FLOAT is a float32, and dimension 1 is the last one of two.
// CHECK-LABEL: func.func @written_out
// CHECK-NOT: onnx.QuantizeLinear
// CHECK: return %arg0
func.func @written_out(%x: tensor<1x2xsi8>) -> tensor<1x2xsi8> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.3, 0.5] : tensor<2xf32>>} : () -> tensor<2xf32>
  %z = onnx.Constant() {value = #data.constant<"z", [0, 0] : tensor<2xsi8>>} : () -> tensor<2xsi8>
  %f = onnx.DequantizeLinear(%x, %s, %z) {axis = 1 : i64} : (tensor<1x2xsi8>, tensor<2xf32>, tensor<2xsi8>) -> tensor<1x2xf32>
  %y = onnx.QuantizeLinear(%f, %s, %z) {axis = -1 : i64, precision = 1 : i64} : (tensor<1x2xf32>, tensor<2xf32>, tensor<2xsi8>) -> tensor<1x2xsi8>
  return %y : tensor<1x2xsi8>
}

// -----

// float16 has 11 bits: code 2049 is 2048 there.
// CHECK-LABEL: func.func @float16
// CHECK: onnx.QuantizeLinear
func.func @float16(%x: tensor<1x4xsi16>) -> tensor<1x4xsi16> {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0] : tensor<f16>>} : () -> tensor<f16>
  %z = onnx.Constant() {value = #data.constant<"z", [0] : tensor<si16>>} : () -> tensor<si16>
  %f = onnx.DequantizeLinear(%x, %s, %z) : (tensor<1x4xsi16>, tensor<f16>, tensor<si16>) -> tensor<1x4xf16>
  %y = onnx.QuantizeLinear(%f, %s, %z) : (tensor<1x4xf16>, tensor<f16>, tensor<si16>) -> tensor<1x4xsi16>
  return %y : tensor<1x4xsi16>
}

// -----

// bfloat16 has 8 bits: code 40 is 168 above its zero point, and 168 * 13 = 2184 is 2176 or 2192 there, 167.4 or 168.6 times 13.
// CHECK-LABEL: func.func @bfloat16
// CHECK: onnx.QuantizeLinear
func.func @bfloat16(%x: tensor<1x4xsi8>) -> tensor<1x4xsi8> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.1015625] : tensor<bf16>>} : () -> tensor<bf16>
  %z = onnx.Constant() {value = #data.constant<"z", [-128] : tensor<si8>>} : () -> tensor<si8>
  %f = onnx.DequantizeLinear(%x, %s, %z) : (tensor<1x4xsi8>, tensor<bf16>, tensor<si8>) -> tensor<1x4xbf16>
  %y = onnx.QuantizeLinear(%f, %s, %z) : (tensor<1x4xbf16>, tensor<bf16>, tensor<si8>) -> tensor<1x4xsi8>
  return %y : tensor<1x4xsi8>
}

// -----

// A quotient rounded to float16 (10 in ONNX) loses 2049 too.
// CHECK-LABEL: func.func @precision
// CHECK: onnx.QuantizeLinear
func.func @precision(%x: tensor<1x4xsi16>) -> tensor<1x4xsi16> {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0] : tensor<si16>>} : () -> tensor<si16>
  %f = onnx.DequantizeLinear(%x, %s, %z) : (tensor<1x4xsi16>, tensor<f32>, tensor<si16>) -> tensor<1x4xf32>
  %y = onnx.QuantizeLinear(%f, %s, %z) {precision = 10 : i64} : (tensor<1x4xf32>, tensor<f32>, tensor<si16>) -> tensor<1x4xsi16>
  return %y : tensor<1x4xsi16>
}

// -----

// As float16 between the two does.
// CHECK-LABEL: func.func @output_type
// CHECK: onnx.QuantizeLinear
func.func @output_type(%x: tensor<1x4xsi16>) -> tensor<1x4xsi16> {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0] : tensor<si16>>} : () -> tensor<si16>
  %f = onnx.DequantizeLinear(%x, %s, %z) {output_dtype = 10 : i64} : (tensor<1x4xsi16>, tensor<f32>, tensor<si16>) -> tensor<1x4xf16>
  %y = onnx.QuantizeLinear(%f, %s, %z) : (tensor<1x4xf16>, tensor<f32>, tensor<si16>) -> tensor<1x4xsi16>
  return %y : tensor<1x4xsi16>
}

// -----

// CHECK-LABEL: func.func @other_scale
// CHECK: onnx.QuantizeLinear
func.func @other_scale(%x: tensor<1x4xsi8>) -> tensor<1x4xsi8> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %t = onnx.Constant() {value = #data.constant<"t", [0.25] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0] : tensor<si8>>} : () -> tensor<si8>
  %f = onnx.DequantizeLinear(%x, %s, %z) : (tensor<1x4xsi8>, tensor<f32>, tensor<si8>) -> tensor<1x4xf32>
  %y = onnx.QuantizeLinear(%f, %t, %z) : (tensor<1x4xf32>, tensor<f32>, tensor<si8>) -> tensor<1x4xsi8>
  return %y : tensor<1x4xsi8>
}

// -----

// 0 / 0 is no code.
// CHECK-LABEL: func.func @no_step
// CHECK: onnx.QuantizeLinear
func.func @no_step(%x: tensor<1x4xsi8>) -> tensor<1x4xsi8> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0] : tensor<si8>>} : () -> tensor<si8>
  %f = onnx.DequantizeLinear(%x, %s, %z) : (tensor<1x4xsi8>, tensor<f32>, tensor<si8>) -> tensor<1x4xf32>
  %y = onnx.QuantizeLinear(%f, %s, %z) : (tensor<1x4xf32>, tensor<f32>, tensor<si8>) -> tensor<1x4xsi8>
  return %y : tensor<1x4xsi8>
}
