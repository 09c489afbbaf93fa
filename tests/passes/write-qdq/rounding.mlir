// RUN: qcompile-opt %s --onnx-write-qdq --split-input-file --verify-diagnostics | FileCheck %s
// RUN: qcompile-opt %s --onnx-write-qdq=allow-approximate --split-input-file 2>/dev/null | FileCheck %s --check-prefix=PLAIN

// What QuantizeLinear rounds otherwise is rounded in front of it, on the grid of the quantizer.

// A zero point that is added first: 0.5 + 1 is 1.5, which rounds to 2 and not to 0 + 1.
// CHECK-LABEL: func.func @shifted
// CHECK: %[[D:.*]] = onnx.Div(%arg0, %[[S:.*]]) :
// CHECK: %[[A:.*]] = onnx.Add(%[[D]], %[[Z:.*]]) :
// CHECK: %[[R:.*]] = onnx.Round(%[[A]]) :
// CHECK: %[[B:.*]] = onnx.Sub(%[[R]], %[[Z]]) :
// CHECK: %[[M:.*]] = onnx.Mul(%[[B]], %[[S]]) :
// CHECK: onnx.QuantizeLinear(%[[M]], %{{.*}}, %{{.*}}) : {{.*}}tensor<ui8>) -> tensor<4xui8>
// CHECK-NOT: onnx.Clip
// CHECK: onnx.DequantizeLinear
// PLAIN-LABEL: func.func @shifted
// PLAIN: onnx.QuantizeLinear(%arg0
func.func @shifted(%x: tensor<4xf32>) -> tensor<4xf32> {
  %z = onnx.Constant() {value = #data.constant<"z", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %s = onnx.Constant() {value = #data.constant<"s", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [8.0] : tensor<f32>>} : () -> tensor<f32>
  // expected-warning @+1 {{[QC-X002] node 'onnx.Quant': it adds the zero point before rounding, QuantizeLinear after it, so that ties and the rounding of the sum differ; operations in front of it round first}}
  %y = onnx.Quant(%x, %s, %z, %b) {signed_ = 0, narrow = 0, rounding_mode = "ROUND"} : (tensor<4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

// Ties away from zero, without adding one half, which would round.
// CHECK-LABEL: func.func @half_up
// CHECK: %[[D:.*]] = onnx.Div(%arg0, %[[S:.*]]) :
// CHECK: %[[ABS:.*]] = onnx.Abs(%[[D]]) :
// CHECK: %[[F:.*]] = onnx.Floor(%[[ABS]]) :
// CHECK: %[[REST:.*]] = onnx.Sub(%[[ABS]], %[[F]]) :
// CHECK: %[[UP:.*]] = onnx.GreaterOrEqual(%[[REST]], %{{.*}}) :
// CHECK: %[[NEXT:.*]] = onnx.Add(%[[F]], %{{.*}}) :
// CHECK: %[[W:.*]] = onnx.Where(%[[UP]], %[[NEXT]], %[[F]]) :
// CHECK: %[[SIGN:.*]] = onnx.Sign(%[[D]]) :
// CHECK: %[[P:.*]] = onnx.Mul(%[[SIGN]], %[[W]]) :
// CHECK: %[[M:.*]] = onnx.Mul(%[[P]], %[[S]]) :
// CHECK: onnx.QuantizeLinear(%[[M]]
func.func @half_up(%x: tensor<4xf32>) -> tensor<4xf32> {
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [8.0] : tensor<f32>>} : () -> tensor<f32>
  // expected-warning @+1 {{it rounds by HALF_UP, QuantizeLinear half to even}}
  %y = onnx.Quant(%x, %s, %z, %b) {signed_ = 1, narrow = 0, rounding_mode = "HALF_UP"} : (tensor<4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

// What is rounded already needs nothing.
// CHECK-LABEL: func.func @on_the_grid
// CHECK-NOT: onnx.Round
// CHECK: onnx.QuantizeLinear(%arg0
func.func @on_the_grid(%x: tensor<4xf32>) -> tensor<4xf32> {
  %z = onnx.Constant() {value = #data.constant<"z", [3.0] : tensor<f32>>} : () -> tensor<f32>
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [8.0] : tensor<f32>>} : () -> tensor<f32>
  %d = onnx.Div(%x, %s) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %r = onnx.Round(%d) : (tensor<4xf32>) -> tensor<4xf32>
  %m = onnx.Mul(%r, %s) : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %y = onnx.Quant(%m, %s, %z, %b) {signed_ = 0, narrow = 0, rounding_mode = "ROUND"} : (tensor<4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}
