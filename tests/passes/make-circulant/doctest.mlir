// RUN: qcompile-opt %s --onnx-make-circulant="block=2 keep-first=false keep-last=false" | FileCheck %s
// RUN: qcompile-opt %s --onnx-make-circulant="block=2 keep-first=false keep-last=false" -o /dev/null 2>&1 | FileCheck %s --check-prefix=SAY

// The example of the pass: both wrapped diagonals of a 2 x 2 block get their means, (1 + 5) / 2 and (2 + 6) / 2.
// ||W - V|| / ||W|| = sqrt(16 / 66).

// SAY: remark: [QC-P010] layer 'fc': circulant 2 (predicted: weights off by 49.2%), {{.*}}, 128 to 64 bits
// CHECK-LABEL: func.func @layer
// CHECK: encoding.structure = #encoding.circulant<block = 2, order = [1, 0], rows = 1>
// CHECK-SAME: [3, 4, 4, 3] : tensor<2x2xf32>
func.func @layer(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 2.0, 6.0, 5.0] : tensor<2x2xf32>>} : () -> tensor<2x2xf32>
  %y = onnx.MatMul(%x, %w) : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fc"("y"("model.onnx":1:0)))
  return %y : tensor<1x2xf32>
}
