// RUN: %python %S/Inputs/write_npy.py %t.npy 2x2 7 -3.5 1 2
// RUN: qcompile-opt %s --onnx-quantize-model="weight-bits=0 activation-bits=4 activation-range=min-max keep-first=false keep-last=false calibration=%t.npy correction=none" | FileCheck %s
// RUN: qcompile-opt %s --onnx-quantize-model="weight-bits=4 activation-bits=4 keep-first=false keep-last=false calibration=%t.npy" | qcompile-opt --integer-form-pipeline | FileCheck %s --check-prefix=INTEGER

// The input goes from -3.5 to 7: codes -8 to 7, scale max(7 / 7, 3.5 / 8) = 1. Behind the first layer, which multiplies by 15, and Relu
// nothing is negative, and the largest number is 105 = 15 * 7: codes 0 to 15 of scale 7. The quantizer stands before the Reshape.
// CHECK-LABEL: func.func @chain
// CHECK: "x{{[_0-9]*}}.scale", [1]
// CHECK: %[[X:.*]] = onnx.Quant(%arg0, {{.*}}) :
// CHECK: onnx.MatMul(%[[X]],
// CHECK: %[[R:.*]] = onnx.Relu
// CHECK: [7] : tensor<f32>
// CHECK: %[[Q:.*]] = onnx.Quant(%[[R]], {{.*}}signed_ = 0 : i64
// CHECK: %[[F:.*]] = onnx.Flatten(%[[Q]])
// CHECK: onnx.MatMul(%[[F]],
// INTEGER-LABEL: func.func @chain
// INTEGER: qnn.matmul
// INTEGER-NOT: onnx.
// INTEGER: qnn.threshold
// INTEGER: qnn.matmul
func.func @chain(%x: tensor<1x2xf32> {onnx.name = "x"}) -> tensor<1x2xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [15.0, 0.0, 0.0, 15.0] : tensor<2x2xf32>>} : () -> tensor<2x2xf32>
  %y = onnx.MatMul(%x, %w) : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %r = onnx.Relu(%y) : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %f = onnx.Flatten(%r) : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %z = onnx.MatMul(%f, %w) : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  return %z : tensor<1x2xf32>
}

// A residual sum: both terms get quantizers, the value that a layer reads too gets one for both, and scales differ by a power of two.
// CHECK-LABEL: func.func @residual
// CHECK: %[[X:.*]] = onnx.Quant(%arg0
// CHECK: %[[Y:.*]] = onnx.MatMul(%[[X]],
// CHECK: %[[QY:.*]] = onnx.Quant(%[[Y]]
// CHECK: %[[Z:.*]] = onnx.MatMul(%[[QY]],
// CHECK: %[[QZ:.*]] = onnx.Quant(%[[Z]]
// CHECK: onnx.Add(%[[QZ]], %[[QY]])
// CHECK-NOT: onnx.Quant
// CHECK: return
// INTEGER-LABEL: func.func @residual
// INTEGER: qnn.matmul
// INTEGER-NOT: onnx.
// INTEGER: qnn.add
// INTEGER-NOT: onnx.
// INTEGER: return
func.func @residual(%x: tensor<1x2xf32> {onnx.name = "x"}) -> tensor<1x2xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [3.0, 1.0, -1.0, 3.0] : tensor<2x2xf32>>} : () -> tensor<2x2xf32>
  %y = onnx.MatMul(%x, %w) : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %z = onnx.MatMul(%y, %w) : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %s = onnx.Add(%z, %y) : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  return %s : tensor<1x2xf32>
}

// Parts of a concatenation share one scale.
// CHECK-LABEL: func.func @concat
// CHECK: %[[A:.*]] = onnx.Quant(%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}})
// CHECK: onnx.Concat
// CHECK-NOT: onnx.Quant(
// CHECK: onnx.MatMul
// INTEGER-LABEL: func.func @concat
// INTEGER: qnn.concat
// INTEGER-NOT: onnx.
// INTEGER: qnn.matmul
func.func @concat(%x: tensor<1x2xf32> {onnx.name = "x"}) -> tensor<1x2xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [3.0, 1.0, -1.0, 3.0] : tensor<2x2xf32>>} : () -> tensor<2x2xf32>
  %v = onnx.Constant() {value = #data.constant<"v", [3.0, 1.0, -1.0, 3.0, 1.0, 2.0, 0.0, 1.0] : tensor<4x2xf32>>} : () -> tensor<4x2xf32>
  %y = onnx.MatMul(%x, %w) : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %r = onnx.Relu(%y) : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %c = onnx.Concat(%y, %r) {axis = 1 : i64} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x4xf32>
  %z = onnx.MatMul(%c, %v) : (tensor<1x4xf32>, tensor<4x2xf32>) -> tensor<1x2xf32>
  return %z : tensor<1x2xf32>
}
