// RUN: qcompile-opt %s --onnx-expand-activations --mlir-print-debuginfo --mlir-print-local-scope | FileCheck %s

// The steps of ONNX's definitions, in their order; the last one keeps the activation's names.

// CHECK-LABEL: func.func @hard_swish
// CHECK-SAME: %[[X:.*]]: tensor<1x4xf32>
// CHECK: %[[S:.*]] = onnx.HardSigmoid(%[[X]]) {alpha = 0.166666672 : f32}
// CHECK-SAME: loc("act.HardSigmoid0"("y.HardSigmoid0"))
// CHECK: %[[Y:.*]] = onnx.Mul(%[[X]], %[[S]]) {{.*}} loc("act"("y"))
// CHECK: return %[[Y]]
func.func @hard_swish(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %y = onnx.HardSwish(%x) : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("act"("y"))
  return %y : tensor<1x4xf32>
}

// CHECK-LABEL: func.func @swish
// CHECK-SAME: %[[X:.*]]: tensor<1x4xf32>
// CHECK: %[[A:.*]] = onnx.Constant() {value = {{.*}}[2] : tensor<f32>>
// CHECK: %[[M:.*]] = onnx.Mul(%[[A]], %[[X]])
// CHECK: %[[S:.*]] = onnx.Sigmoid(%[[M]])
// CHECK: onnx.Mul(%[[X]], %[[S]])
func.func @swish(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %y = onnx.Swish(%x) {alpha = 2.0 : f32} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}

// CHECK-LABEL: func.func @mish
// CHECK-SAME: %[[X:.*]]: tensor<1x4xf32>
// CHECK: %[[P:.*]] = onnx.Softplus(%[[X]])
// CHECK: %[[T:.*]] = onnx.Tanh(%[[P]])
// CHECK: onnx.Mul(%[[X]], %[[T]])
func.func @mish(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %y = onnx.Mish(%x) : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}

// (0.5 x) (1 + erf(x / sqrt(2))), sqrt(2) in float32.
// CHECK-LABEL: func.func @gelu
// CHECK-SAME: %[[X:.*]]: tensor<1x4xf32>
// CHECK: %[[C:.*]] = onnx.Constant() {value = {{.*}}[0.5] : tensor<f32>>
// CHECK: %[[H:.*]] = onnx.Mul(%[[C]], %[[X]])
// CHECK: %[[R:.*]] = onnx.Constant() {value = {{.*}}[1.4142135{{[0-9]*}}] : tensor<f32>>
// CHECK: %[[D:.*]] = onnx.Div(%[[X]], %[[R]])
// CHECK: %[[E:.*]] = onnx.Erf(%[[D]])
// CHECK: %[[F:.*]] = onnx.Add(%{{.*}}, %[[E]])
// CHECK: onnx.Mul(%[[H]], %[[F]])
func.func @gelu(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %y = onnx.Gelu(%x) : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}

// (0.5 x) (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))); sqrt(2 / pi) = 0.7978846.
// CHECK-LABEL: func.func @gelu_by_tanh
// CHECK-SAME: %[[X:.*]]: tensor<1x4xf32>
// CHECK: %[[H:.*]] = onnx.Mul(%{{.*}}, %[[X]])
// CHECK: onnx.Constant() {value = {{.*}}[3] : tensor<f32>>
// CHECK: %[[P:.*]] = onnx.Pow(%[[X]], %
// CHECK: onnx.Constant() {value = {{.*}}[0.0447{{[0-9]+}}] : tensor<f32>>
// CHECK: %[[Q:.*]] = onnx.Mul(%{{.*}}, %[[P]])
// CHECK: %[[A:.*]] = onnx.Add(%[[X]], %[[Q]])
// CHECK: onnx.Constant() {value = {{.*}}[0.797884{{[0-9]*}}] : tensor<f32>>
// CHECK: %[[B:.*]] = onnx.Mul(%{{.*}}, %[[A]])
// CHECK: %[[T:.*]] = onnx.Tanh(%[[B]])
// CHECK: %[[F:.*]] = onnx.Add(%{{.*}}, %[[T]])
// CHECK: onnx.Mul(%[[H]], %[[F]])
func.func @gelu_by_tanh(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %y = onnx.Gelu(%x) {approximate = "tanh"} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}

// Steps of another type would round differently.
// CHECK-LABEL: func.func @other_type
// CHECK: onnx.HardSwish
func.func @other_type(%x: tensor<4xf64>) -> tensor<4xf64> {
  %y = onnx.HardSwish(%x) : (tensor<4xf64>) -> tensor<4xf64>
  return %y : tensor<4xf64>
}

// Activations that are monotone are steps themselves.
// CHECK-LABEL: func.func @monotone
// CHECK: onnx.Sigmoid
// CHECK-NEXT: return
func.func @monotone(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %y = onnx.Sigmoid(%x) : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}
