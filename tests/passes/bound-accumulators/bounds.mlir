// RUN: qcompile-opt %s --qnn-bound-accumulators | FileCheck %s

// With S+ and S- the sums of the positive weights and of the magnitudes of the negative ones of a column:
// max = high * S+ - low * S-, min = low * S+ - high * S-, extended to contain 0. The accumulator takes the narrowest
// type that holds all columns: unsigned where nothing is negative.

// ui2 inputs (0 to 3), weights 1 and -1: -3 to 3.
// CHECK-LABEL: func.func @signed
// CHECK: -> tensor<1x1xsi3>
func.func @signed(%x: tensor<1x2xui2>) -> tensor<1x1xf32> {
  %w = qnn.constant <"signed", [1, -1] : tensor<2x1xsi2>>
  %y = qnn.matmul %x, %w : (tensor<1x2xui2>, tensor<2x1xsi2>) -> tensor<1x1xsi16>
  %f = qnn.dequantize %y axis 1 scale <"s", [1.0] : tensor<1xf64>> zero_point <"z", [0] : tensor<1xsi64>>
      : (tensor<1x1xsi16>) -> tensor<1x1xf32>
  return %f : tensor<1x1xf32>
}

// Nothing negative: 0 to 3 + 3 = 6.
// CHECK-LABEL: func.func @unsigned
// CHECK: -> tensor<1x1xui3>
func.func @unsigned(%x: tensor<1x2xui2>) -> tensor<1x1xf32> {
  %w = qnn.constant <"unsigned", [1, 1] : tensor<2x1xsi2>>
  %y = qnn.matmul %x, %w : (tensor<1x2xui2>, tensor<2x1xsi2>) -> tensor<1x1xsi16>
  %f = qnn.dequantize %y axis 1 scale <"s", [1.0] : tensor<1xf64>> zero_point <"z", [0] : tensor<1xsi64>>
      : (tensor<1x1xsi16>) -> tensor<1x1xf32>
  return %f : tensor<1x1xf32>
}

// si2 inputs (-2 to 1), weights 1, -2, 1: S+ = 2, S- = 2; max = 1 * 2 + 2 * 2 = 6, min = -2 * 2 - 1 * 2 = -6: si4.
// CHECK-LABEL: func.func @asymmetric
// CHECK: -> tensor<1x1xsi4>
func.func @asymmetric(%x: tensor<1x3xsi2>) -> tensor<1x1xf32> {
  %w = qnn.constant <"asymmetric", [1, -2, 1] : tensor<3x1xsi2>>
  %y = qnn.matmul %x, %w : (tensor<1x3xsi2>, tensor<3x1xsi2>) -> tensor<1x1xsi16>
  %f = qnn.dequantize %y axis 1 scale <"s", [1.0] : tensor<1xf64>> zero_point <"z", [0] : tensor<1xsi64>>
      : (tensor<1x1xsi16>) -> tensor<1x1xf32>
  return %f : tensor<1x1xf32>
}

// A power of two on the upper side needs a bit more than on the lower: 4 products of bipolar values are -4 to 4: si4; with
// weights of one sign and si2 inputs 2 * -2 = -4 to 2 * 1 = 2: si3.
// CHECK-LABEL: func.func @powers
// CHECK: (tensor<1x4x!qnn.bipolar>, tensor<4x1x!qnn.bipolar>) -> tensor<1x1xsi4>
// CHECK: (tensor<1x2xsi2>, tensor<2x1xsi2>) -> tensor<1x1xsi3>
func.func @powers(%x: tensor<1x4x!qnn.bipolar>, %z: tensor<1x2xsi2>) -> (tensor<1x1xf32>, tensor<1x1xf32>) {
  %w = qnn.constant <"bipolar", [1, -1, 1, 1] : tensor<4x1x!qnn.bipolar>>
  %y = qnn.matmul %x, %w : (tensor<1x4x!qnn.bipolar>, tensor<4x1x!qnn.bipolar>) -> tensor<1x1xsi16>
  %f = qnn.dequantize %y axis 1 scale <"s", [1.0] : tensor<1xf64>> zero_point <"z", [0] : tensor<1xsi64>>
      : (tensor<1x1xsi16>) -> tensor<1x1xf32>
  %v = qnn.constant <"ones", [1, 1] : tensor<2x1xsi2>>
  %u = qnn.matmul %z, %v : (tensor<1x2xsi2>, tensor<2x1xsi2>) -> tensor<1x1xsi16>
  %g = qnn.dequantize %u axis 1 scale <"s", [1.0] : tensor<1xf64>> zero_point <"z", [0] : tensor<1xsi64>>
      : (tensor<1x1xsi16>) -> tensor<1x1xf32>
  return %f, %g : tensor<1x1xf32>, tensor<1x1xf32>
}

// All weights 0: nothing but 0, one bit.
// CHECK-LABEL: func.func @zero
// CHECK: -> tensor<1x1xui1>
func.func @zero(%x: tensor<1x2xui8>) -> tensor<1x1xf32> {
  %w = qnn.constant <"zero", [0, 0] : tensor<2x1xsi2>>
  %y = qnn.matmul %x, %w : (tensor<1x2xui8>, tensor<2x1xsi2>) -> tensor<1x1xsi16>
  %f = qnn.dequantize %y axis 1 scale <"s", [1.0] : tensor<1xf64>> zero_point <"z", [0] : tensor<1xsi64>>
      : (tensor<1x1xsi16>) -> tensor<1x1xf32>
  return %f : tensor<1x1xf32>
}

// The widest column decides: 3 * 7 = 21 and -3 give si6. Rearrangements follow their operand.
// CHECK-LABEL: func.func @columns
// CHECK: %[[Y:.*]] = qnn.matmul {{.*}} -> tensor<1x2xsi6>
// CHECK: %[[T:.*]] = qnn.transpose %[[Y]] perm = [1, 0] : (tensor<1x2xsi6>) -> tensor<2x1xsi6>
// CHECK: %[[R:.*]] = qnn.reshape %[[T]] : (tensor<2x1xsi6>) -> tensor<2xsi6>
// CHECK: qnn.threshold %[[R]] {{.*}} : (tensor<2xsi6>) -> tensor<2xui1>
func.func @columns(%x: tensor<1x1xui2>) -> tensor<2xui1> {
  %w = qnn.constant <"columns", [7, -1] : tensor<1x2xsi4>>
  %y = qnn.matmul %x, %w : (tensor<1x1xui2>, tensor<1x2xsi4>) -> tensor<1x2xsi16>
  %t = qnn.transpose %y perm = [1, 0] : (tensor<1x2xsi16>) -> tensor<2x1xsi16>
  %r = qnn.reshape %t : (tensor<2x1xsi16>) -> tensor<2xsi16>
  %c = qnn.threshold %r axis 0 thresholds <"t", [3] : tensor<1x1xsi4>> directions [1] low 0 step 1
      : (tensor<2xsi16>) -> tensor<2xui1>
  return %c : tensor<2xui1>
}

// A narrower accumulator bounds the next product: 0 to 3 as ui2, then -3 to 0 as si3.
// CHECK-LABEL: func.func @chained
// CHECK: %[[Y:.*]] = qnn.matmul {{.*}} -> tensor<1x1xui2>
// CHECK: qnn.matmul %[[Y]], {{.*}} -> tensor<1x1xsi3>
func.func @chained(%x: tensor<1x1xui2>) -> tensor<1x1xf32> {
  %w = qnn.constant <"first", [1] : tensor<1x1xsi2>>
  %y = qnn.matmul %x, %w : (tensor<1x1xui2>, tensor<1x1xsi2>) -> tensor<1x1xsi8>
  %v = qnn.constant <"second", [-1] : tensor<1x1xsi2>>
  %z = qnn.matmul %y, %v : (tensor<1x1xsi8>, tensor<1x1xsi2>) -> tensor<1x1xsi16>
  %f = qnn.dequantize %z axis 1 scale <"s", [1.0] : tensor<1xf64>> zero_point <"z", [0] : tensor<1xsi64>>
      : (tensor<1x1xsi16>) -> tensor<1x1xf32>
  return %f : tensor<1x1xf32>
}

// Without constant weights there is nothing to compute from.
// CHECK-LABEL: func.func @variable
// CHECK: -> tensor<1x1xsi16>
func.func @variable(%x: tensor<1x1xui2>, %w: tensor<1x1xsi2>) -> tensor<1x1xsi16> {
  %y = qnn.matmul %x, %w : (tensor<1x1xui2>, tensor<1x1xsi2>) -> tensor<1x1xsi16>
  return %y : tensor<1x1xsi16>
}
