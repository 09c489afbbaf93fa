// RUN: qcompile-opt %s --split-input-file --verify-diagnostics

imc.program @p target "" {
  // expected-error@+1 {{'count' must be from 1 to 8191, found 0}}
  imc.stream activation = 0 count = 0
}

// -----

imc.program @p target "" {
  // expected-error@+1 {{expected 'format' to be one of dense, n_m, coo, run_length, found 'csc'}}
  imc.load_weights bank = 0 format = "csc" n = 0 m = 0 rows = 1 columns = 1 data = 0
}

// -----

imc.program @p target "" {
  // expected-error@+1 {{a dense tile takes n=0 and m=0, found n=1 and m=0}}
  imc.load_weights bank = 0 format = "dense" n = 1 m = 0 rows = 1 columns = 1 data = 0
}

// -----

imc.program @p target "" {
  // expected-error@+1 {{expected 'input' to be an element type of codes, found index}}
  imc.configure input = index weight = si2
}

// -----

imc.program @p target "" {
  // expected-error@+1 {{expected 'rounding' to be one of ROUND, CEIL, FLOOR, UP, DOWN, HALF_UP, HALF_DOWN, found 'NEAREST'}}
  imc.configure_requantize type = si4 low = 0 high = 7 shift = 3 rounding = "NEAREST"
}

// -----

// expected-error@+1 {{1 loops are not closed}}
imc.program @p target "" {
  imc.repeat count = 2 source = 0 operand = 0 destination = 0 accumulator = 0
}

// -----

// expected-error@+1 {{the program has 2 instructions, the target has instructions=1}}
imc.program @p target "instructions=1" {
  imc.halt
  imc.halt
}

// -----

// expected-error@+1 {{'rows' must be an integer from 1 to 4096, found '0'}}
imc.program @p target "rows=0" {
}

// -----

// expected-error@+1 {{beyond the 4 bytes of the activation buffer}}
imc.program @p target "activation_bytes=4" {
  imc.input "x" at 1 : tensor<4xui2>
}

// -----

// expected-error@+1 {{the data section must have ui8 elements}}
imc.program @p target "" data <"d", [1] : tensor<1xsi8>> {
}

// -----

func.func @main(%x: tensor<4xui2>) {
  // expected-error@+1 {{expected 'nothing' to name an imc.program}}
  imc.run @nothing(%x) : (tensor<4xui2>) -> ()
  return
}

// -----

imc.program @p target "" {
  imc.input "x" at 0 : tensor<4xui2>
}
func.func @main(%x: tensor<5xui2>) {
  // expected-error@+1 {{expected operands and results to be the ports of 'p'}}
  imc.run @p(%x) : (tensor<5xui2>) -> ()
  return
}
