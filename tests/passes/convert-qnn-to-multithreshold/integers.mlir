// RUN: qcompile-opt %s --convert-qnn-to-multithreshold --split-input-file | FileCheck %s

// An operation of onnx between those of qnn has integers, which become floats behind it and are what becomes of floats before it. So has
// a result of the function.
// CHECK-LABEL: func.func @between
// CHECK: %[[Q:.*]] = onnx.MultiThreshold
// CHECK: %[[I:.*]] = onnx.Cast(%[[Q]]) {to = 3 : i64} : (tensor<1x2xf32>) -> tensor<1x2xsi8>
// CHECK: %[[P:.*]] = onnx.Pad(%[[I]]
// CHECK: %[[F:.*]] = onnx.Cast(%[[P]]) {to = 1 : i64} : (tensor<1x4xsi8>) -> tensor<1x4xf32>
// CHECK: onnx.Mul(%[[F]]
// CHECK: return %{{.*}}, %[[I]] : tensor<1x4xf32>, tensor<1x2xsi8>
func.func @between(%x: tensor<1x2xf32>) -> (tensor<1x4xf32>, tensor<1x2xsi8>) {
  %q = qnn.quantize %x scale <"s", [0.5] : tensor<1x1xf32>> zero_point <"z", [0.0] : tensor<1x1xf32>> range [-128, 127] rounding "ROUND"
      : (tensor<1x2xf32>) -> tensor<1x2xsi8>
  %pads = onnx.Constant() {value = #data.constant<"pads", [0, 1, 0, 1] : tensor<4xsi64>>} : () -> tensor<4xsi64>
  %border = onnx.Constant() {value = #data.constant<"border", [-77] : tensor<si8>>} : () -> tensor<si8>
  %p = onnx.Pad(%q, %pads, %border) {operandSegmentSizes = array<i32: 1, 1, 1, 0>} : (tensor<1x2xsi8>, tensor<4xsi64>, tensor<si8>) -> tensor<1x4xsi8>
  %y = qnn.dequantize %p axis 1 scale <"ys", [0.25] : tensor<1xf64>> zero_point <"yz", [0] : tensor<1xsi64>> : (tensor<1x4xsi8>) -> tensor<1x4xf32>
  return %y, %q : tensor<1x4xf32>, tensor<1x2xsi8>
}

// -----

// A border that no window takes: all axes, so that the fourth operand of Pad is absent.
// CHECK-LABEL: func.func @border
// CHECK: [5] : tensor<f32>>
// CHECK: onnx.Pad({{.*}}) {onnx.datatype = "UINT4", operandSegmentSizes = array<i32: 1, 1, 1, 0>} : (tensor<1x1x2xf32>, tensor<6xsi64>, tensor<f32>) -> tensor<1x1x4xf32>
func.func @border(%x: tensor<1x1x2xf32>) -> tensor<1x1x4xf32> {
  %q = qnn.quantize %x scale <"s", [0.5] : tensor<1x1x1xf32>> zero_point <"z", [0.0] : tensor<1x1x1xf32>> range [0, 15] rounding "ROUND"
      : (tensor<1x1x2xf32>) -> tensor<1x1x2xui4>
  %p = qnn.pad %q axis 1 low [0, 0, 1] high [0, 0, 1] values <"v", [5] : tensor<1xsi64>> : (tensor<1x1x2xui4>) -> tensor<1x1x4xui4>
  %y = qnn.dequantize %p axis 1 scale <"ys", [0.25] : tensor<1xf64>> zero_point <"yz", [0] : tensor<1xsi64>> : (tensor<1x1x4xui4>) -> tensor<1x1x4xf32>
  return %y : tensor<1x1x4xf32>
}
