// RUN: qcompile-opt %s --convert-onnx-to-qnn --split-input-file --verify-diagnostics

func.func @dynamic(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  // expected-error @+1 {{[QC-I006] node 'onnx.Relu': expected a static shape, found 'tensor<?x2xf32>'; give the sizes of the inputs with --input-shape}}
  %0 = onnx.Relu(%x) : (tensor<?x2xf32>) -> tensor<?x2xf32>
  return %0 : tensor<?x2xf32>
}
