// RUN: qcompile-opt %s --qnn-lower-padding=mode=correct | FileCheck %s

// Without padding along the width, the correction has extent 1 there.
// CHECK-LABEL: func.func @narrow
// CHECK: qnn.constant <"border{{.*}}", [2, 0, 2] : tensor<1x1x3x1xui2>>
func.func @narrow(%x: tensor<1x1x3x4x!qnn.bipolar>) -> tensor<1x1x3x3xui1> {
  %w = qnn.constant <"w", [1, 1, 1, 1, 1, 1] : tensor<1x1x3x2x!qnn.bipolar>>
  %p = qnn.pad %x axis 1 low [0, 0, 1, 0] high [0, 0, 1, 0] values <"z", [0] : tensor<1xsi64>>
      : (tensor<1x1x3x4x!qnn.bipolar>) -> tensor<1x1x5x4xsi2>
  %y = qnn.conv %p, %w axis 1 strides [1, 1] dilations [1, 1] groups 1
      : (tensor<1x1x5x4xsi2>, tensor<1x1x3x2x!qnn.bipolar>) -> tensor<1x1x3x3xsi4>
  %c = qnn.threshold %y axis 1 thresholds <"t", [1] : tensor<1x1xsi3>> directions [1] low 0 step 1
      : (tensor<1x1x3x3xsi4>) -> tensor<1x1x3x3xui1>
  return %c : tensor<1x1x3x3xui1>
}

// What the element type holds is no case.
// CHECK-LABEL: func.func @inside
// CHECK-NOT: qnn.add
// CHECK: return
func.func @inside(%x: tensor<1x1x3xui2>) -> tensor<1x1x3xui1> {
  %w = qnn.constant <"v", [1, 1, -1] : tensor<1x1x3xsi2>>
  %p = qnn.pad %x axis 1 low [0, 0, 1] high [0, 0, 1] values <"z", [0] : tensor<1xsi64>>
      : (tensor<1x1x3xui2>) -> tensor<1x1x5xui2>
  %y = qnn.conv %p, %w axis 1 strides [1] dilations [1] groups 1
      : (tensor<1x1x5xui2>, tensor<1x1x3xsi2>) -> tensor<1x1x3xsi8>
  %c = qnn.threshold %y axis 1 thresholds <"t", [1] : tensor<1x1xsi3>> directions [1] low 0 step 1
      : (tensor<1x1x3xsi8>) -> tensor<1x1x3xui1>
  return %c : tensor<1x1x3xui1>
}

// Pad values per channel: -2 is as far below ui2 as 0 is, 5 above: 0 and 3 are nearest, and 2 and -2 are missing.
// CHECK-LABEL: func.func @channels
// CHECK: qnn.pad {{.*}} values <"pad{{.*}}", [0, 3] : tensor<2xsi64>> : (tensor<1x2x1xui2>) -> tensor<1x2x2xui2>
// CHECK: qnn.constant <"border{{.*}}", [0, 2] : tensor<1x1x2xui2>>
func.func @channels(%x: tensor<1x2x1xui2>) -> tensor<1x1x2xui1> {
  %w = qnn.constant <"u", [1, 2] : tensor<1x2x1xsi3>>
  %p = qnn.pad %x axis 1 low [0, 0, 0] high [0, 0, 1] values <"z", [-2, 5] : tensor<2xsi64>>
      : (tensor<1x2x1xui2>) -> tensor<1x2x2xsi4>
  %y = qnn.conv %p, %w axis 1 strides [1] dilations [1] groups 1
      : (tensor<1x2x2xsi4>, tensor<1x2x1xsi3>) -> tensor<1x1x2xsi8>
  %c = qnn.threshold %y axis 1 thresholds <"t", [1] : tensor<1x1xsi3>> directions [1] low 0 step 1
      : (tensor<1x1x2xsi8>) -> tensor<1x1x2xui1>
  return %c : tensor<1x1x2xui1>
}
