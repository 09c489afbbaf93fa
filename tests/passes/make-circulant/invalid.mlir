// RUN: not qcompile-opt %s --onnx-make-circulant="block=2 keep-first=false keep-last=false layers=pruned" 2>&1 | FileCheck %s --check-prefix=BOTH
// RUN: not qcompile-opt %s --onnx-make-circulant="block=4 keep-first=false keep-last=false layers=pruned" 2>&1 | FileCheck %s --check-prefix=LARGE
// RUN: not qcompile-opt %s --onnx-make-circulant="block=2 keep-first=false keep-last=false layers=affine" 2>&1 | FileCheck %s --check-prefix=ZERO
// RUN: not qcompile-opt %s --onnx-make-circulant 2>&1 | FileCheck %s --check-prefix=BLOCK
// RUN: not qcompile-opt %s --onnx-make-circulant="block=2 bits=17" 2>&1 | FileCheck %s --check-prefix=BITS

// BOTH: error: [QC-P010] layer 'pruned': its weights have the structure 'n_m', which circulant blocks would break; use one of the two on this layer
// LARGE: error: [QC-P010] layer 'pruned': blocks of 4 are larger than the layer: expected at most 2, for 2 outputs and 2 input channels
// ZERO: error: [QC-P010] layer 'affine': the zero points of outputs 0 and 1 differ (0 and 1), so that tied weights have no common code: quantize the weights symmetrically
// BLOCK: error: [QC-P010] option 'block': expected at least 2, found 0 (0 is for 'detect-only')
// BITS: error: [QC-P010] option 'bits': expected 0 or 2 to 16, found 17
func.func @layers(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [0.0, 1.0, 2.0, 0.0] : tensor<2x2xf32>>,
      encoding.structure = #encoding.n_m<n = 1, m = 2, order = [1, 0], rows = 1>} : () -> tensor<2x2xf32>
  %y = onnx.MatMul(%x, %w) : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("pruned"("y"("model.onnx":1:0)))
  %s = onnx.Constant() {value = #data.constant<"s", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0, 1.0] : tensor<2xf32>>} : () -> tensor<2xf32>
  %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %v = onnx.Constant() {value = #data.constant<"v", [1.0, 2.0, 3.0, 5.0] : tensor<2x2xf32>>} : () -> tensor<2x2xf32>
  %q = onnx.Quant(%v, %s, %z, %b) : (tensor<2x2xf32>, tensor<f32>, tensor<2xf32>, tensor<f32>) -> tensor<2x2xf32>
  %u = onnx.MatMul(%y, %q) : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("affine"("u"("model.onnx":2:0)))
  return %u : tensor<1x2xf32>
}
