// RUN: qcompile-opt %s --qnn-expand-conv-transpose --split-input-file | FileCheck %s

// Kernel 3, stride 2, full[q] = sum of x[p] * w[i] over q = 2p + i. Even outputs 2t: i = 0 with x[t] and i = 2 with x[t - 1], flipped [w2, w0],
// with a 0 before the input. Odd outputs 2t + 1: i = 1 with x[t]. Of 7 outputs 4 are even, 3 odd: these get one position more, which
// the slice cuts.
// CHECK-LABEL: func.func @border
// CHECK-SAME: (%[[X:.*]]: tensor<1x1x3xui2>)
// CHECK: %[[P:.*]] = qnn.pad %[[X]] axis 1 low [0, 0, 1] high [0, 0, 1] {{.*}} -> tensor<1x1x5xui2>
// CHECK: %[[EVEN:.*]] = qnn.constant <"w{{.*}}", [3, 1] : tensor<1x1x2xsi4>>
// CHECK: %[[A:.*]] = qnn.conv %[[P]], %[[EVEN]] {{.*}} -> tensor<1x1x4xui4>
// CHECK: %[[ODD:.*]] = qnn.constant <"w{{.*}}", [2] : tensor<1x1x1xsi4>>
// CHECK: %[[B:.*]] = qnn.conv %[[X]], %[[ODD]] {{.*}} -> tensor<1x1x3xui3>
// CHECK: %[[C:.*]] = qnn.pad %[[B]] axis 1 low [0, 0, 0] high [0, 0, 1] {{.*}} -> tensor<1x1x4xui3>
// CHECK: %[[J:.*]] = qnn.concat %[[A]], %[[C]] axis 1 {{.*}} -> tensor<1x2x4xsi8>
// CHECK: %[[D:.*]] = qnn.depth_to_space %[[J]] axis 1 blocks [2] mode "DCR" {{.*}} -> tensor<1x1x8xsi8>
// CHECK: qnn.slice %[[D]] offsets [0, 0, 0] steps [1, 1, 1] {{.*}} -> tensor<1x1x7xsi8>
func.func @border(%x: tensor<1x1x3xui2>) -> tensor<1x1x7xsi8> {
  %w = qnn.constant <"w", [1, 2, 3] : tensor<1x1x3xsi4>>
  %y = qnn.conv_transpose %x, %w strides [2] dilations [1] offsets [0] groups 1
      : (tensor<1x1x3xui2>, tensor<1x1x3xsi4>) -> tensor<1x1x7xsi8>
  return %y : tensor<1x1x7xsi8>
}

// -----

// A kernel shorter than the stride reaches no output of the second class: zeros.
// CHECK-LABEL: func.func @empty
// CHECK: qnn.conv {{.*}} -> tensor<1x1x3xsi3>
// CHECK: %[[Z:.*]] = qnn.constant <"zeros{{.*}}", [0, 0, 0] : tensor<1x1x3xui1>>
// CHECK: qnn.concat %{{.*}}, %[[Z]] axis 1
func.func @empty(%x: tensor<1x1x3xui2>) -> tensor<1x1x6xsi8> {
  %w = qnn.constant <"w", [-1] : tensor<1x1x1xsi4>>
  %y = qnn.conv_transpose %x, %w strides [2] dilations [1] offsets [0] groups 1
      : (tensor<1x1x3xui2>, tensor<1x1x1xsi4>) -> tensor<1x1x6xsi8>
  return %y : tensor<1x1x6xsi8>
}

// -----

// The border of bipolar data is 0, which is no bipolar value: the padded part has two bits, the other none.
// CHECK-LABEL: func.func @bipolar
// CHECK: qnn.pad {{.*}} : (tensor<1x1x3x!qnn.bipolar>) -> tensor<1x1x{{[45]}}xsi2>
// CHECK: qnn.conv {{.*}} (tensor<1x1x3x!qnn.bipolar>, tensor<1x1x1x!qnn.bipolar>)
func.func @bipolar(%x: tensor<1x1x3x!qnn.bipolar>) -> tensor<1x1x7xsi8> {
  %w = qnn.constant <"w", [1, -1, 1] : tensor<1x1x3x!qnn.bipolar>>
  %y = qnn.conv_transpose %x, %w strides [2] dilations [1] offsets [0] groups 1
      : (tensor<1x1x3x!qnn.bipolar>, tensor<1x1x3x!qnn.bipolar>) -> tensor<1x1x7xsi8>
  return %y : tensor<1x1x7xsi8>
}
