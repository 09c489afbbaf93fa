// RUN: qcompile-opt %s --onnx-write-qonnx --split-input-file --verify-diagnostics | FileCheck %s

// Scales in blocks become one for each element: blocks of two along dimension 1.
// CHECK-LABEL: func.func @blocks
// CHECK: "scale", [0.5, 0.5, 1, 2, 2, 4] : tensor<2x3xf32>>
// CHECK: onnx.FloatQuant(%arg0,
// CHECK-NOT: onnx.QuantizeLinear
func.func @blocks(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5, 1.0, 2.0, 4.0] : tensor<2x2xf32>>} : () -> tensor<2x2xf32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0, 0.0, 0.0, 0.0] : tensor<2x2xf8E4M3FN>>} : () -> tensor<2x2xf8E4M3FN>
  %q = onnx.QuantizeLinear(%x, %s, %z) {axis = 1 : i64, block_size = 2 : i64} : (tensor<2x3xf32>, tensor<2x2xf32>, tensor<2x2xf8E4M3FN>) -> tensor<2x3xf8E4M3FN>
  %y = onnx.DequantizeLinear(%q, %s, %z) {axis = 1 : i64, block_size = 2 : i64} : (tensor<2x3xf8E4M3FN>, tensor<2x2xf32>, tensor<2x2xf8E4M3FN>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// -----

// Two scales along another dimension than that of the quantizer.
func.func @axes(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5, 1.0] : tensor<2xf32>>} : () -> tensor<2xf32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0, 0.0] : tensor<2xf8E4M3FN>>} : () -> tensor<2xf8E4M3FN>
  %q = onnx.QuantizeLinear(%x, %s, %z) {axis = 0 : i64} : (tensor<2x2xf32>, tensor<2xf32>, tensor<2xf8E4M3FN>) -> tensor<2x2xf8E4M3FN>
  // expected-error @+1 {{[QC-X001] node 'onnx.DequantizeLinear': float8 values that no saturating QuantizeLinear of the same scales makes have no form in QONNX}}
  %y = onnx.DequantizeLinear(%q, %s, %z) {axis = 1 : i64} : (tensor<2x2xf8E4M3FN>, tensor<2xf32>, tensor<2xf8E4M3FN>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

// -----

func.func @zero_point(%x: tensor<2xf32>) -> tensor<2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [1.0] : tensor<f8E4M3FN>>} : () -> tensor<f8E4M3FN>
  %q = onnx.QuantizeLinear(%x, %s, %z) : (tensor<2xf32>, tensor<f32>, tensor<f8E4M3FN>) -> tensor<2xf8E4M3FN>
  // expected-error @+1 {{[QC-X001] node 'onnx.DequantizeLinear': FloatQuant has no zero point}}
  %y = onnx.DequantizeLinear(%q, %s, %z) : (tensor<2xf8E4M3FN>, tensor<f32>, tensor<f8E4M3FN>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// -----

// Four bits: two of exponent and one of mantissa, up to 6.
// CHECK-LABEL: func.func @float4
// CHECK-DAG: "exponent_bits", [2] : tensor<f32>
// CHECK-DAG: "mantissa_bits", [1] : tensor<f32>
// CHECK-DAG: "exponent_bias{{.*}}", [1] : tensor<f32>
// CHECK-DAG: "max_val", [6] : tensor<f32>
// CHECK: onnx.FloatQuant(%arg0,
// CHECK-NOT: onnx.QuantizeLinear
func.func @float4(%x: tensor<2xf32>) -> tensor<2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f4E2M1FN>>} : () -> tensor<f4E2M1FN>
  %q = onnx.QuantizeLinear(%x, %s, %z) : (tensor<2xf32>, tensor<f32>, tensor<f4E2M1FN>) -> tensor<2xf4E2M1FN>
  %y = onnx.DequantizeLinear(%q, %s, %z) : (tensor<2xf4E2M1FN>, tensor<f32>, tensor<f4E2M1FN>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}
