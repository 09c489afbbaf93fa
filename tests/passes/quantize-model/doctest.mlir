// RUN: qcompile-opt %s --onnx-quantize-model="weight-bits=4 keep-first=false keep-last=false" 2>&1 | FileCheck %s

// The example of the pass: 4-bit weights with a scale per output. The outputs' columns have the extremes 3.5 and 1.75, so the
// scales 0.5 and 0.25; the codes are 7, -3 and -7, 2 (0.6 / 0.25 = 2.4).

// CHECK: layer 'fc': W4 per channel, weights off by {{[0-9.]+}}%, 128 to 16 bits
// CHECK-LABEL: func.func @main
// CHECK-SAME: compression.report = [{{.*}}bits_after\22:16
// CHECK-DAG: %[[W:.*]] = onnx.Constant() {{.*}}[3.5, -1.75, -1.5, 0.5] : tensor<2x2xf32>
// CHECK-DAG: %[[S:.*]] = onnx.Constant() {{.*}}[0.5, 0.25] : tensor<1x2xf32>
// CHECK-DAG: %[[Z:.*]] = onnx.Constant() {{.*}}[0, 0] : tensor<1x2xf32>
// CHECK-DAG: %[[B:.*]] = onnx.Constant() {{.*}}[4] : tensor<f32>
// CHECK: %[[Q:.*]] = onnx.Quant(%[[W]], %[[S]], %[[Z]], %[[B]]) {narrow = 1 : i64}
// CHECK: onnx.MatMul(%{{.*}}, %[[Q]])
func.func @main(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [3.5, -1.75, -1.5, 0.6] : tensor<2x2xf32>>} : () -> tensor<2x2xf32>
  %y = onnx.MatMul(%x, %w) : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc(#fc)
  return %y : tensor<1x2xf32>
}
#fc = loc("fc"("y"("m.onnx":0:0)))
