// RUN: qcompile-opt %s --qnn-bound-accumulators | FileCheck %s

// An accumulator that leaves the function: its type is part of a signature, so that the result must stay valid IR, whether
// the accumulator keeps its type or the signature follows.

// CHECK-LABEL: func.func @main
// CHECK: qnn.matmul {{.*}} -> tensor<1x1x[[TYPE:si[0-9]+]]>
// CHECK: return {{.*}} : tensor<1x1x[[TYPE]]>
func.func @main(%x: tensor<1x2xui2>) -> tensor<1x1xsi16> {
  %w = qnn.constant <"w", [1, -1] : tensor<2x1xsi2>>
  %y = qnn.matmul %x, %w : (tensor<1x2xui2>, tensor<2x1xsi2>) -> tensor<1x1xsi16>
  return %y : tensor<1x1xsi16>
}
