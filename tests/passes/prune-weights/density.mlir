// RUN: qcompile-opt %s --onnx-prune-weights="density=0.5 keep-first=false keep-last=false" | FileCheck %s --check-prefix=LAYER
// RUN: qcompile-opt %s --onnx-prune-weights="density=0.5 scope=global keep-first=false keep-last=false" | FileCheck %s --check-prefix=GLOBAL

// Half of the weights of each layer, or the largest half of all: those are in the first layer, and the second keeps its largest one.
// LAYER: #encoding.coo<order = [1, 0], rows = 1>
// LAYER-SAME: [0, 0, 0, 7, 8, 9] : tensor<3x2xf32>
// LAYER: #encoding.coo<order = [1, 0], rows = 1>
// LAYER-SAME: [0, 2, 0, 4, 0, 3] : tensor<2x3xf32>
// GLOBAL: [0, 5, 6, 7, 8, 9] : tensor<3x2xf32>
// GLOBAL: [0, 0, 0, 4, 0, 0] : tensor<2x3xf32>
func.func @main(%x: tensor<1x3xf32>) -> tensor<1x3xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [4.0, 5.0, 6.0, 7.0, 8.0, 9.0] : tensor<3x2xf32>>} : () -> tensor<3x2xf32>
  %v = onnx.Constant() {value = #data.constant<"v", [1.0, 2.0, 1.0, 4.0, 1.0, 3.0] : tensor<2x3xf32>>} : () -> tensor<2x3xf32>
  %h = onnx.MatMul(%x, %w) : (tensor<1x3xf32>, tensor<3x2xf32>) -> tensor<1x2xf32>
  %y = onnx.MatMul(%h, %v) : (tensor<1x2xf32>, tensor<2x3xf32>) -> tensor<1x3xf32>
  return %y : tensor<1x3xf32>
}
