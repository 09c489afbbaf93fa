// RUN: qcompile-opt %s --onnx-product-quantize="length=2 prototypes=4 keep-first=false keep-last=false" --verify-diagnostics | FileCheck %s

// The example of the pass: one-bit inputs of scale 0.5 have four patterns of two. Their products with the codes (1, -2, 3) of weights of
// scale 0.25 are the tables: 0, -2, 1, -1 of the first two elements; 0, 0, 3, 3 of the third, behind which a sub-vector has nothing.

// CHECK-LABEL: func.func @exact
// CHECK-SAME: compression.report = [
// CHECK-SAME: \22exact\22:true
// CHECK-DAG: %[[S:.*]] = onnx.Constant() {value = #data.constant<"onnx.MatMul.pq0", [0.5] : tensor<f32>>
// CHECK-DAG: %[[P:.*]] = onnx.Constant() {value = #data.constant<"onnx.MatMul.pq1", [0, 0, 0, 1, 1, 0, 1, 1, 0, 0, 0, 0, 1, 0, 1, 0] : tensor<2x4x2xsi8>>
// CHECK-DAG: %[[O:.*]] = onnx.Constant() {value = #data.constant<"onnx.MatMul.pq2", [0, 0, 0, 0, 0, 0, 0, 0] : tensor<2x4xsi32>>
// CHECK-DAG: %[[T:.*]] = onnx.Constant() {value = #data.constant<"onnx.MatMul.pq3", [0, -2, 1, -1, 0, 0, 3, 3] : tensor<2x4x1xsi8>>
// CHECK-DAG: %[[C:.*]] = onnx.Constant() {value = #data.constant<"onnx.MatMul.pq4", [0.125] : tensor<1xf64>>
// CHECK-DAG: %[[B:.*]] = onnx.Constant() {value = #data.constant<"onnx.MatMul.pq5", [0] : tensor<1xf64>>
// CHECK: onnx.PqMatMul(%{{.*}}, %[[S]], %[[P]], %[[O]], %[[T]], %[[C]], %[[B]]) {factor = 1 : i64, high = 1 : i64, low = 0 : i64, norm = 2 : i64}
// CHECK-NOT: onnx.MatMul
func.func @exact(%x: tensor<5x3xf32>) -> tensor<5x1xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %q = onnx.Quant(%x, %s, %z, %one) {signed_ = 0 : i64} : (tensor<5x3xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<5x3xf32>
  %w = onnx.Constant() {value = #data.constant<"w", [0.25, -0.5, 0.75] : tensor<3x1xf32>>} : () -> tensor<3x1xf32>
  %ws = onnx.Constant() {value = #data.constant<"ws", [0.25] : tensor<f32>>} : () -> tensor<f32>
  %bits = onnx.Constant() {value = #data.constant<"bits", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %wq = onnx.Quant(%w, %ws, %z, %bits) : (tensor<3x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<3x1xf32>
  // expected-remark @+1 {{[QC-P010] layer 'onnx.MatMul': PQ length 2, 4 prototypes, tables of 3 bits, exact, 12 to 48 bits}}
  %y = onnx.MatMul(%q, %wq) : (tensor<5x3xf32>, tensor<3x1xf32>) -> tensor<5x1xf32>
  return %y : tensor<5x1xf32>
}
