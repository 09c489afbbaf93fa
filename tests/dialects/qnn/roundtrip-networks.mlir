// RUN: qcompile-opt %s | qcompile-opt | FileCheck %s
// RUN: qcompile-opt %s --mlir-print-op-generic | qcompile-opt | FileCheck %s

// Operations of networks with positions, in every form of their syntax; accumulators are the narrowest that hold.

// 2 * 9 products of 3 and -2 to 1 lie in -108 to 54.
// CHECK-LABEL: func.func @conv
func.func @conv(%x: tensor<1x2x4x4xui2>, %w: tensor<3x2x3x3xsi2>, %v: tensor<3x3x3x2xsi2>) -> tensor<1x3x2x2xsi8> {
  // CHECK: qnn.conv %{{.*}}, %{{.*}} axis 1 strides [1, 1] dilations [1, 1] groups 1
  // CHECK-SAME: : (tensor<1x2x4x4xui2>, tensor<3x2x3x3xsi2>) -> tensor<1x3x2x2xsi8>
  %0 = qnn.conv %x, %w axis 1 strides [1, 1] dilations [1, 1] groups 1
      : (tensor<1x2x4x4xui2>, tensor<3x2x3x3xsi2>) -> tensor<1x3x2x2xsi8>
  %t = qnn.transpose %x perm = [0, 2, 3, 1] : (tensor<1x2x4x4xui2>) -> tensor<1x4x4x2xui2>
  // CHECK: qnn.conv %{{.*}}, %{{.*}} axis 3 strides [2, 1] dilations [1, 1] groups 1
  // CHECK-SAME: : (tensor<1x4x4x2xui2>, tensor<3x3x3x2xsi2>) -> tensor<1x1x2x3xsi8>
  %1 = qnn.conv %t, %v axis 3 strides [2, 1] dilations [1, 1] groups 1
      : (tensor<1x4x4x2xui2>, tensor<3x3x3x2xsi2>) -> tensor<1x1x2x3xsi8>
  return %0 : tensor<1x3x2x2xsi8>
}

// Weights that are known need less: output 0 has sums in 0 to 9, output 1 in -9 to 0.
// CHECK-LABEL: func.func @conv_weights
func.func @conv_weights(%x: tensor<1x1x2x2xui2>) -> tensor<1x2x1x1xsi5> {
  %w = qnn.constant <"w", [1, 1, 1, 0, -1, -1, -1, 0] : tensor<2x1x2x2xsi2>>
  // CHECK: qnn.conv
  %0 = qnn.conv %x, %w axis 1 strides [1, 1] dilations [1, 1] groups 1
      : (tensor<1x1x2x2xui2>, tensor<2x1x2x2xsi2>) -> tensor<1x2x1x1xsi5>
  return %0 : tensor<1x2x1x1xsi5>
}

// One dimension, groups, dilation; and a depthwise one. 2 products of 3 and -2 are -12.
// CHECK-LABEL: func.func @conv_groups
func.func @conv_groups(%x: tensor<2x4x7xui2>, %w: tensor<6x2x1xsi2>, %d: tensor<4x1x2xsi2>)
    -> (tensor<2x6x7xsi5>, tensor<2x4x4xsi5>) {
  // CHECK: qnn.conv %{{.*}}, %{{.*}} axis 1 strides [1] dilations [1] groups 2
  %0 = qnn.conv %x, %w axis 1 strides [1] dilations [1] groups 2
      : (tensor<2x4x7xui2>, tensor<6x2x1xsi2>) -> tensor<2x6x7xsi5>
  // CHECK: qnn.conv %{{.*}}, %{{.*}} axis 1 strides [1] dilations [3] groups 4
  %1 = qnn.conv %x, %d axis 1 strides [1] dilations [3] groups 4
      : (tensor<2x4x7xui2>, tensor<4x1x2xsi2>) -> tensor<2x4x4xsi5>
  return %0, %1 : tensor<2x6x7xsi5>, tensor<2x4x4xsi5>
}

// 2 * 4 products of 3 and -2 are -48.
// CHECK-LABEL: func.func @conv_transpose
func.func @conv_transpose(%x: tensor<1x2x4x4xui2>, %w: tensor<2x3x2x2xsi2>) -> tensor<1x3x7x9xsi7> {
  // CHECK: qnn.conv_transpose %{{.*}}, %{{.*}} strides [2, 2] dilations [1, 1] offsets [1, 0] groups 1
  // CHECK-SAME: : (tensor<1x2x4x4xui2>, tensor<2x3x2x2xsi2>) -> tensor<1x3x7x9xsi7>
  %0 = qnn.conv_transpose %x, %w strides [2, 2] dilations [1, 1] offsets [1, 0] groups 1
      : (tensor<1x2x4x4xui2>, tensor<2x3x2x2xsi2>) -> tensor<1x3x7x9xsi7>
  return %0 : tensor<1x3x7x9xsi7>
}

// CHECK-LABEL: func.func @pools
func.func @pools(%x: tensor<1x2x4x4xui2>, %b: tensor<1x5x3x!qnn.bipolar>) -> tensor<1x2x2x2xui4> {
  // CHECK: qnn.max_pool %{{.*}} axis 2 kernel [3] strides [2] dilations [1] : (tensor<1x5x3x!qnn.bipolar>) -> tensor<1x2x3x!qnn.bipolar>
  %0 = qnn.max_pool %b axis 2 kernel [3] strides [2] dilations [1] : (tensor<1x5x3x!qnn.bipolar>) -> tensor<1x2x3x!qnn.bipolar>
  // CHECK: qnn.sum_pool %{{.*}} axis 1 kernel [2, 2] strides [2, 2] dilations [1, 1] : (tensor<1x2x4x4xui2>) -> tensor<1x2x2x2xui4>
  %1 = qnn.sum_pool %x axis 1 kernel [2, 2] strides [2, 2] dilations [1, 1] : (tensor<1x2x4x4xui2>) -> tensor<1x2x2x2xui4>
  return %1 : tensor<1x2x2x2xui4>
}

// 3 * 3 - 3 lies in -3 to 9; 3 * -2 in -6 to 3.
// CHECK-LABEL: func.func @joins
func.func @joins(%a: tensor<1x4xui2>, %b: tensor<3x1xui2>, %c: tensor<4xsi2>) -> tensor<3x4xsi5> {
  // CHECK: qnn.add %{{.*}}, %{{.*}} multipliers 3, -1 : (tensor<1x4xui2>, tensor<3x1xui2>) -> tensor<3x4xsi5>
  %0 = qnn.add %a, %b multipliers 3, -1 : (tensor<1x4xui2>, tensor<3x1xui2>) -> tensor<3x4xsi5>
  // CHECK: qnn.mul %{{.*}}, %{{.*}} : (tensor<1x4xui2>, tensor<4xsi2>) -> tensor<1x4xsi4>
  %1 = qnn.mul %a, %c : (tensor<1x4xui2>, tensor<4xsi2>) -> tensor<1x4xsi4>
  return %0 : tensor<3x4xsi5>
}

// CHECK-LABEL: func.func @attention
func.func @attention(%q: tensor<2x1x5x4xsi2>, %l: tensor<1x3x4x6xsi2>) -> tensor<2x3x5x6xsi6> {
  // CHECK: qnn.matmul %{{.*}}, %{{.*}} : (tensor<2x1x5x4xsi2>, tensor<1x3x4x6xsi2>) -> tensor<2x3x5x6xsi6>
  %0 = qnn.matmul %q, %l : (tensor<2x1x5x4xsi2>, tensor<1x3x4x6xsi2>) -> tensor<2x3x5x6xsi6>
  return %0 : tensor<2x3x5x6xsi6>
}

// CHECK-LABEL: func.func @selections
func.func @selections(%x: tensor<1x4x2xui2>, %s: tensor<1x4x2xsi2>) -> tensor<1x4x2xui2> {
  // CHECK: qnn.pad %{{.*}} axis 1 low [0, 0, 1] high [0, 0, 2] values <"v", [0, 1, 2, -1] : tensor<4xsi64>> : (tensor<1x4x2xui2>) -> tensor<1x4x5xsi3>
  %0 = qnn.pad %x axis 1 low [0, 0, 1] high [0, 0, 2] values <"v", [0, 1, 2, -1] : tensor<4xsi64>>
      : (tensor<1x4x2xui2>) -> tensor<1x4x5xsi3>
  // CHECK: qnn.slice %{{.*}} offsets [0, 1, 0] steps [1, 2, 1] : (tensor<1x4x2xui2>) -> tensor<1x2x2xui2>
  %1 = qnn.slice %x offsets [0, 1, 0] steps [1, 2, 1] : (tensor<1x4x2xui2>) -> tensor<1x2x2xui2>
  // CHECK: qnn.concat %{{.*}}, %{{.*}}, %{{.*}} axis 1 : (tensor<1x4x2xui2>, tensor<1x2x2xui2>, tensor<1x4x2xsi2>) -> tensor<1x10x2xsi3>
  %2 = qnn.concat %x, %1, %s axis 1 : (tensor<1x4x2xui2>, tensor<1x2x2xui2>, tensor<1x4x2xsi2>) -> tensor<1x10x2xsi3>
  // CHECK: qnn.gather %{{.*}} axis 1 indices [0, 2, 1, 3] : (tensor<1x4x2xui2>) -> tensor<1x4x2xui2>
  %3 = qnn.gather %x axis 1 indices [0, 2, 1, 3] : (tensor<1x4x2xui2>) -> tensor<1x4x2xui2>
  // CHECK: qnn.depth_to_space %{{.*}} axis 1 blocks [2] mode "CRD" : (tensor<1x4x2xui2>) -> tensor<1x2x4xui2>
  %4 = qnn.depth_to_space %x axis 1 blocks [2] mode "CRD" : (tensor<1x4x2xui2>) -> tensor<1x2x4xui2>
  return %3 : tensor<1x4x2xui2>
}

// CHECK-LABEL: func.func @order
func.func @order(%x: tensor<2x5xui2>, %table: tensor<8x3xsi4>) -> tensor<2x1x3xsi4> {
  // CHECK: qnn.arg_max %{{.*}} axis 1 : (tensor<2x5xui2>) -> tensor<2x1xsi64>
  %0 = qnn.arg_max %x axis 1 : (tensor<2x5xui2>) -> tensor<2x1xsi64>
  // CHECK: qnn.arg_max %{{.*}} axis 1 select_last : (tensor<2x5xui2>) -> tensor<2x1xsi64>
  %1 = qnn.arg_max %x axis 1 select_last : (tensor<2x5xui2>) -> tensor<2x1xsi64>
  // CHECK: qnn.top_k %{{.*}} axis 1 : (tensor<2x5xui2>) -> (tensor<2x3xui2>, tensor<2x3xsi64>)
  %v, %i = qnn.top_k %x axis 1 : (tensor<2x5xui2>) -> (tensor<2x3xui2>, tensor<2x3xsi64>)
  // CHECK: qnn.top_k %{{.*}} axis 0 smallest : (tensor<2x5xui2>) -> (tensor<1x5xui2>, tensor<1x5xsi64>)
  %u, %j = qnn.top_k %x axis 0 smallest : (tensor<2x5xui2>) -> (tensor<1x5xui2>, tensor<1x5xsi64>)
  // CHECK: qnn.lookup %{{.*}}, %{{.*}} : (tensor<2x1xsi64>, tensor<8x3xsi4>) -> tensor<2x1x3xsi4>
  %2 = qnn.lookup %0, %table : (tensor<2x1xsi64>, tensor<8x3xsi4>) -> tensor<2x1x3xsi4>
  return %2 : tensor<2x1x3xsi4>
}

// CHECK-LABEL: func.func @activations
func.func @activations(%x: tensor<1x2xsi2>, %y: tensor<1x2xsi12>) -> tensor<1x2xui4> {
  // CHECK: qnn.table %{{.*}} axis 1 low -2 values <"f", [3, 0, 0, 3, 1, 2, 1, 2] : tensor<2x4xui2>> : (tensor<1x2xsi2>) -> tensor<1x2xui2>
  %0 = qnn.table %x axis 1 low -2 values <"f", [3, 0, 0, 3, 1, 2, 1, 2] : tensor<2x4xui2>> : (tensor<1x2xsi2>) -> tensor<1x2xui2>
  // CHECK: qnn.requantize %{{.*}} axis 1 multipliers <"m", [5, -2251799813685248] : tensor<2xsi64>>
  // CHECK-SAME: offsets <"o", [-3] : tensor<1xsi64>> shift 62 rounding "HALF_DOWN" range[0, 15] : (tensor<1x2xsi12>) -> tensor<1x2xui4>
  %1 = qnn.requantize %y axis 1 multipliers <"m", [5, -2251799813685248] : tensor<2xsi64>>
      offsets <"o", [-3] : tensor<1xsi64>> shift 62 rounding "HALF_DOWN" range [0, 15]
      : (tensor<1x2xsi12>) -> tensor<1x2xui4>
  return %1 : tensor<1x2xui4>
}

// CHECK-LABEL: func.func @average
func.func @average(%x: tensor<1x2xsi9>) -> tensor<1x2xf32> {
  // CHECK: qnn.dequantize %{{.*}} axis 1 scale <"s", [0.25] : tensor<1xf64>> zero_point <"z", [0] : tensor<1xsi64>> divisor 9
  %0 = qnn.dequantize %x axis 1 scale <"s", [0.25] : tensor<1xf64>> zero_point <"z", [0] : tensor<1xsi64>>
      divisor 9 : (tensor<1x2xsi9>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// Extents that are not known agree with any other.
// CHECK-LABEL: func.func @dynamic
func.func @dynamic(%x: tensor<?x2x?x4xui2>, %w: tensor<3x2x3x3xsi2>, %b: tensor<3x1x1xsi8>) -> tensor<?x1xsi64> {
  // CHECK: qnn.conv
  %0 = qnn.conv %x, %w axis 1 strides [1, 1] dilations [1, 1] groups 1
      : (tensor<?x2x?x4xui2>, tensor<3x2x3x3xsi2>) -> tensor<?x3x?x2xsi8>
  // CHECK: qnn.add
  %1 = qnn.add %0, %b multipliers 1, 1 : (tensor<?x3x?x2xsi8>, tensor<3x1x1xsi8>) -> tensor<?x3x?x2xsi9>
  // CHECK: qnn.pad
  %2 = qnn.pad %1 axis 1 low [0, 0, 1, 0] high [0, 0, 0, 1] values <"p", [0] : tensor<1xsi64>>
      : (tensor<?x3x?x2xsi9>) -> tensor<?x3x?x3xsi9>
  // CHECK: qnn.slice
  %3 = qnn.slice %2 offsets [0, 0, 0, 0] steps [1, 1, 1, 1] : (tensor<?x3x?x3xsi9>) -> tensor<?x3x1x1xsi9>
  // CHECK: qnn.concat
  %4 = qnn.concat %3, %3 axis 1 : (tensor<?x3x1x1xsi9>, tensor<?x3x1x1xsi9>) -> tensor<?x6x1x1xsi9>
  // CHECK: qnn.reshape
  %5 = qnn.reshape %4 : (tensor<?x6x1x1xsi9>) -> tensor<?x6xsi9>
  // CHECK: qnn.arg_max
  %6 = qnn.arg_max %5 axis 1 : (tensor<?x6xsi9>) -> tensor<?x1xsi64>
  return %6 : tensor<?x1xsi64>
}
