// RUN: qcompile-opt %s | qcompile-opt | FileCheck %s

// Every operation, type and attribute of the dialect once: those of matrix products, then the others.

func.func private @core(%x: tensor<1x4xui2>) -> (tensor<1x2x!qnn.bipolar>, tensor<1x2xsi5>) {
  %w = qnn.constant #data.constant<"w", [1, -1, 0, 1, -2, 1, 1, 0] : tensor<4x2xsi2>>
  %s = qnn.matmul %x, %w : (tensor<1x4xui2>, tensor<4x2xsi2>) -> tensor<1x2xsi5>
  %y = qnn.threshold %s axis 1 thresholds #data.constant<"t", [0, 3] : tensor<2x1xsi4>>
      directions [1, -1] low -1 step 2 : (tensor<1x2xsi5>) -> tensor<1x2x!qnn.bipolar>
  return %y, %s : tensor<1x2x!qnn.bipolar>, tensor<1x2xsi5>
}

// CHECK-LABEL: hls.design @design implements @core
// CHECK: ^bb0(%[[X:.*]]: !hls.stream<1x4xui2>)
// CHECK: %[[N:.*]] = hls.convert_width %[[X]] : (!hls.stream<1x4xui2>) -> !hls.stream<2x2xui2>
// CHECK: %[[Q:.*]] = hls.fifo %[[N]] depth 2 : <2x2xui2>
// CHECK: %[[S:.*]] = hls.matrix_vector %[[Q]]
// CHECK-SAME: pe 2 simd 2 accumulator si5 multiplier "dsp" memory "distributed" :
// CHECK: %[[A:.*]], %[[B:.*]] = hls.duplicate %[[S]] : <1x2xsi5>
// CHECK: %[[T:.*]] = hls.activate %[[A]] activation #hls.thresholds<levels =
// CHECK-SAME: directions = [1, -1], low = -1, step = 2>
// CHECK: hls.output %[[T]], %[[B]]
hls.design @design implements @core {
^bb0(%x: !hls.stream<1x4xui2>):
  %n = hls.convert_width %x : (!hls.stream<1x4xui2>) -> !hls.stream<2x2xui2>
  %q = hls.fifo %n depth 2 : !hls.stream<2x2xui2>
  %s = hls.matrix_vector %q weights #data.constant<"w", [1, -1, 0, 1, -2, 1, 1, 0] : tensor<4x2xsi2>>
      groups 1 pe 2 simd 2 accumulator si5 multiplier "dsp" memory "distributed"
      : (!hls.stream<2x2xui2>) -> !hls.stream<1x2xsi5>
  %a, %b = hls.duplicate %s : !hls.stream<1x2xsi5>
  %t = hls.activate %a activation #hls.thresholds<levels = #data.constant<"t", [0, 3] : tensor<2x1xsi4>>, directions = [1, -1],
                  low = -1, step = 2> channels 2
      : (!hls.stream<1x2xsi5>) -> !hls.stream<1x2x!qnn.bipolar>
  hls.output %t, %b : !hls.stream<1x2x!qnn.bipolar>, !hls.stream<1x2xsi5>
}

func.func private @network(%x: tensor<1x4xui2>, %i: tensor<1xsi64>, %u: tensor<1x4xui2>)
    -> (tensor<1x2xui2>, tensor<1x2xsi64>, tensor<1x1xsi64>, tensor<1x2xui3>) {
  %p = qnn.constant #data.constant<"p", [0, 1] : tensor<1x2xsi64>>
  %q = qnn.constant #data.constant<"q", [0] : tensor<1x1xsi64>>
  %y = qnn.constant #data.constant<"y", [0, 1] : tensor<1x2xui2>>
  %z = qnn.constant #data.constant<"z", [0, 1] : tensor<1x2xui3>>
  return %y, %p, %q, %z : tensor<1x2xui2>, tensor<1x2xsi64>, tensor<1x1xsi64>, tensor<1x2xui3>
}

// CHECK-LABEL: hls.design @others implements @network
// CHECK: ^bb0(%[[X:.*]]: !hls.stream<4x1xui2>, %[[I:.*]]: !hls.stream<1x1xsi64>, %[[U:.*]]: !hls.stream<4x1xui2>)
// CHECK: hls.discard %[[U]] : <4x1xui2>
// CHECK: %[[R:.*]] = hls.reorder %[[X]] start 1 extents [2, 2] strides [0, 1]
// CHECK: %[[L:.*]] = hls.reorder %[[R]] start 0 extents [2, 2] strides [0, 1] listed 0 positions [2, 0]
// CHECK: %[[P:.*]] = hls.pad %[[L]] low 2 body 4 high 0 values [1, 2]
// CHECK: %[[V:.*]] = hls.vector_vector %[[P]] weights <"w_1", [1, 0, 1, 1, 0, 1] : tensor<3x2xui1>> accumulator ui3
// CHECK-SAME: activation #hls.table<values = <"t_1", [0, 1, 2, 3] : tensor<1x4xui2>>, low = -1> multiplier "lut" memory "distributed"
// CHECK: %[[A:.*]], %[[B:.*]] = hls.duplicate %[[V]]
// CHECK: %[[C:.*]] = hls.constant <"c", [1, 3] : tensor<1x2xui2>> -> <2x1xui2>
// CHECK: %[[S:.*]] = hls.add %[[A]], %[[C]] multipliers 2, -1 channels 2
// CHECK: %[[M:.*]] = hls.mul %[[S]], %[[B]] channels 2
// CHECK: %[[Q:.*]] = hls.activate %[[M]] activation #hls.multiply_shift<multipliers = [3], offsets = [1], shift = 2, rounding = "ROUND", low = 0, high = 3> channels 2
// CHECK: %[[K:.*]] = hls.lookup <"k", [0, 1, 2, 3] : tensor<2x2xui2>> at %[[I]]
// CHECK: %[[J:.*]] = hls.concat %[[Q]], %[[K]] blocks 2, 2
// CHECK: %[[T:.*]], %[[N:.*]] = hls.top_k %{{.*}} length 4 count 2 smallest
// CHECK: %[[O:.*]] = hls.pool %{{.*}} kind "max" taps 4 channels 1
// CHECK: %[[E:.*]] = hls.arg_max %[[O]] length 1 select_last
// CHECK: hls.dot %{{.*}}, %{{.*}} length 2 : (!hls.stream<4x1xui2>, !hls.stream<4x1xui2>) -> !hls.stream<2x1xui3>
hls.design @others implements @network {
^bb0(%x: !hls.stream<4x1xui2>, %i: !hls.stream<1x1xsi64>, %u: !hls.stream<4x1xui2>):
  hls.discard %u : !hls.stream<4x1xui2>
  %r = hls.reorder %x start 1 extents [2, 2] strides [0, 1] : (!hls.stream<4x1xui2>) -> !hls.stream<4x1xui2>
  %l = hls.reorder %r start 0 extents [2, 2] strides [0, 1] listed 0 positions [2, 0]
      : (!hls.stream<4x1xui2>) -> !hls.stream<4x1xui2>
  %p = hls.pad %l low 2 body 4 high 0 values [1, 2] : (!hls.stream<4x1xui2>) -> !hls.stream<6x1xui2>
  %v = hls.vector_vector %p weights #data.constant<"w", [1, 0, 1, 1, 0, 1] : tensor<3x2xui1>>
      accumulator ui3 activation #hls.table<values = #data.constant<"t", [0, 1, 2, 3] : tensor<1x4xui2>>, low = -1>
      multiplier "lut" memory "distributed"
      : (!hls.stream<6x1xui2>) -> !hls.stream<2x1xui2>
  %a, %b = hls.duplicate %v : !hls.stream<2x1xui2>
  %c = hls.constant #data.constant<"c", [1, 3] : tensor<1x2xui2>> -> !hls.stream<2x1xui2>
  %s = hls.add %a, %c multipliers 2, -1 channels 2
      : (!hls.stream<2x1xui2>, !hls.stream<2x1xui2>) -> !hls.stream<2x1xsi5>
  %m = hls.mul %s, %b channels 2 : (!hls.stream<2x1xsi5>, !hls.stream<2x1xui2>) -> !hls.stream<2x1xsi7>
  %q = hls.activate %m activation #hls.multiply_shift<multipliers = [3], offsets = [1], shift = 2, rounding = "ROUND", low = 0, high = 3> channels 2
      : (!hls.stream<2x1xsi7>) -> !hls.stream<2x1xui2>
  %k = hls.lookup #data.constant<"k", [0, 1, 2, 3] : tensor<2x2xui2>> at %i
      : (!hls.stream<1x1xsi64>) -> !hls.stream<2x1xui2>
  %j = hls.concat %q, %k blocks 2, 2 : (!hls.stream<2x1xui2>, !hls.stream<2x1xui2>) -> !hls.stream<4x1xui2>
  %j0, %j1 = hls.duplicate %j : !hls.stream<4x1xui2>
  %j2, %j3 = hls.duplicate %j1 : !hls.stream<4x1xui2>
  %t, %n = hls.top_k %j0 length 4 count 2 smallest
      : (!hls.stream<4x1xui2>) -> (!hls.stream<2x1xui2>, !hls.stream<2x1xsi64>)
  %j4, %j5 = hls.duplicate %j2 : !hls.stream<4x1xui2>
  %o = hls.pool %j3 kind "max" taps 4 channels 1 : (!hls.stream<4x1xui2>) -> !hls.stream<1x1xui2>
  %e = hls.arg_max %o length 1 select_last : (!hls.stream<1x1xui2>) -> !hls.stream<1x1xsi64>
  %d = hls.dot %j4, %j5 length 2 : (!hls.stream<4x1xui2>, !hls.stream<4x1xui2>) -> !hls.stream<2x1xui3>
  hls.output %t, %n, %e, %d : !hls.stream<2x1xui2>, !hls.stream<2x1xsi64>, !hls.stream<1x1xsi64>, !hls.stream<2x1xui3>
}
