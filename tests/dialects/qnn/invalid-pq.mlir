// RUN: qcompile-opt %s --split-input-file --verify-diagnostics

// Every numbered constraint of docs/Qnn.md: the function's name is the operation and the number.

func.func @pq_c1_tables(%x: tensor<1x2xui2>) {
  // expected-error @+1 {{expected integer prototypes [S, P, L] and tables [S, P, M], found}}
  %0 = qnn.pq %x prototypes <"p", [0, 0, 3, 3] : tensor<1x2x2xui2>>
      offsets <"o", [0, 0] : tensor<1x2xsi8>> tables <"t", [5] : tensor<1x1x1xsi4>> factor 1 norm 2
      : (tensor<1x2xui2>) -> tensor<1x1xsi4>
  return
}

// -----

func.func @pq_c1_rows(%x: tensor<1x3xui2>) {
  // expected-error @+1 {{expected rows of S sub-vectors of length L, the last of them perhaps shorter, found 'tensor<1x3xui2>'}}
  %0 = qnn.pq %x prototypes <"p", [0, 0, 3, 3] : tensor<1x2x2xui2>>
      offsets <"o", [0, 0] : tensor<1x2xsi8>> tables <"t", [5, -5] : tensor<1x2x1xsi4>> factor 1 norm 2
      : (tensor<1x3xui2>) -> tensor<1x1xsi4>
  return
}

// -----

func.func @pq_c1_offsets(%x: tensor<1x2xui2>) {
  // expected-error @+1 {{expected offsets of shape [1, 2], found 2}}
  %0 = qnn.pq %x prototypes <"p", [0, 0, 3, 3] : tensor<1x2x2xui2>>
      offsets <"o", [0, 0] : tensor<2xsi8>> tables <"t", [5, -5] : tensor<1x2x1xsi4>> factor 1 norm 2
      : (tensor<1x2xui2>) -> tensor<1x1xsi4>
  return
}

// -----

func.func @pq_c2(%x: tensor<1x2xui2>) {
  // expected-error @+1 {{expected result 'tensor<1x1xsi4>', found 'tensor<1x2xsi4>'}}
  %0 = qnn.pq %x prototypes <"p", [0, 0, 3, 3] : tensor<1x2x2xui2>>
      offsets <"o", [0, 0] : tensor<1x2xsi8>> tables <"t", [5, -5] : tensor<1x2x1xsi4>> factor 1 norm 2
      : (tensor<1x2xui2>) -> tensor<1x2xsi4>
  return
}

// -----

func.func @pq_c3_norm(%x: tensor<1x2xui2>) {
  // expected-error @+1 {{expected norm 1 or 2, found 3}}
  %0 = qnn.pq %x prototypes <"p", [0, 0, 3, 3] : tensor<1x2x2xui2>>
      offsets <"o", [0, 0] : tensor<1x2xsi8>> tables <"t", [5, -5] : tensor<1x2x1xsi4>> factor 1 norm 3
      : (tensor<1x2xui2>) -> tensor<1x1xsi4>
  return
}

// -----

func.func @pq_c3_factor(%x: tensor<1x2xui2>) {
  // expected-error @+1 {{expected a factor from 1 to 2^30, found 0}}
  %0 = qnn.pq %x prototypes <"p", [0, 0, 3, 3] : tensor<1x2x2xui2>>
      offsets <"o", [0, 0] : tensor<1x2xsi8>> tables <"t", [5, -5] : tensor<1x2x1xsi4>> factor 0 norm 2
      : (tensor<1x2xui2>) -> tensor<1x1xsi4>
  return
}

// -----

func.func @pq_c3_distance(%x: tensor<1x2xsi40>) {
  // expected-error @+1 {{expected distances below 4611686018427387904, found larger ones for inputs from -549755813888 to 549755813887}}
  %0 = qnn.pq %x prototypes <"p", [0, 0, 3, 3] : tensor<1x2x2xui2>>
      offsets <"o", [0, 0] : tensor<1x2xsi8>> tables <"t", [5, -5] : tensor<1x2x1xsi4>> factor 1 norm 2
      : (tensor<1x2xsi40>) -> tensor<1x1xsi4>
  return
}

// -----

// One sub-space adds at most 5, the other 7: 12 needs five bits with a sign.
func.func @pq_c4(%x: tensor<1x2xui2>) {
  // expected-error @+1 {{si4}}
  %0 = qnn.pq %x prototypes <"p", [0, 3, 0, 1] : tensor<2x2x1xui2>>
      offsets <"o", [0, 0, 0, 0] : tensor<2x2xsi8>> tables <"t", [5, -5, -3, 7] : tensor<2x2x1xsi4>> factor 1 norm 2
      : (tensor<1x2xui2>) -> tensor<1x1xsi4>
  return
}
