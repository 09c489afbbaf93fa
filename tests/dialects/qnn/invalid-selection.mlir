// RUN: qcompile-opt %s --split-input-file --verify-diagnostics

// Every numbered constraint of docs/Qnn.md: the function's name is the operation and the number.

func.func @pad_c1_count(%x: tensor<2x3xui2>) {
  // expected-error @+1 {{expected 2 entries of at least 0 in low, found [1]}}
  %0 = qnn.pad %x axis 0 low [1] high [0, 1] values <"v", [0] : tensor<1xsi64>> : (tensor<2x3xui2>) -> tensor<2x5xui2>
  return
}

// -----

func.func @pad_c1_negative(%x: tensor<2x3xui2>) {
  // expected-error @+1 {{expected 2 entries of at least 0 in high, found [0, -1]}}
  %0 = qnn.pad %x axis 0 low [0, 1] high [0, -1] values <"v", [0] : tensor<1xsi64>> : (tensor<2x3xui2>) -> tensor<2x5xui2>
  return
}

// -----

func.func @pad_c1_shape(%x: tensor<2x3xui2>) {
  // expected-error @+1 {{expected result 'tensor<2x5xui2>', found 'tensor<2x4xui2>'}}
  %0 = qnn.pad %x axis 0 low [0, 1] high [0, 1] values <"v", [0] : tensor<1xsi64>> : (tensor<2x3xui2>) -> tensor<2x4xui2>
  return
}

// -----

func.func @pad_c1_overflow(%x: tensor<2x3xui2>) {
  // expected-error @+1 {{expected extents of at most 63 bits, found a border of 1 and 9223372036854775807}}
  %0 = qnn.pad %x axis 0 low [0, 1] high [0, 9223372036854775807] values <"v", [0] : tensor<1xsi64>> : (tensor<2x3xui2>) -> tensor<2x5xui2>
  return
}

// -----

func.func @pad_c2_axis(%x: tensor<2x3xui2>) {
  // expected-error @+1 {{expected axis to be a dimension of 'tensor<2x3xui2>', found 2}}
  %0 = qnn.pad %x axis 2 low [0, 1] high [0, 1] values <"v", [0] : tensor<1xsi64>> : (tensor<2x3xui2>) -> tensor<2x5xui2>
  return
}

// -----

func.func @pad_c2_count(%x: tensor<2x3xui2>) {
  // expected-error @+1 {{expected 1 or 2 elements, found constant 'v' of type 'tensor<3xsi64>'}}
  %0 = qnn.pad %x axis 0 low [0, 1] high [0, 1] values <"v", [0, 1, 2] : tensor<3xsi64>> : (tensor<2x3xui2>) -> tensor<2x5xui2>
  return
}

// -----

func.func @pad_c2_type(%x: tensor<2x3xui2>) {
  // expected-error @+1 {{expected elements of values to be 'si64', found 'ui2'}}
  %0 = qnn.pad %x axis 0 low [0, 1] high [0, 1] values <"v", [0] : tensor<1xui2>> : (tensor<2x3xui2>) -> tensor<2x5xui2>
  return
}

// -----

func.func @pad_c2_padded(%x: tensor<2x3xui2>) {
  // expected-error @+1 {{expected one pad value where dimension 1 is padded, found 3}}
  %0 = qnn.pad %x axis 1 low [0, 1] high [0, 1] values <"v", [0, 1, 2] : tensor<3xsi64>> : (tensor<2x3xui2>) -> tensor<2x5xui2>
  return
}

// -----

func.func @pad_c3_operand(%x: tensor<2x3xui2>) {
  // expected-error @+1 {{expected an element type that holds 'ui2', found 'si2'}}
  %0 = qnn.pad %x axis 0 low [0, 1] high [0, 1] values <"v", [0] : tensor<1xsi64>> : (tensor<2x3xui2>) -> tensor<2x5xsi2>
  return
}

// -----

func.func @pad_c3_value(%x: tensor<2x3xui2>) {
  // expected-error @+1 {{expected pad values of 'ui2', found -1}}
  %0 = qnn.pad %x axis 0 low [0, 1] high [0, 1] values <"v", [-1] : tensor<1xsi64>> : (tensor<2x3xui2>) -> tensor<2x5xui2>
  return
}

// -----

func.func @pad_c3_bipolar(%x: tensor<2x3x!qnn.bipolar>) {
  // Bipolar codes have no 0.
  // expected-error @+1 {{expected pad values of '!qnn.bipolar', found 0}}
  %0 = qnn.pad %x axis 0 low [0, 1] high [0, 1] values <"v", [0] : tensor<1xsi64>> : (tensor<2x3x!qnn.bipolar>) -> tensor<2x5x!qnn.bipolar>
  return
}

// -----

func.func @pad_c3_unsigned64(%x: tensor<2x3xui64>) {
  // expected-error @+1 {{expected an element type that holds 'ui64', found 'si64'}}
  %0 = qnn.pad %x axis 0 low [0, 1] high [0, 1] values <"v", [0] : tensor<1xsi64>> : (tensor<2x3xui64>) -> tensor<2x5xsi64>
  return
}

// -----

func.func @slice_c1_offsets(%x: tensor<2x3xui2>) {
  // expected-error @+1 {{expected 2 entries of at least 0 in offsets, found [0, -1]}}
  %0 = qnn.slice %x offsets [0, -1] steps [1, 1] : (tensor<2x3xui2>) -> tensor<2x2xui2>
  return
}

// -----

func.func @slice_c1_steps(%x: tensor<2x3xui2>) {
  // expected-error @+1 {{expected 2 entries of at least 1 in steps, found [1, 0]}}
  %0 = qnn.slice %x offsets [0, 1] steps [1, 0] : (tensor<2x3xui2>) -> tensor<2x2xui2>
  return
}

// -----

func.func @slice_c1_count(%x: tensor<2x3xui2>) {
  // expected-error @+1 {{expected 2 entries of at least 1 in steps, found [1, 1, 1]}}
  %0 = qnn.slice %x offsets [0, 1] steps [1, 1, 1] : (tensor<2x3xui2>) -> tensor<2x2xui2>
  return
}

// -----

func.func @slice_c1_rank(%x: tensor<2x3xui2>) {
  // expected-error @+1 {{expected result 'tensor<?x?xui2>', found 'tensor<2xui2>'}}
  %0 = qnn.slice %x offsets [0, 1] steps [1, 1] : (tensor<2x3xui2>) -> tensor<2xui2>
  return
}

// -----

func.func @slice_c1_inside(%x: tensor<2x3xui2>) {
  // expected-error @+1 {{expected 2 elements inside of dimension 1 of 'tensor<2x3xui2>', found offset 1 and step 2}}
  %0 = qnn.slice %x offsets [0, 1] steps [1, 2] : (tensor<2x3xui2>) -> tensor<2x2xui2>
  return
}

// -----

func.func @slice_c1_overflow(%x: tensor<2x3xui2>) {
  // expected-error @+1 {{expected 3 elements inside of dimension 1 of 'tensor<2x3xui2>', found offset 0 and step 9223372036854775807}}
  %0 = qnn.slice %x offsets [0, 0] steps [1, 9223372036854775807] : (tensor<2x3xui2>) -> tensor<2x3xui2>
  return
}

// -----

func.func @slice_c2(%x: tensor<2x3xui2>) {
  // expected-error @+1 {{expected result 'tensor<?x?xui2>', found 'tensor<2x2xui3>'}}
  %0 = qnn.slice %x offsets [0, 1] steps [1, 1] : (tensor<2x3xui2>) -> tensor<2x2xui3>
  return
}

// -----

func.func @concat_c1_none() {
  // expected-error @+1 {{expected at least one operand, found none}}
  %0 = "qnn.concat"() {axis = 1 : i64} : () -> tensor<1x1xui2>
  return
}

// -----

func.func @concat_c1_axis(%x: tensor<2x3xui2>, %y: tensor<2x3xui2>) {
  // expected-error @+1 {{expected axis to be a dimension of 'tensor<2x3xui2>', found 2}}
  %0 = qnn.concat %x, %y axis 2 : (tensor<2x3xui2>, tensor<2x3xui2>) -> tensor<2x6xui2>
  return
}

// -----

func.func @concat_c1_scalar(%x: tensor<ui2>, %y: tensor<ui2>) {
  // expected-error @+1 {{expected axis to be a dimension of 'tensor<ui2>', found 0}}
  %0 = qnn.concat %x, %y axis 0 : (tensor<ui2>, tensor<ui2>) -> tensor<2xui2>
  return
}

// -----

func.func @concat_c1_rank(%x: tensor<2x3xui2>, %y: tensor<2xui2>) {
  // expected-error @+1 {{expected operands that agree but along dimension 1, found 'tensor<2x3xui2>' and 'tensor<2xui2>'}}
  %0 = qnn.concat %x, %y axis 1 : (tensor<2x3xui2>, tensor<2xui2>) -> tensor<2x4xui2>
  return
}

// -----

func.func @concat_c1_shape(%x: tensor<2x3xui2>, %y: tensor<3x3xui2>) {
  // expected-error @+1 {{expected operands that agree but along dimension 1, found 'tensor<2x3xui2>' and 'tensor<3x3xui2>'}}
  %0 = qnn.concat %x, %y axis 1 : (tensor<2x3xui2>, tensor<3x3xui2>) -> tensor<2x6xui2>
  return
}

// -----

func.func @concat_c1_result(%x: tensor<2x3xui2>, %y: tensor<2x3xui2>) {
  // expected-error @+1 {{expected result 'tensor<2x6xui2>', found 'tensor<2x5xui2>'}}
  %0 = qnn.concat %x, %y axis 1 : (tensor<2x3xui2>, tensor<2x3xui2>) -> tensor<2x5xui2>
  return
}

// -----

func.func @concat_c1_overflow(%x: tensor<1x9223372036854775807xui2>, %y: tensor<1x9223372036854775807xui2>) {
  // expected-error @+1 {{expected extents of at most 63 bits, found a larger sum}}
  %0 = qnn.concat %x, %y axis 1 : (tensor<1x9223372036854775807xui2>, tensor<1x9223372036854775807xui2>) -> tensor<1x2xui2>
  return
}

// -----

func.func @concat_c2(%x: tensor<2x3xui2>, %y: tensor<2x3xsi2>) {
  // expected-error @+1 {{expected an element type that holds 'si2', found 'ui3'}}
  %0 = qnn.concat %x, %y axis 1 : (tensor<2x3xui2>, tensor<2x3xsi2>) -> tensor<2x6xui3>
  return
}

// -----

func.func @concat_c2_bipolar(%x: tensor<2x3xui2>, %y: tensor<2x3x!qnn.bipolar>) {
  // expected-error @+1 {{expected an element type that holds '!qnn.bipolar', found 'ui2'}}
  %0 = qnn.concat %x, %y axis 1 : (tensor<2x3xui2>, tensor<2x3x!qnn.bipolar>) -> tensor<2x6xui2>
  return
}

// -----

func.func @gather_c1_axis(%x: tensor<2x3xui2>) {
  // expected-error @+1 {{expected axis to be a dimension of 'tensor<2x3xui2>', found -1}}
  %0 = qnn.gather %x axis -1 indices [0, 2] : (tensor<2x3xui2>) -> tensor<2x2xui2>
  return
}

// -----

func.func @gather_c1_index(%x: tensor<2x3xui2>) {
  // expected-error @+1 {{expected indices inside of dimension 1 of 'tensor<2x3xui2>', found 3}}
  %0 = qnn.gather %x axis 1 indices [0, 3] : (tensor<2x3xui2>) -> tensor<2x2xui2>
  return
}

// -----

func.func @gather_c1_negative(%x: tensor<2x3xui2>) {
  // expected-error @+1 {{expected indices inside of dimension 1 of 'tensor<2x3xui2>', found -1}}
  %0 = qnn.gather %x axis 1 indices [0, -1] : (tensor<2x3xui2>) -> tensor<2x2xui2>
  return
}

// -----

func.func @gather_c1_count(%x: tensor<2x3xui2>) {
  // expected-error @+1 {{expected result 'tensor<2x2xui2>', found 'tensor<2x3xui2>'}}
  %0 = qnn.gather %x axis 1 indices [0, 2] : (tensor<2x3xui2>) -> tensor<2x3xui2>
  return
}

// -----

func.func @gather_c1_type(%x: tensor<2x3xui2>) {
  // expected-error @+1 {{expected result 'tensor<2x2xui2>', found 'tensor<2x2xsi4>'}}
  %0 = qnn.gather %x axis 1 indices [0, 2] : (tensor<2x3xui2>) -> tensor<2x2xsi4>
  return
}
