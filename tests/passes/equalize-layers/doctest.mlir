// RUN: qcompile-opt %s --onnx-equalize-layers="keep-first=false keep-last=false" 2>&1 | FileCheck %s
// RUN: qcompile-opt %s --onnx-equalize-layers 2>&1 | FileCheck %s --check-prefix=KEPT

// The example of the pass. Channel 0 goes out with at most 8 and comes in with at most 2: s = sqrt(8 * 2) / 2 = 2. Channel 1 has 1 and 16:
// s = 4 / 16 = 0.25. Outgoing weights and the bias are divided by s, incoming ones multiplied.

// CHECK: layer 'first': equalized with 'second': outputs divided by 0.25 to 2, 128 to 128 bits
// CHECK: layer 'second': equalized with 'first': inputs multiplied by 0.25 to 2, 128 to 128 bits
// CHECK-LABEL: func.func @main
// CHECK-SAME: compression.report = [
// CHECK-DAG: [4, 2, -1, 4] : tensor<2x2xf32>
// CHECK-DAG: "b{{[_0-9]*}}", [1.5, -4] : tensor<2xf32>
// CHECK-DAG: [2, -4, 4, 0.25] : tensor<2x2xf32>
// KEPT: stays as it is: it is the first
// KEPT-NOT: equalized
func.func @main(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [8.0, 0.5, -2.0, 1.0] : tensor<2x2xf32>>} : () -> tensor<2x2xf32>
  %v = onnx.Constant() {value = #data.constant<"v", [1.0, -2.0, 16.0, 1.0] : tensor<2x2xf32>>} : () -> tensor<2x2xf32>
  %b = onnx.Constant() {value = #data.constant<"b", [3.0, -1.0] : tensor<2xf32>>} : () -> tensor<2xf32>
  %y = onnx.MatMul(%x, %w) : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc(#first)
  %a = onnx.Add(%y, %b) : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %r = onnx.Relu(%a) : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %z = onnx.MatMul(%r, %v) : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc(#second)
  return %z : tensor<1x2xf32>
}
#first = loc("first"("y"("m.onnx":0:0)))
#second = loc("second"("z"("m.onnx":1:0)))
