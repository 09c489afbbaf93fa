// RUN: qcompile-opt %s --onnx-prune-weights="pattern=2:4 keep-first=false keep-last=false" --split-input-file --verify-diagnostics

func.func @circulant(%x: tensor<1x4xf32>) -> tensor<1x2xf32> {
  %w = onnx.Constant() {encoding.structure = #encoding.circulant<block = 2, order = [1, 0], rows = 1>, value = #data.constant<"w", [1.0, 2.0, 2.0, 1.0, 3.0, 4.0, 4.0, 3.0] : tensor<4x2xf32>>} : () -> tensor<4x2xf32>
  // expected-error @+1 {{[QC-P010] layer 'onnx.MatMul': its weights have the structure circulant, which the zeros of 2:4 would break: prune it before, or leave it out (layers=)}}
  %y = onnx.MatMul(%x, %w) : (tensor<1x4xf32>, tensor<4x2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

func.func @bipolar(%x: tensor<1x4xf32>) -> tensor<1x1xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, -1.0, 1.0, 1.0] : tensor<4x1xf32>>} : () -> tensor<4x1xf32>
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %q = onnx.BipolarQuant(%w, %s) : (tensor<4x1xf32>, tensor<f32>) -> tensor<4x1xf32>
  // expected-remark @+1 {{[QC-P010] layer 'onnx.MatMul' stays as it is: bipolar weights have no zero}}
  %y = onnx.MatMul(%x, %q) : (tensor<1x4xf32>, tensor<4x1xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

func.func @few_inputs(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, -1.0] : tensor<2x1xf32>>} : () -> tensor<2x1xf32>
  // expected-remark @+1 {{[QC-P010] layer 'onnx.MatMul' stays as it is: it has 2 inputs, and the pattern 2:4 lets 2 stay}}
  %y = onnx.MatMul(%x, %w) : (tensor<1x2xf32>, tensor<2x1xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}
