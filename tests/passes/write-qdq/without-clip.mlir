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

func.func @narrow(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %b8 = onnx.Constant() {value = #data.constant<"b8", [8.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  // expected-error @+1 {{[QC-X001] node 'onnx.Quant': without Clip codes are all of those of a storage type, found 8-bit signed codes -127 to 127; convert to qcdq}}
  %0 = onnx.Quant(%x, %s, %z, %b8) {signed_ = 1, narrow = 1, rounding_mode = "ROUND"} : (tensor<4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<4xf32>
  // expected-error @+1 {{found 4-bit unsigned codes 0 to 15; convert to qcdq, or give --small-types}}
  %1 = onnx.Quant(%x, %s, %z, %b4) {signed_ = 0, narrow = 0, rounding_mode = "ROUND"} : (tensor<4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}
