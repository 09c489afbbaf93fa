// The grid that the weights have stays, without a structure; and half of the coefficients go.
// RUN: qcompile-opt %s --onnx-decompose-weights="keep-first=false keep-last=false keep-grid" | FileCheck %s --check-prefix=GRID
// RUN: qcompile-opt %s --onnx-decompose-weights="keep-first=false keep-last=false keep-grid" -o /dev/null 2>&1 | FileCheck %s --check-prefix=SAY
// RUN: qcompile-opt %s --onnx-decompose-weights="keep-first=false keep-last=false density=0.5" -o /dev/null 2>&1 | FileCheck %s --check-prefix=DENSITY
// RUN: qcompile-opt %s --onnx-decompose-weights="keep-first=false keep-last=false levels=1 basis-bits=4 vector=2 length=1" | FileCheck %s --check-prefix=SMALL

// SAY: layer 'fc': {{.*}} rounded on its own grid, {{.*}}, 24 to 24 bits
// GRID-NOT: encoding.structure
// GRID: [4] : tensor<f32>
// DENSITY: layer 'fc': {{.*}}, density 0.50
// Three vectors of 2, each with a basis of its own, of one exponent.
// SMALL: #encoding.basis<levels = 1, basis_bits = 4, length = 1
// SMALL-SAME: tensor<1x3x2xsi2>>
// SMALL-SAME: tensor<1x3x2x2xsi4>>
func.func @grid(%x: tensor<1x6xf32>) -> tensor<1x1xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [3.0, -5.0, 7.0, 1.0, 2.0, -6.0] : tensor<6x1xf32>>} : () -> tensor<6x1xf32>
  %q = onnx.Quant(%w, %s, %z, %b) : (tensor<6x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<6x1xf32>
  %y = onnx.MatMul(%x, %q) : (tensor<1x6xf32>, tensor<6x1xf32>) -> tensor<1x1xf32> loc("fc"("y"("model.onnx":1:0)))
  return %y : tensor<1x1xf32>
}
