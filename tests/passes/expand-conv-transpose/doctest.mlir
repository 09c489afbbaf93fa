// RUN: qcompile-opt %s --qnn-expand-conv-transpose --verify-diagnostics | FileCheck %s

// The example of the pass: kernel and stride are 2, so that every output sees one input. The four classes of outputs are the channels
// of one convolution, interleaved. 4 products per input where the dense convolution with inserted zeros has 16.

// CHECK-LABEL: func.func @up
// CHECK-SAME: (%[[X:.*]]: tensor<1x1x2x2xui2>)
// CHECK: %[[W:.*]] = qnn.constant <"w{{.*}}", [1, -1, 0, -2] : tensor<4x1x1x1xsi2>>
// CHECK: %[[Y:.*]] = qnn.conv %[[X]], %[[W]] axis 1 strides [1, 1] dilations [1, 1] groups 1
// CHECK-SAME: -> tensor<1x4x2x2xsi5>
// CHECK: %[[R:.*]] = qnn.depth_to_space %[[Y]] axis 1 blocks [2, 2] mode "DCR"
// CHECK: return %[[R]] : tensor<1x1x4x4xsi5>
func.func @up(%x: tensor<1x1x2x2xui2>) -> tensor<1x1x4x4xsi5> {
  %w = qnn.constant <"w", [1, -1, 0, -2] : tensor<1x1x2x2xsi2>>
  // expected-remark @+1 {{[QC-P004] node 'qnn.conv_transpose': transposed convolution as 1 dense convolution with 16 multiply-accumulates, with zeros inserted there would be 64}}
  %y = qnn.conv_transpose %x, %w strides [2, 2] dilations [1, 1] offsets [0, 0] groups 1
      : (tensor<1x1x2x2xui2>, tensor<1x1x2x2xsi2>) -> tensor<1x1x4x4xsi5>
  return %y : tensor<1x1x4x4xsi5>
}
