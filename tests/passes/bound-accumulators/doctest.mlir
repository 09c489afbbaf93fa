// RUN: qcompile-opt %s --qnn-bound-accumulators | FileCheck %s

// The example of the pass: inputs 0 to 15 and weights 3 and -4 sum to -60 to 45, which 7 bits hold.

// CHECK-LABEL: func.func @layer
// CHECK: qnn.matmul {{.*}} : (tensor<1x2xui4>, tensor<2x1xsi4>) -> tensor<1x1xsi7>
// CHECK: qnn.threshold {{.*}} : (tensor<1x1xsi7>) -> tensor<1x1x!qnn.bipolar>
func.func @layer(%x: tensor<1x2xui4>) -> tensor<1x1x!qnn.bipolar> {
  %w = qnn.constant <"w", [3, -4] : tensor<2x1xsi4>>
  %y = qnn.matmul %x, %w : (tensor<1x2xui4>, tensor<2x1xsi4>) -> tensor<1x1xsi16>
  %c = qnn.threshold %y axis 1 thresholds <"t", [5] : tensor<1x1xsi4>> directions [1] low -1 step 2
      : (tensor<1x1xsi16>) -> tensor<1x1x!qnn.bipolar>
  return %c : tensor<1x1x!qnn.bipolar>
}
