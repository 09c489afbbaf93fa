// RUN: qcompile-opt %s --onnx-decompose-weights="keep-first=false keep-last=false" | FileCheck %s
// RUN: qcompile-opt %s --onnx-decompose-weights="keep-first=false keep-last=false" -o /dev/null 2>&1 | FileCheck %s --check-prefix=SAY

// Vectors are the rows of a kernel: here 2 channels of 3, and bases of 3 x 3, one per filter.
// SAY: remark: [QC-P010] layer 'conv': basis 3x3 of 8 bits, 7 exponents
// CHECK-LABEL: func.func @conv
// CHECK: #encoding.basis<levels = 7, basis_bits = 8, length = 6
// CHECK-SAME: tensor<1x6x3xsi8>>
// CHECK-SAME: tensor<1x1x3x3xsi8>>
// CHECK-SAME: order = [0, 1, 2, 3], rows = 1>
func.func @conv(%x: tensor<1x2x3x3xf32>) -> tensor<1x1x1x1xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0,
      -1.0, 0.5, 3.0, 4.0, -5.0, 0.0, 0.25, 8.0, -9.0] : tensor<1x2x3x3xf32>>} : () -> tensor<1x2x3x3xf32>
  %y = onnx.Conv(%x, %w) : (tensor<1x2x3x3xf32>, tensor<1x2x3x3xf32>) -> tensor<1x1x1x1xf32> loc("conv"("y"("model.onnx":1:0)))
  return %y : tensor<1x1x1x1xf32>
}

// Kernels of one position have vectors of 3 channels; the last one is cut.
// CHECK-LABEL: func.func @one
// CHECK: #encoding.basis<levels = 7, basis_bits = 8, length = 2
// CHECK-SAME: tensor<2x2x3xsi8>>
func.func @one(%x: tensor<1x4x1x1xf32>) -> tensor<1x2x1x1xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0] : tensor<2x4x1x1xf32>>} : () -> tensor<2x4x1x1xf32>
  %y = onnx.Conv(%x, %w) : (tensor<1x4x1x1xf32>, tensor<2x4x1x1xf32>) -> tensor<1x2x1x1xf32> loc("conv"("y"("model.onnx":1:0)))
  return %y : tensor<1x2x1x1xf32>
}

// A kernel of 4 x 1 has vectors of 4.
// CHECK-LABEL: func.func @tall
// CHECK: tensor<1x1x4xsi8>>
func.func @tall(%x: tensor<1x1x4x1xf32>) -> tensor<1x1x1x1xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 2.0, 3.0, 4.0] : tensor<1x1x4x1xf32>>} : () -> tensor<1x1x4x1xf32>
  %y = onnx.Conv(%x, %w) : (tensor<1x1x4x1xf32>, tensor<1x1x4x1xf32>) -> tensor<1x1x1x1xf32> loc("conv"("y"("model.onnx":1:0)))
  return %y : tensor<1x1x1x1xf32>
}

// Depthwise: a vector per kernel row, a basis per channel. 2 (4 * 8 + 4 + 4 * 4) bits from 2 * 4 * 32.
// SAY: remark: [QC-P010] layer 'conv': basis 2x2 of 8 bits, 7 exponents, density 1.00, {{.*}}, 256 to 104 bits
// CHECK-LABEL: func.func @depthwise
// CHECK: tensor<2x2x2xsi8>>
func.func @depthwise(%x: tensor<1x2x2x2xf32>) -> tensor<1x2x1x1xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 0.5, 0.5, 1.0, 2.0, 4.0, 2.0, -4.0] : tensor<2x1x2x2xf32>>} : () -> tensor<2x1x2x2xf32>
  %y = onnx.Conv(%x, %w) {group = 2 : i64} : (tensor<1x2x2x2xf32>, tensor<2x1x2x2xf32>) -> tensor<1x2x1x1xf32> loc("conv"("y"("model.onnx":1:0)))
  return %y : tensor<1x2x1x1xf32>
}

// The quantizer of the weights gives way to a finer one, and the report says so.
// SAY: remark: [QC-P010] layer 'fc': {{.*}} instead of its own grid
// CHECK-LABEL: func.func @grid
// CHECK: encoding.structure = #encoding.basis
func.func @grid(%x: tensor<1x3xf32>) -> tensor<1x1xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [3.0, -5.0, 7.0] : tensor<3x1xf32>>} : () -> tensor<3x1xf32>
  %q = onnx.Quant(%w, %s, %z, %b) : (tensor<3x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<3x1xf32>
  %y = onnx.MatMul(%x, %q) : (tensor<1x3xf32>, tensor<3x1xf32>) -> tensor<1x1xf32> loc("fc"("y"("model.onnx":1:0)))
  return %y : tensor<1x1xf32>
}
