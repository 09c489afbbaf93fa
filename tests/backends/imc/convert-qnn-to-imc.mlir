// RUN: qcompile-opt %s --partition-host --convert-qnn-to-imc='target="rows=4 slots=4 columns=8 max_weight_bits=8"' | FileCheck %s

// Six inputs in banks of four rows: two row tiles, the second of which adds to the accumulators. The weights
// are -1 and 1, so that they are stored as signs. Behind the reshape, which costs nothing, a second
// layer gives raw sums.

// CHECK-LABEL: imc.program @core target "rows=4 columns=8 slots=4
// CHECK-SAME: data <"core.data" : tensor<
// CHECK-NEXT: imc.input "input0" at 0 : tensor<1x6xui2>
// CHECK-NEXT: imc.output "output0" at [[OUT:[0-9]+]] : tensor<1x1x1xsi4>
// CHECK-NEXT: imc.configure input = ui2 weight = !qnn.bipolar
// CHECK-NEXT: imc.configure_output type = ui1 low = 0 step = 1
// CHECK-NEXT: imc.load_thresholds thresholds = 0 words = 4 data = 0
// CHECK-NEXT: imc.load_weights bank = 0 format = "dense" n = 0 m = 0 rows = 4 columns = 2 data = [[D:[0-9]+]]
// CHECK-NEXT: imc.load_weights bank = 1 format = "dense" n = 0 m = 0 rows = 2 columns = 2
// CHECK-NEXT: imc.stream activation = 0 count = 4
// CHECK-NEXT: imc.mac bank = 0 accumulator = 0 keep = 0
// CHECK-NEXT: imc.stream activation = 4 count = 2
// CHECK-NEXT: imc.mac bank = 1 accumulator = 0 keep = 1
// CHECK-NEXT: imc.threshold accumulator = 0 thresholds = 0 channels = 2 levels = 1 shared = 0 wide = 0 activation = [[HIDDEN:[0-9]+]]
// CHECK-NEXT: imc.configure input = ui1 weight = si3
// CHECK-NEXT: imc.load_weights bank = 2
// CHECK-NEXT: imc.stream activation = [[HIDDEN]] count = 2
// CHECK-NEXT: imc.mac bank = 2 accumulator = 0 keep = 0
// CHECK-NEXT: imc.store_accumulators accumulator = 0 activation = [[OUT]] count = 1 type = si4
// CHECK-NEXT: imc.halt

// CHECK-LABEL: func.func @main
// CHECK: imc.run @core
func.func @main(%x: tensor<1x6xui2>) -> tensor<1x1x1xf32> {
  %w0 = qnn.constant <"w0", [1, -1, 1, 1, -1, 1, 1, 1, 1, 1, -1, -1] : tensor<6x2xsi2>>
  %s0 = qnn.matmul %x, %w0 : (tensor<1x6xui2>, tensor<6x2xsi2>) -> tensor<1x2xsi6>
  %a0 = qnn.threshold %s0 axis 1 thresholds <"t0", [1, -2] : tensor<2x1xsi8>> directions [1, -1]
      low 0 step 1 : (tensor<1x2xsi6>) -> tensor<1x2xui1>
  %r = qnn.reshape %a0 : (tensor<1x2xui1>) -> tensor<1x1x2xui1>
  %w1 = qnn.constant <"w1", [3, -4] : tensor<2x1xsi4>>
  %s1 = qnn.matmul %r, %w1 : (tensor<1x1x2xui1>, tensor<2x1xsi4>) -> tensor<1x1x1xsi4>
  %y = qnn.dequantize %s1 axis 2 scale <"s", [0.5] : tensor<1xf64>>
      zero_point <"z", [0] : tensor<1xsi64>> : (tensor<1x1x1xsi4>) -> tensor<1x1x1xf32>
  return %y : tensor<1x1x1xf32>
}
