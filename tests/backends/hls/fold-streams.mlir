// RUN: qcompile-opt %s --hls-set-folding=target-cycles=40 --hls-insert-fifos | FileCheck %s

// 16 pixels of 4 channels, windows of 2x2: 9 * 4 * 4 = 144 words of one channel, so 4 lanes for 36 words;
// the unit takes 9 * 4 * 4 / 4 = 36 clocks with SIMD 4 and PE 1. Padded and added words go 2 at a time: 32
// clocks. SIMD is not 8, which the unit could have: no word of the windows is as wide.

// CHECK-LABEL: hls.design
// CHECK: hls.reorder %{{.*}} -> !hls.stream<36x4xui2>
// CHECK: hls.matrix_vector %{{.*}} groups 1 pe 1 simd 4
// CHECK-SAME: -> !hls.stream<9x1xsi8>
// CHECK: hls.pad %{{.*}} low 4 body 12 high 0 {{.*}} -> !hls.stream<32x2xui2>

func.func private @core(%x: tensor<1x4x4x4xui2>) -> (tensor<1x3x3x1xsi8>, tensor<1x4x3x4xui2>) {
  %y = qnn.constant #data.constant<"y", [0, 0, 0, 0, 0, 0, 0, 0, 0] : tensor<1x3x3x1xsi8>>
  %s = qnn.slice %x offsets [0, 0, 1, 0] steps [1, 1, 1, 1] : (tensor<1x4x4x4xui2>) -> tensor<1x4x3x4xui2>
  return %y, %s : tensor<1x3x3x1xsi8>, tensor<1x4x3x4xui2>
}

hls.design @design implements @core {
^bb0(%x: !hls.stream<64x1xui2>):
  %a, %b = hls.duplicate %x : !hls.stream<64x1xui2>
  %w = hls.reorder %a start 0 extents [3, 3, 2, 8] strides [16, 4, 16, 1]
      : (!hls.stream<64x1xui2>) -> !hls.stream<144x1xui2>
  %y = hls.matrix_vector %w weights #data.constant<"w", [1, -1, 0, 1, -2, 1, 1, 0, 1, -1, 0, 1, -2, 1, 1, 0] : tensor<16x1xsi2>>
      groups 1 pe 1 simd 1 accumulator si8 multiplier "lut" memory "block"
      : (!hls.stream<144x1xui2>) -> !hls.stream<9x1xsi8>
  %c = hls.reorder %b start 4 extents [4, 12] strides [16, 1] : (!hls.stream<64x1xui2>) -> !hls.stream<48x1xui2>
  %p = hls.pad %c low 4 body 12 high 0 values [0] : (!hls.stream<48x1xui2>) -> !hls.stream<64x1xui2>
  hls.output %y, %p : !hls.stream<9x1xsi8>, !hls.stream<64x1xui2>
}
