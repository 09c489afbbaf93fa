// RUN: qcompile-opt %s --qnn-expand-conv-transpose=dilated=true --split-input-file | FileCheck %s
// RUN: qcompile-opt %s --qnn-expand-conv-transpose --split-input-file | FileCheck %s --check-prefix=DEFAULT

// Outputs 2t + r read the inputs 2(t + i) + r: every other one.
// CHECK-LABEL: func.func @phases
// CHECK: %[[A:.*]] = qnn.slice %{{.*}} offsets [0, 0, 0] steps [1, 1, 2] {{.*}} -> tensor<1x1x4xui2>
// CHECK: %[[B:.*]] = qnn.conv %[[A]], {{.*}} dilations [1] {{.*}} -> tensor<1x1x2xui4>
// CHECK: %[[C:.*]] = qnn.slice %{{.*}} offsets [0, 0, 1] steps [1, 1, 2] {{.*}} -> tensor<1x1x4xui2>
// CHECK: %[[D:.*]] = qnn.conv %[[C]], {{.*}} dilations [1] {{.*}} -> tensor<1x1x2xui4>
// CHECK: %[[E:.*]] = qnn.concat %[[B]], %[[D]] axis 1
// CHECK: qnn.depth_to_space %[[E]] axis 1 blocks [2] mode "DCR" {{.*}} -> tensor<1x1x4xsi8>
// DEFAULT-LABEL: func.func @phases
// DEFAULT-NOT: qnn.slice
// DEFAULT: dilations [2]
func.func @phases(%x: tensor<1x1x8xui2>) -> tensor<1x1x4xsi8> {
  %w = qnn.constant <"w", [1, 1, 1] : tensor<1x1x3xsi2>>
  %y = qnn.conv %x, %w axis 1 strides [1] dilations [2] groups 1
      : (tensor<1x1x8xui2>, tensor<1x1x3xsi2>) -> tensor<1x1x4xsi8>
  return %y : tensor<1x1x4xsi8>
}

// -----

// With a stride of 2 only one phase is read.
// CHECK-LABEL: func.func @strided
// CHECK: %[[A:.*]] = qnn.slice %{{.*}} steps [1, 1, 2] {{.*}} -> tensor<1x1x4xui2>
// CHECK: %[[B:.*]] = qnn.conv %[[A]], {{.*}} strides [1] dilations [1] {{.*}} -> tensor<1x1x2xsi8>
// CHECK: return %[[B]]
func.func @strided(%x: tensor<1x1x8xui2>) -> tensor<1x1x2xsi8> {
  %w = qnn.constant <"w", [1, 1, 1] : tensor<1x1x3xsi2>>
  %y = qnn.conv %x, %w axis 1 strides [2] dilations [2] groups 1
      : (tensor<1x1x8xui2>, tensor<1x1x3xsi2>) -> tensor<1x1x2xsi8>
  return %y : tensor<1x1x2xsi8>
}
