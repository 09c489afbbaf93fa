// RUN: not qcompile-opt %s --onnx-decompose-weights="keep-first=false keep-last=false" 2>&1 | FileCheck %s --check-prefix=BOTH
// RUN: not qcompile-opt %s --onnx-decompose-weights="levels=16 density=1.5" 2>&1 | FileCheck %s --check-prefix=RANGE
// RUN: not qcompile-opt %s --onnx-decompose-weights="levels=15 basis-bits=16 layers=wide keep-first=false keep-last=false" 2>&1 | FileCheck %s --check-prefix=WIDE
// RUN: not qcompile-opt %s --onnx-decompose-weights="density=0 layers=wide keep-first=false keep-last=false" 2>&1 | FileCheck %s --check-prefix=ZERO
// RUN: not qcompile-opt %s --onnx-decompose-weights="density=0.05 layers=wide keep-first=false keep-last=false" 2>&1 | FileCheck %s --check-prefix=LITTLE

// BOTH: error: [QC-P010] layer 'fc': its weights have the structure 'n_m', which a decomposition would break; use one of the two on this layer
// RANGE-DAG: error: [QC-P010] option 'levels': expected 1 to 15, found 16
// RANGE-DAG: error: [QC-P010] option 'density': expected 0 to 1, found 1.5
// Three outputs of one vector of 3.
// ZERO: error: [QC-P010] layer 'wide': density 0 leaves none of its 9 coefficients, expected at least 0.111111 (1/9)
// LITTLE: error: [QC-P010] layer 'wide': density 0.05 leaves none of its 9 coefficients, expected at least 0.111111 (1/9)
// WIDE: error: [QC-P010] layer 'wide': the products of coefficients and basis have {{[0-9]+}} bits, expected at most 23: lower 'levels' or 'basis-bits'
func.func @layers(%x: tensor<1x2xf32>) -> tensor<1x3xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [0.0, 1.0, 2.0, 0.0] : tensor<2x2xf32>>,
      encoding.structure = #encoding.n_m<n = 1, m = 2, order = [1, 0], rows = 1>} : () -> tensor<2x2xf32>
  %v = onnx.Constant() {value = #data.constant<"v", [1.0, 16384.0, -5.0, 64.0, 1.0, 3.0] : tensor<2x3xf32>>} : () -> tensor<2x3xf32>
  %y = onnx.MatMul(%x, %w) : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fc"("y"("model.onnx":1:0)))
  %z = onnx.MatMul(%y, %v) : (tensor<1x2xf32>, tensor<2x3xf32>) -> tensor<1x3xf32> loc("wide"("z"("model.onnx":2:0)))
  return %z : tensor<1x3xf32>
}
