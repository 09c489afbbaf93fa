// RUN: qcompile-opt %s | qcompile-opt | FileCheck %s
// RUN: qcompile-opt %s --mlir-print-op-generic | qcompile-opt | FileCheck %s

// Every encoding on a constant that has its structure.

// Groups of four along K: the last one of an output of six is shorter.
// CHECK-LABEL: func.func @n_m
func.func @n_m() -> tensor<2x6xsi4> {
  // CHECK: qnn.constant <"groups", [0, 1, 0, -3, 5, 0, 7, 0, 0, 2, 0, 1] : tensor<2x6xsi4>>
  // CHECK-SAME: encoding #encoding.n_m<n = 2, m = 4, order = [0, 1], rows = 1>
  %0 = qnn.constant <"groups", [0, 1, 0, -3, 5, 0, 7, 0, 0, 2, 0, 1] : tensor<2x6xsi4>>
      encoding #encoding.n_m<n = 2, m = 4, order = [0, 1], rows = 1>
  return %0 : tensor<2x6xsi4>
}

// The weights of a matrix product, [K, M]: outputs are columns.
// CHECK-LABEL: func.func @columns
func.func @columns() -> tensor<2x3xsi4> {
  // CHECK: encoding #encoding.n_m<n = 1, m = 2, order = [1, 0], rows = 1>
  %0 = qnn.constant <"columns", [1, 0, 2, 0, 3, 0] : tensor<2x3xsi4>>
      encoding #encoding.n_m<n = 1, m = 2, order = [1, 0], rows = 1>
  return %0 : tensor<2x3xsi4>
}

// CHECK-LABEL: func.func @positions
func.func @positions() -> (tensor<1x4xui2>, tensor<1x4xui2>) {
  // CHECK: encoding #encoding.coo<order = [0, 1], rows = 1>
  %0 = qnn.constant <"c", [0, 3, 0, 0] : tensor<1x4xui2>> encoding #encoding.coo<order = [0, 1], rows = 1>
  // CHECK: encoding #encoding.run_length<gap_bits = 2, order = [0, 1], rows = 1>
  %1 = qnn.constant <"r", [0, 0, 0, 3] : tensor<1x4xui2>>
      encoding #encoding.run_length<gap_bits = 2, order = [0, 1], rows = 1>
  return %0, %1 : tensor<1x4xui2>, tensor<1x4xui2>
}

// Blocks of two, cut at both ends; bipolar codes have no zero and need none.
// CHECK-LABEL: func.func @circulant
func.func @circulant() -> tensor<3x3x!qnn.bipolar> {
  // CHECK: encoding #encoding.circulant<block = 2, order = [0, 1], rows = 1>
  %0 = qnn.constant <"blocks", [1, -1, 1, -1, 1, -1, 1, -1, -1] : tensor<3x3x!qnn.bipolar>>
      encoding #encoding.circulant<block = 2, order = [0, 1], rows = 1>
  return %0 : tensor<3x3x!qnn.bipolar>
}

// (1, -2) and (0, 4) times ((1, 2), (3, -1)); what lies behind K = 3 is not there.
// CHECK-LABEL: func.func @basis
func.func @basis() -> tensor<1x3xsi5> {
  // CHECK: encoding #encoding.basis<levels = 3, basis_bits = 4, length = 2,
  // CHECK-SAME: coefficients = <"factors", [1, -2, 0, 4] : tensor<1x2x2xsi4>>,
  // CHECK-SAME: basis = <"b", [1, 2, 3, -1] : tensor<1x1x2x2xsi4>>, order = [0, 1], rows = 1>
  %0 = qnn.constant <"product", [-5, 4, 12] : tensor<1x3xsi5>>
      encoding #encoding.basis<levels = 3, basis_bits = 4, length = 2,
        coefficients = #data.constant<"factors", [1, -2, 0, 4] : tensor<1x2x2xsi4>>,
        basis = <"b", [1, 2, 3, -1] : tensor<1x1x2x2xsi4>>, order = [0, 1], rows = 1>
  return %0 : tensor<1x3xsi5>
}

// Rows of a matrix product that joins (height 2, channels 2), sorted by channel: the structure is that of (channels, height).
// CHECK-LABEL: func.func @shape
func.func @shape() -> tensor<4x1xsi4> {
  // CHECK: encoding #encoding.n_m<n = 1, m = 2, order = [2, 1, 0], rows = 1, shape = [2, 2, 1]>
  %0 = qnn.constant <"rows", [1, 2, 0, 0] : tensor<4x1xsi4>>
      encoding #encoding.n_m<n = 1, m = 2, order = [2, 1, 0], rows = 1, shape = [2, 2, 1]>
  return %0 : tensor<4x1xsi4>
}

// On a constant of the source model it is a note.
// CHECK-LABEL: func.func @structure
func.func @structure() -> tensor<1x2xf32> {
  // CHECK: encoding.structure = #encoding.n_m<n = 1, m = 2, order = [0, 1], rows = 1>
  %0 = "onnx.Constant"() {value = #data.constant<"noted", [0.5, 0.0] : tensor<1x2xf32>>,
      encoding.structure = #encoding.n_m<n = 1, m = 2, order = [0, 1], rows = 1>} : () -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}
