// RUN: qcompile-opt %s --convert-qnn-to-hls --split-input-file | FileCheck %s

// Thresholds that alone use a product become part of its unit, also behind a reshape; the accumulator
// gets the bits that the weights need: sums of ui2 codes with columns {1, 0, -2, 1} and {-1, 1, 1, 0} lie
// in [-6, 6].

func.func private @core(%x: tensor<1x4xui2>) -> tensor<2x!qnn.bipolar> {
  %w = qnn.constant #data.constant<"w", [1, -1, 0, 1, -2, 1, 1, 0] : tensor<4x2xsi2>>
  %s = qnn.matmul %x, %w : (tensor<1x4xui2>, tensor<4x2xsi2>) -> tensor<1x2xsi16>
  %r = qnn.reshape %s : (tensor<1x2xsi16>) -> tensor<2xsi16>
  %y = qnn.threshold %r axis 0 thresholds #data.constant<"t", [0, 3] : tensor<2x1xsi4>>
      directions [1, -1] low -1 step 2 : (tensor<2xsi16>) -> tensor<2x!qnn.bipolar>
  return %y : tensor<2x!qnn.bipolar>
}
// CHECK-LABEL: func.func private @core(%{{.*}}: tensor<1x4xui2>)
// CHECK: hls.design @design implements @core
// CHECK: ^bb0(%[[X:.*]]: !hls.stream<4x1xui2>)
// CHECK-NEXT: %[[Y:.*]] = hls.matrix_vector %[[X]]
// CHECK-SAME: groups 1 pe 1 simd 1 accumulator si4 activation #hls.thresholds<
// CHECK-SAME: directions = [1, -1], low = -1, step = 2> multiplier "lut" memory "block"
// CHECK-SAME: -> !hls.stream<2x1x!qnn.bipolar>
// CHECK-NEXT: hls.output %[[Y]]

// -----

// Bipolar products are counted: 4 of them need 0 to 4. The result keeps its own type.

func.func private @core(%x: tensor<1x4x!qnn.bipolar>) -> tensor<1x1xsi4> {
  %w = qnn.constant #data.constant<"b", [1, -1, 1, 1] : tensor<4x1x!qnn.bipolar>>
  %s = qnn.matmul %x, %w : (tensor<1x4x!qnn.bipolar>, tensor<4x1x!qnn.bipolar>) -> tensor<1x1xsi4>
  return %s : tensor<1x1xsi4>
}
// CHECK-LABEL: func.func private @core(%{{.*}}: tensor<1x4x!qnn.bipolar>)
// CHECK: hls.matrix_vector
// CHECK-SAME: accumulator ui3
// CHECK-SAME: (!hls.stream<4x1x!qnn.bipolar>) -> !hls.stream<1x1xsi4>

// -----

// Channels along an inner axis repeat; an input that is an output passes a stage; a fork is a stage.

func.func private @core(%x: tensor<2x2x2xsi4>) -> (tensor<2x2x2xui1>, tensor<2x2x2xsi4>) {
  %y = qnn.threshold %x axis 1 thresholds #data.constant<"t", [0, 3] : tensor<2x1xsi4>>
      directions [1, 1] low 0 step 1 : (tensor<2x2x2xsi4>) -> tensor<2x2x2xui1>
  return %y, %x : tensor<2x2x2xui1>, tensor<2x2x2xsi4>
}
// CHECK-LABEL: func.func private @core(%{{.*}}: tensor<2x2x2xsi4>)
// CHECK: ^bb0(%[[X:.*]]: !hls.stream<8x1xsi4>)
// CHECK: %[[A:.*]], %[[B:.*]] = hls.duplicate %[[X]]
// CHECK: %[[Y:.*]] = hls.activate %[[A]]
// CHECK-SAME: [0, 0, 3, 3] : tensor<4x1xsi4>
// CHECK: %[[Z:.*]] = hls.convert_width %[[B]] : (!hls.stream<8x1xsi4>) -> !hls.stream<8x1xsi4>
// CHECK: hls.output %[[Y]], %[[Z]]
