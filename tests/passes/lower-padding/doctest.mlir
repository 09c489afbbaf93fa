// RUN: qcompile-opt %s --qnn-lower-padding=mode=correct --verify-diagnostics | FileCheck %s
// RUN: qcompile-opt %s --qnn-lower-padding | FileCheck %s --check-prefix=WIDEN

// The example of the pass: bipolar data with a border of 0. Padded with -1 instead, every tap that meets the border adds -w too much: the
// first output lacks w0 = 1, the last one w2 = -1, the one between nothing.

// CHECK-LABEL: func.func @layer
// CHECK-SAME: (%[[X:.*]]: tensor<1x1x3x!qnn.bipolar>)
// CHECK: %[[P:.*]] = qnn.pad %[[X]] axis 1 low [0, 0, 1] high [0, 0, 1] values <"pad{{.*}}", [-1] : tensor<1xsi64>> : (tensor<1x1x3x!qnn.bipolar>) -> tensor<1x1x5x!qnn.bipolar>
// CHECK: %[[Y:.*]] = qnn.conv %[[P]], %{{.*}} : (tensor<1x1x5x!qnn.bipolar>, tensor<1x1x3x!qnn.bipolar>) -> tensor<1x1x3xsi3>
// CHECK: %[[C:.*]] = qnn.constant <"border{{.*}}", [1, 0, -1] : tensor<1x1x3xsi2>>
// CHECK: %[[S:.*]] = qnn.add %[[Y]], %[[C]] multipliers 1, 1 {{.*}} -> tensor<1x1x3xsi4>
// CHECK: qnn.threshold %[[S]]
// WIDEN-LABEL: func.func @layer
// WIDEN: qnn.pad {{.*}} -> tensor<1x1x5xsi2>
// WIDEN-NOT: qnn.add
func.func @layer(%x: tensor<1x1x3x!qnn.bipolar>) -> tensor<1x1x3x!qnn.bipolar> {
  %w = qnn.constant <"w", [1, 1, -1] : tensor<1x1x3x!qnn.bipolar>>
  %p = qnn.pad %x axis 1 low [0, 0, 1] high [0, 0, 1] values <"z", [0] : tensor<1xsi64>>
      : (tensor<1x1x3x!qnn.bipolar>) -> tensor<1x1x5xsi2>
  // expected-remark @+1 {{[QC-P006] node 'qnn.conv' is padded with -1 in place of 0 and corrected by 3 constants}}
  %y = qnn.conv %p, %w axis 1 strides [1] dilations [1] groups 1
      : (tensor<1x1x5xsi2>, tensor<1x1x3x!qnn.bipolar>) -> tensor<1x1x3xsi3>
  %c = qnn.threshold %y axis 1 thresholds <"t", [1] : tensor<1x1xsi3>> directions [1] low -1 step 2
      : (tensor<1x1x3xsi3>) -> tensor<1x1x3x!qnn.bipolar>
  return %c : tensor<1x1x3x!qnn.bipolar>
}
