// RUN: qcompile-opt %s --onnx-prune-weights="filters=0.5 keep-first=false keep-last=false" | FileCheck %s --check-prefix=FILTERS
// RUN: qcompile-opt %s --onnx-prune-weights="rows=0.5 keep-first=false keep-last=false" | FileCheck %s --check-prefix=ROWS

// The filter with the larger norm; the two kernel rows of the larger norm, wherever they are.
// FILTERS: #encoding.coo<order = [0, 1, 2, 3], rows = 1>
// FILTERS-SAME: [0, 0, 0, 0, 2, 2, 2, 2] : tensor<2x1x2x2xf32>
// ROWS: #encoding.coo<order = [0, 1, 2, 3], rows = 1>
// ROWS-SAME: [0, 3, 0, 0, 2, 2, 0, 0] : tensor<2x1x2x2xf32>
func.func @main(%x: tensor<1x1x2x2xf32>) -> tensor<1x2x1x1xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [0.0, 3.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0] : tensor<2x1x2x2xf32>>} : () -> tensor<2x1x2x2xf32>
  %y = onnx.Conv(%x, %w) : (tensor<1x1x2x2xf32>, tensor<2x1x2x2xf32>) -> tensor<1x2x1x1xf32>
  return %y : tensor<1x2x1x1xf32>
}
