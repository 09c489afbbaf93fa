// RUN: qcompile-opt %s --split-input-file --verify-diagnostics --convert-qnn-to-imc='target="max_input_bits=2 accumulator_bits=4"'

// Every layer that does not fit is named, not only the first.
func.func @core(%x: tensor<1x2xui3>, %y: tensor<1x2xui2>) -> (tensor<1x1xui3>, tensor<1x1xsi5>) {
  %w = qnn.constant <"w", [1, 0] : tensor<2x1xui1>>
  // expected-error@+1 {{[QC-B002] node 'qnn.matmul': inputs are uint3, the target has max_input_bits=2}}
  %a = qnn.matmul %x, %w : (tensor<1x2xui3>, tensor<2x1xui1>) -> tensor<1x1xui3>
  %v = qnn.constant <"v", [3, -3] : tensor<2x1xsi3>>
  // expected-error@+1 {{[QC-B002] node 'qnn.matmul': partial sums from -9 to 9 need 5 bits, the target has accumulator_bits=4}}
  %b = qnn.matmul %y, %v : (tensor<1x2xui2>, tensor<2x1xsi3>) -> tensor<1x1xsi5>
  return %a, %b : tensor<1x1xui3>, tensor<1x1xsi5>
}

// -----

func.func @core(%x: tensor<1x2xui2>, %w: tensor<2x1xui1>) -> tensor<1x1xui3> {
  // expected-error@+1 {{[QC-B001] node 'qnn.matmul': the weights are not constant}}
  %a = qnn.matmul %x, %w : (tensor<1x2xui2>, tensor<2x1xui1>) -> tensor<1x1xui3>
  return %a : tensor<1x1xui3>
}
