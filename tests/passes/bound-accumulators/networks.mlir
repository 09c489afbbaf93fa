// RUN: qcompile-opt %s --qnn-bound-accumulators | FileCheck %s

// Every accumulating operation, each from what the one before may give: weights 1, 1, -1 of 0 to 3 sum to -3 to 6 (si4); twice that minus 0 to 3
// lies in 2 * -8 - 3 = -19 to 2 * 7 = 14 (si6, and partial sums with it); four of -32 to 31 in -128 to 124 (si8); times -1 to 1 from the
// elements of the constant: -128 to 128 (si9).
// CHECK-LABEL: func.func @chain
// CHECK: qnn.conv {{.*}} -> tensor<1x1x4xsi4>
// CHECK: qnn.max_pool {{.*}} -> tensor<1x1x4xsi4>
// CHECK: qnn.add {{.*}} -> tensor<1x1x4xsi6>
// CHECK: qnn.sum_pool {{.*}} -> tensor<1x1x1xsi8>
// CHECK: qnn.mul {{.*}} -> tensor<1x1x2xsi9>
// CHECK: qnn.threshold {{.*}} (tensor<1x1x2xsi9>)
func.func @chain(%x: tensor<1x1x6xui2>, %z: tensor<1x1x4xui2>) -> tensor<1x1x2xui1> {
  %w = qnn.constant <"w", [1, 1, -1] : tensor<1x1x3xsi2>>
  %s = qnn.constant <"s", [1, -1] : tensor<1x1x2xsi2>>
  %a = qnn.conv %x, %w axis 1 strides [1] dilations [1] groups 1
      : (tensor<1x1x6xui2>, tensor<1x1x3xsi2>) -> tensor<1x1x4xsi32>
  %b = qnn.max_pool %a axis 1 kernel [1] strides [1] dilations [1] : (tensor<1x1x4xsi32>) -> tensor<1x1x4xsi32>
  %c = qnn.add %b, %z multipliers 2, -1 : (tensor<1x1x4xsi32>, tensor<1x1x4xui2>) -> tensor<1x1x4xsi48>
  %d = qnn.sum_pool %c axis 1 kernel [4] strides [1] dilations [1] : (tensor<1x1x4xsi48>) -> tensor<1x1x1xsi52>
  %e = qnn.mul %d, %s : (tensor<1x1x1xsi52>, tensor<1x1x2xsi2>) -> tensor<1x1x2xsi54>
  %t = qnn.threshold %e axis 1 thresholds <"t", [0] : tensor<1x1xsi2>> directions [1] low 0 step 1
      : (tensor<1x1x2xsi54>) -> tensor<1x1x2xui1>
  return %t : tensor<1x1x2xui1>
}

// A concatenation holds all its operands, a pad its values: 0 to 3 (ui2) and -3 to 0 (si3) make si3, with 7 si4.
// CHECK-LABEL: func.func @joins
// CHECK: qnn.matmul {{.*}} -> tensor<1x1xui2>
// CHECK: qnn.matmul {{.*}} -> tensor<1x1xsi3>
// CHECK: qnn.concat {{.*}} -> tensor<1x2xsi3>
// CHECK: qnn.pad {{.*}} -> tensor<1x3xsi4>
func.func @joins(%x: tensor<1x1xui2>) -> tensor<1x3xui1> {
  %v = qnn.constant <"v", [1] : tensor<1x1xsi2>>
  %w = qnn.constant <"w", [-1] : tensor<1x1xsi2>>
  %a = qnn.matmul %x, %v : (tensor<1x1xui2>, tensor<1x1xsi2>) -> tensor<1x1xsi8>
  %b = qnn.matmul %x, %w : (tensor<1x1xui2>, tensor<1x1xsi2>) -> tensor<1x1xsi8>
  %c = qnn.concat %a, %b axis 1 : (tensor<1x1xsi8>, tensor<1x1xsi8>) -> tensor<1x2xsi8>
  %d = qnn.pad %c axis 1 low [0, 1] high [0, 0] values <"z", [7] : tensor<1xsi64>> : (tensor<1x2xsi8>) -> tensor<1x3xsi8>
  %t = qnn.threshold %d axis 1 thresholds <"t", [0] : tensor<1x1xsi2>> directions [1] low 0 step 1
      : (tensor<1x3xsi8>) -> tensor<1x3xui1>
  return %t : tensor<1x3xui1>
}

// A result keeps its type; what it is joined from need not.
// CHECK-LABEL: func.func @result
// CHECK: qnn.matmul {{.*}} -> tensor<1x1xui2>
// CHECK: qnn.concat {{.*}} -> tensor<1x2xsi8>
// CHECK: qnn.matmul {{.*}} -> tensor<1x1xsi8>
func.func @result(%x: tensor<1x1xui2>) -> (tensor<1x2xsi8>, tensor<1xsi8>) {
  %v = qnn.constant <"v", [1] : tensor<1x1xsi2>>
  %a = qnn.matmul %x, %v : (tensor<1x1xui2>, tensor<1x1xsi2>) -> tensor<1x1xsi8>
  %c = qnn.concat %a, %a axis 1 : (tensor<1x1xsi8>, tensor<1x1xsi8>) -> tensor<1x2xsi8>
  %b = qnn.matmul %x, %v : (tensor<1x1xui2>, tensor<1x1xsi2>) -> tensor<1x1xsi8>
  %r = qnn.reshape %b : (tensor<1x1xsi8>) -> tensor<1xsi8>
  return %c, %r : tensor<1x2xsi8>, tensor<1xsi8>
}

// Padding with 0 around 1 to 3 is part of the proof: the bound of one pixel 3 and weights -1 is -3, with a border of -4 it is 4.
// CHECK-LABEL: func.func @border
// CHECK: qnn.conv {{.*}} -> tensor<1x1x3xsi4>
func.func @border(%x: tensor<1x1x1xui2>) -> tensor<1x1x3xui1> {
  %w = qnn.constant <"m", [-1] : tensor<1x1x1xsi2>>
  %p = qnn.pad %x axis 1 low [0, 0, 1] high [0, 0, 1] values <"z", [-4] : tensor<1xsi64>>
      : (tensor<1x1x1xui2>) -> tensor<1x1x3xsi3>
  %y = qnn.conv %p, %w axis 1 strides [1] dilations [1] groups 1
      : (tensor<1x1x3xsi3>, tensor<1x1x1xsi2>) -> tensor<1x1x3xsi16>
  %t = qnn.threshold %y axis 1 thresholds <"t", [0] : tensor<1x1xsi2>> directions [1] low 0 step 1
      : (tensor<1x1x3xsi16>) -> tensor<1x1x3xui1>
  return %t : tensor<1x1x3xui1>
}
