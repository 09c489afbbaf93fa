// RUN: qcompile-opt %s --convert-qnn-to-multithreshold --split-input-file | FileCheck %s

// A border becomes part of the convolution behind it.
// CHECK-LABEL: func.func @border
// CHECK-NOT: onnx.Pad
// CHECK: onnx.Conv(%{{.*}}, %{{.*}}) {{{.*}}pads = array<i64: 1, 0, 1, 2>
func.func @border(%x: tensor<1x1x2x2xf32>) -> tensor<1x1x2x2xf32> {
  %q = qnn.quantize %x scale <"s", [1.0] : tensor<1x1x1x1xf32>> zero_point <"z", [0.0] : tensor<1x1x1x1xf32>> range [0, 3] rounding "ROUND"
      : (tensor<1x1x2x2xf32>) -> tensor<1x1x2x2xui2>
  %p = qnn.pad %q axis 1 low [0, 0, 1, 0] high [0, 0, 1, 2] values <"v", [0] : tensor<1xsi64>> : (tensor<1x1x2x2xui2>) -> tensor<1x1x4x4xui2>
  %w = qnn.constant <"w", [1, 1, 1, 1, 1, 1, 1, 1, 1] : tensor<1x1x3x3xui1>>
  %c = qnn.conv %p, %w axis 1 strides [1, 1] dilations [1, 1] groups 1 : (tensor<1x1x4x4xui2>, tensor<1x1x3x3xui1>) -> tensor<1x1x2x2xui5>
  %y = qnn.dequantize %c axis 1 scale <"ys", [1.0] : tensor<1xf64>> zero_point <"yz", [0] : tensor<1xsi64>> : (tensor<1x1x2x2xui5>) -> tensor<1x1x2x2xf32>
  return %y : tensor<1x1x2x2xf32>
}

// -----

// Steps upwards less steps downwards: 0, 2, 2, 1 from -2 on goes up twice at -1 and down once at 1.
// CHECK-LABEL: func.func @table
// CHECK: [-1, -1] : tensor<1x2xf32>
// CHECK: %[[UP:.*]] = onnx.MultiThreshold
// CHECK: [1] : tensor<1x1xf32>>
// CHECK: %[[DOWN:.*]] = onnx.MultiThreshold
// CHECK: onnx.Sub(%[[UP]], %[[DOWN]])
func.func @table(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %q = qnn.quantize %x scale <"s", [1.0] : tensor<1x1xf32>> zero_point <"z", [0.0] : tensor<1x1xf32>> range [-2, 1] rounding "ROUND"
      : (tensor<1x2xf32>) -> tensor<1x2xsi2>
  %t = qnn.table %q axis 1 low -2 values <"t", [0, 2, 2, 1] : tensor<1x4xui2>> : (tensor<1x2xsi2>) -> tensor<1x2xui2>
  %y = qnn.dequantize %t axis 1 scale <"ys", [1.0] : tensor<1xf64>> zero_point <"yz", [0] : tensor<1xsi64>> : (tensor<1x2xui2>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

// A scale that float32 does not hold takes float64: 1/10 is none, and 9 * float32(0.1) is not 0.9 as a float32.
// CHECK-LABEL: func.func @wide
// CHECK: onnx.Cast(%{{.*}}) {to = 11 : i64}
// CHECK: onnx.Mul({{.*}}) : (tensor<1x2xf64>, tensor<f64>) -> tensor<1x2xf64>
// CHECK: onnx.Cast(%{{.*}}) {to = 1 : i64}
func.func @wide(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %q = qnn.quantize %x scale <"s", [1.0] : tensor<1x1xf32>> zero_point <"z", [0.0] : tensor<1x1xf32>> range [0, 15] rounding "ROUND"
      : (tensor<1x2xf32>) -> tensor<1x2xui4>
  %y = qnn.dequantize %q axis 1 scale <"ys", [0.1] : tensor<1xf64>> zero_point <"yz", [0] : tensor<1xsi64>> : (tensor<1x2xui4>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}
