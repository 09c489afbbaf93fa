// RUN: qcompile-opt %s --onnx-normalise-quantization --mlir-print-op-generic | FileCheck %s

// In the generic form, as the custom one leaves defaults out.

// Defaults are written out.
// CHECK-LABEL: sym_name = "defaults"
// CHECK: "onnx.Quant"({{.*}}) <{narrow = 0 : i64, rounding_mode = "ROUND", signed_ = 1 : i64}>
func.func @defaults(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %y = onnx.Quant(%x, %s, %s, %b) : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// What is written stays.
// CHECK-LABEL: sym_name = "written"
// CHECK: "onnx.Quant"({{.*}}) <{narrow = 1 : i64, rounding_mode = "HALF_DOWN", signed_ = 0 : i64}>
func.func @written(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %y = onnx.Quant(%x, %s, %s, %b) {narrow = 1 : i64, rounding_mode = "HALF_DOWN", signed_ = 0 : i64}
      : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// IntQuant is another name; its location stays.
// CHECK-LABEL: sym_name = "name"
// CHECK-NOT: onnx.IntQuant
// CHECK: "onnx.Quant"
// RUN: qcompile-opt %s --onnx-normalise-quantization --mlir-print-debuginfo --mlir-print-local-scope | FileCheck %s --check-prefix=LOC
// LOC: onnx.Quant{{.*}} loc("IntQuant_0"("q"("model.onnx":4:0)))
func.func @name(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %y = onnx.IntQuant(%x, %s, %s, %b) : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32> loc("IntQuant_0"("q"("model.onnx":4:0)))
  return %y : tensor<1x2xf32>
}

// Parameters of other types become float32.
// CHECK-LABEL: sym_name = "types"
// CHECK-DAG: [0.25] : tensor<1x1xf32>>
// CHECK-DAG: [-3] : tensor<f32>>
// CHECK-DAG: [4] : tensor<f32>>
// CHECK: "onnx.Quant"({{.*}} : (tensor<1x2xf32>, tensor<1x1xf32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
// CHECK: "onnx.BipolarQuant"({{.*}} : (tensor<1x2xf32>, tensor<f32>) -> tensor<1x2xf32>
func.func @types(%x: tensor<1x2xf32>) -> (tensor<1x2xf32>, tensor<1x2xf32>) {
  %s = onnx.Constant() {value = #data.constant<"quarter", [0.25] : tensor<1x1xf64>>} : () -> tensor<1x1xf64>
  %z = onnx.Constant() {value = #data.constant<"minus", [-3] : tensor<si64>>} : () -> tensor<si64>
  %b = onnx.Constant() {value = #data.constant<"four", [4] : tensor<si32>>} : () -> tensor<si32>
  %t = onnx.Constant() {value = #data.constant<"half", [0.5] : tensor<f64>>} : () -> tensor<f64>
  %y = onnx.Quant(%x, %s, %z, %b) : (tensor<1x2xf32>, tensor<1x1xf64>, tensor<si64>, tensor<si32>) -> tensor<1x2xf32>
  %u = onnx.BipolarQuant(%x, %t) : (tensor<1x2xf32>, tensor<f64>) -> tensor<1x2xf32>
  return %y, %u : tensor<1x2xf32>, tensor<1x2xf32>
}
