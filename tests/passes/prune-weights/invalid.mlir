// RUN: not qcompile-opt %s --onnx-prune-weights="pattern=5:4" 2>&1 | FileCheck %s --check-prefix=MANY
// RUN: not qcompile-opt %s --onnx-prune-weights="pattern=half" 2>&1 | FileCheck %s --check-prefix=FORM
// RUN: not qcompile-opt %s --onnx-prune-weights="density=1.5" 2>&1 | FileCheck %s --check-prefix=DENSITY
// RUN: not qcompile-opt %s --onnx-prune-weights="filters=-1" 2>&1 | FileCheck %s --check-prefix=FILTERS
// RUN: not qcompile-opt %s --onnx-prune-weights 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not qcompile-opt %s --onnx-prune-weights="pattern=2:4 rows=0.5" 2>&1 | FileCheck %s --check-prefix=TWO
// RUN: not qcompile-opt %s --onnx-prune-weights="density=0.5 scope=all" 2>&1 | FileCheck %s --check-prefix=SCOPE
// RUN: not qcompile-opt %s --onnx-prune-weights="pattern=2:4 scope=global" 2>&1 | FileCheck %s --check-prefix=GLOBAL
// RUN: not qcompile-opt %s --onnx-prune-weights="density=0.5 permute=true" 2>&1 | FileCheck %s --check-prefix=PERMUTE

// MANY: error: [QC-P010] pattern '5:4': expected 1 <= N < m <= 65536, found N = 5 and m = 4
// FORM: error: [QC-P010] expected a pattern N:m such as 2:4, found 'half'
// DENSITY: error: [QC-P010] expected density above 0 and below 1, found 1.5
// FILTERS: error: [QC-P010] expected filters above 0 and below 1, found -1
// NONE: error: [QC-P010] expected one of pattern, density, filters and rows, found 0 of them
// TWO: error: [QC-P010] expected one of pattern, density, filters and rows, found 2 of them
// SCOPE: error: [QC-P010] expected scope layer or global, found 'all'
// GLOBAL: error: [QC-P010] scope global goes with a density only
// PERMUTE: error: [QC-P010] permute goes with a pattern only
func.func @main(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  return %x : tensor<1x1xf32>
}
