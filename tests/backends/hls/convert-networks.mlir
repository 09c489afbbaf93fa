// RUN: qcompile-opt %s --convert-qnn-to-hls --split-input-file | FileCheck %s

// A convolution is its windows and a matrix-vector unit. Weights [O, kernel, C] become [kernel, C x O].

func.func private @core(%x: tensor<1x3x4x2xui2>) -> tensor<1x2x4x2xsi4> {
  %w = qnn.constant #data.constant<"w", [1, 0, -1, 1, 0, 1, 1, -1] : tensor<2x2x1x2xsi2>>
  %y = qnn.conv %x, %w axis 3 strides [1, 1] dilations [1, 1] groups 1
      : (tensor<1x3x4x2xui2>, tensor<2x2x1x2xsi2>) -> tensor<1x2x4x2xsi4>
  return %y : tensor<1x2x4x2xsi4>
}
// CHECK-LABEL: hls.design
// CHECK: ^bb0(%[[X:.*]]: !hls.stream<24x1xui2>)
// CHECK-NEXT: %[[W:.*]] = hls.reorder %[[X]] start 0 extents [8, 2, 2] strides [2, 8, 1]
// CHECK-SAME: -> !hls.stream<32x1xui2>
// CHECK-NEXT: %[[Y:.*]] = hls.matrix_vector %[[W]]
// CHECK-SAME: [1, 0, 0, 1, -1, 1, 1, -1] : tensor<4x2xsi2>
// CHECK-SAME: groups 1 pe 1 simd 1 accumulator si4
// CHECK-NEXT: hls.output %[[Y]]

// -----

// A 1x1 convolution needs no windows; a constant added behind it, and what reads it alone, is the unit's.

func.func private @core(%x: tensor<1x2x2x2xui2>) -> tensor<1x2x2x1xsi6> {
  %w = qnn.constant #data.constant<"w", [1, -1] : tensor<1x1x1x2xsi2>>
  %b = qnn.constant #data.constant<"b", [5] : tensor<1xsi4>>
  %y = qnn.conv %x, %w axis 3 strides [1, 1] dilations [1, 1] groups 1
      : (tensor<1x2x2x2xui2>, tensor<1x1x1x2xsi2>) -> tensor<1x2x2x1xsi3>
  %z = qnn.add %y, %b multipliers 2, -1 : (tensor<1x2x2x1xsi3>, tensor<1xsi4>) -> tensor<1x2x2x1xsi6>
  return %z : tensor<1x2x2x1xsi6>
}
// CHECK-LABEL: hls.design
// CHECK: ^bb0(%[[X:.*]]: !hls.stream<8x1xui2>)
// CHECK-NEXT: hls.matrix_vector %[[X]]
// CHECK-SAME: activation #hls.multiply_shift<multipliers = [2], offsets = [-5], shift = 0, rounding = "FLOOR"
// CHECK-SAME: -> !hls.stream<4x1xsi6>
// CHECK-NEXT: hls.output

// -----

// Channels as groups of their own: windows with every channel for its two outputs, a vector-vector unit.

func.func private @core(%x: tensor<1x3x2xui2>) -> tensor<1x2x4xsi4> {
  %w = qnn.constant #data.constant<"w", [1, 0, -1, 1, 0, 1, 1, -1] : tensor<4x2x1xsi2>>
  %y = qnn.conv %x, %w axis 2 strides [1] dilations [1] groups 2
      : (tensor<1x3x2xui2>, tensor<4x2x1xsi2>) -> tensor<1x2x4xsi4>
  return %y : tensor<1x2x4xsi4>
}
// CHECK-LABEL: hls.design
// CHECK: %[[W:.*]] = hls.reorder %{{.*}} start 0 extents [2, 4, 2] strides [2, 1, 0]
// CHECK-NEXT: hls.vector_vector %[[W]]
// CHECK-SAME: [1, -1, 0, 1, 0, 1, 1, -1] : tensor<2x4xsi2>

// -----

// A pool over the whole frame reads it as it comes; a border is a stage per dimension, rows outermost; what
// nobody reads is discarded.

func.func private @core(%x: tensor<1x2x2x3xui2>, %unused: tensor<4xui2>)
    -> (tensor<1x1x1x3xui4>, tensor<1x4x3x3xui2>) {
  %s = qnn.sum_pool %x axis 3 kernel [2, 2] strides [1, 1] dilations [1, 1]
      : (tensor<1x2x2x3xui2>) -> tensor<1x1x1x3xui4>
  %p = qnn.pad %x axis 3 low [0, 1, 0, 0] high [0, 1, 1, 0] values <"z", [1, 2, 3] : tensor<3xsi64>>
      : (tensor<1x2x2x3xui2>) -> tensor<1x4x3x3xui2>
  return %s, %p : tensor<1x1x1x3xui4>, tensor<1x4x3x3xui2>
}
// CHECK-LABEL: hls.design
// CHECK: ^bb0(%[[X:.*]]: !hls.stream<12x1xui2>, %[[U:.*]]: !hls.stream<4x1xui2>)
// CHECK: hls.discard %[[U]]
// CHECK: %[[A:.*]], %[[B:.*]] = hls.duplicate %[[X]]
// CHECK: %[[S:.*]] = hls.pool %[[A]] kind "sum" taps 4 channels 3
// CHECK: %[[R:.*]] = hls.pad %[[B]] low 0 body 6 high 3 values [1, 2, 3]
// CHECK: %[[P:.*]] = hls.pad %[[R]] low 9 body 18 high 9 values [1, 2, 3]
// CHECK: hls.output %[[S]], %[[P]]

// -----

// A smaller operand is repeated, a constant that is not added to a whole stream is one.

func.func private @core(%x: tensor<1x1x2xui2>) -> tensor<1x2x2xsi4> {
  %c = qnn.constant #data.constant<"c", [0, 1] : tensor<2x1xui1>>
  %y = qnn.add %x, %c multipliers 1, 3 : (tensor<1x1x2xui2>, tensor<2x1xui1>) -> tensor<1x2x2xsi4>
  return %y : tensor<1x2x2xsi4>
}
// CHECK-LABEL: hls.design
// CHECK: %[[A:.*]] = hls.reorder %{{.*}} start 0 extents [2, 2] strides [0, 1]
// CHECK: %[[C:.*]] = hls.constant
// CHECK: %[[B:.*]] = hls.reorder %[[C]] start 0 extents [2, 2] strides [1, 0]
// CHECK: hls.add %[[A]], %[[B]] multipliers 1, 3 channels 2

// -----

// Attention: both operands in the order of the dot products.

func.func private @core(%x: tensor<1x2x3xui2>) -> tensor<1x2x2xui6> {
  %t = qnn.transpose %x perm = [0, 2, 1] : (tensor<1x2x3xui2>) -> tensor<1x3x2xui2>
  %y = qnn.matmul %x, %t : (tensor<1x2x3xui2>, tensor<1x3x2xui2>) -> tensor<1x2x2xui6>
  return %y : tensor<1x2x2xui6>
}
// CHECK-LABEL: hls.design
// CHECK-DAG: %[[T:.*]] = hls.reorder %{{.*}} start 0 extents [3, 2] strides [1, 3]
// CHECK-DAG: %[[A:.*]] = hls.reorder %{{.*}} start 0 extents [2, 2, 3] strides [3, 0, 1]
// CHECK-DAG: %[[B:.*]] = hls.reorder %[[T]] start 0 extents [2, 2, 3] strides [0, 1, 2]
// CHECK: hls.dot %[[A]], %[[B]] length 3

// -----

// Upsampling by an even factor is a loop, other gathers are lists; blocks of channels become positions;
// the best of a dimension that is not the last come by way of a transpose.

func.func private @core(%x: tensor<1x2x4xui2>)
    -> (tensor<1x4x4xui2>, tensor<1x2x3xui2>, tensor<1x4x2xui2>, tensor<1x1x4xsi64>) {
  %u = qnn.gather %x axis 1 indices [0, 0, 1, 1] : (tensor<1x2x4xui2>) -> tensor<1x4x4xui2>
  %g = qnn.gather %x axis 2 indices [3, 0, 2] : (tensor<1x2x4xui2>) -> tensor<1x2x3xui2>
  %d = qnn.depth_to_space %x axis 2 blocks [2] mode "CRD" : (tensor<1x2x4xui2>) -> tensor<1x4x2xui2>
  %m = qnn.arg_max %x axis 1 : (tensor<1x2x4xui2>) -> tensor<1x1x4xsi64>
  return %u, %g, %d, %m : tensor<1x4x4xui2>, tensor<1x2x3xui2>, tensor<1x4x2xui2>, tensor<1x1x4xsi64>
}
// CHECK-LABEL: hls.design
// CHECK: hls.reorder %{{.*}} start 0 extents [2, 2, 4] strides [4, 0, 1]
// CHECK: hls.reorder %{{.*}} start 0 extents [2, 3] strides [4, 0] listed 1 positions [3, 0, 2]
// CHECK: hls.reorder %{{.*}} start 0 extents [2, 2, 2] strides [4, 1, 2]
// CHECK: %[[V:.*]] = hls.reorder %{{.*}} start 0 extents [4, 2] strides [1, 4]
// CHECK: hls.arg_max %[[V]] length 2
