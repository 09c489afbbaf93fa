// RUN: qcompile-opt %s --split-input-file --verify-diagnostics

func.func @f(%x: tensor<1xf32>) {
  // expected-error @+1 {{expected 2 operands, but found 1}}
  %0 = "onnx.MatMul"(%x) : (tensor<1xf32>) -> tensor<1xf32>
  return
}

// -----

func.func @f(%x: tensor<1xi1>) {
  // expected-error @+1 {{operand #0 must be tensor of}}
  %0 = onnx.MatMul(%x, %x) : (tensor<1xi1>, tensor<1xi1>) -> tensor<1xi1>
  return
}

// -----

func.func @f(%x: tensor<1xi32>) {
  // Integers without a sign are no values of ONNX.
  // expected-error @+1 {{operand #0 must be tensor of}}
  %0 = onnx.Relu(%x) : (tensor<1xi32>) -> tensor<1xi32>
  return
}

// -----

func.func @f(%x: tensor<1xf32>) {
  // expected-error @+1 {{attribute 'alpha' failed to satisfy constraint: 32-bit float attribute}}
  %0 = onnx.LeakyRelu(%x) {alpha = 1 : i64} : (tensor<1xf32>) -> tensor<1xf32>
  return
}

// -----

func.func @f(%x: tensor<1xf32>) {
  // expected-error @+1 {{requires attribute 'to'}}
  %0 = onnx.Cast(%x) : (tensor<1xf32>) -> tensor<1xsi64>
  return
}

// -----

func.func @f(%x: tensor<1xf32>) {
  // expected-error @+1 {{custom op 'onnx.Frobnicate' is unknown}}
  %0 = onnx.Frobnicate(%x) : (tensor<1xf32>) -> tensor<1xf32>
  return
}

// -----

func.func @f(%x: tensor<1xf32>) {
  // Three segments that do not sum to the number of operands.
  // expected-error @+1 {{operand count (2) does not match with the total size (3)}}
  %0 = onnx.Clip(%x, %x) {operandSegmentSizes = array<i32: 1, 1, 1>} : (tensor<1xf32>, tensor<1xf32>) -> tensor<1xf32>
  return
}

// -----

func.func @f(%x: f32) {
  // expected-error @+1 {{operand #0 must be tensor of}}
  %0 = onnx.Relu(%x) : (f32) -> tensor<1xf32>
  return
}
