// RUN: qcompile-opt %s --qnn-choose-layout="layout=channels-last border=floats" | FileCheck %s --check-prefix=FLOATS
// RUN: qcompile-opt %s --qnn-choose-layout="layout=channels-last border=codes" | FileCheck %s --check-prefix=CODES


// Transposes of an image to image network stand on the float side, or on the side of the codes.
// FLOATS-LABEL: func.func @image
// FLOATS: onnx.Transpose
// FLOATS: qnn.quantize {{.*}} -> tensor<1x4x5x2xsi4>
// FLOATS-NOT: qnn.transpose
// FLOATS: qnn.dequantize {{.*}} axis 3 {{.*}} -> tensor<1x4x5x3xf32>
// FLOATS: onnx.Transpose
// CODES-LABEL: func.func @image
// CODES-NOT: onnx.Transpose
// CODES: qnn.quantize {{.*}} -> tensor<1x2x4x5xsi4>
// CODES: qnn.transpose {{.*}} perm = [0, 2, 3, 1]
// CODES: qnn.conv {{.*}} axis 3
// CODES: qnn.transpose {{.*}} perm = [0, 3, 1, 2]
// CODES: qnn.dequantize {{.*}} axis 1
func.func @image(%x: tensor<1x2x4x5xf32>) -> tensor<1x3x4x5xf32> {
  %w = qnn.constant <"w", [1, 0, -1, 1, 1, 1] : tensor<3x2x1x1xsi2>>
  %q = qnn.quantize %x scale <"s", [0.5, 0.25] : tensor<1x2x1x1xf32>> zero_point <"z", [0] : tensor<1x1x1x1xf32>>
      range [-8, 7] rounding "ROUND" : (tensor<1x2x4x5xf32>) -> tensor<1x2x4x5xsi4>
  %y = qnn.conv %q, %w axis 1 strides [1, 1] dilations [1, 1] groups 1
      : (tensor<1x2x4x5xsi4>, tensor<3x2x1x1xsi2>) -> tensor<1x3x4x5xsi8>
  %f = qnn.dequantize %y axis 1 scale <"d", [0.5, 1.0, 2.0] : tensor<3xf64>> zero_point <"p", [0] : tensor<1xsi64>>
      : (tensor<1x3x4x5xsi8>) -> tensor<1x3x4x5xf32>
  return %f : tensor<1x3x4x5xf32>
}

// A float source with the channels last: its transposes of floats vanish.
// FLOATS-LABEL: func.func @last
// FLOATS-NOT: onnx.Transpose
// FLOATS: return
// CODES-LABEL: func.func @last
// CODES-NOT: {{[Tt]}}ranspose
// CODES: return
func.func @last(%x: tensor<1x4x5x2xf32>) -> tensor<1x4x5x3xf32> {
  %w = qnn.constant <"w", [1, 0, -1, 1, 1, 1] : tensor<3x2x1x1xsi2>>
  %t = onnx.Transpose(%x) {perm = array<i64: 0, 3, 1, 2>} : (tensor<1x4x5x2xf32>) -> tensor<1x2x4x5xf32>
  %q = qnn.quantize %t scale <"s", [0.5, 0.25] : tensor<1x2x1x1xf32>> zero_point <"z", [0] : tensor<1x1x1x1xf32>>
      range [-8, 7] rounding "ROUND" : (tensor<1x2x4x5xf32>) -> tensor<1x2x4x5xsi4>
  %y = qnn.conv %q, %w axis 1 strides [1, 1] dilations [1, 1] groups 1
      : (tensor<1x2x4x5xsi4>, tensor<3x2x1x1xsi2>) -> tensor<1x3x4x5xsi8>
  %f = qnn.dequantize %y axis 1 scale <"d", [0.5, 1.0, 2.0] : tensor<3xf64>> zero_point <"p", [0] : tensor<1xsi64>>
      : (tensor<1x3x4x5xsi8>) -> tensor<1x3x4x5xf32>
  %u = onnx.Transpose(%f) {perm = array<i64: 0, 2, 3, 1>} : (tensor<1x3x4x5xf32>) -> tensor<1x4x5x3xf32>
  return %u : tensor<1x4x5x3xf32>
}
