// RUN: qcompile-opt %s --onnx-fold-constants --split-input-file --verify-diagnostics

func.func @broadcast() -> tensor<2xf32> {
  %a = onnx.Constant() {value = #data.constant<"a", [1.0, 2.0] : tensor<2xf32>>} : () -> tensor<2xf32>
  %b = onnx.Constant() {value = #data.constant<"b", [1.0, 2.0, 3.0] : tensor<3xf32>>} : () -> tensor<3xf32>
  // expected-error @+1 {{[QC-P001] node 'onnx.Add': }}
  %c = onnx.Add(%a, %b) : (tensor<2xf32>, tensor<3xf32>) -> tensor<2xf32>
  return %c : tensor<2xf32>
}

// -----

func.func @reshape() -> tensor<3xf32> {
  %a = onnx.Constant() {value = #data.constant<"a", [1.0, 2.0] : tensor<2xf32>>} : () -> tensor<2xf32>
  %s = onnx.Constant() {value = #data.constant<"s", [3] : tensor<1xsi64>>} : () -> tensor<1xsi64>
  // expected-error @+1 {{[QC-P001] node 'onnx.Reshape': }}
  %c = onnx.Reshape(%a, %s) : (tensor<2xf32>, tensor<1xsi64>) -> tensor<3xf32>
  return %c : tensor<3xf32>
}
