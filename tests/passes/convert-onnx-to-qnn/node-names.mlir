// RUN: qcompile-opt %s --convert-onnx-to-qnn 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: not qcompile-opt %S/Inputs/dynamic.mlir --convert-onnx-to-qnn 2>&1 | FileCheck %s --check-prefix=ERROR

// Remarks and errors name the node and the file of the source model.

// REMARK: model.onnx:7:0: remark: [QC-P002] node 'fc1' stays float: its input is not quantized
func.func @named(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %v = onnx.Quant(%w, %one, %zero, %b2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %m = onnx.MatMul(%x, %v) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32> loc("fc1"("fc1_out"("model.onnx":7:0)))
  %y = onnx.Quant(%m, %one, %zero, %b2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}
// ERROR: model.onnx:0:0: error: [QC-I006] node 'relu1': expected a static shape, found 'tensor<*xf32>'
