// RUN: qcompile-opt %s --qnn-select-requantization=min-levels=3 --verify-diagnostics | FileCheck %s

// The example of the pass. Thresholds 4, 12 and 20: equally far, the plain shift floor((x + 4) / 8) has them. Thresholds 5, 12 and 21 are those of
// x / 8 with ties to even codes (4 to 0, 12 to 2, 20 to 2): theirs is the rounding shift.

// CHECK-LABEL: func.func @layers
// CHECK: qnn.requantize %{{.*}} axis 1 multipliers <{{.*}}> offsets <{{.*}}> shift 3 rounding "FLOOR" range{{ ?}}[0, 3]
// CHECK: qnn.requantize %{{.*}} axis 1 multipliers <"{{.*}}", [1] : tensor<1xsi64>> offsets <"{{.*}}", [0] : tensor<1xsi64>> shift 3 rounding "ROUND" range{{ ?}}[0, 4]
// expected-remark @+1 {{layers of 'layers' with 3 or more thresholds: 2 of 2 multiply and shift (multipliers of at most 1 bits, shifts of at most 3), 0 look up a table, 0 keep their thresholds}}
func.func @layers(%x: tensor<1x1xui6>) -> (tensor<1x1xui2>, tensor<1x1xui3>) {
  // expected-remark @+1 {{node 'qnn.threshold' multiplies and shifts: multipliers of 1 bits, shift 3, rounding FLOOR}}
  %a = qnn.threshold %x axis 1 thresholds <"a", [4, 12, 20] : tensor<1x3xsi8>> directions [1] low 0 step 1
      : (tensor<1x1xui6>) -> tensor<1x1xui2>
  // expected-remark @+1 {{node 'qnn.threshold' multiplies and shifts: multipliers of 1 bits, shift 3, rounding ROUND}}
  %b = qnn.threshold %x axis 1 thresholds <"b", [5, 12, 21, 28] : tensor<1x4xsi8>> directions [1] low 0 step 1
      : (tensor<1x1xui6>) -> tensor<1x1xui3>
  return %a, %b : tensor<1x1xui2>, tensor<1x1xui3>
}
