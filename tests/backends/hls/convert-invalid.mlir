// RUN: qcompile-opt %s --convert-qnn-to-hls --split-input-file --verify-diagnostics

func.func private @core(%x: tensor<1x4x4x2xui2>, %w: tensor<3x3x3x2xsi2>) -> tensor<1x2x2x3xsi8> {
  // expected-error @+1 {{[QC-B001] node 'qnn.conv': expected constant weights: a unit keeps them in memory}}
  %y = qnn.conv %x, %w axis 3 strides [1, 1] dilations [1, 1] groups 1
      : (tensor<1x4x4x2xui2>, tensor<3x3x3x2xsi2>) -> tensor<1x2x2x3xsi8>
  return %y : tensor<1x2x2x3xsi8>
}

// -----

func.func private @core(%x: tensor<1x1x2x2xui2>) -> tensor<1x1x1x1xui2> {
  // expected-error @+1 {{[QC-B001] node 'qnn.max_pool': expected channels in the last dimension, as choose-layout puts them, found them in dimension 1}}
  %y = qnn.max_pool %x axis 1 kernel [2, 2] strides [1, 1] dilations [1, 1]
      : (tensor<1x1x2x2xui2>) -> tensor<1x1x1x1xui2>
  return %y : tensor<1x1x1x1xui2>
}

// -----

func.func private @core(%x: tensor<1x2xui2>) -> tensor<1x1xsi40> {
  %w = qnn.constant #data.constant<"w", [1, -1] : tensor<2x1xsi33>>
  // expected-error @+1 {{expected weights of at most 32 bits, found 33}}
  %y = qnn.matmul %x, %w : (tensor<1x2xui2>, tensor<2x1xsi33>) -> tensor<1x1xsi40>
  return %y : tensor<1x1xsi40>
}

// -----

func.func private @core(%i: tensor<1x2xsi64>, %t: tensor<4x3xui2>) -> tensor<1x2x3xui2> {
  // expected-error @+1 {{[QC-B001] node 'qnn.lookup': expected a constant table: a unit keeps it in memory}}
  %y = qnn.lookup %i, %t : (tensor<1x2xsi64>, tensor<4x3xui2>) -> tensor<1x2x3xui2>
  return %y : tensor<1x2x3xui2>
}

// -----

func.func private @core(%x: tensor<1x1x2x2xui2>) -> tensor<1x1x3x3xsi8> {
  %w = qnn.constant #data.constant<"w", [1, -1, 0, 1] : tensor<1x1x2x2xsi2>>
  // expected-error @+1 {{expected 'qnn.conv_transpose' to be rewritten before}}
  %y = qnn.conv_transpose %x, %w strides [1, 1] dilations [1, 1] offsets [0, 0] groups 1
      : (tensor<1x1x2x2xui2>, tensor<1x1x2x2xsi2>) -> tensor<1x1x3x3xsi8>
  return %y : tensor<1x1x3x3xsi8>
}

// -----

// expected-error @+1 {{expected a function 'core' with one block}}
module {
}
