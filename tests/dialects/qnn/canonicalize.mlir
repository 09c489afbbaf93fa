// RUN: qcompile-opt %s --canonicalize | FileCheck %s

// A reshape or transpose that changes nothing is its operand.
// CHECK-LABEL: func.func @identities
// CHECK-SAME: (%[[X:.*]]: tensor<2x3xsi8>)
// CHECK-NEXT: return %[[X]]
func.func @identities(%x: tensor<2x3xsi8>) -> tensor<2x3xsi8> {
  %0 = qnn.reshape %x : (tensor<2x3xsi8>) -> tensor<2x3xsi8>
  %1 = qnn.transpose %0 perm = [0, 1] : (tensor<2x3xsi8>) -> tensor<2x3xsi8>
  return %1 : tensor<2x3xsi8>
}

// A chain of reshapes is one; a chain that comes back is none.
// CHECK-LABEL: func.func @reshapes
// CHECK-SAME: (%[[X:.*]]: tensor<2x3xsi8>)
// CHECK-NEXT: %[[Y:.*]] = qnn.reshape %[[X]] : (tensor<2x3xsi8>) -> tensor<6xsi8>
// CHECK-NEXT: return %[[Y]], %[[X]]
func.func @reshapes(%x: tensor<2x3xsi8>) -> (tensor<6xsi8>, tensor<2x3xsi8>) {
  %0 = qnn.reshape %x : (tensor<2x3xsi8>) -> tensor<3x2xsi8>
  %1 = qnn.reshape %0 : (tensor<3x2xsi8>) -> tensor<6xsi8>
  %2 = qnn.reshape %1 : (tensor<6xsi8>) -> tensor<2x3xsi8>
  return %1, %2 : tensor<6xsi8>, tensor<2x3xsi8>
}

// A transpose that moves something stays, also where the type is the same.
// CHECK-LABEL: func.func @moves
// CHECK: qnn.transpose
func.func @moves(%x: tensor<2x2xsi8>) -> tensor<2x2xsi8> {
  %0 = qnn.transpose %x perm = [1, 0] : (tensor<2x2xsi8>) -> tensor<2x2xsi8>
  return %0 : tensor<2x2xsi8>
}

// What nothing uses goes away; constants are not merged into others of another type.
// CHECK-LABEL: func.func @dead
// CHECK-NEXT: qnn.constant <"a", [1] : tensor<1xsi4>>
// CHECK-NEXT: return
func.func @dead(%x: tensor<1x2xsi8>) -> tensor<1xsi4> {
  %0 = qnn.constant #data.constant<"a", [1] : tensor<1xsi4>>
  %1 = qnn.constant #data.constant<"a", [1] : tensor<1xsi8>>
  %2 = qnn.threshold %x axis 1 thresholds #data.constant<"t", [0] : tensor<1x1xsi4>>
      directions [1] low 0 step 1 : (tensor<1x2xsi8>) -> tensor<1x2xui1>
  return %0 : tensor<1xsi4>
}
