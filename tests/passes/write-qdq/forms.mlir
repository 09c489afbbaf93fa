// RUN: qcompile-opt %s --onnx-write-qdq --split-input-file | FileCheck %s
// RUN: qcompile-opt %s --onnx-write-qdq=small-types --split-input-file | FileCheck %s --check-prefix=SMALL

// The other quantizers, and the types of constants.

// CHECK-LABEL: func.func @bipolar
// CHECK: %[[POSITIVE:.*]] = onnx.GreaterOrEqual(%arg0, %{{.*}}) : {{.*}} -> tensor<4xi1>
// CHECK: %[[V:.*]] = onnx.Where(%[[POSITIVE]], %{{.*}}, %{{.*}}) : (tensor<4xi1>, tensor<f32>, tensor<f32>) -> tensor<4xf32>
// CHECK: onnx.QuantizeLinear(%[[V]]
// CHECK: [-1] : tensor<si8>>
// CHECK: [1] : tensor<si8>>
// CHECK: onnx.Clip
func.func @bipolar(%x: tensor<4xf32>) -> tensor<4xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %y = onnx.BipolarQuant(%x, %s) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

// A bias of 23 bits is stored in 32, without a zero point.
// CHECK-LABEL: func.func @bias
// CHECK: "bias.codes", [4000000, -3] : tensor<2xsi32>>
// CHECK: [-4194304] : tensor<si32>>
// CHECK: [4194303] : tensor<si32>>
// CHECK: onnx.DequantizeLinear(%{{[^,]*}}, %{{[^,]*}}) :
func.func @bias() -> tensor<2xf32> {
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [23.0] : tensor<f32>>} : () -> tensor<f32>
  %x = onnx.Constant() {value = #data.constant<"bias", [2000000.0, -1.5] : tensor<2xf32>>} : () -> tensor<2xf32>
  %y = onnx.Quant(%x, %s, %z, %b) {signed_ = 1, narrow = 0, rounding_mode = "ROUND"} : (tensor<2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// -----

// E4M3 with bias 7: 0.3125 is 1.25 * 2^-2, that is 0 0101 010 or 42; 448 is 0 1111 110 or 126.
// CHECK-LABEL: func.func @float8
// CHECK: tensor<2xf8E4M3FN>
// CHECK: onnx.DequantizeLinear
// CHECK-NOT: onnx.FloatQuant
func.func @float8(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>) {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %e = onnx.Constant() {value = #data.constant<"e", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %m = onnx.Constant() {value = #data.constant<"m", [3.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [7.0] : tensor<f32>>} : () -> tensor<f32>
  %t = onnx.Constant() {value = #data.constant<"t", [448.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [0.3, 600.0] : tensor<2xf32>>} : () -> tensor<2xf32>
  %wq = onnx.FloatQuant(%w, %s, %e, %m, %b, %t) {has_inf = 0, has_nan = 1, has_subnormal = 1, saturation = 1, rounding_mode = "ROUND"} : (tensor<2xf32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2xf32>
  %y = onnx.FloatQuant(%x, %s, %e, %m, %b, %t) {has_inf = 0, has_nan = 1, has_subnormal = 1, saturation = 1, rounding_mode = "ROUND"} : (tensor<2xf32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2xf32>
  return %wq, %y : tensor<2xf32>, tensor<2xf32>
}

// -----

// CHECK-LABEL: func.func @four_bits
// CHECK: onnx.QuantizeLinear(%arg0, %{{.*}}, %{{.*}}) : {{.*}} -> tensor<4xui8>
// CHECK: onnx.Clip
// SMALL-LABEL: func.func @four_bits
// SMALL: onnx.QuantizeLinear(%arg0, %{{.*}}, %{{.*}}) : {{.*}} -> tensor<4xui4>
// SMALL-NOT: onnx.Clip
func.func @four_bits(%x: tensor<4xf32>) -> tensor<4xf32> {
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %y = onnx.Quant(%x, %s, %z, %b) {signed_ = 0, narrow = 0, rounding_mode = "ROUND"} : (tensor<4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

// Four bits dropped, towards minus infinity: x / 0.5 to an integer, times 2^-4, floor, times 0.5 again; codes up to 15.
// CHECK-LABEL: func.func @truncated
// CHECK: %[[D:.*]] = onnx.Div(%arg0, %{{.*}})
// CHECK: %[[R:.*]] = onnx.Round(%[[D]])
// CHECK: [0.0625] : tensor<f32>>
// CHECK: %[[M:.*]] = onnx.Mul(%[[R]], %{{.*}})
// CHECK: %[[F:.*]] = onnx.Floor(%[[M]])
// CHECK: %[[V:.*]] = onnx.Mul(%[[F]], %{{.*}})
// CHECK: onnx.QuantizeLinear(%[[V]], %{{.*}}, %{{.*}}) : {{.*}} -> tensor<4xui8>
// CHECK: [15] : tensor<ui8>>
// CHECK: onnx.Clip
func.func @truncated(%x: tensor<4xf32>) -> tensor<4xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %in = onnx.Constant() {value = #data.constant<"in", [8.0] : tensor<f32>>} : () -> tensor<f32>
  %out = onnx.Constant() {value = #data.constant<"out", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %y = onnx.Trunc_v1(%x, %s, %z, %in, %out) {rounding_mode = "FLOOR", onnx.codes = array<i64: 0, 15>} : (tensor<4xf32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

// Sixteen bits have no Clip in runtimes: 12 bits are limited as floats, -2048 * 0.5 to 2047 * 0.5.
// CHECK-LABEL: func.func @twelve_bits
// CHECK: [-1024] : tensor<f32>>
// CHECK: onnx.Max(%arg0
// CHECK: [1023.5] : tensor<f32>>
// CHECK: %[[L:.*]] = onnx.Min(
// CHECK: onnx.QuantizeLinear(%[[L]], %{{.*}}, %{{.*}}) : {{.*}} -> tensor<4xsi16>
// CHECK-NOT: onnx.Clip
func.func @twelve_bits(%x: tensor<4xf32>) -> tensor<4xf32> {
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [12.0] : tensor<f32>>} : () -> tensor<f32>
  %y = onnx.Quant(%x, %s, %z, %b) {signed_ = 1, narrow = 0, rounding_mode = "ROUND"} : (tensor<4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

// Codes that the model gives as they are: the numbers of codes are not quantized to them again.
// CHECK-LABEL: func.func @codes
// SMALL-LABEL: func.func @codes
// CHECK: %[[Q:.*]] = onnx.QuantizeLinear(%arg0
// CHECK: %[[C:.*]] = onnx.Clip(%[[Q]]
// CHECK-NEXT: %[[D:.*]] = onnx.DequantizeLinear(%[[C]]
// CHECK-NEXT: return %[[C]], %[[D]]
func.func @codes(%x: tensor<4xf32>) -> (tensor<4xui8>, tensor<4xf32>) {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [3.0] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [3] : tensor<ui8>>} : () -> tensor<ui8>
  %y = onnx.LinearQuant(%x, %s, %z) {low = 0 : i64, high = 9 : i64} : (tensor<4xf32>, tensor<f32>, tensor<f32>) -> tensor<4xf32>
  %q = onnx.QuantizeLinear(%y, %s, %zero) : (tensor<4xf32>, tensor<f32>, tensor<ui8>) -> tensor<4xui8>
  return %q, %y : tensor<4xui8>, tensor<4xf32>
}
