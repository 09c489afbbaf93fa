// RUN: qcompile-opt %s --split-input-file --verify-diagnostics

// Every numbered constraint of docs/Qnn.md: the function's name is the operation and the number.

func.func @matmul_c1_batch(%x: tensor<2x1x4xsi2>, %y: tensor<3x4x2xsi2>) {
  // expected-error @+1 {{expected operands [..., K] and [K, M], or [..., N, K] and [..., K, M], found 'tensor<2x1x4xsi2>' and 'tensor<3x4x2xsi2>'}}
  %0 = qnn.matmul %x, %y : (tensor<2x1x4xsi2>, tensor<3x4x2xsi2>) -> tensor<2x1x2xsi8>
  return
}

// -----

func.func @matmul_c1_batch_inner(%x: tensor<2x1x3xsi2>, %y: tensor<2x4x2xsi2>) {
  // expected-error @+1 {{found 'tensor<2x1x3xsi2>' and 'tensor<2x4x2xsi2>'}}
  %0 = qnn.matmul %x, %y : (tensor<2x1x3xsi2>, tensor<2x4x2xsi2>) -> tensor<2x1x2xsi8>
  return
}

// -----

func.func @matmul_c1_vector(%x: tensor<4xsi2>, %y: tensor<4xsi2>) {
  // expected-error @+1 {{found 'tensor<4xsi2>' and 'tensor<4xsi2>'}}
  %0 = qnn.matmul %x, %y : (tensor<4xsi2>, tensor<4xsi2>) -> tensor<1xsi8>
  return
}

// -----

func.func @matmul_c2_batch(%x: tensor<2x1x1x4xsi2>, %y: tensor<1x3x4x2xsi2>) {
  // expected-error @+1 {{expected result 'tensor<2x3x1x2xsi8>', found 'tensor<2x1x1x2xsi8>'}}
  %0 = qnn.matmul %x, %y : (tensor<2x1x1x4xsi2>, tensor<1x3x4x2xsi2>) -> tensor<2x1x1x2xsi8>
  return
}

// -----

func.func @matmul_c3_batch(%x: tensor<2x1x4xsi2>, %y: tensor<2x4x2xsi2>) {
  // expected-error @+1 {{expected an accumulator type that holds every partial sum, found 'si5'}}
  %0 = qnn.matmul %x, %y : (tensor<2x1x4xsi2>, tensor<2x4x2xsi2>) -> tensor<2x1x2xsi5>
  return
}

// -----

func.func @matmul_c3_dynamic(%x: tensor<1x?xsi2>, %y: tensor<4x2xsi2>) {
  // expected-error @+1 {{expected a static number of products in a sum, found 'tensor<1x?xsi2>'}}
  %0 = qnn.matmul %x, %y : (tensor<1x?xsi2>, tensor<4x2xsi2>) -> tensor<1x2xsi32>
  return
}

// -----

func.func @add_c1_broadcast(%x: tensor<1x4xui2>, %y: tensor<1x3xui2>) {
  // expected-error @+1 {{expected operands that broadcast, found 'tensor<1x4xui2>' and 'tensor<1x3xui2>'}}
  %0 = qnn.add %x, %y multipliers 1, 1 : (tensor<1x4xui2>, tensor<1x3xui2>) -> tensor<1x4xsi5>
  return
}

// -----

func.func @add_c1_shape(%x: tensor<1x4xui2>, %y: tensor<2x1xui2>) {
  // expected-error @+1 {{expected result 'tensor<2x4xsi5>', found 'tensor<1x4xsi5>'}}
  %0 = qnn.add %x, %y multipliers 1, 1 : (tensor<1x4xui2>, tensor<2x1xui2>) -> tensor<1x4xsi5>
  return
}

// -----

func.func @add_c1_bipolar(%x: tensor<1x4xui2>, %y: tensor<1x4xui2>) {
  // expected-error @+1 {{expected an accumulator type that holds every partial sum, found '!qnn.bipolar'}}
  %0 = qnn.add %x, %y multipliers 1, 1 : (tensor<1x4xui2>, tensor<1x4xui2>) -> tensor<1x4x!qnn.bipolar>
  return
}

// -----

func.func @add_c2_left(%x: tensor<1x4xui2>, %y: tensor<1x4xui2>) {
  // expected-error @+1 {{expected multipliers that are not 0, found 0 and 1}}
  %0 = qnn.add %x, %y multipliers 0, 1 : (tensor<1x4xui2>, tensor<1x4xui2>) -> tensor<1x4xsi5>
  return
}

// -----

func.func @add_c2_right(%x: tensor<1x4xui2>, %y: tensor<1x4xui2>) {
  // expected-error @+1 {{expected multipliers that are not 0, found -3 and 0}}
  %0 = qnn.add %x, %y multipliers -3, 0 : (tensor<1x4xui2>, tensor<1x4xui2>) -> tensor<1x4xsi5>
  return
}

// -----

func.func @add_c3_sum(%x: tensor<1x4xui2>, %y: tensor<1x4xui2>) {
  // expected-error @+1 {{expected an accumulator type that holds every partial sum, found 'ui2'}}
  %0 = qnn.add %x, %y multipliers 1, 1 : (tensor<1x4xui2>, tensor<1x4xui2>) -> tensor<1x4xui2>
  return
}

// -----

func.func @add_c3_term(%x: tensor<1x1xui2>, %y: tensor<1x1xui1>) {
  // The second term alone is negative.
  // expected-error @+1 {{expected an accumulator type that holds every partial sum, found 'ui3'}}
  %0 = qnn.add %x, %y multipliers 3, -1 : (tensor<1x1xui2>, tensor<1x1xui1>) -> tensor<1x1xui3>
  return
}

// -----

func.func @add_c3_wide(%x: tensor<1x1xsi64>, %y: tensor<1x1xsi64>) {
  // expected-error @+1 {{expected an accumulator type that holds every partial sum, found 'si64'}}
  %0 = qnn.add %x, %y multipliers 9223372036854775807, -9223372036854775808 : (tensor<1x1xsi64>, tensor<1x1xsi64>) -> tensor<1x1xsi64>
  return
}

// -----

func.func @add_c3_unsigned64(%x: tensor<1xui64>, %y: tensor<1xui1>) {
  // expected-error @+1 {{expected an accumulator type that holds every partial sum, found 'si64'}}
  %0 = qnn.add %x, %y multipliers 1, 1 : (tensor<1xui64>, tensor<1xui1>) -> tensor<1xsi64>
  return
}

// -----

func.func @mul_c1(%x: tensor<1x4xui2>, %y: tensor<1x3xui2>) {
  // expected-error @+1 {{expected operands that broadcast, found 'tensor<1x4xui2>' and 'tensor<1x3xui2>'}}
  %0 = qnn.mul %x, %y : (tensor<1x4xui2>, tensor<1x3xui2>) -> tensor<1x4xui4>
  return
}

// -----

func.func @mul_c1_shape(%x: tensor<1x4xui2>, %y: tensor<4xui2>) {
  // expected-error @+1 {{expected result 'tensor<1x4xui4>', found 'tensor<4xui4>'}}
  %0 = qnn.mul %x, %y : (tensor<1x4xui2>, tensor<4xui2>) -> tensor<4xui4>
  return
}

// -----

func.func @mul_c2(%x: tensor<1x4xui2>, %y: tensor<1x4xui2>) {
  // 3 * 3 is 9.
  // expected-error @+1 {{expected an accumulator type that holds every partial sum, found 'ui3'}}
  %0 = qnn.mul %x, %y : (tensor<1x4xui2>, tensor<1x4xui2>) -> tensor<1x4xui3>
  return
}

// -----

func.func @mul_c2_bipolar(%x: tensor<1x!qnn.bipolar>, %y: tensor<1x!qnn.bipolar>) {
  // expected-error @+1 {{expected an accumulator type that holds every partial sum, found '!qnn.bipolar'}}
  %0 = qnn.mul %x, %y : (tensor<1x!qnn.bipolar>, tensor<1x!qnn.bipolar>) -> tensor<1x!qnn.bipolar>
  return
}
