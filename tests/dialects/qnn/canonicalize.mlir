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

// A border of nothing, the whole of a tensor, and one tensor joined with nothing are their operand.
// CHECK-LABEL: func.func @nothing
// CHECK-SAME: (%[[X:.*]]: tensor<2x3xui2>)
// CHECK-NEXT: return %[[X]]
func.func @nothing(%x: tensor<2x3xui2>) -> tensor<2x3xui2> {
  %0 = qnn.pad %x axis 0 low [0, 0] high [0, 0] values <"v", [1] : tensor<1xsi64>> : (tensor<2x3xui2>) -> tensor<2x3xui2>
  %1 = qnn.slice %0 offsets [0, 0] steps [1, 1] : (tensor<2x3xui2>) -> tensor<2x3xui2>
  %2 = qnn.concat %1 axis 1 : (tensor<2x3xui2>) -> tensor<2x3xui2>
  return %2 : tensor<2x3xui2>
}

// The same with a wider element type changes the type, and a border of something changes the tensor.
// CHECK-LABEL: func.func @something
// CHECK: qnn.pad
// CHECK: qnn.concat
// CHECK: qnn.pad
func.func @something(%x: tensor<2x3xui2>) -> (tensor<2x3xui3>, tensor<2x3xui3>, tensor<2x4xui2>) {
  %0 = qnn.pad %x axis 0 low [0, 0] high [0, 0] values <"v", [1] : tensor<1xsi64>> : (tensor<2x3xui2>) -> tensor<2x3xui3>
  %1 = qnn.concat %x axis 1 : (tensor<2x3xui2>) -> tensor<2x3xui3>
  %2 = qnn.pad %x axis 0 low [0, 1] high [0, 0] values <"v", [1] : tensor<1xsi64>> : (tensor<2x3xui2>) -> tensor<2x4xui2>
  return %0, %1, %2 : tensor<2x3xui3>, tensor<2x3xui3>, tensor<2x4xui2>
}

// Element i of the second is element 1 + 2 * i of the first, which is element 2 + 3 * (1 + 2 * i) of the source.
// CHECK-LABEL: func.func @slices
// CHECK-SAME: (%[[X:.*]]: tensor<20xui2>)
// CHECK-NEXT: %[[Y:.*]] = qnn.slice %[[X]] offsets [5] steps [6] : (tensor<20xui2>) -> tensor<2xui2>
// CHECK-NEXT: return %[[Y]]
func.func @slices(%x: tensor<20xui2>) -> tensor<2xui2> {
  %0 = qnn.slice %x offsets [2] steps [3] : (tensor<20xui2>) -> tensor<6xui2>
  %1 = qnn.slice %0 offsets [1] steps [2] : (tensor<6xui2>) -> tensor<2xui2>
  return %1 : tensor<2xui2>
}

// A step that no number holds stays as it was; a slice of unknown extent may be a part.
// CHECK-LABEL: func.func @separate
// CHECK-COUNT-3: qnn.slice
func.func @separate(%x: tensor<20xui2>, %y: tensor<?xui2>) -> (tensor<1xui2>, tensor<?xui2>) {
  %1 = qnn.slice %x offsets [0] steps [3] : (tensor<20xui2>) -> tensor<6xui2>
  %2 = qnn.slice %1 offsets [1] steps [4611686018427387904] : (tensor<6xui2>) -> tensor<1xui2>
  %3 = qnn.slice %y offsets [0] steps [1] : (tensor<?xui2>) -> tensor<?xui2>
  return %2, %3 : tensor<1xui2>, tensor<?xui2>
}
