// RUN: qcompile-opt %s | qcompile-opt | FileCheck %s

// CHECK-LABEL: func.func @pq
// CHECK: qnn.pq %{{.*}} prototypes <"p", {{.*}} : tensor<2x2x2xsi3>> offsets <"o", {{.*}} : tensor<2x2xsi4>> tables <"t", {{.*}} : tensor<2x2x1xsi4>> factor 2 norm 1
// CHECK-SAME: : (tensor<5x3xui2>) -> tensor<5x1xsi5>
func.func @pq(%x: tensor<5x3xui2>) -> tensor<5x1xsi5> {
  %y = qnn.pq %x prototypes <"p", [0, 0, 3, 3, 1, 0, 2, 0] : tensor<2x2x2xsi3>>
      offsets <"o", [0, -1, 2, 0] : tensor<2x2xsi4>>
      tables <"t", [7, -7, 1, -8] : tensor<2x2x1xsi4>> factor 2 norm 1
      : (tensor<5x3xui2>) -> tensor<5x1xsi5>
  return %y : tensor<5x1xsi5>
}
