// RUN: qcompile-opt %s --hls-insert-fifos | FileCheck %s
// RUN: qcompile-opt %s --hls-insert-fifos --hls-insert-fifos | FileCheck %s

// A unit of several output folds gets a queue of one vector, others 2 words; ports get none, and queues that
// are there are replaced.

func.func private @core(%x: tensor<1x4xui2>) -> tensor<1x2xsi4> {
  %w = qnn.constant #data.constant<"w", [1, -1, 0, 1, -2, 1, 1, 0] : tensor<4x2xsi2>>
  %s = qnn.matmul %x, %w : (tensor<1x4xui2>, tensor<4x2xsi2>) -> tensor<1x2xsi4>
  return %s : tensor<1x2xsi4>
}

// CHECK: ^bb0(%[[X:.*]]: !hls.stream<2x2xui2>)
// CHECK-NEXT: %[[N:.*]] = hls.convert_width %[[X]]
// CHECK-NEXT: %[[Q:.*]] = hls.fifo %[[N]] depth 4
// CHECK-NEXT: %[[S:.*]] = hls.matrix_vector %[[Q]]
// CHECK-NEXT: %[[R:.*]] = hls.fifo %[[S]] depth 2
// CHECK-NEXT: %[[Y:.*]] = hls.threshold %[[R]]
// CHECK-NEXT: hls.output %[[Y]]
hls.design @design implements @core {
^bb0(%x: !hls.stream<2x2xui2>):
  %n = hls.convert_width %x : (!hls.stream<2x2xui2>) -> !hls.stream<4x1xui2>
  %q = hls.fifo %n depth 77 : !hls.stream<4x1xui2>
  %s = hls.matrix_vector %q weights #data.constant<"w", [1, -1, 0, 1, -2, 1, 1, 0] : tensor<4x2xsi2>>
      pe 1 simd 1 accumulator si4 multiplier "lut" memory "block"
      : (!hls.stream<4x1xui2>) -> !hls.stream<2x1xsi4>
  %y = hls.threshold %s channels 2 pe 1
      activation <thresholds = #data.constant<"t", [0] : tensor<1x1xsi4>>, directions = [1],
                  low = -1, step = 2>
      : (!hls.stream<2x1xsi4>) -> !hls.stream<2x1xsi4>
  hls.output %y : !hls.stream<2x1xsi4>
}
