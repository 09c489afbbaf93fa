// RUN: qcompile-opt %s --qnn-expand-conv-transpose --verify-diagnostics

// More parts than any network needs: left alone, and said so.
func.func @stride(%x: tensor<1x1x1xui2>) -> tensor<1x1x2xsi8> {
  %w = qnn.constant <"w", [1] : tensor<1x1x1xsi2>>
  // expected-warning @+1 {{[QC-P004] node 'qnn.conv_transpose' stays as it is: expected at most 4096 parts}}
  %y = qnn.conv_transpose %x, %w strides [1000000000000] dilations [1] offsets [0] groups 1
      : (tensor<1x1x1xui2>, tensor<1x1x1xsi2>) -> tensor<1x1x2xsi8>
  return %y : tensor<1x1x2xsi8>
}
