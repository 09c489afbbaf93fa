// RUN: qcompile-opt %s --onnx-fit-accumulators="layer-bits=fc:8 scale=power-of-two keep-first=false keep-last=false" | FileCheck %s --check-prefix=POWER
// RUN: qcompile-opt %s --onnx-fit-accumulators="bits=30 layer-bits=fc:8 scale=keep keep-first=false keep-last=false" 2>&1 | FileCheck %s --check-prefix=KEEP
// RUN: qcompile-opt %s --onnx-fit-accumulators="tile=2 inner-bits=8 keep-first=false keep-last=false" 2>&1 | FileCheck %s --check-prefix=TILES
// RUN: qcompile-opt %s --onnx-fit-accumulators="bits=8" 2>&1 | FileCheck %s --check-prefix=FIRST

// Weights 7, 7, -3, 6 with inputs 0 to 15: S+ = 20, and 8 bits hold 8.

// Scale 2 gives 4 (3.5 to even), 4, -2 (-1.5 to even), 3: S+ = 11, and scale 4 gives 2, 2, -1, 2 (1.75, -0.75, 1.5): S+ = 6.
// POWER-LABEL: func.func @layer
// POWER: [8, 8, -4, 8]
// POWER: scale", [4] : tensor<f32>

// On its own scale the projection lowers each by 4: 3, 3, 2, and -3 has room.
// KEEP: remark: [QC-P010] layer 'fc': 8-bit accumulator: projection (1)
// KEEP-LABEL: func.func @layer
// KEEP: [3, 3, -3, 2]

// Tiles 7, 7 and -3, 6: only the first is too wide. Before: 15 * 14 = 210 is 8 bits unsigned, but the second one is signed: -45 to 90.
// TILES: remark: [QC-P010] layer 'fc': 8-bit tiles: {{.*}} (1)
// TILES-LABEL: func.func @layer
// TILES: inner_bits_after\22:8,\22inner_bits_before\22:9
// TILES-SAME: \22tile\22:2

// FIRST: remark: {{.*}}first
// FIRST: [7, 7, -3, 6]
func.func @layer(%x: tensor<1x4xf32>) -> tensor<1x1xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [7.0, 7.0, -3.0, 6.0] : tensor<4x1xf32>>} : () -> tensor<4x1xf32>
  %q = onnx.Quant(%x, %s, %z, %b) {signed_ = 0 : i64} : (tensor<1x4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x4xf32>
  %v = onnx.Quant(%w, %s, %z, %b) {narrow = 1 : i64} : (tensor<4x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<4x1xf32>
  %y = onnx.MatMul(%q, %v) : (tensor<1x4xf32>, tensor<4x1xf32>) -> tensor<1x1xf32> loc("fc"("y"("model.onnx":1:0)))
  return %y : tensor<1x1xf32>
}
