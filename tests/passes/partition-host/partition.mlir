// RUN: qcompile-opt %s --partition-host --split-input-file | FileCheck %s

// Float input, two integer operations, float output.
// CHECK-LABEL: func.func private @host_before
// CHECK-SAME: (%[[X:.*]]: tensor<1x2xf32>) -> tensor<1x2xui2>
// CHECK-NEXT: %[[Q:.*]] = qnn.threshold %[[X]]
// CHECK-NEXT: return %[[Q]]
// CHECK-LABEL: func.func private @core
// CHECK-SAME: (%[[A:.*]]: tensor<1x2xui2>) -> tensor<1x1xsi4>
// CHECK: qnn.constant
// CHECK: qnn.matmul
// CHECK-LABEL: func.func private @host_after
// CHECK-SAME: (%[[B:.*]]: tensor<1x1xsi4>) -> tensor<1x1xf32>
// CHECK: qnn.dequantize %[[B]]
// CHECK-LABEL: func.func @main
// CHECK-SAME: (%[[I:.*]]: tensor<1x2xf32> {onnx.name = "x"}) -> (tensor<1x1xf32> {onnx.name = "y"})
// CHECK-NEXT: %[[C:.*]] = call @host_before(%[[I]])
// CHECK-NEXT: %[[D:.*]] = call @core(%[[C]])
// CHECK-NEXT: %[[E:.*]] = call @host_after(%[[D]])
// CHECK-NEXT: return %[[E]]
func.func @main(%x: tensor<1x2xf32> {onnx.name = "x"}) -> (tensor<1x1xf32> {onnx.name = "y"}) {
  %q = qnn.threshold %x axis 1 thresholds <"t", [0.5, 1.5, 2.5] : tensor<1x3xf32>> directions [1] low 0 step 1
      : (tensor<1x2xf32>) -> tensor<1x2xui2>
  %w = qnn.constant <"w", [1, -1] : tensor<2x1xsi2>>
  %a = qnn.matmul %q, %w : (tensor<1x2xui2>, tensor<2x1xsi2>) -> tensor<1x1xsi4>
  %y = qnn.dequantize %a axis 1 scale <"s", [0.5] : tensor<1xf64>> zero_point <"z", [0] : tensor<1xsi64>>
      : (tensor<1x1xsi4>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

// Integer in, integer out: the host has nothing to do, and says so by empty functions.
// CHECK-LABEL: func.func private @host_before
// CHECK-NEXT: return
// CHECK-LABEL: func.func private @core
// CHECK: qnn.matmul
// CHECK-LABEL: func.func private @host_after
// CHECK-SAME: (%[[B:.*]]: tensor<1x1xsi4>) -> tensor<1x1xsi4>
// CHECK-NEXT: return %[[B]]
// CHECK-LABEL: func.func @main
// CHECK-SAME: (%[[I:.*]]: tensor<1x2xui2>)
// CHECK: call @core(%[[I]])
func.func @main(%x: tensor<1x2xui2>) -> tensor<1x1xsi4> {
  %w = qnn.constant <"w", [1, -1] : tensor<2x1xsi2>>
  %a = qnn.matmul %x, %w : (tensor<1x2xui2>, tensor<2x1xsi2>) -> tensor<1x1xsi4>
  return %a : tensor<1x1xsi4>
}

// -----

// A first layer on floats runs before the core; what the end needs of the input is passed to it, and codes that are an output
// leave the core.
// CHECK-LABEL: func.func private @host_before
// CHECK: onnx.MatMul
// CHECK: qnn.threshold
// CHECK-LABEL: func.func private @core
// CHECK-SAME: (%{{.*}}: tensor<1x1xui1>) -> (tensor<1x1xsi3>, tensor<1x1xui1>)
// CHECK-NOT: f32
// CHECK-LABEL: func.func private @host_after
// CHECK-SAME: tensor<1x1xf32>
// CHECK: qnn.dequantize
// CHECK: onnx.Add
// CHECK-LABEL: func.func @main
// CHECK-SAME: (%[[I:.*]]: tensor<1x1xf32>)
// CHECK: call @host_after({{.*}}%[[I]]{{.*}})
func.func @main(%x: tensor<1x1xf32>) -> (tensor<1x1xf32>, tensor<1x1xui1>) {
  %v = onnx.Constant() {value = #data.constant<"v", [2.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %m = onnx.MatMul(%x, %v) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %q = qnn.threshold %m axis 1 thresholds <"t", [0.5] : tensor<1x1xf32>> directions [1] low 0 step 1
      : (tensor<1x1xf32>) -> tensor<1x1xui1>
  %w = qnn.constant <"w", [-2] : tensor<1x1xsi2>>
  %a = qnn.matmul %q, %w : (tensor<1x1xui1>, tensor<1x1xsi2>) -> tensor<1x1xsi3>
  %c = qnn.threshold %a axis 1 thresholds <"u", [-1] : tensor<1x1xsi2>> directions [1] low 0 step 1
      : (tensor<1x1xsi3>) -> tensor<1x1xui1>
  %f = qnn.dequantize %a axis 1 scale <"s", [0.5] : tensor<1xf64>> zero_point <"z", [0] : tensor<1xsi64>>
      : (tensor<1x1xsi3>) -> tensor<1x1xf32>
  %y = onnx.Add(%f, %x) : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  return %y, %c : tensor<1x1xf32>, tensor<1x1xui1>
}
