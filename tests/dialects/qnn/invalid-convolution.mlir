// RUN: qcompile-opt %s --split-input-file --verify-diagnostics

// Every numbered constraint of docs/Qnn.md: the function's name is the operation and the number.

func.func @conv_w1_rank(%x: tensor<1x2xui2>, %y: tensor<3x2xsi2>) {
  // expected-error @+1 {{expected an operand of rank 3 to 5, found 'tensor<1x2xui2>'}}
  %0 = qnn.conv %x, %y axis 1 strides [] dilations [] groups 1
      : (tensor<1x2xui2>, tensor<3x2xsi2>) -> tensor<1x3xsi8>
  return
}

// -----

func.func @conv_w1_axis(%x: tensor<1x2x4x4xui2>, %y: tensor<3x2x3x3xsi2>) {
  // expected-error @+1 {{expected axis to be 1 or the last dimension of 'tensor<1x2x4x4xui2>', found 2}}
  %0 = qnn.conv %x, %y axis 2 strides [1, 1] dilations [1, 1] groups 1
      : (tensor<1x2x4x4xui2>, tensor<3x2x3x3xsi2>) -> tensor<1x3x2x2xsi8>
  return
}

// -----

func.func @conv_w1_negative(%x: tensor<1x2x4x4xui2>, %y: tensor<3x2x3x3xsi2>) {
  // expected-error @+1 {{expected axis to be 1 or the last dimension of 'tensor<1x2x4x4xui2>', found -1}}
  %0 = qnn.conv %x, %y axis -1 strides [1, 1] dilations [1, 1] groups 1
      : (tensor<1x2x4x4xui2>, tensor<3x2x3x3xsi2>) -> tensor<1x3x2x2xsi8>
  return
}

// -----

func.func @conv_w2_count(%x: tensor<1x2x4x4xui2>, %y: tensor<3x2x3x3xsi2>) {
  // expected-error @+1 {{expected 2 entries of at least 1 in strides, found [1]}}
  %0 = qnn.conv %x, %y axis 1 strides [1] dilations [1, 1] groups 1
      : (tensor<1x2x4x4xui2>, tensor<3x2x3x3xsi2>) -> tensor<1x3x2x2xsi8>
  return
}

// -----

func.func @conv_w2_zero(%x: tensor<1x2x4x4xui2>, %y: tensor<3x2x3x3xsi2>) {
  // expected-error @+1 {{expected 2 entries of at least 1 in strides, found [1, 0]}}
  %0 = qnn.conv %x, %y axis 1 strides [1, 0] dilations [1, 1] groups 1
      : (tensor<1x2x4x4xui2>, tensor<3x2x3x3xsi2>) -> tensor<1x3x2x2xsi8>
  return
}

// -----

func.func @conv_w2_negative(%x: tensor<1x2x4x4xui2>, %y: tensor<3x2x3x3xsi2>) {
  // expected-error @+1 {{expected 2 entries of at least 1 in dilations, found [-1, 1]}}
  %0 = qnn.conv %x, %y axis 1 strides [1, 1] dilations [-1, 1] groups 1
      : (tensor<1x2x4x4xui2>, tensor<3x2x3x3xsi2>) -> tensor<1x3x2x2xsi8>
  return
}

// -----

func.func @conv_w2_kernel(%x: tensor<1x2x4x4xui2>, %y: tensor<3x2x3x0xsi2>) {
  // expected-error @+1 {{expected 2 entries of at least 1 in kernel, found [3, 0]}}
  %0 = qnn.conv %x, %y axis 1 strides [1, 1] dilations [1, 1] groups 1
      : (tensor<1x2x4x4xui2>, tensor<3x2x3x0xsi2>) -> tensor<1x3x2x2xsi8>
  return
}

// -----

func.func @conv_w3_extent(%x: tensor<1x2x4x4xui2>, %y: tensor<3x2x3x3xsi2>) {
  // expected-error @+1 {{expected result 'tensor<1x3x2x2xsi8>', found 'tensor<1x3x4x4xsi8>'}}
  %0 = qnn.conv %x, %y axis 1 strides [1, 1] dilations [1, 1] groups 1
      : (tensor<1x2x4x4xui2>, tensor<3x2x3x3xsi2>) -> tensor<1x3x4x4xsi8>
  return
}

// -----

func.func @conv_w3_batch(%x: tensor<1x2x4x4xui2>, %y: tensor<3x2x3x3xsi2>) {
  // expected-error @+1 {{expected result 'tensor<1x3x2x2xsi8>', found 'tensor<2x3x2x2xsi8>'}}
  %0 = qnn.conv %x, %y axis 1 strides [1, 1] dilations [1, 1] groups 1
      : (tensor<1x2x4x4xui2>, tensor<3x2x3x3xsi2>) -> tensor<2x3x2x2xsi8>
  return
}

// -----

func.func @conv_w3_fits(%x: tensor<1x2x4x4xui2>, %y: tensor<3x2x3x3xsi2>) {
  // Taps 0, 2 and 4 do not fit 4 positions.
  // expected-error @+1 {{expected a window that fits dimension 3 of 'tensor<1x2x4x4xui2>', found kernel 3 with dilation 2}}
  %0 = qnn.conv %x, %y axis 1 strides [1, 1] dilations [1, 2] groups 1
      : (tensor<1x2x4x4xui2>, tensor<3x2x3x3xsi2>) -> tensor<1x3x2x2xsi8>
  return
}

// -----

func.func @conv_w3_overflow(%x: tensor<1x2x4x4xui2>, %y: tensor<3x2x3x3xsi2>) {
  // expected-error @+1 {{expected a window that fits dimension 2 of 'tensor<1x2x4x4xui2>', found kernel 3 with dilation 9223372036854775807}}
  %0 = qnn.conv %x, %y axis 1 strides [1, 1] dilations [9223372036854775807, 1] groups 1
      : (tensor<1x2x4x4xui2>, tensor<3x2x3x3xsi2>) -> tensor<1x3x2x2xsi8>
  return
}

// -----

func.func @conv_c1_rank(%x: tensor<1x2x4x4xui2>, %y: tensor<3x2x3xsi2>) {
  // expected-error @+1 {{expected weights of static shape and rank 4, found 'tensor<3x2x3xsi2>'}}
  %0 = qnn.conv %x, %y axis 1 strides [1, 1] dilations [1, 1] groups 1
      : (tensor<1x2x4x4xui2>, tensor<3x2x3xsi2>) -> tensor<1x3x2x2xsi8>
  return
}

// -----

func.func @conv_c1_dynamic(%x: tensor<1x2x4x4xui2>, %y: tensor<3x2x?x3xsi2>) {
  // expected-error @+1 {{expected weights of static shape and rank 4, found 'tensor<3x2x?x3xsi2>'}}
  %0 = qnn.conv %x, %y axis 1 strides [1, 1] dilations [1, 1] groups 1
      : (tensor<1x2x4x4xui2>, tensor<3x2x?x3xsi2>) -> tensor<1x3x2x2xsi8>
  return
}

// -----

func.func @conv_c1_channels(%x: tensor<1x2x4x4xui2>, %y: tensor<3x1x3x3xsi2>) {
  // expected-error @+1 {{divided into 1 groups, found 'tensor<3x1x3x3xsi2>'}}
  %0 = qnn.conv %x, %y axis 1 strides [1, 1] dilations [1, 1] groups 1
      : (tensor<1x2x4x4xui2>, tensor<3x1x3x3xsi2>) -> tensor<1x3x2x2xsi8>
  return
}

// -----

func.func @conv_c1_last(%x: tensor<1x4x4x2xui2>, %y: tensor<3x2x3x3xsi2>) {
  // The weights' channels are last, too.
  // expected-error @+1 {{expected weights [O, ...] with channels of 'tensor<1x4x4x2xui2>'}}
  %0 = qnn.conv %x, %y axis 3 strides [1, 1] dilations [1, 1] groups 1
      : (tensor<1x4x4x2xui2>, tensor<3x2x3x3xsi2>) -> tensor<1x2x2x3xsi8>
  return
}

// -----

func.func @conv_c1_groups(%x: tensor<1x2x4x4xui2>, %y: tensor<3x1x3x3xsi2>) {
  // 3 outputs are not 2 groups.
  // expected-error @+1 {{expected weights [O, ...] with channels of 'tensor<1x2x4x4xui2>' divided into 2 groups}}
  %0 = qnn.conv %x, %y axis 1 strides [1, 1] dilations [1, 1] groups 2
      : (tensor<1x2x4x4xui2>, tensor<3x1x3x3xsi2>) -> tensor<1x3x2x2xsi8>
  return
}

// -----

func.func @conv_c1_no_groups(%x: tensor<1x2x4x4xui2>, %y: tensor<3x2x3x3xsi2>) {
  // expected-error @+1 {{divided into 0 groups}}
  %0 = qnn.conv %x, %y axis 1 strides [1, 1] dilations [1, 1] groups 0
      : (tensor<1x2x4x4xui2>, tensor<3x2x3x3xsi2>) -> tensor<1x3x2x2xsi8>
  return
}

// -----

func.func @conv_c1_negative_groups(%x: tensor<1x2x4x4xui2>, %y: tensor<3x2x3x3xsi2>) {
  // expected-error @+1 {{divided into -2 groups}}
  %0 = qnn.conv %x, %y axis 1 strides [1, 1] dilations [1, 1] groups -2
      : (tensor<1x2x4x4xui2>, tensor<3x2x3x3xsi2>) -> tensor<1x3x2x2xsi8>
  return
}

// -----

func.func @conv_c1_many_groups(%x: tensor<1x2x4x4xui2>, %y: tensor<3x2x3x3xsi2>) {
  // expected-error @+1 {{divided into 9223372036854775807 groups}}
  %0 = qnn.conv %x, %y axis 1 strides [1, 1] dilations [1, 1] groups 9223372036854775807
      : (tensor<1x2x4x4xui2>, tensor<3x2x3x3xsi2>) -> tensor<1x3x2x2xsi8>
  return
}

// -----

func.func @conv_c1_empty(%x: tensor<1x0x4x4xui2>, %y: tensor<0x0x3x3xsi2>) {
  // No channels are a multiple of any number of groups.
  // expected-error @+1 {{divided into 9223372036854775807 groups}}
  %0 = qnn.conv %x, %y axis 1 strides [1, 1] dilations [1, 1] groups 9223372036854775807
      : (tensor<1x0x4x4xui2>, tensor<0x0x3x3xsi2>) -> tensor<1x0x2x2xsi8>
  return
}

// -----

func.func @conv_c1_float(%x: tensor<1x2x4x4xf32>, %y: tensor<3x2x3x3xsi2>) {
  // expected-error @+1 {{operand #0 must be ranked tensor of integer of explicit signedness}}
  %0 = qnn.conv %x, %y axis 1 strides [1, 1] dilations [1, 1] groups 1
      : (tensor<1x2x4x4xf32>, tensor<3x2x3x3xsi2>) -> tensor<1x3x2x2xsi8>
  return
}

// -----

func.func @conv_c2(%x: tensor<1x2x4x4xui2>, %y: tensor<3x2x3x3xsi2>) {
  // expected-error @+1 {{expected result 'tensor<1x3x2x2xsi8>', found 'tensor<1x2x2x2xsi8>'}}
  %0 = qnn.conv %x, %y axis 1 strides [1, 1] dilations [1, 1] groups 1
      : (tensor<1x2x4x4xui2>, tensor<3x2x3x3xsi2>) -> tensor<1x2x2x2xsi8>
  return
}

// -----

func.func @conv_c2_last(%x: tensor<1x4x4x2xui2>, %y: tensor<3x3x3x2xsi2>) {
  // expected-error @+1 {{expected result 'tensor<1x2x2x3xsi8>', found 'tensor<1x3x2x2xsi8>'}}
  %0 = qnn.conv %x, %y axis 3 strides [1, 1] dilations [1, 1] groups 1
      : (tensor<1x4x4x2xui2>, tensor<3x3x3x2xsi2>) -> tensor<1x3x2x2xsi8>
  return
}

// -----

func.func @conv_c3_types(%x: tensor<1x2x4x4xui2>, %y: tensor<3x2x3x3xsi2>) {
  // 18 products of 3 * -2 are -108, which si8 holds and si7 does not.
  // expected-error @+1 {{expected an accumulator type that holds every partial sum, found 'si7'}}
  %0 = qnn.conv %x, %y axis 1 strides [1, 1] dilations [1, 1] groups 1
      : (tensor<1x2x4x4xui2>, tensor<3x2x3x3xsi2>) -> tensor<1x3x2x2xsi7>
  return
}

// -----

func.func @conv_c3_bipolar(%x: tensor<1x1x1x!qnn.bipolar>, %y: tensor<1x1x1x!qnn.bipolar>) {
  // expected-error @+1 {{expected an accumulator type that holds every partial sum, found '!qnn.bipolar'}}
  %0 = qnn.conv %x, %y axis 1 strides [1] dilations [1] groups 1
      : (tensor<1x1x1x!qnn.bipolar>, tensor<1x1x1x!qnn.bipolar>) -> tensor<1x1x1x!qnn.bipolar>
  return
}

// -----

func.func @conv_transpose_c1_rank(%x: tensor<1x2xui2>, %y: tensor<2x3xsi2>) {
  // expected-error @+1 {{expected operands of one rank from 3 to 5 and weights of static shape, found 'tensor<1x2xui2>' and 'tensor<2x3xsi2>'}}
  %0 = qnn.conv_transpose %x, %y strides [] dilations [] offsets [] groups 1
      : (tensor<1x2xui2>, tensor<2x3xsi2>) -> tensor<1x3xsi8>
  return
}

// -----

func.func @conv_transpose_c1_weights(%x: tensor<1x2x4x4xui2>, %y: tensor<2x3x2xsi2>) {
  // expected-error @+1 {{expected operands of one rank from 3 to 5 and weights of static shape}}
  %0 = qnn.conv_transpose %x, %y strides [2, 2] dilations [1, 1] offsets [0, 0] groups 1
      : (tensor<1x2x4x4xui2>, tensor<2x3x2xsi2>) -> tensor<1x3x8x8xsi8>
  return
}

// -----

func.func @conv_transpose_c1_dynamic(%x: tensor<1x2x4x4xui2>, %y: tensor<?x3x2x2xsi2>) {
  // expected-error @+1 {{expected operands of one rank from 3 to 5 and weights of static shape}}
  %0 = qnn.conv_transpose %x, %y strides [2, 2] dilations [1, 1] offsets [0, 0] groups 1
      : (tensor<1x2x4x4xui2>, tensor<?x3x2x2xsi2>) -> tensor<1x3x8x8xsi8>
  return
}

// -----

func.func @conv_transpose_c1_inputs(%x: tensor<1x2x4x4xui2>, %y: tensor<3x3x2x2xsi2>) {
  // expected-error @+1 {{expected weights [I, ...] with as many channels as 'tensor<1x2x4x4xui2>', divided into 1 groups, found 'tensor<3x3x2x2xsi2>'}}
  %0 = qnn.conv_transpose %x, %y strides [2, 2] dilations [1, 1] offsets [0, 0] groups 1
      : (tensor<1x2x4x4xui2>, tensor<3x3x2x2xsi2>) -> tensor<1x3x8x8xsi8>
  return
}

// -----

func.func @conv_transpose_c1_groups(%x: tensor<1x2x4x4xui2>, %y: tensor<2x3x2x2xsi2>) {
  // expected-error @+1 {{divided into 3 groups}}
  %0 = qnn.conv_transpose %x, %y strides [2, 2] dilations [1, 1] offsets [0, 0] groups 3
      : (tensor<1x2x4x4xui2>, tensor<2x3x2x2xsi2>) -> tensor<1x9x8x8xsi8>
  return
}

// -----

func.func @conv_transpose_c1_no_groups(%x: tensor<1x2x4x4xui2>, %y: tensor<2x3x2x2xsi2>) {
  // expected-error @+1 {{divided into 0 groups}}
  %0 = qnn.conv_transpose %x, %y strides [2, 2] dilations [1, 1] offsets [0, 0] groups 0
      : (tensor<1x2x4x4xui2>, tensor<2x3x2x2xsi2>) -> tensor<1x3x8x8xsi8>
  return
}

// -----

func.func @conv_transpose_c1_empty(%x: tensor<1x0x4x4xui2>, %y: tensor<0x3x2x2xsi2>) {
  // expected-error @+1 {{divided into 9223372036854775807 groups}}
  %0 = qnn.conv_transpose %x, %y strides [2, 2] dilations [1, 1] offsets [0, 0] groups 9223372036854775807
      : (tensor<1x0x4x4xui2>, tensor<0x3x2x2xsi2>) -> tensor<1x3x8x8xsi8>
  return
}

// -----

func.func @conv_transpose_c2_strides(%x: tensor<1x2x4x4xui2>, %y: tensor<2x3x2x2xsi2>) {
  // expected-error @+1 {{expected 2 entries of at least 1 in strides, found [2, 0]}}
  %0 = qnn.conv_transpose %x, %y strides [2, 0] dilations [1, 1] offsets [0, 0] groups 1
      : (tensor<1x2x4x4xui2>, tensor<2x3x2x2xsi2>) -> tensor<1x3x8x8xsi8>
  return
}

// -----

func.func @conv_transpose_c2_dilations(%x: tensor<1x2x4x4xui2>, %y: tensor<2x3x2x2xsi2>) {
  // expected-error @+1 {{expected 2 entries of at least 1 in dilations, found [1]}}
  %0 = qnn.conv_transpose %x, %y strides [2, 2] dilations [1] offsets [0, 0] groups 1
      : (tensor<1x2x4x4xui2>, tensor<2x3x2x2xsi2>) -> tensor<1x3x8x8xsi8>
  return
}

// -----

func.func @conv_transpose_c2_offsets(%x: tensor<1x2x4x4xui2>, %y: tensor<2x3x2x2xsi2>) {
  // expected-error @+1 {{expected 2 entries of at least 0 in offsets, found [-1, 0]}}
  %0 = qnn.conv_transpose %x, %y strides [2, 2] dilations [1, 1] offsets [-1, 0] groups 1
      : (tensor<1x2x4x4xui2>, tensor<2x3x2x2xsi2>) -> tensor<1x3x8x8xsi8>
  return
}

// -----

func.func @conv_transpose_c2_kernel(%x: tensor<1x2x4x4xui2>, %y: tensor<2x3x0x2xsi2>) {
  // expected-error @+1 {{expected 2 entries of at least 1 in kernel, found [0, 2]}}
  %0 = qnn.conv_transpose %x, %y strides [2, 2] dilations [1, 1] offsets [0, 0] groups 1
      : (tensor<1x2x4x4xui2>, tensor<2x3x0x2xsi2>) -> tensor<1x3x8x8xsi8>
  return
}

// -----

func.func @conv_transpose_c2_channels(%x: tensor<1x2x4x4xui2>, %y: tensor<2x3x2x2xsi2>) {
  // expected-error @+1 {{expected result 'tensor<1x3x?x?xsi8>', found 'tensor<1x2x8x8xsi8>'}}
  %0 = qnn.conv_transpose %x, %y strides [2, 2] dilations [1, 1] offsets [0, 0] groups 1
      : (tensor<1x2x4x4xui2>, tensor<2x3x2x2xsi2>) -> tensor<1x2x8x8xsi8>
  return
}

// -----

func.func @conv_transpose_c3(%x: tensor<1x2x4x4xui2>, %y: tensor<2x3x2x2xsi2>) {
  // 8 products of 3 * -2 are -48.
  // expected-error @+1 {{expected an accumulator type that holds every partial sum, found 'si6'}}
  %0 = qnn.conv_transpose %x, %y strides [2, 2] dilations [1, 1] offsets [0, 0] groups 1
      : (tensor<1x2x4x4xui2>, tensor<2x3x2x2xsi2>) -> tensor<1x3x8x8xsi6>
  return
}

// -----

func.func @conv_c3_weights(%x: tensor<1x1x2x2xui2>) {
  // Output 0 reaches 9, output 1 -9, which si5 would hold.
  %w = qnn.constant <"w", [1, 1, 1, 0, -1, -1, -1, 0] : tensor<2x1x2x2xsi2>>
  // expected-error @+1 {{expected an accumulator type that holds every partial sum, found 'si4'}}
  %0 = qnn.conv %x, %w axis 1 strides [1, 1] dilations [1, 1] groups 1
      : (tensor<1x1x2x2xui2>, tensor<2x1x2x2xsi2>) -> tensor<1x2x1x1xsi4>
  return
}
