// RUN: qcompile-opt %s --onnx-write-qdq=clip=false --split-input-file --verify-diagnostics | FileCheck %s

// CHECK-LABEL: func.func @whole
// CHECK: onnx.QuantizeLinear
// CHECK-NEXT: onnx.DequantizeLinear
func.func @whole(%x: tensor<4xf32>) -> tensor<4xf32> {
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [8.0] : tensor<f32>>} : () -> tensor<f32>
  %y = onnx.Quant(%x, %s, %z, %b) {signed_ = 1, narrow = 0, rounding_mode = "ROUND"} : (tensor<4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

// Constants, and bipolar values, have no codes to limit.
// CHECK-LABEL: func.func @limited
// CHECK: "w.codes", [2, -2, 3, -2] : tensor<4xsi8>>
// CHECK-NOT: onnx.Clip
func.func @limited(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [3.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, -1.0, 2.0, -1.0] : tensor<4xf32>>} : () -> tensor<4xf32>
  %y = onnx.Quant(%w, %s, %z, %b) {signed_ = 1, narrow = 1, rounding_mode = "ROUND"} : (tensor<4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<4xf32>
  %v = onnx.BipolarQuant(%x, %s) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  return %y, %v : tensor<4xf32>, tensor<4xf32>
}

// -----

// Other codes are limited as floats: 127 * 0.5 on both sides, and 15 * 0.5.
// CHECK-LABEL: func.func @narrow
// CHECK: onnx.Constant() {{.*}}[-63.5] : tensor<f32>
// CHECK: %[[LOW:.*]] = onnx.Max(%arg0, %{{.*}})
// CHECK: onnx.Constant() {{.*}}[63.5] : tensor<f32>
// CHECK: %[[X:.*]] = onnx.Min(%[[LOW]], %{{.*}})
// CHECK: %[[Q:.*]] = onnx.QuantizeLinear(%[[X]], {{.*}} -> tensor<4xsi8>
// CHECK-NEXT: onnx.DequantizeLinear(%[[Q]]
// CHECK: onnx.Constant() {{.*}}"lowest{{.*}}", [0] : tensor<f32>
// CHECK: onnx.Max(%arg0, %{{.*}})
// CHECK: onnx.Constant() {{.*}}[7.5] : tensor<f32>
// CHECK: onnx.QuantizeLinear({{.*}} -> tensor<4xui8>
// CHECK-NOT: onnx.Clip
func.func @narrow(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %b8 = onnx.Constant() {value = #data.constant<"b8", [8.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %0 = onnx.Quant(%x, %s, %z, %b8) {signed_ = 1, narrow = 1, rounding_mode = "ROUND"} : (tensor<4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<4xf32>
  %1 = onnx.Quant(%x, %s, %z, %b4) {signed_ = 0, narrow = 0, rounding_mode = "ROUND"} : (tensor<4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}

// -----

// No float32 is 127 * 2^127.
func.func @infinite(%x: tensor<4xf32>) -> tensor<4xf32> {
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %s = onnx.Constant() {value = #data.constant<"s", [1.7014118e38] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [8.0] : tensor<f32>>} : () -> tensor<f32>
  // expected-error @+1 {{[QC-X001] node 'onnx.Quant': its codes are fewer than those of int8, and its largest values are not finite, or have more than 17 bits}}
  %y = onnx.Quant(%x, %s, %z, %b) {signed_ = 1, narrow = 1, rounding_mode = "ROUND"} : (tensor<4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}
