// RUN: qcompile-opt %s --qnn-expand-pq --verify-diagnostics | FileCheck %s

// The example of the pass. Prototypes (0, 0) and (3, 3): minus the distance is 2 (0 x0 + 0 x1) - 0 and 2 (3 x0 + 3 x1) - 18, up to
// x0^2 + x1^2.

// CHECK-LABEL: func.func @one
// CHECK: %[[W:.*]] = qnn.constant <"scores", [0, 0, 6, 6] : tensor<2x1x2xui3>>
// CHECK: %[[S:.*]] = qnn.conv %{{.*}}, %[[W]] axis 2 strides [1] dilations [1] groups 1
// CHECK: %[[O:.*]] = qnn.constant <"offsets", [0, -18] : tensor<1x1x2xsi6>>
// CHECK: %[[D:.*]] = qnn.add %[[S]], %[[O]] multipliers 1, 1
// CHECK: qnn.arg_max %{{.*}} axis 2
// CHECK: qnn.lookup
// CHECK: qnn.sum_pool
// CHECK-NOT: qnn.pq
func.func @one(%x: tensor<4x2xui2>) -> tensor<4x1xsi4> {
  // expected-remark @+1 {{[QC-P016] node 'qnn.pq': no unit for product quantization}}
  %y = qnn.pq %x prototypes <"p", [0, 0, 3, 3] : tensor<1x2x2xui2>>
      offsets <"o", [0, 0] : tensor<1x2xsi8>> tables <"t", [5, -5] : tensor<1x2x1xsi4>> factor 1 norm 2
      : (tensor<4x2xui2>) -> tensor<4x1xsi4>
  return %y : tensor<4x1xsi4>
}
