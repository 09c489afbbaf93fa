// RUN: qcompile-opt %s --qnn-lower-padding=mode=correct --verify-diagnostics | FileCheck %s

// What cannot be corrected keeps its border of a wider type, and says why.

// CHECK-LABEL: func.func @weights
// CHECK-NOT: qnn.add
func.func @weights(%x: tensor<1x1x3x!qnn.bipolar>, %w: tensor<1x1x3x!qnn.bipolar>) -> tensor<1x1x3xsi4> {
  %p = qnn.pad %x axis 1 low [0, 0, 1] high [0, 0, 1] values <"z", [0] : tensor<1xsi64>>
      : (tensor<1x1x3x!qnn.bipolar>) -> tensor<1x1x5xsi2>
  // expected-remark @+1 {{[QC-P006] node 'qnn.conv' keeps a border of a wider type: its weights are not constant}}
  %y = qnn.conv %p, %w axis 1 strides [1] dilations [1] groups 1
      : (tensor<1x1x5xsi2>, tensor<1x1x3x!qnn.bipolar>) -> tensor<1x1x3xsi4>
  return %y : tensor<1x1x3xsi4>
}

// CHECK-LABEL: func.func @signature
// CHECK-NOT: qnn.add
func.func @signature(%x: tensor<1x1x3x!qnn.bipolar>) -> tensor<1x1x3xsi3> {
  %w = qnn.constant <"w", [1, 1, -1] : tensor<1x1x3x!qnn.bipolar>>
  %p = qnn.pad %x axis 1 low [0, 0, 1] high [0, 0, 1] values <"z", [0] : tensor<1xsi64>>
      : (tensor<1x1x3x!qnn.bipolar>) -> tensor<1x1x5xsi2>
  // expected-remark @+1 {{[QC-P006] node 'qnn.conv' keeps a border of a wider type: the element type of its result must stay}}
  %y = qnn.conv %p, %w axis 1 strides [1] dilations [1] groups 1
      : (tensor<1x1x5xsi2>, tensor<1x1x3x!qnn.bipolar>) -> tensor<1x1x3xsi3>
  return %y : tensor<1x1x3xsi3>
}

// CHECK-LABEL: func.func @batch
// CHECK-NOT: qnn.add
func.func @batch(%x: tensor<1x1x3x!qnn.bipolar>) -> tensor<2x1x1xui1> {
  %w = qnn.constant <"w", [1, 1, -1] : tensor<1x1x3x!qnn.bipolar>>
  %p = qnn.pad %x axis 1 low [1, 0, 0] high [0, 0, 0] values <"z", [0] : tensor<1xsi64>>
      : (tensor<1x1x3x!qnn.bipolar>) -> tensor<2x1x3xsi2>
  // expected-remark @+1 {{[QC-P006] node 'qnn.conv' keeps a border of a wider type: the border lies in the batch or the channels}}
  %y = qnn.conv %p, %w axis 1 strides [1] dilations [1] groups 1
      : (tensor<2x1x3xsi2>, tensor<1x1x3x!qnn.bipolar>) -> tensor<2x1x1xsi3>
  %c = qnn.threshold %y axis 1 thresholds <"t", [1] : tensor<1x1xsi3>> directions [1] low 0 step 1
      : (tensor<2x1x1xsi3>) -> tensor<2x1x1xui1>
  return %c : tensor<2x1x1xui1>
}
