// RUN: qcompile-opt %s --split-input-file --verify-diagnostics

// Every numbered constraint of docs/Qnn.md: the function's name is the operation and the number.

func.func @max_pool_w1(%x: tensor<1x2x4x4xui2>) {
  // expected-error @+1 {{expected axis to be 1 or the last dimension of 'tensor<1x2x4x4xui2>', found 0}}
  %0 = qnn.max_pool %x axis 0 kernel [2, 2] strides [2, 2] dilations [1, 1] : (tensor<1x2x4x4xui2>) -> tensor<1x2x2x2xui2>
  return
}

// -----

func.func @max_pool_w2(%x: tensor<1x2x4x4xui2>) {
  // expected-error @+1 {{expected 2 entries of at least 1 in kernel, found [2, 2, 1]}}
  %0 = qnn.max_pool %x axis 1 kernel [2, 2, 1] strides [2, 2] dilations [1, 1] : (tensor<1x2x4x4xui2>) -> tensor<1x2x2x2xui2>
  return
}

// -----

func.func @max_pool_w3(%x: tensor<1x2x4x4xui2>) {
  // expected-error @+1 {{expected result 'tensor<1x2x2x2xui2>', found 'tensor<1x2x2x3xui2>'}}
  %0 = qnn.max_pool %x axis 1 kernel [2, 2] strides [2, 2] dilations [1, 1] : (tensor<1x2x4x4xui2>) -> tensor<1x2x2x3xui2>
  return
}

// -----

func.func @max_pool_c1_type(%x: tensor<1x2x4x4xui2>) {
  // expected-error @+1 {{expected result 'tensor<1x2x2x2xui2>', found 'tensor<1x2x2x2xui3>'}}
  %0 = qnn.max_pool %x axis 1 kernel [2, 2] strides [2, 2] dilations [1, 1] : (tensor<1x2x4x4xui2>) -> tensor<1x2x2x2xui3>
  return
}

// -----

func.func @max_pool_c1_channels(%x: tensor<1x2x4x4xui2>) {
  // expected-error @+1 {{expected result 'tensor<1x2x2x2xui2>', found 'tensor<1x3x2x2xui2>'}}
  %0 = qnn.max_pool %x axis 1 kernel [2, 2] strides [2, 2] dilations [1, 1] : (tensor<1x2x4x4xui2>) -> tensor<1x3x2x2xui2>
  return
}

// -----

func.func @sum_pool_w1(%x: tensor<1x2x1x1x1x1xui2>) {
  // expected-error @+1 {{expected an operand of rank 3 to 5, found 'tensor<1x2x1x1x1x1xui2>'}}
  %0 = qnn.sum_pool %x axis 1 kernel [1, 1, 1, 1] strides [1, 1, 1, 1] dilations [1, 1, 1, 1] : (tensor<1x2x1x1x1x1xui2>) -> tensor<1x2x1x1x1x1xui4>
  return
}

// -----

func.func @sum_pool_w2(%x: tensor<1x2x4x4xui2>) {
  // expected-error @+1 {{expected 2 entries of at least 1 in strides, found []}}
  %0 = qnn.sum_pool %x axis 1 kernel [2, 2] strides [] dilations [1, 1] : (tensor<1x2x4x4xui2>) -> tensor<1x2x2x2xui4>
  return
}

// -----

func.func @sum_pool_w3(%x: tensor<1x2x4x4xui2>) {
  // expected-error @+1 {{expected a window that fits dimension 2 of 'tensor<1x2x4x4xui2>', found kernel 9223372036854775807 with dilation 9223372036854775807}}
  %0 = qnn.sum_pool %x axis 1 kernel [9223372036854775807, 9223372036854775807] strides [1, 1] dilations [9223372036854775807, 9223372036854775807] : (tensor<1x2x4x4xui2>) -> tensor<1x2x2x2xui4>
  return
}

// -----

func.func @sum_pool_c1(%x: tensor<1x2x4x4xui2>) {
  // expected-error @+1 {{expected result 'tensor<1x2x2x2xui4>', found 'tensor<1x1x2x2xui4>'}}
  %0 = qnn.sum_pool %x axis 1 kernel [2, 2] strides [2, 2] dilations [1, 1] : (tensor<1x2x4x4xui2>) -> tensor<1x1x2x2xui4>
  return
}

// -----

func.func @sum_pool_c2(%x: tensor<1x2x4x4xui2>) {
  // 4 codes of 3 are 12.
  // expected-error @+1 {{expected an accumulator type that holds every partial sum, found 'ui3'}}
  %0 = qnn.sum_pool %x axis 1 kernel [2, 2] strides [2, 2] dilations [1, 1] : (tensor<1x2x4x4xui2>) -> tensor<1x2x2x2xui3>
  return
}

// -----

func.func @depth_to_space_c1_axis(%x: tensor<1x8x4x4xui2>) {
  // expected-error @+1 {{expected axis to be 1 or the last dimension of 'tensor<1x8x4x4xui2>', found 2}}
  %0 = qnn.depth_to_space %x axis 2 blocks [2, 2] mode "DCR" : (tensor<1x8x4x4xui2>) -> tensor<1x2x8x8xui2>
  return
}

// -----

func.func @depth_to_space_c1_blocks(%x: tensor<1x8x4x4xui2>) {
  // expected-error @+1 {{expected 2 entries of at least 1 in blocks, found [2, 0]}}
  %0 = qnn.depth_to_space %x axis 1 blocks [2, 0] mode "DCR" : (tensor<1x8x4x4xui2>) -> tensor<1x2x8x8xui2>
  return
}

// -----

func.func @depth_to_space_c1_mode(%x: tensor<1x8x4x4xui2>) {
  // expected-error @+1 {{expected mode "DCR" or "CRD", found "DRC"}}
  %0 = qnn.depth_to_space %x axis 1 blocks [2, 2] mode "DRC" : (tensor<1x8x4x4xui2>) -> tensor<1x2x8x8xui2>
  return
}

// -----

func.func @depth_to_space_c1_channels(%x: tensor<1x8x4x4xui2>) {
  // expected-error @+1 {{expected channels of 'tensor<1x8x4x4xui2>' to be a multiple of the blocks' elements}}
  %0 = qnn.depth_to_space %x axis 1 blocks [3, 2] mode "DCR" : (tensor<1x8x4x4xui2>) -> tensor<1x2x12x8xui2>
  return
}

// -----

func.func @depth_to_space_c1_overflow(%x: tensor<1x8x4x4xui2>) {
  // expected-error @+1 {{expected channels of 'tensor<1x8x4x4xui2>' to be a multiple of the blocks' elements}}
  %0 = qnn.depth_to_space %x axis 1 blocks [9223372036854775807, 9223372036854775807] mode "DCR" : (tensor<1x8x4x4xui2>) -> tensor<1x2x8x8xui2>
  return
}

// -----

func.func @depth_to_space_c2_shape(%x: tensor<1x8x4x4xui2>) {
  // expected-error @+1 {{expected result 'tensor<1x2x8x8xui2>', found 'tensor<1x8x8x8xui2>'}}
  %0 = qnn.depth_to_space %x axis 1 blocks [2, 2] mode "DCR" : (tensor<1x8x4x4xui2>) -> tensor<1x8x8x8xui2>
  return
}

// -----

func.func @depth_to_space_c2_type(%x: tensor<1x8x4x4xui2>) {
  // expected-error @+1 {{expected result 'tensor<1x2x8x8xui2>', found 'tensor<1x2x8x8xui3>'}}
  %0 = qnn.depth_to_space %x axis 1 blocks [2, 2] mode "DCR" : (tensor<1x8x4x4xui2>) -> tensor<1x2x8x8xui3>
  return
}
