// RUN: qcompile-opt %s --onnx-fit-accumulators="bits=8 keep-first=false keep-last=false" 2>&1 | FileCheck %s
// RUN: qcompile-opt %s --onnx-fit-accumulators="bits=8 keep-first=false keep-last=false" | qcompile-opt --integer-form-pipeline | FileCheck %s --check-prefix=INTEGER

// Inputs 0 to 15: 8 bits hold S+ <= 127 / 15, so 8. The first output has 7 + 7, and gets codes on a larger scale: the first one of growing
// scales on which the nearest codes fit gives 4, 4, -2, and the best scale of these is (7 * 4 + 7 * 4 + 3 * 2) / (4 * 4 + 4 * 4 + 2 * 2) = 31/18.
// The second one has S+ = 3 and S- = 1, and keeps codes and scale.

// CHECK: remark: [QC-P010] layer 'fc': 8-bit accumulator: scale raising (1)
// CHECK-LABEL: func.func @layer
// CHECK: [6.888{{[0-9]*}}, 1, 6.888{{[0-9]*}}, -1, -3.444{{[0-9]*}}, 2]
// CHECK: [1.722{{[0-9]*}}, 1] : tensor<1x2xf32>
// INTEGER: qnn.constant {{.*}}[4, 1, 4, -1, -2, 2]
// INTEGER: qnn.matmul {{.*}} -> tensor<1x2xsi8>
func.func @layer(%x: tensor<1x3xf32>) -> tensor<1x2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [7.0, 1.0, 7.0, -1.0, -3.0, 2.0] : tensor<3x2xf32>>} : () -> tensor<3x2xf32>
  %q = onnx.Quant(%x, %s, %z, %b) {signed_ = 0 : i64} : (tensor<1x3xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x3xf32>
  %v = onnx.Quant(%w, %s, %z, %b) {narrow = 1 : i64} : (tensor<3x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<3x2xf32>
  %y = onnx.MatMul(%q, %v) : (tensor<1x3xf32>, tensor<3x2xf32>) -> tensor<1x2xf32> loc("fc"("y"("model.onnx":1:0)))
  return %y : tensor<1x2xf32>
}
