// RUN: qcompile-opt %s | qcompile-opt | FileCheck %s

// Every operation, type and attribute of the dialect once.

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
// CHECK: %[[T:.*]] = hls.threshold %[[A]] channels 2 pe 2
// CHECK-SAME: directions = [1, -1], low = -1, step = 2>
// CHECK: hls.output %[[T]], %[[B]]
hls.design @design implements @core {
^bb0(%x: !hls.stream<1x4xui2>):
  %n = hls.convert_width %x : (!hls.stream<1x4xui2>) -> !hls.stream<2x2xui2>
  %q = hls.fifo %n depth 2 : !hls.stream<2x2xui2>
  %s = hls.matrix_vector %q weights #data.constant<"w", [1, -1, 0, 1, -2, 1, 1, 0] : tensor<4x2xsi2>>
      pe 2 simd 2 accumulator si5 multiplier "dsp" memory "distributed"
      : (!hls.stream<2x2xui2>) -> !hls.stream<1x2xsi5>
  %a, %b = hls.duplicate %s : !hls.stream<1x2xsi5>
  %t = hls.threshold %a channels 2 pe 2
      activation <thresholds = #data.constant<"t", [0, 3] : tensor<2x1xsi4>>, directions = [1, -1],
                  low = -1, step = 2>
      : (!hls.stream<1x2xsi5>) -> !hls.stream<1x2x!qnn.bipolar>
  hls.output %t, %b : !hls.stream<1x2x!qnn.bipolar>, !hls.stream<1x2xsi5>
}
