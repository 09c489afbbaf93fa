// RUN: qcompile-opt %s --convert-qnn-to-imc='target="rows=16 slots=16"' | FileCheck %s

// A 4x4 image of two channels and a 2x2 kernel: eight inputs in two runs of four adjacent bytes, at nine
// positions. The code does not depend on the number of positions: two loops, which advance one row (8 bytes)
// and one pixel (2 bytes) of the image. Then the largest of 2x2 windows, at four positions, and a sum with a
// constant that is brought into the buffer and taken away again.

// CHECK-LABEL: imc.program @core
// CHECK-NEXT: imc.input "input0" at 0 : tensor<1x4x4x2xui2>
// CHECK-NEXT: imc.output "output0" at [[OUT:[0-9]+]] : tensor<1x2x2x1xsi10>
// CHECK-NEXT: imc.configure input = ui2 weight = si3
// CHECK-NEXT: imc.configure_window run = 4 count1 = 2 stride1 = 8 count2 = 1 stride2 = 0 count3 = 1 stride3 = 0
// CHECK-NEXT: imc.configure_output type = ui2 low = 0 step = 1
// CHECK-NEXT: imc.load_thresholds thresholds = 0 words = 4
// CHECK-NEXT: imc.load_weights bank = 0 format = "dense" n = 0 m = 0 rows = 8 columns = 1
// CHECK-NEXT: imc.repeat count = 3 source = 8 operand = 0 destination = 3 accumulator = 0
// CHECK-NEXT: imc.repeat count = 3 source = 2 operand = 0 destination = 1 accumulator = 0
// CHECK-NEXT: imc.stream_window activation = 0 first = 0 count = 8
// CHECK-NEXT: imc.mac bank = 0 accumulator = 0 keep = 0
// CHECK-NEXT: imc.threshold accumulator = 0 thresholds = 0 channels = 1 levels = 3 shared = 1 wide = 0 activation = [[C:[0-9]+]]
// CHECK-NEXT: imc.end_repeat
// CHECK-NEXT: imc.end_repeat
// CHECK-NEXT: imc.repeat count = 2 source = 3 operand = 3 destination = 2 accumulator = 0
// CHECK-NEXT: imc.repeat count = 2 source = 1 operand = 1 destination = 1 accumulator = 0
// CHECK-NEXT: imc.load_accumulators accumulator = 0 activation = [[C]] count = 1 type = ui2 multiplier = 1
// CHECK-NEXT: imc.repeat count = 2 source = 0 operand = 3 destination = 0 accumulator = 0
// CHECK-NEXT: imc.repeat count = 2 source = 0 operand = 1 destination = 0 accumulator = 0
// CHECK-NEXT: imc.max_accumulators accumulator = 0 activation = [[C]] count = 1 type = ui2
// CHECK-NEXT: imc.end_repeat
// CHECK-NEXT: imc.end_repeat
// CHECK-NEXT: imc.store_accumulators accumulator = 0 activation = [[P:[0-9]+]] count = 1 type = ui2
// CHECK-NEXT: imc.end_repeat
// CHECK-NEXT: imc.end_repeat
// CHECK-NEXT: imc.load_constants destination = [[K:[0-9]+]] bytes = 4
// CHECK-NEXT: imc.load_accumulators accumulator = 0 activation = [[P]] count = 4 type = ui2 multiplier = 100 broadcast = 0
// CHECK-NEXT: imc.add_accumulators accumulator = 0 activation = [[K]] count = 4 type = si4 multiplier = -1 broadcast = 0
// CHECK-NEXT: imc.store_accumulators accumulator = 0 activation = [[OUT]] count = 4 type = si10
// CHECK-NEXT: imc.halt
func.func @core(%x: tensor<1x4x4x2xui2>) -> tensor<1x2x2x1xsi10> {
  %w = qnn.constant <"w", [1, -2, 3, 1, 2, -4, 2, 1] : tensor<1x2x2x2xsi3>>
  %s = qnn.conv %x, %w axis 3 strides [1, 1] dilations [1, 1] groups 1
      : (tensor<1x4x4x2xui2>, tensor<1x2x2x2xsi3>) -> tensor<1x3x3x1xsi6>
  %a = qnn.threshold %s axis 3 thresholds <"t", [-3, 0, 5] : tensor<1x3xsi6>> directions [1]
      low 0 step 1 : (tensor<1x3x3x1xsi6>) -> tensor<1x3x3x1xui2>
  %p = qnn.max_pool %a axis 3 kernel [2, 2] strides [1, 1] dilations [1, 1]
      : (tensor<1x3x3x1xui2>) -> tensor<1x2x2x1xui2>
  %k = qnn.constant <"k", [1, -2, 3, 4] : tensor<1x2x2x1xsi4>>
  %y = qnn.add %p, %k multipliers 100, -1
      : (tensor<1x2x2x1xui2>, tensor<1x2x2x1xsi4>) -> tensor<1x2x2x1xsi10>
  return %y : tensor<1x2x2x1xsi10>
}
