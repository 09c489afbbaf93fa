// RUN: qcompile-opt %s --partition-host --split-input-file --verify-diagnostics

// A float island between integer layers: every integer layer behind it is named.
func.func @main(%x: tensor<1x1xui2>) -> tensor<1x1xsi4> {
  %w = qnn.constant <"w", [1] : tensor<1x1xsi2>>
  %a = qnn.matmul %x, %w : (tensor<1x1xui2>, tensor<1x1xsi2>) -> tensor<1x1xsi4>
  %f = qnn.dequantize %a axis 1 scale <"s", [0.5] : tensor<1xf64>> zero_point <"z", [0] : tensor<1xsi64>>
      : (tensor<1x1xsi4>) -> tensor<1x1xf32>
  %q = qnn.threshold %f axis 1 thresholds <"t", [0.5] : tensor<1x1xf32>> directions [1] low 0 step 1
      : (tensor<1x1xf32>) -> tensor<1x1xui2>
  // expected-error @+1 {{[QC-B006] node 'qnn.matmul': integer layer behind a float island; the target computes one integer core, with floats before and behind it only}}
  %b = qnn.matmul %q, %w : (tensor<1x1xui2>, tensor<1x1xsi2>) -> tensor<1x1xsi4>
  return %b : tensor<1x1xsi4>
}

// -----

// expected-error @+1 {{[QC-B006] the model has no integer layer}}
func.func @main(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %y = onnx.Relu(%x) : (tensor<1x1xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

// expected-error @+1 {{[QC-P001] expected a function 'main' with one block}}
module {
  func.func private @main(tensor<1xf32>)
}
