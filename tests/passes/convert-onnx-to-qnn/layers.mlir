// RUN: qcompile-opt %s --convert-onnx-to-qnn | FileCheck %s

// Matrix products of quantized operands: codes of weights, zero points, biases, channels. Inputs are ui4 codes unless said
// otherwise; activations are 2-bit unsigned quantizers of scale 1. Expected numbers are derived in the comments.

// Weight scales 1 and 0.5: channel 0 counts acc (codes begin at 1, 2, 3; 0.5 does not occur), channel 1 acc / 2 (half
// even: 2, 3, 6).
// CHECK-LABEL: func.func @per_channel
// CHECK: qnn.threshold %{{.*}} axis 1 thresholds <{{.*}}, [1, 2, 3, 2, 3, 6] : tensor<2x3x
// CHECK-SAME: directions [1, 1]
func.func @per_channel(%x: tensor<1x1xf32>) -> tensor<1x2xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 0.5] : tensor<1x2xf32>>} : () -> tensor<1x2xf32>
  %ws = onnx.Constant() {value = #data.constant<"ws", [1.0, 0.5] : tensor<1x2xf32>>} : () -> tensor<1x2xf32>
  %a = onnx.Quant(%x, %one, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %v = onnx.Quant(%w, %ws, %zero, %b2) : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  %m = onnx.MatMul(%a, %v) : (tensor<1x1xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %y = onnx.Quant(%m, %one, %zero, %b2) {signed_ = 0 : i64} : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// Factors 1 and -1, biases 0 and 3: channel 0 is acc; channel 1 is 3 - acc, code t where acc <= 3 - t.
// CHECK-LABEL: func.func @mixed_directions
// CHECK: qnn.threshold %{{.*}} axis 1 thresholds <{{.*}}, [1, 2, 3, 2, 1, 0] : tensor<2x3x
// CHECK-SAME: directions [1, -1]
func.func @mixed_directions(%x: tensor<1x1xf32>) -> tensor<1x2xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 1.0] : tensor<1x2xf32>>} : () -> tensor<1x2xf32>
  %gamma = onnx.Constant() {value = #data.constant<"gamma", [1.0, -1.0] : tensor<2xf32>>} : () -> tensor<2xf32>
  %beta = onnx.Constant() {value = #data.constant<"beta", [0.0, 3.0] : tensor<2xf32>>} : () -> tensor<2xf32>
  %mean = onnx.Constant() {value = #data.constant<"mean", [0.0, 0.0] : tensor<2xf32>>} : () -> tensor<2xf32>
  %var = onnx.Constant() {value = #data.constant<"var", [1.0, 1.0] : tensor<2xf32>>} : () -> tensor<2xf32>
  %a = onnx.Quant(%x, %one, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %v = onnx.Quant(%w, %one, %zero, %b2) : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  %m = onnx.MatMul(%a, %v) : (tensor<1x1xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %n = onnx.BatchNormalization(%m, %gamma, %beta, %mean, %var) {epsilon = 0.0 : f32, resultSegmentSizes = array<i32: 1, 0, 0>}
      : (tensor<1x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %y = onnx.Quant(%n, %one, %zero, %b2) {signed_ = 0 : i64} : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// Input codes 0 to 3 stand for -1 to 2: with weights 1 and 1 the sum is acc - 2, so code t begins at acc 2 + t. With weights
// 1 and -1 the zero points cancel: acc itself.
// CHECK-LABEL: func.func @input_zero_point
// CHECK: qnn.threshold %{{.*}} axis 1 thresholds <{{.*}}, [3, 4, 5, 1, 2, 3] : tensor<2x3x
func.func @input_zero_point(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 1.0, 1.0, -1.0] : tensor<2x2xf32>>} : () -> tensor<2x2xf32>
  %a = onnx.Quant(%x, %one, %one, %b2) {signed_ = 0 : i64} : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  %v = onnx.Quant(%w, %one, %zero, %b2) : (tensor<2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x2xf32>
  %m = onnx.MatMul(%a, %v) : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %y = onnx.Quant(%m, %one, %zero, %b2) {signed_ = 0 : i64} : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// Weight codes 0 and 3 with zero point 1 are the weights -1 and 2: the codes lose their zero point.
// CHECK-LABEL: func.func @weight_zero_point
// CHECK: qnn.constant <{{.*}}, [-1, 2] : tensor<2x1xsi3>>
func.func @weight_zero_point(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [-1.0, 2.0] : tensor<2x1xf32>>} : () -> tensor<2x1xf32>
  %a = onnx.Quant(%x, %one, %zero, %b2) {signed_ = 0 : i64} : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  %v = onnx.Quant(%w, %one, %one, %b2) {signed_ = 0 : i64} : (tensor<2x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x1xf32>
  %m = onnx.MatMul(%a, %v) : (tensor<1x2xf32>, tensor<2x1xf32>) -> tensor<1x1xf32>
  %y = onnx.Quant(%m, %one, %zero, %b2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// acc / 2 + 0.25, exact before rounding: 0.25, 0.75, 1.25, 1.75, 2.25, 2.75 for acc 0 to 5; so codes begin at 1, 3, 5.
// CHECK-LABEL: func.func @gemm_bias
// CHECK: qnn.threshold %{{.*}} axis 1 thresholds <{{.*}}, [1, 3, 5] : tensor<1x3x
func.func @gemm_bias(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %half = onnx.Constant() {value = #data.constant<"half", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %c = onnx.Constant() {value = #data.constant<"c", [0.25] : tensor<1xf32>>} : () -> tensor<1xf32>
  %a = onnx.Quant(%x, %half, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %v = onnx.Quant(%w, %one, %zero, %b2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %m = onnx.Gemm(%a, %v, %c) : (tensor<1x1xf32>, tensor<1x1xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  %y = onnx.Quant(%m, %one, %zero, %b2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// alpha 2 undoes the scale 0.5, beta 0.5 makes the bias -2 a -1, transB reads w as [K, M]: acc - 1, code t at acc t + 1.
// CHECK-LABEL: func.func @gemm_factors
// CHECK: qnn.constant <{{.*}}, [1, 0] : tensor<2x1xsi2>>
// CHECK: qnn.threshold %{{.*}} axis 1 thresholds <{{.*}}, [2, 3, 4] : tensor<1x3x
func.func @gemm_factors(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %half = onnx.Constant() {value = #data.constant<"half", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 0.0] : tensor<1x2xf32>>} : () -> tensor<1x2xf32>
  %c = onnx.Constant() {value = #data.constant<"c", [-2.0] : tensor<1xf32>>} : () -> tensor<1xf32>
  %a = onnx.Quant(%x, %half, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  %v = onnx.Quant(%w, %one, %zero, %b2) : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  %m = onnx.Gemm(%a, %v, %c) {alpha = 2.0 : f32, beta = 0.5 : f32, transB = 1 : i64} : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  %y = onnx.Quant(%m, %one, %zero, %b2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// Two quantizers of one product: one matmul, two thresholds; the second one behind a sign change.
// CHECK-LABEL: func.func @fork
// CHECK: %[[ACC:.*]] = qnn.matmul
// CHECK-NOT: qnn.matmul
// CHECK-DAG: qnn.threshold %[[ACC]] axis 1 thresholds <{{.*}}, [1, 2, 3] : {{.*}} directions [1]
// CHECK-DAG: qnn.threshold %[[ACC]] axis 1 thresholds <{{.*}}, [0] : {{.*}} directions [-1]
func.func @fork(%x: tensor<1x1xf32>) -> (tensor<1x1xf32>, tensor<1x1xf32>) {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %a = onnx.Quant(%x, %one, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %v = onnx.Quant(%w, %one, %zero, %b2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %m = onnx.MatMul(%a, %v) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %y = onnx.Quant(%m, %one, %zero, %b2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %n = onnx.Neg(%m) : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %z = onnx.BipolarQuant(%n, %one) : (tensor<1x1xf32>, tensor<f32>) -> tensor<1x1xf32>
  return %y, %z : tensor<1x1xf32>, tensor<1x1xf32>
}

// A quantizer of a quantizer compares codes: scale 0.5 to scale 1, half even.
// CHECK-LABEL: func.func @codes_to_codes
// CHECK: %[[Q:.*]] = qnn.threshold %{{.*}} -> tensor<1x1xui4>
// CHECK: qnn.threshold %[[Q]] axis 1 thresholds <{{.*}}, [2, 3, 6] : tensor<1x3x
func.func @codes_to_codes(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %half = onnx.Constant() {value = #data.constant<"half", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %a = onnx.Quant(%x, %half, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %y = onnx.Quant(%a, %one, %zero, %b2) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// The output of the last layer leaves as floats: scale 0.5 * 1, bias 0.25, one rounding.
// CHECK-LABEL: func.func @output_layer
// CHECK: %[[ACC:.*]] = qnn.matmul
// CHECK: qnn.dequantize %[[ACC]] axis 1 scale <{{.*}}, [0.5] : tensor<1xf64>> zero_point <{{.*}}, [0] : tensor<1xsi64>> bias <{{.*}}, [0.25] : tensor<1xf64>>
func.func @output_layer(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %half = onnx.Constant() {value = #data.constant<"half", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %b4 = onnx.Constant() {value = #data.constant<"b4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %c = onnx.Constant() {value = #data.constant<"c", [0.25] : tensor<1xf32>>} : () -> tensor<1xf32>
  %a = onnx.Quant(%x, %half, %zero, %b4) {signed_ = 0 : i64} : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %v = onnx.Quant(%w, %one, %zero, %b2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %y = onnx.Gemm(%a, %v, %c) : (tensor<1x1xf32>, tensor<1x1xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// Codes are rearranged as codes.
// CHECK-LABEL: func.func @rearranged
// CHECK: %[[Q:.*]] = qnn.threshold
// CHECK: %[[T:.*]] = qnn.transpose %[[Q]] perm = [1, 0] : (tensor<2x3xui2>) -> tensor<3x2xui2>
// CHECK: %[[R:.*]] = qnn.reshape %[[T]] : (tensor<3x2xui2>) -> tensor<1x6xui2>
// CHECK: qnn.dequantize %[[R]]
func.func @rearranged(%x: tensor<2x3xf32>) -> tensor<1x6xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b2 = onnx.Constant() {value = #data.constant<"b2", [2.0] : tensor<f32>>} : () -> tensor<f32>
  %a = onnx.Quant(%x, %one, %zero, %b2) {signed_ = 0 : i64} : (tensor<2x3xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x3xf32>
  %t = onnx.Transpose(%a) : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %y = onnx.Flatten(%t) {axis = 0 : i64} : (tensor<3x2xf32>) -> tensor<1x6xf32>
  return %y : tensor<1x6xf32>
}
