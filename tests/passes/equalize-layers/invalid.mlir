// RUN: not qcompile-opt %s --onnx-equalize-layers="iterations=0" 2>&1 | FileCheck %s --check-prefix=ITERATIONS
// RUN: not qcompile-opt %s --onnx-equalize-layers="layers=nowhere*" 2>&1 | FileCheck %s --check-prefix=NAME
// RUN: not qcompile-opt %s --onnx-equalize-layers="correction=bogus" 2>&1 | FileCheck %s --check-prefix=CORRECTION
// RUN: not qcompile-opt %s --onnx-equalize-layers="calibration=%t.missing.npy" 2>&1 | FileCheck %s --check-prefix=CALIBRATION

// ITERATIONS: expected at least one iteration, found 0
// NAME: layer pattern 'nowhere*' matches no layer with constant weights
// CORRECTION: error: [QC-P010] expected correction none, bias or second-order, found 'bogus'
// CALIBRATION: error: [QC-P010] equalization takes no calibration data
func.func @main(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [4.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %y = onnx.MatMul(%x, %w) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}
