// RUN: qcompile-opt %s --convert-onnx-to-qnn --verify-diagnostics | FileCheck %s

// PqMatMul of codes with its own scale is qnn.pq: two-bit codes with zero point 1, whose prototypes move by 2 * 1 (factor 2).
// CHECK-LABEL: func.func @product
// CHECK: %[[Q:.*]] = qnn.threshold
// CHECK: %[[Y:.*]] = qnn.pq %[[Q]] prototypes <"{{.*}}", [2, 2, 6, 0] : tensor<1x2x2xui3>> offsets <"{{.*}}", [0, 5] : tensor<1x2xui3>> tables <"{{.*}}", [5, -5] : tensor<1x2x1xsi4>> factor 2 norm 2
// CHECK-SAME: -> tensor<3x1xsi4>
// CHECK: qnn.dequantize %[[Y]] axis 1 scale <{{.*}}, [0.25] : tensor<1xf64>> zero_point <{{.*}}, [0] : tensor<1xsi64>> bias <{{.*}}, [1.5] : tensor<1xf64>>
func.func @product(%x: tensor<3x2xf32>) -> tensor<3x1xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %bits = onnx.Constant() {value = #data.constant<"bits", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %q = onnx.Quant(%x, %s, %z, %bits) {signed_ = 0 : i64} : (tensor<3x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<3x2xf32>
  %p = onnx.Constant() {value = #data.constant<"p", [0, 0, 4, -2] : tensor<1x2x2xsi8>>} : () -> tensor<1x2x2xsi8>
  %o = onnx.Constant() {value = #data.constant<"o", [0, 5] : tensor<1x2xsi32>>} : () -> tensor<1x2xsi32>
  %t = onnx.Constant() {value = #data.constant<"t", [5, -5] : tensor<1x2x1xsi8>>} : () -> tensor<1x2x1xsi8>
  %f = onnx.Constant() {value = #data.constant<"f", [0.25] : tensor<1xf64>>} : () -> tensor<1xf64>
  %b = onnx.Constant() {value = #data.constant<"b", [1.5] : tensor<1xf64>>} : () -> tensor<1xf64>
  %y = onnx.PqMatMul(%q, %s, %p, %o, %t, %f, %b) {factor = 2 : i64, high = 2 : i64, low = -1 : i64, norm = 2 : i64}
      : (tensor<3x2xf32>, tensor<f32>, tensor<1x2x2xsi8>, tensor<1x2xsi32>, tensor<1x2x1xsi8>, tensor<1xf64>, tensor<1xf64>) -> tensor<3x1xf32>
  return %y : tensor<3x1xf32>
}

// Codes of another scale, and of more levels, are no codes of the operator.
// CHECK-LABEL: func.func @others
// CHECK-COUNT-2: onnx.PqMatMul
func.func @others(%x: tensor<3x2xf32>) -> (tensor<3x1xf32>, tensor<3x1xf32>) {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %s2 = onnx.Constant() {value = #data.constant<"s2", [0.25] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %bits = onnx.Constant() {value = #data.constant<"bits", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %q = onnx.Quant(%x, %s, %z, %bits) {signed_ = 0 : i64} : (tensor<3x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<3x2xf32>
  %p = onnx.Constant() {value = #data.constant<"p", [0, 0, 4, -2] : tensor<1x2x2xsi8>>} : () -> tensor<1x2x2xsi8>
  %o = onnx.Constant() {value = #data.constant<"o", [0, 5] : tensor<1x2xsi32>>} : () -> tensor<1x2xsi32>
  %t = onnx.Constant() {value = #data.constant<"t", [5, -5] : tensor<1x2x1xsi8>>} : () -> tensor<1x2x1xsi8>
  %f = onnx.Constant() {value = #data.constant<"f", [0.25] : tensor<1xf64>>} : () -> tensor<1xf64>
  // expected-remark @+1 {{stays float: its input has scale 0.5}}
  %y = onnx.PqMatMul(%q, %s2, %p, %o, %t, %f, %f) {factor = 1 : i64, high = 3 : i64, low = 0 : i64, norm = 2 : i64}
      : (tensor<3x2xf32>, tensor<f32>, tensor<1x2x2xsi8>, tensor<1x2xsi32>, tensor<1x2x1xsi8>, tensor<1xf64>, tensor<1xf64>) -> tensor<3x1xf32>
  // expected-remark @+1 {{stays float: its input has more levels than it has}}
  %v = onnx.PqMatMul(%q, %s, %p, %o, %t, %f, %f) {factor = 1 : i64, high = 2 : i64, low = 0 : i64, norm = 2 : i64}
      : (tensor<3x2xf32>, tensor<f32>, tensor<1x2x2xsi8>, tensor<1x2xsi32>, tensor<1x2x1xsi8>, tensor<1xf64>, tensor<1xf64>) -> tensor<3x1xf32>
  return %y, %v : tensor<3x1xf32>, tensor<3x1xf32>
}
