// RUN: %python %S/../quantize-model/Inputs/write_npy.py %t.npy 16x1x4 1 5 2 9 14 3 8 0 11 6 7 4 13
// RUN: qcompile-opt %s --onnx-fit-accumulators="bits=7 calibration=x=%t.npy keep-first=false keep-last=false" 2>&1 | FileCheck %s

// Error correction moves what a weight loses to others, but not to those that the structure fixes to zero.

// CHECK: remark: [QC-P010] layer 'fc': 7-bit accumulator
// CHECK: func.func @sparse{{.*}}compression.report
// CHECK: encoding.structure = #encoding.n_m
// CHECK-SAME: [{{[^,]*}}, 0, {{[^,]*}}, 0] : tensor<4x1xf32>
func.func @sparse(%x: tensor<1x4xf32> {onnx.name = "x"}) -> tensor<1x1xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {encoding.structure = #encoding.n_m<n = 1, m = 2, order = [1, 0], rows = 1>, value = #data.constant<"w", [7.0, 0.0, 5.0, 0.0] : tensor<4x1xf32>>} : () -> tensor<4x1xf32>
  %q = onnx.Quant(%x, %s, %z, %b) {signed_ = 0 : i64} : (tensor<1x4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x4xf32>
  %v = onnx.Quant(%w, %s, %z, %b) {narrow = 1 : i64} : (tensor<4x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<4x1xf32>
  %y = onnx.MatMul(%q, %v) : (tensor<1x4xf32>, tensor<4x1xf32>) -> tensor<1x1xf32> loc("fc"("y"("model.onnx":1:0)))
  return %y : tensor<1x1xf32>
}
