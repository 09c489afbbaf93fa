// RUN: qcompile-opt %s --cpu-lower-to-kernels --split-input-file --verify-diagnostics

func.func @main(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  // expected-error @+1 {{[QC-B002] node 'onnx.Tanh': expected a kernel's operation, found 'onnx.Tanh'; run cpu-outline-islands first}}
  %y = "onnx.Tanh"(%x) : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

// expected-error @+1 {{[QC-P001] expected a function 'main' with one block}}
module {
}

// -----

// expected-error @+1 {{[QC-B002] expected a static shape and a numeric element type for 'input0', found 'tensor<?x2xf32>'}}
func.func @main(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  return %x : tensor<?x2xf32>
}
