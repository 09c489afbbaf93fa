// RUN: qcompile-opt %s | qcompile-opt | FileCheck %s

// Every operation once, printed and read back.

// CHECK-LABEL: imc.program @core target "rows=16" data <"core.data", [1, 0, 0, 0, 5, 0, 0, 0] : tensor<8xui8>>
// CHECK-NEXT: imc.input "x" at 0 : tensor<1x4xui2>
// CHECK-NEXT: imc.output "y" at 4 : tensor<1x4x!qnn.bipolar>
// CHECK-NEXT: imc.configure input = ui2 weight = si1
// CHECK-NEXT: imc.configure_output type = !qnn.bipolar low = -1 step = 2
// CHECK-NEXT: imc.configure_window run = 2 count1 = 2 stride1 = 4 count2 = 1 stride2 = 0 count3 = 1 stride3 = 0
// CHECK-NEXT: imc.configure_requantize type = si4 low = -8 high = 7 shift = 3 rounding = "HALF_DOWN"
// CHECK-NEXT: imc.configure_table table = 8 entries = 2 entry_bytes = 1 low = -1 clamp = 1
// CHECK-NEXT: imc.load_weights bank = 1 format = "n_m" n = 1 m = 4 rows = 4 columns = 2 data = 3
// CHECK-NEXT: imc.load_thresholds thresholds = 0 words = 2 data = 0
// CHECK-NEXT: imc.load_constants destination = 4 bytes = 2 data = 0
// CHECK-NEXT: imc.repeat count = 2 source = 4 operand = 0 destination = 1 accumulator = 0
// CHECK-NEXT: imc.stream activation = 0 count = 4
// CHECK-NEXT: imc.stream_window activation = 0 first = 0 count = 4
// CHECK-NEXT: imc.mac bank = 1 accumulator = 0 keep = 0
// CHECK-NEXT: imc.end_repeat
// CHECK-NEXT: imc.threshold accumulator = 0 thresholds = 0 channels = 4 levels = 1 shared = 1 wide = 0 activation = 4
// CHECK-NEXT: imc.requantize accumulator = 0 factors = 0 channels = 4 shared = 1 activation = 8
// CHECK-NEXT: imc.load_accumulators accumulator = 0 activation = 0 count = 4 type = ui2 multiplier = -3 broadcast = 0
// CHECK-NEXT: imc.add_accumulators accumulator = 0 activation = 0 count = 4 type = ui2 multiplier = 1 broadcast = 1
// CHECK-NEXT: imc.multiply_accumulators accumulator = 0 activation = 0 count = 4 type = ui2 broadcast = 0
// CHECK-NEXT: imc.max_accumulators accumulator = 0 activation = 0 count = 4 type = ui2 broadcast = 0
// CHECK-NEXT: imc.multiply_add accumulator = 0 scalar = 0 scalar_type = ui2 activation = 0 count = 4 type = si8
// CHECK-NEXT: imc.store_accumulators accumulator = 0 activation = 16 count = 4 type = si32
// CHECK-NEXT: imc.move_accumulators source = 0 destination = 4 count = 4
// CHECK-NEXT: imc.lookup activation = 0 destination = 16 count = 2 type = si8 shared = 1
// CHECK-NEXT: imc.select activation = 0 destination = 16 count = 4 k = 2 stride = 1 type = si8 smallest = 0 last = 1 positions = 1
// CHECK-NEXT: imc.copy source = 0 destination = 1 count = 2 source_stride = 0 destination_stride = 1 type = ui2 result_type = si16
// CHECK-NEXT: imc.fill destination = 0 count = 2 stride = 3 type = si48 value = -7
// CHECK-NEXT: imc.halt

imc.program @core target "rows=16"
    data <"core.data", [1, 0, 0, 0, 5, 0, 0, 0] : tensor<8xui8>> {
  imc.input "x" at 0 : tensor<1x4xui2>
  imc.output "y" at 4 : tensor<1x4x!qnn.bipolar>
  imc.configure input = ui2 weight = si1
  imc.configure_output type = !qnn.bipolar low = -1 step = 2
  imc.configure_window run = 2 count1 = 2 stride1 = 4 count2 = 1 stride2 = 0 count3 = 1 stride3 = 0
  imc.configure_requantize type = si4 low = -8 high = 7 shift = 3 rounding = "HALF_DOWN"
  imc.configure_table table = 8 entries = 2 entry_bytes = 1 low = -1 clamp = 1
  imc.load_weights bank = 1 format = "n_m" n = 1 m = 4 rows = 4 columns = 2 data = 3
  imc.load_thresholds thresholds = 0 words = 2 data = 0
  imc.load_constants destination = 4 bytes = 2 data = 0
  imc.repeat count = 2 source = 4 operand = 0 destination = 1 accumulator = 0
  imc.stream activation = 0 count = 4
  imc.stream_window activation = 0 first = 0 count = 4
  imc.mac bank = 1 accumulator = 0 keep = 0
  imc.end_repeat
  imc.threshold accumulator = 0 thresholds = 0 channels = 4 levels = 1 shared = 1 wide = 0 activation = 4
  imc.requantize accumulator = 0 factors = 0 channels = 4 shared = 1 activation = 8
  imc.load_accumulators accumulator = 0 activation = 0 count = 4 type = ui2 multiplier = -3 broadcast = 0
  imc.add_accumulators accumulator = 0 activation = 0 count = 4 type = ui2 multiplier = 1 broadcast = 1
  imc.multiply_accumulators accumulator = 0 activation = 0 count = 4 type = ui2 broadcast = 0
  imc.max_accumulators accumulator = 0 activation = 0 count = 4 type = ui2 broadcast = 0
  imc.multiply_add accumulator = 0 scalar = 0 scalar_type = ui2 activation = 0 count = 4 type = si8
  imc.store_accumulators accumulator = 0 activation = 16 count = 4 type = si32
  imc.move_accumulators source = 0 destination = 4 count = 4
  imc.lookup activation = 0 destination = 16 count = 2 type = si8 shared = 1
  imc.select activation = 0 destination = 16 count = 4 k = 2 stride = 1 type = si8 smallest = 0 last = 1 positions = 1
  imc.copy source = 0 destination = 1 count = 2 source_stride = 0 destination_stride = 1 type = ui2 result_type = si16
  imc.fill destination = 0 count = 2 stride = 3 type = si48 value = -7
  imc.halt
}

// CHECK-LABEL: func.func @main
// CHECK: imc.run @core(%{{.*}}) : (tensor<1x4xui2>) -> tensor<1x4x!qnn.bipolar>
func.func @main(%x: tensor<1x4xui2>) -> tensor<1x4x!qnn.bipolar> {
  %y = imc.run @core(%x) : (tensor<1x4xui2>) -> tensor<1x4x!qnn.bipolar>
  return %y : tensor<1x4x!qnn.bipolar>
}
