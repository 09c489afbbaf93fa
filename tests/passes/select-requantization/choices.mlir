// RUN: qcompile-opt %s --qnn-select-requantization="min-levels=3" --split-input-file | FileCheck %s
// RUN: qcompile-opt %s --qnn-select-requantization="min-levels=3 max-table-bits=5" --split-input-file | FileCheck %s --check-prefix=SMALL
// RUN: qcompile-opt %s --qnn-select-requantization --split-input-file | FileCheck %s --check-prefix=DEFAULT

// Squares are no line: a table of the 64 values; without room for it they stay. Few levels stay by default.
// CHECK-LABEL: func.func @curve
// CHECK: qnn.table %{{.*}} axis 1 low 0 values <"{{.*}}" : tensor<1x64xui3>>
// SMALL-LABEL: func.func @curve
// SMALL: qnn.threshold
// DEFAULT-LABEL: func.func @curve
// DEFAULT: qnn.threshold
func.func @curve(%x: tensor<1x1xui6>) -> tensor<1x1xui3> {
  %a = qnn.threshold %x axis 1 thresholds <"a", [1, 4, 9, 16, 25, 36] : tensor<1x6xsi8>> directions [1] low 0 step 1
      : (tensor<1x1xui6>) -> tensor<1x1xui3>
  return %a : tensor<1x1xui3>
}

// -----

// The same thresholds behind weights 1 of 2-bit codes: only 1 lies in reach of 0 to 3, and one level more above.
// CHECK-LABEL: func.func @range
// CHECK: qnn.requantize
func.func @range(%x: tensor<1x1xui2>) -> tensor<1x1xui3> {
  %w = qnn.constant <"w", [1] : tensor<1x1xsi2>>
  %y = qnn.matmul %x, %w : (tensor<1x1xui2>, tensor<1x1xsi2>) -> tensor<1x1xsi16>
  %a = qnn.threshold %y axis 1 thresholds <"a", [1, 4, 9, 16, 25, 36] : tensor<1x6xsi8>> directions [1] low 0 step 1
      : (tensor<1x1xsi16>) -> tensor<1x1xui3>
  return %a : tensor<1x1xui3>
}

// -----

// Falling channels have negative multipliers, and a channel that reaches nothing multiplies by 0.
// CHECK-LABEL: func.func @falling
// CHECK: qnn.requantize %{{.*}} axis 1 multipliers <"{{.*}}", [1, -1, 0] : tensor<3xsi64>>
func.func @falling(%x: tensor<1x3xsi7>) -> tensor<1x3xui2> {
  %a = qnn.threshold %x axis 1 thresholds <"a", [4, 12, 20, 20, 12, 4, 100, 101, 102] : tensor<3x3xsi8>> directions [1, -1, 1] low 0 step 1
      : (tensor<1x3xsi7>) -> tensor<1x3xui2>
  return %a : tensor<1x3xui2>
}

// -----

// Counting down; a step of 2 is no line with rounding, but a table has it.
// CHECK-LABEL: func.func @steps
// CHECK: qnn.requantize
// CHECK: qnn.table
func.func @steps(%x: tensor<1x1xsi6>) -> (tensor<1x1xsi3>, tensor<1x1xsi4>) {
  %a = qnn.threshold %x axis 1 thresholds <"a", [4, 12, 20] : tensor<1x3xsi8>> directions [1] low 0 step -1
      : (tensor<1x1xsi6>) -> tensor<1x1xsi3>
  %b = qnn.threshold %x axis 1 thresholds <"a", [4, 12, 20] : tensor<1x3xsi8>> directions [1] low 0 step 2
      : (tensor<1x1xsi6>) -> tensor<1x1xsi4>
  return %a, %b : tensor<1x1xsi3>, tensor<1x1xsi4>
}

// -----

// Floats are no codes.
// CHECK-LABEL: func.func @floats
// CHECK: qnn.threshold
func.func @floats(%x: tensor<1x1xf32>) -> tensor<1x1xui2> {
  %a = qnn.threshold %x axis 1 thresholds <"a", [4.0, 12.0, 20.0] : tensor<1x3xf32>> directions [1] low 0 step 1
      : (tensor<1x1xf32>) -> tensor<1x1xui2>
  return %a : tensor<1x1xui2>
}
