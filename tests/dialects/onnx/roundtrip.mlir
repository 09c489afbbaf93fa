// RUN: qcompile-opt %s | qcompile-opt | FileCheck %s
// RUN: qcompile-opt %s --mlir-print-op-generic | qcompile-opt | FileCheck %s

// Operands, absent operands, attributes, defaults and several results survive printing and reading.

// CHECK-LABEL: func.func @operators
func.func @operators(%x: tensor<2x3xf32>, %w: tensor<3x4xf32>, %c: tensor<4xf32>, %s: tensor<f32>) {
  // CHECK: onnx.MatMul(%{{.*}}, %{{.*}}) : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  %0 = onnx.MatMul(%x, %w) : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  // CHECK: onnx.Gemm({{.*}}) {alpha = 5.000000e-01 : f32, transB = 1 : i64}
  %1 = onnx.Gemm(%x, %x, %s) {alpha = 0.5 : f32, transB = 1 : i64}
      : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<f32>) -> tensor<2x2xf32>
  // The absent operand (the lower bound) stays absent.
  // CHECK: onnx.Clip(%{{.*}}, %{{.*}}) {operandSegmentSizes = array<i32: 1, 0, 1>}
  %2 = onnx.Clip(%0, %s) {operandSegmentSizes = array<i32: 1, 0, 1>} : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  // CHECK: onnx.Quant({{.*}}) {narrow = 1 : i64, rounding_mode = "FLOOR", signed_ = 0 : i64}
  %3 = onnx.Quant(%x, %s, %s, %s) {narrow = 1 : i64, rounding_mode = "FLOOR", signed_ = 0 : i64}
      : (tensor<2x3xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x3xf32>
  // CHECK: onnx.BipolarQuant
  %4 = onnx.BipolarQuant(%x, %s) : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
  // CHECK: onnx.Transpose({{.*}}) {perm = array<i64: 1, 0>}
  %5 = onnx.Transpose(%x) {perm = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  // CHECK: onnx.BatchNormalization({{.*}}) {epsilon = {{.*}}, resultSegmentSizes = array<i32: 1, 0, 0>}
  %6 = onnx.BatchNormalization(%0, %c, %c, %c, %c) {epsilon = 1.0e-3 : f32, resultSegmentSizes = array<i32: 1, 0, 0>}
      : (tensor<2x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  // CHECK: %{{.*}}:2 = onnx.Split({{.*}}) {axis = 1 : i64, num_outputs = 2 : i64}
  %7:2 = onnx.Split(%0) {axis = 1 : i64, num_outputs = 2 : i64} : (tensor<2x4xf32>) -> (tensor<2x2xf32>, tensor<2x2xf32>)
  return
}

// Element types of ONNX: integers have a sign, bool is i1.
// CHECK-LABEL: func.func @types
func.func @types(%a: tensor<1xsi64>, %b: tensor<1xui8>, %c: tensor<1xi1>, %d: tensor<1xf16>, %e: tensor<*xf32>) {
  // CHECK: onnx.Cast(%{{.*}}) {to = 1 : i64} : (tensor<1xsi64>) -> tensor<1xf32>
  %0 = onnx.Cast(%a) {to = 1 : i64} : (tensor<1xsi64>) -> tensor<1xf32>
  // CHECK: (tensor<1xui8>) -> tensor<1xui8>
  %1 = onnx.Identity(%b) : (tensor<1xui8>) -> tensor<1xui8>
  // CHECK: (tensor<1xi1>) -> tensor<1xi1>
  %2 = onnx.Not(%c) : (tensor<1xi1>) -> tensor<1xi1>
  // CHECK: (tensor<1xf16>) -> tensor<1xf16>
  %3 = onnx.Relu(%d) : (tensor<1xf16>) -> tensor<1xf16>
  // CHECK: (tensor<*xf32>) -> tensor<*xf32>
  %4 = onnx.Relu(%e) : (tensor<*xf32>) -> tensor<*xf32>
  return
}

// The QONNX operators, both versions of Trunc, and the channels-last wrappers are operations too.
// CHECK-LABEL: func.func @qonnx
func.func @qonnx(%x: tensor<1x2x2x3xf32>, %s: tensor<f32>, %w: tensor<5x1x1x3xf32>) {
  // CHECK: onnx.IntQuant
  %0 = onnx.IntQuant(%x, %s, %s, %s) : (tensor<1x2x2x3xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2x3xf32>
  // CHECK: onnx.Trunc(
  %1 = onnx.Trunc(%x, %s, %s, %s, %s, %s)
      : (tensor<1x2x2x3xf32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2x3xf32>
  // CHECK: onnx.Trunc_v1(
  %2 = onnx.Trunc_v1(%x, %s, %s, %s, %s)
      : (tensor<1x2x2x3xf32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x2x3xf32>
  // CHECK: onnx.channels_last.Conv(
  %3 = onnx.channels_last.Conv(%x, %w) : (tensor<1x2x2x3xf32>, tensor<5x1x1x3xf32>) -> tensor<1x2x2x5xf32>
  return
}

// Locations that name nodes.
// CHECK-LABEL: func.func @located
func.func @located(%x: tensor<1xf32>) {
  %0 = onnx.Relu(%x) : (tensor<1xf32>) -> tensor<1xf32> loc("node"("tensor"("model.onnx":3:0)))
  return
}
// RUN: qcompile-opt %s --mlir-print-debuginfo --mlir-print-local-scope | FileCheck %s --check-prefix=LOC
// LOC: onnx.Relu{{.*}} loc("node"("tensor"("model.onnx":3:0)))
