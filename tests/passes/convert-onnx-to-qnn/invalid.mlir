// RUN: qcompile-opt %s --convert-onnx-to-qnn --split-input-file --verify-diagnostics

func.func @dynamic(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  // expected-error @+1 {{[QC-I006] node 'onnx.Relu': expected a static shape, found 'tensor<?x2xf32>'; give the sizes of the inputs with --input-shape}}
  %0 = onnx.Relu(%x) : (tensor<?x2xf32>) -> tensor<?x2xf32>
  return %0 : tensor<?x2xf32>
}

// -----

// Sizes that data decides: every node where one arises, not those behind it.
func.func @data(%x: tensor<2x3xf32>) -> tensor<2x?xsi64> {
  // expected-error @+1 {{[QC-I003] node 'onnx.NonZero': the size of the result of NonZero depends on data, which is not supported}}
  %y = onnx.NonZero(%x) : (tensor<2x3xf32>) -> tensor<2x?xsi64>
  %z = onnx.Identity(%y) : (tensor<2x?xsi64>) -> tensor<2x?xsi64>
  return %z : tensor<2x?xsi64>
}
