// RUN: qcompile-opt %s --hls-insert-fifos --split-input-file | FileCheck %s
// RUN: qcompile-opt %s --hls-insert-fifos --hls-insert-fifos --split-input-file | FileCheck %s

// Words that enter evenly need no more than 2 places; ports get no queue, and queues that are there are
// replaced.

func.func private @core(%x: tensor<1x4xui2>) -> tensor<1x2xsi4> {
  %w = qnn.constant #data.constant<"w", [1, -1, 0, 1, -2, 1, 1, 0] : tensor<4x2xsi2>>
  %s = qnn.matmul %x, %w : (tensor<1x4xui2>, tensor<4x2xsi2>) -> tensor<1x2xsi4>
  return %s : tensor<1x2xsi4>
}

// CHECK-LABEL: hls.design
// CHECK: ^bb0(%[[X:.*]]: !hls.stream<2x2xui2>)
// CHECK-NEXT: %[[N:.*]] = hls.convert_width %[[X]]
// CHECK-NEXT: %[[Q:.*]] = hls.fifo %[[N]] depth 2
// CHECK-NEXT: %[[S:.*]] = hls.matrix_vector %[[Q]]
// CHECK-NEXT: %[[R:.*]] = hls.fifo %[[S]] depth 2
// CHECK-NEXT: %[[Y:.*]] = hls.activate %[[R]]
// CHECK-NEXT: hls.output %[[Y]]
hls.design @design implements @core {
^bb0(%x: !hls.stream<2x2xui2>):
  %n = hls.convert_width %x : (!hls.stream<2x2xui2>) -> !hls.stream<4x1xui2>
  %q = hls.fifo %n depth 77 : !hls.stream<4x1xui2>
  %s = hls.matrix_vector %q weights #data.constant<"w", [1, -1, 0, 1, -2, 1, 1, 0] : tensor<4x2xsi2>>
      groups 1 pe 1 simd 1 accumulator si4 multiplier "lut" memory "block"
      : (!hls.stream<4x1xui2>) -> !hls.stream<2x1xsi4>
  %y = hls.activate %s activation #hls.thresholds<levels = #data.constant<"t", [0] : tensor<1x1xsi4>>, directions = [1],
                  low = -1, step = 2> channels 2
      : (!hls.stream<2x1xsi4>) -> !hls.stream<2x1xsi4>
  hls.output %y : !hls.stream<2x1xsi4>
}

// -----

// The reversal needs the last word before it gives the first: 8 words, 3 clocks in the buffer, 8 words, 19 clocks
// in all. So a word enters every 19 / 8 clocks, at 0, 2, 4, 7, 9, 11, 14, 16, and those of the next sample from
// 19 on. The reversal reads the last one at 17, writes from 21 to 28, and the sum reads from 22 on. By then
// words have entered the other branch at 0 to 16, 19 and 21: 10. Before the reversal reads again at 29, the next
// sample's at 19, 21, 23, 26 and 28 have come: 5.

func.func private @core(%x: tensor<1x8xui2>) -> tensor<1x8xui3> {
  %y = qnn.add %x, %x multipliers 1, 1 : (tensor<1x8xui2>, tensor<1x8xui2>) -> tensor<1x8xui3>
  return %y : tensor<1x8xui3>
}

// CHECK-LABEL: hls.design
// CHECK: %[[A:.*]], %[[B:.*]] = hls.duplicate
// CHECK-DAG: %[[Q:.*]] = hls.fifo %[[A]] depth 10
// CHECK-DAG: %[[P:.*]] = hls.fifo %[[B]] depth 5
// CHECK: %[[R:.*]] = hls.reorder %[[P]]
// CHECK: %[[S:.*]] = hls.fifo %[[R]] depth 2
// CHECK: hls.add %[[Q]], %[[S]]
hls.design @design implements @core {
^bb0(%x: !hls.stream<8x1xui2>):
  %a, %b = hls.duplicate %x : !hls.stream<8x1xui2>
  %r = hls.reorder %b start 7 extents [8] strides [-1] : (!hls.stream<8x1xui2>) -> !hls.stream<8x1xui2>
  %y = hls.add %a, %r multipliers 1, 1 channels 8
      : (!hls.stream<8x1xui2>, !hls.stream<8x1xui2>) -> !hls.stream<8x1xui3>
  hls.output %y : !hls.stream<8x1xui3>
}
