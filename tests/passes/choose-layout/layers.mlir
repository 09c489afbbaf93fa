// RUN: qcompile-opt %s --qnn-choose-layout=layout=channels-last --split-input-file | FileCheck %s
// RUN: qcompile-opt %s --qnn-choose-layout=layout=channels-first --split-input-file | FileCheck %s --check-prefix=FIRST

// A residual block: both ways of the join follow the convolutions.
// CHECK-LABEL: func.func @residual
// CHECK: qnn.transpose %{{.*}} perm = [0, 2, 3, 1]
// CHECK-NOT: qnn.transpose
// CHECK: qnn.pad %{{.*}} axis 3 low [0, 1, 1, 0] high [0, 1, 1, 0]
// CHECK: qnn.conv {{.*}} axis 3 {{.*}} -> tensor<1x4x5x2xsi6>
// CHECK: qnn.add
// CHECK: qnn.max_pool {{.*}} axis 3 {{.*}} -> tensor<1x2x2x2xsi8>
// CHECK: qnn.transpose %{{.*}} perm = [0, 3, 1, 2]
// CHECK-NEXT: return
// FIRST-LABEL: func.func @residual
// FIRST-NOT: qnn.transpose
func.func @residual(%x: tensor<1x2x4x5xui2>) -> tensor<1x2x2x2xsi8> {
  %w = qnn.constant <"ones", [1, 0, 0, 0, 0, 0, 0, 0, 1] : tensor<1x1x3x3xsi2>>
  %v = qnn.constant <"pair", [1, -1] : tensor<2x1x1x1xsi2>>
  %p = qnn.pad %x axis 1 low [0, 0, 1, 1] high [0, 0, 1, 1] values <"z", [0] : tensor<1xsi64>>
      : (tensor<1x2x4x5xui2>) -> tensor<1x2x6x7xui2>
  %s = qnn.slice %p offsets [0, 0, 0, 0] steps [1, 1, 1, 1] : (tensor<1x2x6x7xui2>) -> tensor<1x1x6x7xui2>
  %a = qnn.conv %s, %w axis 1 strides [1, 1] dilations [1, 1] groups 1
      : (tensor<1x1x6x7xui2>, tensor<1x1x3x3xsi2>) -> tensor<1x1x4x5xui4>
  %b = qnn.conv %a, %v axis 1 strides [1, 1] dilations [1, 1] groups 1
      : (tensor<1x1x4x5xui4>, tensor<2x1x1x1xsi2>) -> tensor<1x2x4x5xsi6>
  %c = qnn.add %b, %x multipliers 1, 1 : (tensor<1x2x4x5xsi6>, tensor<1x2x4x5xui2>) -> tensor<1x2x4x5xsi8>
  %d = qnn.max_pool %c axis 1 kernel [2, 2] strides [2, 2] dilations [1, 1]
      : (tensor<1x2x4x5xsi8>) -> tensor<1x2x2x2xsi8>
  return %d : tensor<1x2x2x2xsi8>
}

// -----

// A source with the channels last wraps its convolutions in transposes: none remains with the channels last, and one at either end with
// the channels first.
// CHECK-LABEL: func.func @wrapped
// CHECK-NOT: qnn.transpose
// CHECK: qnn.threshold {{.*}} axis 3
// CHECK-NOT: qnn.transpose
// CHECK: return
// FIRST-LABEL: func.func @wrapped
// FIRST: qnn.transpose %{{.*}} perm = [0, 3, 1, 2]
// FIRST-NOT: qnn.transpose
// FIRST: qnn.threshold {{.*}} axis 1
// FIRST: qnn.transpose %{{.*}} perm = [0, 2, 3, 1]
// FIRST-NOT: qnn.transpose
// FIRST: return
func.func @wrapped(%x: tensor<1x4x4x2xui2>) -> tensor<1x4x4x2xui1> {
  %w = qnn.constant <"w", [1, 0, -1, 1] : tensor<2x2x1x1xsi2>>
  %a = qnn.transpose %x perm = [0, 3, 1, 2] : (tensor<1x4x4x2xui2>) -> tensor<1x2x4x4xui2>
  %b = qnn.conv %a, %w axis 1 strides [1, 1] dilations [1, 1] groups 1
      : (tensor<1x2x4x4xui2>, tensor<2x2x1x1xsi2>) -> tensor<1x2x4x4xsi4>
  %c = qnn.transpose %b perm = [0, 2, 3, 1] : (tensor<1x2x4x4xsi4>) -> tensor<1x4x4x2xsi4>
  %d = qnn.threshold %c axis 3 thresholds <"t", [0, 1] : tensor<2x1xsi4>> directions [1, 1] low 0 step 1
      : (tensor<1x4x4x2xsi4>) -> tensor<1x4x4x2xui1>
  %e = qnn.transpose %d perm = [0, 3, 1, 2] : (tensor<1x4x4x2xui1>) -> tensor<1x2x4x4xui1>
  %f = qnn.conv %e, %w axis 1 strides [1, 1] dilations [1, 1] groups 1
      : (tensor<1x2x4x4xui1>, tensor<2x2x1x1xsi2>) -> tensor<1x2x4x4xsi4>
  %g = qnn.threshold %f axis 1 thresholds <"t", [0, 1] : tensor<2x1xsi4>> directions [1, 1] low 0 step 1
      : (tensor<1x2x4x4xsi4>) -> tensor<1x2x4x4xui1>
  %h = qnn.transpose %g perm = [0, 2, 3, 1] : (tensor<1x2x4x4xui1>) -> tensor<1x4x4x2xui1>
  return %h : tensor<1x4x4x2xui1>
}

// -----

// Behind a global pool the channels are alone: a reshape is enough. So it is for an image of one channel.
// CHECK-LABEL: func.func @pooled
// CHECK-NOT: qnn.transpose
// CHECK: %[[X:.*]] = qnn.reshape %{{.*}} : (tensor<1x1x4x4xui2>) -> tensor<1x4x4x1xui2>
// CHECK: %[[P:.*]] = qnn.sum_pool {{.*}} axis 3 {{.*}} -> tensor<1x1x1x2xsi7>
// CHECK: %[[F:.*]] = qnn.reshape %[[P]] : (tensor<1x1x1x2xsi7>) -> tensor<1x2xsi7>
// CHECK: return %[[F]]
func.func @pooled(%x: tensor<1x1x4x4xui2>) -> tensor<1x2xsi7> {
  %w = qnn.constant <"w", [1, -1] : tensor<2x1x1x1xsi2>>
  %a = qnn.conv %x, %w axis 1 strides [1, 1] dilations [1, 1] groups 1
      : (tensor<1x1x4x4xui2>, tensor<2x1x1x1xsi2>) -> tensor<1x2x4x4xsi3>
  %b = qnn.sum_pool %a axis 1 kernel [4, 4] strides [1, 1] dilations [1, 1]
      : (tensor<1x2x4x4xsi3>) -> tensor<1x2x1x1xsi7>
  %c = qnn.reshape %b : (tensor<1x2x1x1xsi7>) -> tensor<1x2xsi7>
  return %c : tensor<1x2xsi7>
}

// -----

// Constants that broadcast, of full and of lower rank, and selections follow; a product's rows may stand in any order.
// CHECK-LABEL: func.func @constants
// CHECK: qnn.transpose
// CHECK-NOT: qnn.transpose
// CHECK: qnn.add {{.*}} : (tensor<1x1x2x2xui2>, tensor<1x1x1x2xsi4>) -> tensor<1x1x2x2xsi6>
// CHECK: qnn.mul {{.*}} : (tensor<1x1x2x2xsi6>, tensor<1x1x1x2xsi2>) -> tensor<1x1x2x2xsi8>
// CHECK: qnn.gather {{.*}} axis 3 indices [1, 0]
// CHECK: qnn.concat {{.*}} axis 3
// CHECK: qnn.matmul %{{.*}} : (tensor<1x1x2x4xsi8>, tensor<4x1xsi2>)
func.func @constants(%x: tensor<1x2x1x2xui2>) -> tensor<1x1x2x1xsi12> {
  %p = qnn.max_pool %x axis 1 kernel [1, 1] strides [1, 1] dilations [1, 1]
      : (tensor<1x2x1x2xui2>) -> tensor<1x2x1x2xui2>
  %a = qnn.constant <"a", [1, 2] : tensor<1x2x1x1xsi4>>
  %b = qnn.constant <"b", [1, -1] : tensor<2x1x1xsi2>>
  %w = qnn.constant <"w", [1, 0, -1, 1] : tensor<4x1xsi2>>
  %c = qnn.add %p, %a multipliers 1, 2 : (tensor<1x2x1x2xui2>, tensor<1x2x1x1xsi4>) -> tensor<1x2x1x2xsi6>
  %d = qnn.mul %c, %b : (tensor<1x2x1x2xsi6>, tensor<2x1x1xsi2>) -> tensor<1x2x1x2xsi8>
  %e = qnn.gather %d axis 1 indices [1, 0] : (tensor<1x2x1x2xsi8>) -> tensor<1x2x1x2xsi8>
  %f = qnn.concat %d, %e axis 1 : (tensor<1x2x1x2xsi8>, tensor<1x2x1x2xsi8>) -> tensor<1x4x1x2xsi8>
  %g = qnn.transpose %f perm = [0, 2, 3, 1] : (tensor<1x4x1x2xsi8>) -> tensor<1x1x2x4xsi8>
  %m = qnn.matmul %g, %w : (tensor<1x1x2x4xsi8>, tensor<4x1xsi2>) -> tensor<1x1x2x1xsi12>
  return %m : tensor<1x1x2x1xsi12>
}
