// RUN: qcompile-opt %s --hls-set-folding=target-cycles=9 | FileCheck %s
// RUN: qcompile-opt %s --hls-set-folding=folding=-,1:2 | FileCheck %s --check-prefix=GIVEN
// RUN: qcompile-opt %s --hls-set-folding=folding=4:1,1:2 | FileCheck %s --check-prefix=NARROW
// RUN: qcompile-opt %s --hls-set-folding=folding=4:1,1:2 --hls-set-folding | FileCheck %s --check-prefix=AGAIN

// Two vectors per sample. The first layer, 3 x 4, takes 2 * 4 * 3 clocks unfolded; SIMD 3 brings 8. The
// second, 4 x 1, takes 8 from the beginning: a converter is not needed.

// CHECK-LABEL: hls.design
// CHECK: ^bb0(%[[X:.*]]: !hls.stream<2x3xui1>)
// CHECK: %[[A:.*]] = hls.matrix_vector %[[X]] {{.*}} pe 1 simd 3 {{.*}} memory "distributed"
// CHECK: %[[B:.*]] = hls.matrix_vector %[[A]] {{.*}} pe 1 simd 1 {{.*}} memory "distributed"
// CHECK: hls.output %[[B]] : !hls.stream<2x1xsi5>

// Lanes of 1 and 2 meet.

// GIVEN: ^bb0(%[[X:.*]]: !hls.stream<6x1xui1>)
// GIVEN: %[[A:.*]] = hls.matrix_vector %[[X]] {{.*}} pe 1 simd 1
// GIVEN: %[[W:.*]] = hls.convert_width %[[A]] : (!hls.stream<8x1xui2>) -> !hls.stream<4x2xui2>
// GIVEN: hls.matrix_vector %[[W]] {{.*}} pe 1 simd 2

// Lanes of 4 and 2, and a second run that takes everything back.

// NARROW: ^bb0(%[[X:.*]]: !hls.stream<6x1xui1>)
// NARROW: %[[W:.*]] = hls.convert_width %{{.*}} : (!hls.stream<2x4xui2>) -> !hls.stream<4x2xui2>
// AGAIN: hls.design
// AGAIN-NOT: convert_width
// AGAIN: hls.output %{{.*}} : !hls.stream<2x1xsi5>

func.func private @core(%x: tensor<2x3xui1>) -> tensor<2x1xsi5> {
  %a = qnn.constant #data.constant<"a", [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0] : tensor<3x4xui1>>
  %s = qnn.matmul %x, %a : (tensor<2x3xui1>, tensor<3x4xui1>) -> tensor<2x4xui2>
  %b = qnn.constant #data.constant<"b", [1, -1, 1, 1] : tensor<4x1xsi2>>
  %t = qnn.matmul %s, %b : (tensor<2x4xui2>, tensor<4x1xsi2>) -> tensor<2x1xsi5>
  return %t : tensor<2x1xsi5>
}

hls.design @design implements @core {
^bb0(%x: !hls.stream<6x1xui1>):
  %a = hls.matrix_vector %x weights #data.constant<"a", [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0] : tensor<3x4xui1>>
      groups 1 pe 1 simd 1 accumulator ui2 multiplier "lut" memory "block"
      : (!hls.stream<6x1xui1>) -> !hls.stream<8x1xui2>
  %b = hls.matrix_vector %a weights #data.constant<"b", [1, -1, 1, 1] : tensor<4x1xsi2>>
      groups 1 pe 1 simd 1 accumulator si5 multiplier "lut" memory "block"
      : (!hls.stream<8x1xui2>) -> !hls.stream<2x1xsi5>
  hls.output %b : !hls.stream<2x1xsi5>
}
