// RUN: qcompile-opt %s | qcompile-opt | FileCheck %s
// RUN: qcompile-opt %s --mlir-print-op-generic | qcompile-opt | FileCheck %s

// Every operation, in every form of its syntax.

// CHECK-LABEL: func.func @constant
func.func @constant() -> (tensor<2x2xsi2>, tensor<2x!qnn.bipolar>) {
  // CHECK: qnn.constant <"w", [1, -1, 0, 1] : tensor<2x2xsi2>>
  %0 = qnn.constant #data.constant<"w", [1, -1, 0, 1] : tensor<2x2xsi2>>
  // CHECK: qnn.constant <"b", [-1, 1] : tensor<2x!qnn.bipolar>>
  %1 = qnn.constant <"b", [-1, 1] : tensor<2x!qnn.bipolar>>
  return %0, %1 : tensor<2x2xsi2>, tensor<2x!qnn.bipolar>
}

// CHECK-LABEL: func.func @rearrange
func.func @rearrange(%x: tensor<1x1x2x3xsi8>) -> tensor<3x2xsi8> {
  // CHECK: qnn.reshape %{{.*}} : (tensor<1x1x2x3xsi8>) -> tensor<2x3xsi8>
  %0 = qnn.reshape %x : (tensor<1x1x2x3xsi8>) -> tensor<2x3xsi8>
  // CHECK: qnn.transpose %{{.*}} perm = [1, 0] : (tensor<2x3xsi8>) -> tensor<3x2xsi8>
  %1 = qnn.transpose %0 perm = [1, 0] : (tensor<2x3xsi8>) -> tensor<3x2xsi8>
  return %1 : tensor<3x2xsi8>
}

// CHECK-LABEL: func.func @quantize
func.func @quantize(%x: tensor<2x4xf32>) -> tensor<2x4xui4> {
  // CHECK: qnn.quantize %{{.*}} scale <"s", [0.5, 0.25] : tensor<2x1xf32>>
  // CHECK-SAME: zero_point <"z", [3.5] : tensor<1x1xf32>>
  // CHECK-SAME: range[1, 14] rounding "HALF_UP" : (tensor<2x4xf32>) -> tensor<2x4xui4>
  %0 = qnn.quantize %x scale #data.constant<"s", [0.5, 0.25] : tensor<2x1xf32>>
      zero_point #data.constant<"z", [3.5] : tensor<1x1xf32>> range [1, 14] rounding "HALF_UP"
      : (tensor<2x4xf32>) -> tensor<2x4xui4>
  return %0 : tensor<2x4xui4>
}

// CHECK-LABEL: func.func @dequantize
func.func @dequantize(%x: tensor<1x2xsi9>) -> (tensor<1x2xf32>, tensor<1x2xf32>) {
  // CHECK: qnn.dequantize %{{.*}} axis 1 scale <"ds", [0.25] : tensor<1xf64>> zero_point <"dz", [-3] : tensor<1xsi64>>
  // CHECK-NOT: bias
  %0 = qnn.dequantize %x axis 1 scale <"ds", [0.25] : tensor<1xf64>> zero_point <"dz", [-3] : tensor<1xsi64>>
      : (tensor<1x2xsi9>) -> tensor<1x2xf32>
  // CHECK: qnn.dequantize %{{.*}} axis 1 scale <"t", [0.25, -0.5] : tensor<2xf64>>
  // CHECK-SAME: zero_point <"dz", [-3] : tensor<1xsi64>> bias <"db", [1, 2] : tensor<2xf64>>
  %1 = qnn.dequantize %x axis 1 scale <"t", [0.25, -0.5] : tensor<2xf64>> zero_point <"dz", [-3] : tensor<1xsi64>>
      bias <"db", [1.0, 2.0] : tensor<2xf64>> : (tensor<1x2xsi9>) -> tensor<1x2xf32>
  return %0, %1 : tensor<1x2xf32>, tensor<1x2xf32>
}

// CHECK-LABEL: func.func @matmul
func.func @matmul(%a: tensor<1x4x!qnn.bipolar>, %b: tensor<4x2x!qnn.bipolar>, %c: tensor<4xui2>)
    -> (tensor<1x2xsi4>, tensor<2xsi5>) {
  // CHECK: qnn.matmul %{{.*}}, %{{.*}} : (tensor<1x4x!qnn.bipolar>, tensor<4x2x!qnn.bipolar>) -> tensor<1x2xsi4>
  %0 = qnn.matmul %a, %b : (tensor<1x4x!qnn.bipolar>, tensor<4x2x!qnn.bipolar>) -> tensor<1x2xsi4>
  // CHECK: qnn.matmul %{{.*}}, %{{.*}} : (tensor<4xui2>, tensor<4x2x!qnn.bipolar>) -> tensor<2xsi5>
  %1 = qnn.matmul %c, %b : (tensor<4xui2>, tensor<4x2x!qnn.bipolar>) -> tensor<2xsi5>
  return %0, %1 : tensor<1x2xsi4>, tensor<2xsi5>
}

// CHECK-LABEL: func.func @threshold
func.func @threshold(%acc: tensor<1x2xsi8>, %x: tensor<1x2xf32>)
    -> (tensor<1x2x!qnn.bipolar>, tensor<1x2xui2>) {
  // CHECK: qnn.threshold %{{.*}} axis 1 thresholds <"tt", [0, 3] : tensor<2x1xsi4>>
  // CHECK-SAME: directions [1, -1] low -1 step 2 : (tensor<1x2xsi8>) -> tensor<1x2x!qnn.bipolar>
  %0 = qnn.threshold %acc axis 1 thresholds #data.constant<"tt", [0, 3] : tensor<2x1xsi4>>
      directions [1, -1] low -1 step 2 : (tensor<1x2xsi8>) -> tensor<1x2x!qnn.bipolar>
  // CHECK: qnn.threshold %{{.*}} axis 1 thresholds <"f", [0.5, 1.5, 1.5] : tensor<1x3xf32>>
  // CHECK-SAME: directions [1] low 3 step -1 : (tensor<1x2xf32>) -> tensor<1x2xui2>
  %1 = qnn.threshold %x axis 1 thresholds #data.constant<"f", [0.5, 1.5, 1.5] : tensor<1x3xf32>>
      directions [1] low 3 step -1 : (tensor<1x2xf32>) -> tensor<1x2xui2>
  return %0, %1 : tensor<1x2x!qnn.bipolar>, tensor<1x2xui2>
}
