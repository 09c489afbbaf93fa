// RUN: qcompile-opt %s --convert-qnn-to-hls --split-input-file --verify-diagnostics

func.func private @core(%x: tensor<2x3xui2>) -> tensor<3x2xui2> {
  // expected-error @+1 {{[QC-B001] node 'qnn.transpose': expected a transpose that moves only dimensions of one element}}
  %y = qnn.transpose %x perm = [1, 0] : (tensor<2x3xui2>) -> tensor<3x2xui2>
  return %y : tensor<3x2xui2>
}

// -----

func.func private @core(%x: tensor<1x2xui2>, %w: tensor<2x2xsi2>) -> tensor<1x2xsi8> {
  // expected-error @+1 {{expected constant weights}}
  %y = qnn.matmul %x, %w : (tensor<1x2xui2>, tensor<2x2xsi2>) -> tensor<1x2xsi8>
  return %y : tensor<1x2xsi8>
}

// -----

// expected-error @+1 {{[QC-B001] input 0 of the integer core is not used}}
func.func private @core(%x: tensor<1x2xui2>, %z: tensor<1x2xui2>) -> tensor<2xui2> {
  %y = qnn.reshape %z : (tensor<1x2xui2>) -> tensor<2xui2>
  return %y : tensor<2xui2>
}

// -----

// expected-error @+1 {{expected a function 'core' with one block}}
module {
}
