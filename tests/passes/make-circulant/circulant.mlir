// RUN: qcompile-opt %s --onnx-make-circulant="block=2 keep-first=false keep-last=false" | FileCheck %s
// RUN: qcompile-opt %s --onnx-make-circulant="block=2 keep-first=false keep-last=false" -o /dev/null 2>&1 | FileCheck %s --check-prefix=SAY
// RUN: qcompile-opt %s --onnx-make-circulant="detect-only keep-first=false keep-last=false" | FileCheck %s --check-prefix=DETECT
// RUN: qcompile-opt %s --onnx-make-circulant="detect-only keep-first=false keep-last=false" -o /dev/null 2>&1 | FileCheck %s --check-prefix=FOUND
// RUN: qcompile-opt %s --onnx-make-circulant="block=2 bits=4 keep-first=false keep-last=false" | FileCheck %s --check-prefix=BITS

// Blocks are channels side by side at one position of the kernel: (a, b; b, a) for each. Columns c0t0 c0t1 c1t0 c1t1.
// SAY: layer 'conv': circulant 2, as found, {{.*}}, 256 to 128 bits
// CHECK-LABEL: func.func @conv
// CHECK: #encoding.circulant<block = 2, order = [0, 2, 3, 1], rows = 1>
// CHECK-SAME: [1, 3, 2, 4, 2, 4, 1, 3] : tensor<2x2x1x2xf32>
// FOUND: layer 'conv': circulant 2, as found
func.func @conv(%x: tensor<1x2x1x2xf32>) -> tensor<1x2x1x1xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 3.0, 2.0, 4.0, 2.0, 4.0, 1.0, 3.0] : tensor<2x2x1x2xf32>>} : () -> tensor<2x2x1x2xf32>
  %y = onnx.Conv(%x, %w) : (tensor<1x2x1x2xf32>, tensor<2x2x1x2xf32>) -> tensor<1x2x1x1xf32> loc("conv"("y"("model.onnx":1:0)))
  return %y : tensor<1x2x1x1xf32>
}

// Blocks of 3 store less than any other; a block of 2 is a projection.
// FOUND: layer 'fc': circulant 3, as found, {{.*}}, 288 to 96 bits
// DETECT-LABEL: func.func @three
// DETECT: #encoding.circulant<block = 3, order = [0, 1], rows = 1>
// SAY: layer 'fc': circulant 2 (predicted:
func.func @three(%x: tensor<1x3xf32>) -> tensor<1x3xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 2.0, 3.0, 3.0, 1.0, 2.0, 2.0, 3.0, 1.0] : tensor<3x3xf32>>} : () -> tensor<3x3xf32>
  %y = onnx.Gemm(%x, %w) {transB = 1 : i64} : (tensor<1x3xf32>, tensor<3x3xf32>) -> tensor<1x3xf32> loc("fc"("y"("model.onnx":1:0)))
  return %y : tensor<1x3xf32>
}

// Neither extent divisible: 3 outputs, 3 inputs, vectors of 2 in 2 x 2 blocks. Diagonals of the whole block: (1, 5) and (2, 4);
// of the cut ones single weights or pairs that are one column or row apart: none is tied.
// SAY: layer 'fc': circulant 2 {{.*}}, 288 to 256 bits
// CHECK-LABEL: func.func @cut
// CHECK: [3, 3, 3, 3, 3, 6, 7, 8, 9] : tensor<3x3xf32>
// FOUND: layer 'fc': not block-circulant
// DETECT-LABEL: func.func @cut
// DETECT-NOT: encoding.structure
// DETECT: return
// Codes of 4 bits.
// BITS-LABEL: func.func @cut
// BITS: encoding.structure = #encoding.circulant<block = 2, order = [0, 1], rows = 1>
func.func @cut(%x: tensor<1x3xf32>) -> tensor<1x3xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0] : tensor<3x3xf32>>} : () -> tensor<3x3xf32>
  %y = onnx.Gemm(%x, %w) {transB = 1 : i64} : (tensor<1x3xf32>, tensor<3x3xf32>) -> tensor<1x3xf32> loc("fc"("y"("model.onnx":1:0)))
  return %y : tensor<1x3xf32>
}

// Codes are tied, scales are not: the floats of the outputs differ by a factor of 2, and their codes are circulant.
// SAY: layer 'fc': circulant 2, as found, {{.*}}, 16 to 8 bits
// CHECK-LABEL: func.func @codes
// CHECK: #encoding.circulant<block = 2, order = [0, 1], rows = 1>
func.func @codes(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0, 2.0] : tensor<2x1xf32>>} : () -> tensor<2x1xf32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [3.0, -2.0, -4.0, 6.0] : tensor<2x2xf32>>} : () -> tensor<2x2xf32>
  %q = onnx.Quant(%w, %s, %z, %b) : (tensor<2x2xf32>, tensor<2x1xf32>, tensor<f32>, tensor<f32>) -> tensor<2x2xf32>
  %y = onnx.Gemm(%x, %q) {transB = 1 : i64} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fc"("y"("model.onnx":1:0)))
  return %y : tensor<1x2xf32>
}

// Projected on the quantizer's own grid: scales 1 and 2, codes (3, -2; -1, 6) become (d, e; e, d) with d = (3 + 4 * 6) / 5 = 5.4,
// weighted by the squares of the scales, and e = (-2 + 4 * -1) / 5 = -1.2.
// SAY: layer 'fc': circulant 2 (predicted
// CHECK-LABEL: func.func @grid
// CHECK: [5, -1, -2, 10] : tensor<2x2xf32>
func.func @grid(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0, 2.0] : tensor<2x1xf32>>} : () -> tensor<2x1xf32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [3.0, -2.0, -2.0, 12.0] : tensor<2x2xf32>>} : () -> tensor<2x2xf32>
  %q = onnx.Quant(%w, %s, %z, %b) : (tensor<2x2xf32>, tensor<2x1xf32>, tensor<f32>, tensor<f32>) -> tensor<2x2xf32>
  %y = onnx.Gemm(%x, %q) {transB = 1 : i64} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fc"("y"("model.onnx":1:0)))
  return %y : tensor<1x2xf32>
}

// SAY: layer 'conv' stays as it is: a depthwise convolution has one input channel per output, of which no blocks can be made
func.func @depthwise(%x: tensor<1x2x2x1xf32>) -> tensor<1x2x1x1xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 2.0, 3.0, 4.0] : tensor<2x1x2x1xf32>>} : () -> tensor<2x1x2x1xf32>
  %y = onnx.Conv(%x, %w) {group = 2 : i64} : (tensor<1x2x2x1xf32>, tensor<2x1x2x1xf32>) -> tensor<1x2x1x1xf32> loc("conv"("y"("model.onnx":1:0)))
  return %y : tensor<1x2x1x1xf32>
}
