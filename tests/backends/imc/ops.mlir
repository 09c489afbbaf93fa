// RUN: qcompile-opt %s | qcompile-opt | FileCheck %s

// Every operation once, printed and read back.

// CHECK-LABEL: imc.program @core target "rows=16" data <"core.data", [1, 0, 0, 0, 5, 0, 0, 0] : tensor<8xui8>>
// CHECK-NEXT: imc.input "x" at 0 : tensor<1x4xui2>
// CHECK-NEXT: imc.output "y" at 4 : tensor<1x4x!qnn.bipolar>
// CHECK-NEXT: imc.configure input = ui2 weight = si1
// CHECK-NEXT: imc.configure_output type = !qnn.bipolar low = -1 step = 2
// CHECK-NEXT: imc.load_weights bank = 1 format = "n_m" n = 1 m = 4 rows = 4 columns = 2 data = 3
// CHECK-NEXT: imc.load_thresholds thresholds = 0 words = 2 data = 0
// CHECK-NEXT: imc.stream activation = 0 count = 4
// CHECK-NEXT: imc.mac bank = 1 accumulator = 0 keep = 0
// CHECK-NEXT: imc.threshold accumulator = 0 thresholds = 0 channels = 4 levels = 1 shared = 1 activation = 4
// CHECK-NEXT: imc.load_accumulators accumulator = 0 activation = 0 count = 4 type = ui2
// CHECK-NEXT: imc.store_accumulators accumulator = 0 activation = 16 count = 4 type = si32
// CHECK-NEXT: imc.move_accumulators source = 0 destination = 4 count = 4
// CHECK-NEXT: imc.copy source = 0 destination = 1 count = 2 source_stride = 0 destination_stride = 1 element_bytes = 1
// CHECK-NEXT: imc.halt
imc.program @core target "rows=16"
    data <"core.data", [1, 0, 0, 0, 5, 0, 0, 0] : tensor<8xui8>> {
  imc.input "x" at 0 : tensor<1x4xui2>
  imc.output "y" at 4 : tensor<1x4x!qnn.bipolar>
  imc.configure input = ui2 weight = si1
  imc.configure_output type = !qnn.bipolar low = -1 step = 2
  imc.load_weights bank = 1 format = "n_m" n = 1 m = 4 rows = 4 columns = 2 data = 3
  imc.load_thresholds thresholds = 0 words = 2 data = 0
  imc.stream activation = 0 count = 4
  imc.mac bank = 1 accumulator = 0 keep = 0
  imc.threshold accumulator = 0 thresholds = 0 channels = 4 levels = 1 shared = 1 activation = 4
  imc.load_accumulators accumulator = 0 activation = 0 count = 4 type = ui2
  imc.store_accumulators accumulator = 0 activation = 16 count = 4 type = si32
  imc.move_accumulators source = 0 destination = 4 count = 4
  imc.copy source = 0 destination = 1 count = 2 source_stride = 0 destination_stride = 1
      element_bytes = 1
  imc.halt
}

// CHECK-LABEL: func.func @main
// CHECK: imc.run @core(%{{.*}}) : (tensor<1x4xui2>) -> tensor<1x4x!qnn.bipolar>
func.func @main(%x: tensor<1x4xui2>) -> tensor<1x4x!qnn.bipolar> {
  %y = imc.run @core(%x) : (tensor<1x4xui2>) -> tensor<1x4x!qnn.bipolar>
  return %y : tensor<1x4x!qnn.bipolar>
}
