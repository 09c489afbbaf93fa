// RUN: qcompile-opt %s --onnx-expand-activations --convert-onnx-to-qnn | FileCheck %s

// Activations that fall and rise, by their steps.

// x clamp(x / 6 + 0.5) is 0 up to -3, -1/3 at -2 and -1, 0 at 0, 2/3, 5/3, 3 at 1, 2, 3, and x from 4 on. Over 0.25, rounded, in 5 bits: 0, -1, -1, 0, 3, 7, 12, 15
// (16 is clamped). An integer's interval is counted, then looked up.
// CHECK-LABEL: func.func @hard_swish
// CHECK: %[[M:.*]] = qnn.matmul
// CHECK: %[[T:.*]] = qnn.threshold %[[M]] axis 1 thresholds <{{.*}}, [-2, 0, 1, 2, 3, 4] :
// CHECK-SAME: directions [1] low 0 step 1
// CHECK: qnn.table %[[T]] axis 1 low 0 values <{{.*}}, [0, -1, 0, 3, 7, 12, 15] : tensor<1x7xsi5>>
func.func @hard_swish(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [0.25] : tensor<f32>>} : () -> tensor<f32>
  %c5 = onnx.Constant() {value = #data.constant<"c5", [5.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r1 = onnx.Quant(%w, %c0, %c1, %c2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r2 = onnx.MatMul(%r0, %r1) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %r3 = onnx.HardSwish(%r2) : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %r4 = onnx.Quant(%r3, %c4, %c1, %c5) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %r4 : tensor<1x1xf32>
}

// x Phi(x) is -0.00013, -0.004, -0.045, -0.159, 0, 0.841, 1.954 from -4 on: over 0.125 -0, -0, -0.36, -1.27, 0, 6.73, 15.6.
// CHECK-LABEL: func.func @gelu
// CHECK: %[[M:.*]] = qnn.matmul
// CHECK: %[[T:.*]] = qnn.threshold %[[M]] axis 1 thresholds <{{.*}}, [-1, 0, 1, 2] :
// CHECK-SAME: directions [1] low 0 step 1
// CHECK: qnn.table %[[T]] axis 1 low 0 values <{{.*}}, [0, -1, 0, 7, 15]
func.func @gelu(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [0.125] : tensor<f32>>} : () -> tensor<f32>
  %c5 = onnx.Constant() {value = #data.constant<"c5", [5.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r1 = onnx.Quant(%w, %c0, %c1, %c2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r2 = onnx.MatMul(%r0, %r1) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %r3 = onnx.Gelu(%r2) : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %r4 = onnx.Quant(%r3, %c4, %c1, %c5) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %r4 : tensor<1x1xf32>
}

// x / (1 + exp(-x)) is -0.033, -0.072, -0.142, -0.238, -0.269, 0, 0.731, 1.762, 2.858 from -5 on: over 0.125 -0.27, -0.58, -1.14, -1.91, -2.15, 0, 5.85, 14.1, 22.9.
// CHECK-LABEL: func.func @swish
// CHECK: %[[M:.*]] = qnn.matmul
// CHECK: %[[T:.*]] = qnn.threshold %[[M]] axis 1 thresholds <{{.*}}, [-4, -2, 0, 1, 2, 3] :
// CHECK-SAME: directions [1] low 0 step 1
// CHECK: qnn.table %[[T]] axis 1 low 0 values <{{.*}}, [0, -1, -2, 0, 6, 14, 15]
func.func @swish(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [0.125] : tensor<f32>>} : () -> tensor<f32>
  %c5 = onnx.Constant() {value = #data.constant<"c5", [5.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r1 = onnx.Quant(%w, %c0, %c1, %c2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r2 = onnx.MatMul(%r0, %r1) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %r3 = onnx.Swish(%r2) : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %r4 = onnx.Quant(%r3, %c4, %c1, %c5) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %r4 : tensor<1x1xf32>
}

// x tanh(log(1 + exp(x))) is -0.0336, -0.0726, -0.1456, -0.2525, -0.3034, 0, 0.8651, 1.9440 from -5 on: over 0.125 -0.27, -0.58, -1.16, -2.02, -2.43, 0, 6.92, 15.6.
// CHECK-LABEL: func.func @mish
// CHECK: %[[M:.*]] = qnn.matmul
// CHECK: %[[T:.*]] = qnn.threshold %[[M]] axis 1 thresholds <{{.*}}, [-4, -2, 0, 1, 2] :
// CHECK-SAME: directions [1] low 0 step 1
// CHECK: qnn.table %[[T]] axis 1 low 0 values <{{.*}}, [0, -1, -2, 0, 7, 15]
func.func @mish(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [0.125] : tensor<f32>>} : () -> tensor<f32>
  %c5 = onnx.Constant() {value = #data.constant<"c5", [5.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r1 = onnx.Quant(%w, %c0, %c1, %c2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r2 = onnx.MatMul(%r0, %r1) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %r3 = onnx.Mish(%r2) : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %r4 = onnx.Quant(%r3, %c4, %c1, %c5) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %r4 : tensor<1x1xf32>
}

// The same from its steps as a file may write them.
// CHECK-LABEL: func.func @formula_of_swish
// CHECK: %[[M:.*]] = qnn.matmul
// CHECK: %[[T:.*]] = qnn.threshold %[[M]] axis 1 thresholds <{{.*}}, [-4, -2, 0, 1, 2, 3] :
// CHECK-SAME: directions [1] low 0 step 1
// CHECK: qnn.table %[[T]] axis 1 low 0 values <{{.*}}, [0, -1, -2, 0, 6, 14, 15]
func.func @formula_of_swish(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [0.125] : tensor<f32>>} : () -> tensor<f32>
  %c5 = onnx.Constant() {value = #data.constant<"c5", [5.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r1 = onnx.Quant(%w, %c0, %c1, %c2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r2 = onnx.MatMul(%r0, %r1) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %r3 = onnx.Sigmoid(%r2) : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %r4 = onnx.Mul(%r2, %r3) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %r5 = onnx.Quant(%r4, %c4, %c1, %c5) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %r5 : tensor<1x1xf32>
}

// 2^18 integers are too many to look at one by one on the way to thresholds: halving intervals finds the same.
// CHECK-LABEL: func.func @swish_of_many_integers
// CHECK: %[[M:.*]] = qnn.matmul
// CHECK: %[[T:.*]] = qnn.threshold %[[M]] axis 1 thresholds <{{.*}}, [-4, -2, 0, 1, 2, 3] :
// CHECK-SAME: directions [1] low 0 step 1
// CHECK: qnn.table %[[T]] axis 1 low 0 values <{{.*}}, [0, -1, -2, 0, 6, 14, 15]
func.func @swish_of_many_integers(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %c0 = onnx.Constant() {value = #data.constant<"c0", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c1 = onnx.Constant() {value = #data.constant<"c1", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %c2 = onnx.Constant() {value = #data.constant<"c2", [18.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %c4 = onnx.Constant() {value = #data.constant<"c4", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %c5 = onnx.Constant() {value = #data.constant<"c5", [0.125] : tensor<f32>>} : () -> tensor<f32>
  %c6 = onnx.Constant() {value = #data.constant<"c6", [5.0] : tensor<f32>>} : () -> tensor<f32>
  %r0 = onnx.Quant(%x, %c0, %c1, %c2) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r1 = onnx.Quant(%w, %c0, %c1, %c4) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %r2 = onnx.MatMul(%r0, %r1) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %r3 = onnx.Swish(%r2) : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %r4 = onnx.Quant(%r3, %c5, %c1, %c6) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  return %r4 : tensor<1x1xf32>
}
