// RUN: qcompile-opt %s --split-input-file --verify-diagnostics --convert-qnn-to-imc='target="max_input_bits=2 accumulator_bits=4"'

// Every layer that does not fit is named, not only the first.
func.func @core(%x: tensor<1x2xui3>, %y: tensor<1x2xui2>) -> (tensor<1x1xui3>, tensor<1x1xsi5>) {
  %w = qnn.constant <"w", [1, 0] : tensor<2x1xui1>>
  // expected-error@+1 {{[QC-B002] node 'qnn.matmul': inputs are uint3, the target has max_input_bits=2}}
  %a = qnn.matmul %x, %w : (tensor<1x2xui3>, tensor<2x1xui1>) -> tensor<1x1xui3>
  %v = qnn.constant <"v", [3, -3] : tensor<2x1xsi3>>
  // expected-error@+1 {{[QC-B002] node 'qnn.matmul': partial sums from -9 to 9 do not fit, the target has accumulator_bits=4}}
  %b = qnn.matmul %y, %v : (tensor<1x2xui2>, tensor<2x1xsi3>) -> tensor<1x1xsi5>
  return %a, %b : tensor<1x1xui3>, tensor<1x1xsi5>
}

// -----

// Spatial operations have their channels last here.
func.func @core(%x: tensor<1x2x4x4xui2>) -> tensor<1x2x2x2xui2> {
  // expected-error@+1 {{[QC-B001] node 'qnn.max_pool': channels are dimension 1, expected them last}}
  %a = qnn.max_pool %x axis 1 kernel [2, 2] strides [2, 2] dilations [1, 1]
      : (tensor<1x2x4x4xui2>) -> tensor<1x2x2x2xui2>
  return %a : tensor<1x2x2x2xui2>
}

// -----

func.func @core(%x: tensor<1x4x4x2xui2>, %w: tensor<1x2x2x2xsi3>) -> tensor<1x3x3x1xsi8> {
  // expected-error@+1 {{[QC-B001] node 'qnn.conv': the weights are not constant}}
  %s = qnn.conv %x, %w axis 3 strides [1, 1] dilations [1, 1] groups 1
      : (tensor<1x4x4x2xui2>, tensor<1x2x2x2xsi3>) -> tensor<1x3x3x1xsi8>
  return %s : tensor<1x3x3x1xsi8>
}
