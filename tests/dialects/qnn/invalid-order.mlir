// RUN: qcompile-opt %s --split-input-file --verify-diagnostics

// Every numbered constraint of docs/Qnn.md: the function's name is the operation and the number.

func.func @lookup_c1_indices(%x: tensor<1x3xsi8>, %y: tensor<8x4xsi4>) {
  // expected-error @+1 {{expected indices of type si64 or si32, found 'si8'}}
  %0 = qnn.lookup %x, %y : (tensor<1x3xsi8>, tensor<8x4xsi4>) -> tensor<1x3x4xsi4>
  return
}

// -----

func.func @lookup_c1_table(%x: tensor<1x3xsi64>, %y: tensor<si4>) {
  // expected-error @+1 {{expected a table of rank 1 or more, found 'tensor<si4>'}}
  %0 = qnn.lookup %x, %y : (tensor<1x3xsi64>, tensor<si4>) -> tensor<1x3xsi4>
  return
}

// -----

func.func @lookup_c1_shape(%x: tensor<1x3xsi64>, %y: tensor<8x4xsi4>) {
  // expected-error @+1 {{expected result 'tensor<1x3x4xsi4>', found 'tensor<1x3x8xsi4>'}}
  %0 = qnn.lookup %x, %y : (tensor<1x3xsi64>, tensor<8x4xsi4>) -> tensor<1x3x8xsi4>
  return
}

// -----

func.func @lookup_c2(%x: tensor<1x3xsi32>, %y: tensor<8x4xsi4>) {
  // expected-error @+1 {{expected result 'tensor<1x3x4xsi4>', found 'tensor<1x3x4xsi5>'}}
  %0 = qnn.lookup %x, %y : (tensor<1x3xsi32>, tensor<8x4xsi4>) -> tensor<1x3x4xsi5>
  return
}

// -----

func.func @arg_max_c1_axis(%x: tensor<2x3xui2>) {
  // expected-error @+1 {{expected axis to be a dimension of 'tensor<2x3xui2>', found 2}}
  %0 = qnn.arg_max %x axis 2 : (tensor<2x3xui2>) -> tensor<2x1xsi64>
  return
}

// -----

func.func @arg_max_c1_shape(%x: tensor<2x3xui2>) {
  // expected-error @+1 {{expected result 'tensor<2x1xsi64>', found 'tensor<2xsi64>'}}
  %0 = qnn.arg_max %x axis 1 : (tensor<2x3xui2>) -> tensor<2xsi64>
  return
}

// -----

func.func @arg_max_c1_type(%x: tensor<2x3xui2>) {
  // expected-error @+1 {{expected result 'tensor<2x1xsi64>', found 'tensor<2x1xui2>'}}
  %0 = qnn.arg_max %x axis 1 select_last : (tensor<2x3xui2>) -> tensor<2x1xui2>
  return
}

// -----

func.func @arg_max_c1_empty(%x: tensor<2x0xui2>) {
  // expected-error @+1 {{expected an element along dimension 1, found 'tensor<2x0xui2>'}}
  %0 = qnn.arg_max %x axis 1 : (tensor<2x0xui2>) -> tensor<2x1xsi64>
  return
}

// -----

func.func @top_k_c1_axis(%x: tensor<2x3xui2>) {
  // expected-error @+1 {{expected axis to be a dimension of 'tensor<2x3xui2>', found -2}}
  %0, %1 = qnn.top_k %x axis -2 : (tensor<2x3xui2>) -> (tensor<2x2xui2>, tensor<2x2xsi64>)
  return
}

// -----

func.func @top_k_c1_many(%x: tensor<2x3xui2>) {
  // expected-error @+1 {{expected at most 3 elements along dimension 1, found 4}}
  %0, %1 = qnn.top_k %x axis 1 : (tensor<2x3xui2>) -> (tensor<2x4xui2>, tensor<2x4xsi64>)
  return
}

// -----

func.func @top_k_c1_values(%x: tensor<2x3xui2>) {
  // expected-error @+1 {{expected result 'tensor<2x?xui2>', found 'tensor<2x2xui3>'}}
  %0, %1 = qnn.top_k %x axis 1 : (tensor<2x3xui2>) -> (tensor<2x2xui3>, tensor<2x2xsi64>)
  return
}

// -----

func.func @top_k_c1_shape(%x: tensor<2x3xui2>) {
  // expected-error @+1 {{expected result 'tensor<2x?xui2>', found 'tensor<1x2xui2>'}}
  %0, %1 = qnn.top_k %x axis 1 : (tensor<2x3xui2>) -> (tensor<1x2xui2>, tensor<1x2xsi64>)
  return
}

// -----

func.func @top_k_c1_same(%x: tensor<2x3xui2>) {
  // expected-error @+1 {{expected result 'tensor<2x2xsi64>', found 'tensor<2x1xsi64>'}}
  %0, %1 = qnn.top_k %x axis 1 : (tensor<2x3xui2>) -> (tensor<2x2xui2>, tensor<2x1xsi64>)
  return
}

// -----

func.func @top_k_c1_indices(%x: tensor<2x3xui2>) {
  // expected-error @+1 {{expected result 'tensor<2x2xsi64>', found 'tensor<2x2xsi32>'}}
  %0, %1 = qnn.top_k %x axis 1 : (tensor<2x3xui2>) -> (tensor<2x2xui2>, tensor<2x2xsi32>)
  return
}
