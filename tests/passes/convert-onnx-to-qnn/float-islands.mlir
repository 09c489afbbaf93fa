// RUN: qcompile-opt %s --convert-onnx-to-qnn --verify-diagnostics | FileCheck %s

// Float islands: what cannot be brought to integers stays `onnx`, and a remark says why.

// A first layer on an unquantized input stays float; its result is quantized by comparing floats.
// CHECK-LABEL: func.func @unquantized_input
// CHECK: %[[M:.*]] = onnx.MatMul
// CHECK: qnn.threshold %[[M]] {{.*}} : (tensor<1x1xf32>) -> tensor<1x1xui2>
func.func @unquantized_input(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %v = onnx.Quant(%w, %one, %zero, %b2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  // expected-remark @+1 {{[QC-P002] node 'onnx.MatMul' stays float: its input is not quantized}}
  %m = onnx.MatMul(%x, %v) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %y = onnx.Quant(%m, %one, %zero, %b2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// CHECK-LABEL: func.func @unquantized_weights
// CHECK: qnn.dequantize
// CHECK: onnx.MatMul
func.func @unquantized_weights(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %a = onnx.Quant(%x, %one, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  // expected-remark @+1 {{[QC-P002] node 'onnx.MatMul' stays float: its weights are not quantized}}
  %m = onnx.MatMul(%a, %w) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %y = onnx.Quant(%m, %one, %zero, %b2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// CHECK-LABEL: func.func @two_activations
// CHECK: onnx.MatMul
func.func @two_activations(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %a = onnx.Quant(%x, %one, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  // expected-warning @+1 {{[QC-P003] node 'onnx.MatMul' is summed in float32 in ascending order, not exactly, so its last bit may differ from the source model's: both of its operands are activations}}
  %m = onnx.MatMul(%a, %a) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %y = onnx.Quant(%m, %one, %zero, %b2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// The scale of the weights must not vary along the summed dimension.
// CHECK-LABEL: func.func @scale_along_sum
// CHECK: onnx.MatMul
func.func @scale_along_sum(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 0.5] : tensor<2x1xf32>>} : () -> tensor<2x1xf32>
  %ws = onnx.Constant() {value = #data.constant<"ws", [1.0, 0.5] : tensor<2x1xf32>>} : () -> tensor<2x1xf32>
  %a = onnx.Quant(%x, %one, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  %v = onnx.Quant(%w, %ws, %zero, %b2) : (tensor<2x1xf32>, tensor<2x1xf32>, tensor<f32>, tensor<f32>) -> tensor<2x1xf32>
  // expected-warning @+1 {{[QC-P003] node 'onnx.MatMul' is summed in float32 in ascending order, not exactly, so its last bit may differ from the source model's: the scale of the weights varies along the summed dimension}}
  %m = onnx.MatMul(%a, %v) : (tensor<1x2xf32>, tensor<2x1xf32>) -> tensor<1x1xf32>
  %y = onnx.Quant(%m, %one, %zero, %b2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// CHECK-LABEL: func.func @input_scale_along_sum
// CHECK: onnx.MatMul
func.func @input_scale_along_sum(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 1.0] : tensor<2x1xf32>>} : () -> tensor<2x1xf32>
  %xs = onnx.Constant() {value = #data.constant<"xs", [1.0, 0.5] : tensor<1x2xf32>>} : () -> tensor<1x2xf32>
  %a = onnx.Quant(%x, %xs, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  %v = onnx.Quant(%w, %one, %zero, %b2) : (tensor<2x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x1xf32>
  // expected-warning @+1 {{[QC-P003] node 'onnx.MatMul' is summed in float32 in ascending order, not exactly, so its last bit may differ from the source model's: the scale of its input varies along the summed dimension}}
  %m = onnx.MatMul(%a, %v) : (tensor<1x2xf32>, tensor<2x1xf32>) -> tensor<1x1xf32>
  %y = onnx.Quant(%m, %one, %zero, %b2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// More than 256 levels behind a product: the product is exact, its quantizer reads floats.
// CHECK-LABEL: func.func @many_levels
// CHECK: qnn.matmul
// CHECK: qnn.dequantize
// CHECK: onnx.Neg
// CHECK: qnn.quantize {{.*}} range[0, 511]
func.func @many_levels(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %b9 = onnx.Constant() {value = #data.constant<"b9", [9.0] : tensor<f32>>} : () -> tensor<f32>
  %a = onnx.Quant(%x, %one, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %v = onnx.Quant(%w, %one, %zero, %b2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %m = onnx.MatMul(%a, %v) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  // expected-remark @+1 {{[QC-P002] node 'onnx.Neg' stays float: it has 512 levels, more than 256}}
  %n = onnx.Neg(%m) : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %y = onnx.Quant(%n, %one, %zero, %b9) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// 32-bit inputs and weights: their products have 62 bits.
// CHECK-LABEL: func.func @wide_accumulator
// CHECK: onnx.MatMul
func.func @wide_accumulator(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b32 = onnx.Constant() {value = #data.constant<"b32", [32.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %a = onnx.Quant(%x, %one, %zero, %b32) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %v = onnx.Quant(%w, %one, %zero, %b32) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  // expected-warning @+1 {{[QC-P003] node 'onnx.MatMul' is summed in float32 in ascending order, not exactly, so its last bit may differ from the source model's: its accumulator needs more than 48 bits}}
  %m = onnx.MatMul(%a, %v) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %y = onnx.Quant(%m, %one, %zero, %b2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// |acc| has no certificate, but over 0 to 15 it is monotone: found by looking at every value.
// CHECK-LABEL: func.func @enumerated
// CHECK: qnn.threshold %{{.*}} axis 1 thresholds <{{.*}}, [1, 2, 3] : tensor<1x3xui2>> directions [1]
func.func @enumerated(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %a = onnx.Quant(%x, %one, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %v = onnx.Quant(%w, %one, %zero, %b2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %m = onnx.MatMul(%a, %v) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %n = onnx.Abs(%m) : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %y = onnx.Quant(%n, %one, %zero, %b2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// 1 / (acc + 1): 1 for acc 0, 0.5 (which rounds to 0) for acc 1.
// CHECK-LABEL: func.func @enumerated_falling
// CHECK: qnn.threshold %{{.*}} axis 1 thresholds <{{.*}}, [0] : tensor<1x1x{{.*}}>> directions [-1] low 0 step 1
func.func @enumerated_falling(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %b1 = onnx.Constant() {value = #data.constant<"b1", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %a = onnx.Quant(%x, %one, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %v = onnx.Quant(%w, %one, %zero, %b2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %m = onnx.MatMul(%a, %v) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %p = onnx.Add(%m, %one) : (tensor<1x1xf32>, tensor<f32>) -> tensor<1x1xf32>
  %n = onnx.Reciprocal(%p) : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %y = onnx.Quant(%n, %one, %zero, %b1) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// |acc - 2| falls and rises over 0 to 15.
// CHECK-LABEL: func.func @not_monotone
// CHECK: %[[N:.*]] = onnx.Abs
// CHECK: qnn.{{threshold|quantize}} %[[N]]
func.func @not_monotone(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %c = onnx.Constant() {value = #data.constant<"c", [-2.0] : tensor<f32>>} : () -> tensor<f32>
  %a = onnx.Quant(%x, %one, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %v = onnx.Quant(%w, %one, %zero, %b2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %m = onnx.MatMul(%a, %v) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  // expected-remark @+1 {{[QC-P002] node 'onnx.Add' stays float: the activation is not monotone over the accumulator's range}}
  %d = onnx.Add(%m, %c) : (tensor<1x1xf32>, tensor<f32>) -> tensor<1x1xf32>
  // expected-remark @+1 {{[QC-P002] node 'onnx.Abs' stays float}}
  %n = onnx.Abs(%d) : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %y = onnx.Quant(%n, %one, %zero, %b2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// x * sigmoid(x) is no function of one operand with constants: float, and both nodes say so.
// CHECK-LABEL: func.func @used_twice
// CHECK: qnn.dequantize
// CHECK: onnx.Sigmoid
// CHECK: onnx.Mul
// CHECK: qnn.{{threshold|quantize}}
func.func @used_twice(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %a = onnx.Quant(%x, %one, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %v = onnx.Quant(%w, %one, %zero, %b2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %m = onnx.MatMul(%a, %v) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  // expected-remark @+1 {{[QC-P002] node 'onnx.Sigmoid' stays float}}
  %g = onnx.Sigmoid(%m) : (tensor<1x1xf32>) -> tensor<1x1xf32>
  // expected-remark @+1 {{[QC-P002] node 'onnx.Mul' stays float}}
  %n = onnx.Mul(%m, %g) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %y = onnx.Quant(%n, %one, %zero, %b2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// What has no integer form at all.
// CHECK-LABEL: func.func @softmax
// CHECK: qnn.dequantize
// CHECK: onnx.Softmax
func.func @softmax(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %a = onnx.Quant(%x, %one, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %v = onnx.Quant(%w, %one, %zero, %b2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %m = onnx.MatMul(%a, %v) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  // expected-remark @+1 {{[QC-P002] node 'onnx.Softmax' stays float}}
  %y = onnx.Softmax(%m) : (tensor<1x1xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// A ReLU of codes selects codes: 0 to 7 of -8 to 7, and the product behind it is one of integers.
// CHECK-LABEL: func.func @relu_of_codes
// CHECK: %[[R:.*]] = qnn.threshold {{.*}} thresholds <{{.*}}, [1, 2, 3, 4, 5, 6, 7] : tensor<1x7x{{.*}}>> directions [1] low 0 step 1 : (tensor<1x1xsi4>) -> tensor<1x1xsi4>
// CHECK: qnn.matmul %[[R]]
func.func @relu_of_codes(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %a = onnx.Quant(%x, %one, %zero, %b4) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r = onnx.Relu(%a) : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %v = onnx.Quant(%w, %one, %zero, %b2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %m = onnx.MatMul(%r, %v) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %y = onnx.Quant(%m, %one, %zero, %b2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}
