// Amounts of which a layer would keep nothing.
// RUN: not qcompile-opt %s --onnx-prune-weights="filters=0.001 keep-first=false keep-last=false" 2>&1 | FileCheck %s --check-prefix=FILTERS
// RUN: not qcompile-opt %s --onnx-prune-weights="rows=0.01 keep-first=false keep-last=false" 2>&1 | FileCheck %s --check-prefix=ROWS
// RUN: not qcompile-opt %s --onnx-prune-weights="density=0.01 keep-first=false keep-last=false" 2>&1 | FileCheck %s --check-prefix=DENSITY
// RUN: not qcompile-opt %s --onnx-prune-weights="density=0.05 scope=global keep-first=false keep-last=false" 2>&1 | FileCheck %s --check-prefix=GLOBAL
// RUN: qcompile-opt %s --onnx-prune-weights="filters=0.5 keep-first=false keep-last=false" -o /dev/null

// FILTERS: error: [QC-P010] layer 'first': filters 0.001 leaves none of its 2 outputs, expected at least 0.5 (1/2)
// FILTERS: error: [QC-P010] layer 'second': filters 0.001 leaves none of its 2 outputs, expected at least 0.5 (1/2)
// ROWS: error: [QC-P010] layer 'first': rows 0.01 leaves none of its 4 kernel rows, expected at least 0.25 (1/4)
// DENSITY: error: [QC-P010] layer 'first': density 0.01 leaves none of its 8 weights, expected at least 0.125 (1/8)
// GLOBAL: error: [QC-P010] density 0.05 leaves 1 of 16 weights, expected at least 0.125 (2/16): one for each layer
func.func @main(%x: tensor<1x1x4x4xf32>) -> tensor<1x2x3x2xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [0.0, 3.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0] : tensor<2x1x2x2xf32>>} : () -> tensor<2x1x2x2xf32>
  %v = onnx.Constant() {value = #data.constant<"v", [1.0, 3.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0] : tensor<2x2x1x2xf32>>} : () -> tensor<2x2x1x2xf32>
  %y = onnx.Conv(%x, %w) : (tensor<1x1x4x4xf32>, tensor<2x1x2x2xf32>) -> tensor<1x2x3x3xf32> loc("first"("y"("model.onnx":1:0)))
  %z = onnx.Conv(%y, %v) : (tensor<1x2x3x3xf32>, tensor<2x2x1x2xf32>) -> tensor<1x2x3x2xf32> loc("second"("z"("model.onnx":2:0)))
  return %z : tensor<1x2x3x2xf32>
}
