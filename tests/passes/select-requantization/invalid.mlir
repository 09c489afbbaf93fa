// RUN: qcompile-opt %s --qnn-select-requantization="min-levels=3 max-table-bits=0" --verify-diagnostics | FileCheck %s
// RUN: not qcompile-opt %s --qnn-select-requantization=min-levels=few 2>&1 | FileCheck %s --check-prefix=OPTION

// OPTION: few

// Nothing equals them: they stay, and the reason is given.
// CHECK-LABEL: func.func @curve
// CHECK: qnn.threshold
// expected-remark @+1 {{layers of 'curve' with 3 or more thresholds: 0 of 1 multiply and shift, 0 look up a table, 1 keep their thresholds}}
func.func @curve(%x: tensor<1x1xui6>) -> tensor<1x1xui3> {
  // expected-remark @+1 {{node 'qnn.threshold' keeps its thresholds: those of 1 of 1 rows lie on no line of 47 bits, and a table would be too large}}
  %a = qnn.threshold %x axis 1 thresholds <"a", [1, 4, 9, 16, 25, 36] : tensor<1x6xsi8>> directions [1] low 0 step 1
      : (tensor<1x1xui6>) -> tensor<1x1xui3>
  return %a : tensor<1x1xui3>
}
