// RUN: qcompile-opt %s -split-input-file -verify-diagnostics

// Every constraint of docs/Encodings.md. C1 and C2 are those of the attribute, C3 that of the codes.

// expected-error @+1 {{expected an order of 2 dimensions, found [0, 0]}}
func.func private @n_m_c1_order() attributes {a = #encoding.n_m<n = 1, m = 2, order = [0, 0], rows = 1>}

// -----

// expected-error @+1 {{expected rows from 1 to 1 for 2 dimensions, found 2}}
func.func private @n_m_c1_rows() attributes {a = #encoding.n_m<n = 1, m = 2, order = [0, 1], rows = 2>}

// -----

// expected-error @+1 {{expected an order of 3 dimensions, found [0, 1]}}
func.func private @n_m_c1_shape() attributes {a = #encoding.n_m<n = 1, m = 2, order = [0, 1], rows = 1, shape = [2, 2, 2]>}

// -----

// expected-error @+1 {{expected 1 <= n < m <= 2^31, found 2:2}}
func.func private @n_m_c2() attributes {a = #encoding.n_m<n = 2, m = 2, order = [0, 1], rows = 1>}

// -----

func.func @n_m_c1_rank() {
  // expected-error @+1 {{constant 'w' is not 'n_m': expected an order of 2 dimensions, found [0, 1, 2]}}
  %0 = qnn.constant <"w", [0, 1] : tensor<1x2xsi2>> encoding #encoding.n_m<n = 1, m = 2, order = [0, 1, 2], rows = 1>
  return
}

// -----

func.func @n_m_c1_elements() {
  // expected-error @+1 {{expected a shape of 2 elements, found 4x1}}
  %0 = qnn.constant <"w", [0, 1] : tensor<1x2xsi2>> encoding #encoding.n_m<n = 1, m = 2, order = [0, 1], rows = 1, shape = [4, 1]>
  return
}

// -----

func.func @n_m_c3() {
  // expected-error @+1 {{output 1: expected at most 1 codes other than 0 among 2, found 2 from 2 to 3}}
  %0 = qnn.constant <"w", [0, 1, 0, 1, 1, 0, 1, 1] : tensor<2x4xsi2>> encoding #encoding.n_m<n = 1, m = 2, order = [0, 1], rows = 1>
  return
}

// -----

func.func @n_m_c3_zero() {
  // expected-error @+1 {{expected codes of a type with a zero, found bipolar}}
  %0 = qnn.constant <"w", [-1, 1] : tensor<1x2x!qnn.bipolar>> encoding #encoding.n_m<n = 1, m = 2, order = [0, 1], rows = 1>
  return
}

// -----

// expected-error @+1 {{expected rows from 1 to 1 for 2 dimensions, found 0}}
func.func private @coo_c1() attributes {a = #encoding.coo<order = [0, 1], rows = 0>}

// -----

func.func @coo_c3() {
  // expected-error @+1 {{expected codes of a type with a zero, found bipolar}}
  %0 = qnn.constant <"w", [-1, 1] : tensor<1x2x!qnn.bipolar>> encoding #encoding.coo<order = [0, 1], rows = 1>
  return
}

// -----

// expected-error @+1 {{expected an order of 2 dimensions, found [0, 2]}}
func.func private @run_length_c1() attributes {a = #encoding.run_length<gap_bits = 2, order = [0, 2], rows = 1>}

// -----

// expected-error @+1 {{expected gaps of 1 to 16 bits, found 17}}
func.func private @run_length_c2() attributes {a = #encoding.run_length<gap_bits = 17, order = [0, 1], rows = 1>}

// -----

func.func @run_length_c3() {
  // expected-error @+1 {{expected codes of a type with a zero, found bipolar}}
  %0 = qnn.constant <"w", [-1, 1] : tensor<1x2x!qnn.bipolar>> encoding #encoding.run_length<gap_bits = 2, order = [0, 1], rows = 1>
  return
}

// -----

// expected-error @+1 {{expected an order of 2 dimensions, found [1, 1]}}
func.func private @circulant_c1() attributes {a = #encoding.circulant<block = 2, order = [1, 1], rows = 1>}

// -----

// expected-error @+1 {{expected a block of at least 1, found 0}}
func.func private @circulant_c2() attributes {a = #encoding.circulant<block = 0, order = [0, 1], rows = 1>}

// -----

func.func @circulant_c2_extent() {
  // expected-error @+1 {{expected a block from 1 to the larger extent of 2x2, found 3}}
  %0 = qnn.constant <"w", [1, 0, 0, 1] : tensor<2x2xsi2>> encoding #encoding.circulant<block = 3, order = [0, 1], rows = 1>
  return
}

// -----

func.func @circulant_c3() {
  // expected-error @+1 {{expected blocks of 2x2 to be circulant, found 1 at output 0, position 0, and 0 elsewhere on its diagonal}}
  %0 = qnn.constant <"w", [1, 0, 0, 0] : tensor<2x2xsi2>> encoding #encoding.circulant<block = 2, order = [0, 1], rows = 1>
  return
}

// -----

// expected-error @+1 {{expected rows from 1 to 1 for 2 dimensions, found 2}}
func.func private @basis_c1() attributes {a = #encoding.basis<levels = 2, basis_bits = 4, length = 1, coefficients = <"c", [1] : tensor<1x1x1xsi4>>, basis = <"b", [1] : tensor<1x1x1x1xsi4>>, order = [0, 1], rows = 2>}

// -----

// expected-error @+1 {{expected coefficients of rank 3 and a signed type, found 'tensor<1x1xsi4>'}}
func.func private @basis_c2_rank() attributes {a = #encoding.basis<levels = 2, basis_bits = 4, length = 1, coefficients = <"c", [1] : tensor<1x1xsi4>>, basis = <"b", [1] : tensor<1x1x1x1xsi4>>, order = [0, 1], rows = 1>}

// -----

// expected-error @+1 {{expected bases [outputs, blocks, 1, 1] of basis_bits = 5 bits (2 to 16), found 'tensor<1x1x1x1xsi4>'}}
func.func private @basis_c2_bits() attributes {a = #encoding.basis<levels = 2, basis_bits = 5, length = 1, coefficients = <"c", [1] : tensor<1x1x1xsi4>>, basis = <"b", [1] : tensor<1x1x1x1xsi4>>, order = [0, 1], rows = 1>}

// -----

// expected-error @+1 {{expected levels from 1 to 15 and a length of at least 1, found 16 and 1}}
func.func private @basis_c2_levels() attributes {a = #encoding.basis<levels = 16, basis_bits = 4, length = 1, coefficients = <"c", [1] : tensor<1x1x1xsi4>>, basis = <"b", [1] : tensor<1x1x1x1xsi4>>, order = [0, 1], rows = 1>}

// -----

func.func @basis_c2_coefficients() {
  // expected-error @+1 {{expected coefficients of 0 or +-2^e, e from 0 to 1, found 3}}
  %0 = qnn.constant <"w", [3] : tensor<1x1xsi4>> encoding #encoding.basis<levels = 2, basis_bits = 4, length = 1, coefficients = <"c", [3] : tensor<1x1x1xsi4>>, basis = <"b", [1] : tensor<1x1x1x1xsi4>>, order = [0, 1], rows = 1>
  return
}

// -----

func.func @basis_c2_size() {
  // expected-error @+1 {{expected 2 coefficients, found 1}}
  %0 = qnn.constant <"w", [1, 1] : tensor<1x2xsi4>> encoding #encoding.basis<levels = 2, basis_bits = 4, length = 1, coefficients = <"c", [1] : tensor<1x1x1xsi4>>, basis = <"b", [1] : tensor<1x1x1x1xsi4>>, order = [0, 1], rows = 1>
  return
}

// -----

func.func @basis_c2_arrangement() {
  // expected-error @+1 {{expected coefficients [1, 2, 1], found [2, 1, 1]}}
  %0 = qnn.constant <"w", [1, 1] : tensor<1x2xsi4>> encoding #encoding.basis<levels = 2, basis_bits = 4, length = 1, coefficients = <"c", [1, 1] : tensor<2x1x1xsi4>>, basis = <"b", [1, 1] : tensor<2x1x1x1xsi4>>, order = [0, 1], rows = 1>
  return
}

// -----

func.func @basis_c3() {
  // expected-error @+1 {{output 0: expected coefficients times basis, 2, at position 0, found 1}}
  %0 = qnn.constant <"w", [1] : tensor<1x1xsi4>> encoding #encoding.basis<levels = 2, basis_bits = 4, length = 1, coefficients = <"c", [2] : tensor<1x1x1xsi4>>, basis = <"b", [1] : tensor<1x1x1x1xsi4>>, order = [0, 1], rows = 1>
  return
}

// -----

func.func @basis_c3_floats() {
  // expected-error @+1 {{expected a basis of integers for integer codes, found float32}}
  %0 = qnn.constant <"w", [1] : tensor<1x1xsi4>> encoding #encoding.basis<levels = 2, basis_bits = 4, length = 1, coefficients = <"c", [1] : tensor<1x1x1xsi4>>, basis = <"b", [1.0] : tensor<1x1x1x1xf32>>, order = [0, 1], rows = 1>
  return
}
