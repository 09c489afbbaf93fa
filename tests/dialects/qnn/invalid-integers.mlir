// RUN: qcompile-opt %s --split-input-file --verify-diagnostics

// Every numbered constraint of docs/Qnn.md: the function's name is the operation and the number.

func.func @constant_c1(%x: tensor<1xsi8>) {
  // `siN`, not float.
  // expected-error @+1 {{must be ranked tensor of integer of explicit signedness up to 64 bits, or bipolar values}}
  %0 = qnn.constant <"c", [1.0] : tensor<1xf32>>
  return
}

// -----

func.func @constant_c1_signless(%x: tensor<1xsi8>) {
  // expected-error @+1 {{must be ranked tensor of integer of explicit signedness}}
  %0 = "qnn.constant"() {value = #data.constant<"c", [1] : tensor<1xi1>>} : () -> tensor<1xi1>
  return
}

// -----

func.func @constant_c1_type(%x: tensor<1xsi8>) {
  // The result has the type of the value.
  // expected-error @+1 {{all of {value, result} have same type}}
  %0 = "qnn.constant"() {value = #data.constant<"c", [1] : tensor<1xsi4>>} : () -> tensor<1xsi8>
  return
}

// -----

func.func @matmul_c1_inner(%x: tensor<1x3xsi2>, %y: tensor<4x2xsi2>) {
  // expected-error @+1 {{expected operands [..., K] and [K, M], or [..., N, K] and [..., K, M], found 'tensor<1x3xsi2>' and 'tensor<4x2xsi2>'}}
  %0 = qnn.matmul %x, %y : (tensor<1x3xsi2>, tensor<4x2xsi2>) -> tensor<1x2xsi8>
  return
}

// -----

func.func @matmul_c1_rank(%x: tensor<1x4xsi2>, %y: tensor<1x4x2xsi2>) {
  // expected-error @+1 {{expected operands [..., K] and [K, M]}}
  %0 = qnn.matmul %x, %y : (tensor<1x4xsi2>, tensor<1x4x2xsi2>) -> tensor<1x2xsi8>
  return
}

// -----

func.func @matmul_c1_scalar(%x: tensor<si2>, %y: tensor<4x2xsi2>) {
  // expected-error @+1 {{expected operands [..., K] and [K, M]}}
  %0 = qnn.matmul %x, %y : (tensor<si2>, tensor<4x2xsi2>) -> tensor<2xsi8>
  return
}

// -----

func.func @matmul_c1_float(%x: tensor<1x4xf32>, %y: tensor<4x2xsi2>) {
  // expected-error @+1 {{operand #0 must be ranked tensor of integer of explicit signedness}}
  %0 = qnn.matmul %x, %y : (tensor<1x4xf32>, tensor<4x2xsi2>) -> tensor<1x2xsi8>
  return
}

// -----

func.func @matmul_c2(%x: tensor<1x4xsi2>, %y: tensor<4x2xsi2>) {
  // expected-error @+1 {{expected result 'tensor<1x2xsi8>', found 'tensor<1x4xsi8>'}}
  %0 = qnn.matmul %x, %y : (tensor<1x4xsi2>, tensor<4x2xsi2>) -> tensor<1x4xsi8>
  return
}

// -----

func.func @matmul_c3_types(%x: tensor<1x4xsi2>, %y: tensor<4x2xsi2>) {
  // 4 products of -2 * -2 are 16, one more than si5 holds.
  // expected-error @+1 {{expected an accumulator type that holds every partial sum, found 'si5'}}
  %0 = qnn.matmul %x, %y : (tensor<1x4xsi2>, tensor<4x2xsi2>) -> tensor<1x2xsi5>
  return
}

// -----

func.func @matmul_c3_unsigned(%x: tensor<1x4xsi2>, %y: tensor<4x2xui2>) {
  // A partial sum may be negative.
  // expected-error @+1 {{expected an accumulator type that holds every partial sum, found 'ui8'}}
  %0 = qnn.matmul %x, %y : (tensor<1x4xsi2>, tensor<4x2xui2>) -> tensor<1x2xui8>
  return
}

// -----

func.func @matmul_c3_bipolar(%x: tensor<1x1x!qnn.bipolar>, %y: tensor<1x1x!qnn.bipolar>) {
  // A sum is no bipolar value, even of one term.
  // expected-error @+1 {{expected an accumulator type that holds every partial sum, found '!qnn.bipolar'}}
  %0 = qnn.matmul %x, %y : (tensor<1x1x!qnn.bipolar>, tensor<1x1x!qnn.bipolar>) -> tensor<1x1x!qnn.bipolar>
  return
}

// -----

func.func @matmul_c3_wide(%x: tensor<1x1xsi64>, %y: tensor<1x1xsi64>) {
  // 2^63 * 2^63 fits no type.
  // expected-error @+1 {{expected an accumulator type that holds every partial sum, found 'si64'}}
  %0 = qnn.matmul %x, %y : (tensor<1x1xsi64>, tensor<1x1xsi64>) -> tensor<1x1xsi64>
  return
}

// -----

func.func @reshape_c1(%x: tensor<4xsi8>) {
  // expected-error @+1 {{expected equal element types, found 'tensor<4xsi8>' and 'tensor<4xsi4>'}}
  %0 = qnn.reshape %x : (tensor<4xsi8>) -> tensor<4xsi4>
  return
}

// -----

func.func @reshape_c2(%x: tensor<4xsi8>) {
  // expected-error @+1 {{expected as many elements as 'tensor<4xsi8>', found 'tensor<5xsi8>'}}
  %0 = qnn.reshape %x : (tensor<4xsi8>) -> tensor<5xsi8>
  return
}

// -----

func.func @transpose_c1_repeated(%x: tensor<2x3xsi8>) {
  // expected-error @+1 {{expected perm to be a permutation of 2 dimensions}}
  %0 = qnn.transpose %x perm = [0, 0] : (tensor<2x3xsi8>) -> tensor<2x2xsi8>
  return
}

// -----

func.func @transpose_c1_range(%x: tensor<2x3xsi8>) {
  // expected-error @+1 {{expected perm to be a permutation of 2 dimensions}}
  %0 = qnn.transpose %x perm = [2, 0] : (tensor<2x3xsi8>) -> tensor<3x2xsi8>
  return
}

// -----

func.func @transpose_c1_negative(%x: tensor<2x3xsi8>) {
  // expected-error @+1 {{expected perm to be a permutation of 2 dimensions}}
  %0 = qnn.transpose %x perm = [-1, 0] : (tensor<2x3xsi8>) -> tensor<3x2xsi8>
  return
}

// -----

func.func @transpose_c1_count(%x: tensor<2x3xsi8>) {
  // expected-error @+1 {{expected perm to be a permutation of 2 dimensions}}
  %0 = qnn.transpose %x perm = [0] : (tensor<2x3xsi8>) -> tensor<2xsi8>
  return
}

// -----

func.func @transpose_c2(%x: tensor<2x3xsi8>) {
  // expected-error @+1 {{expected result 'tensor<3x2xsi8>', found 'tensor<2x3xsi8>'}}
  %0 = qnn.transpose %x perm = [1, 0] : (tensor<2x3xsi8>) -> tensor<2x3xsi8>
  return
}

// -----

func.func @transpose_c2_type(%x: tensor<2x3xsi8>) {
  // expected-error @+1 {{expected result 'tensor<3x2xsi8>', found 'tensor<3x2xsi4>'}}
  %0 = qnn.transpose %x perm = [1, 0] : (tensor<2x3xsi8>) -> tensor<3x2xsi4>
  return
}

// -----

func.func @reshape_c2_overflow(%x: tensor<4294967296x4294967296xsi8>) {
  // expected-error @+1 {{expected as many elements as 'tensor<4294967296x4294967296xsi8>', found 'tensor<0xsi8>'}}
  %0 = qnn.reshape %x : (tensor<4294967296x4294967296xsi8>) -> tensor<0xsi8>
  return
}
