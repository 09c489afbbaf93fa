// RUN: qcompile-opt %s --cpu-outline-islands --cpu-lower-to-kernels | FileCheck %s

// A convolution and the thresholds of its sums are one kernel; channels that are not last are moved there
// and back by copies.
// CHECK-LABEL: llvm.func @network_run(
// CHECK: llvm.call @qcrt_threshold(
// CHECK: llvm.call @qcrt_copy(
// CHECK: llvm.call @qcrt_conv(
// CHECK-NOT: llvm.call @qcrt_threshold(
// CHECK: llvm.call @qcrt_copy(
// CHECK: llvm.call @qcrt_copy(
// CHECK: llvm.call @qcrt_max_pool(
// CHECK: llvm.call @qcrt_copy(
// CHECK-NOT: qcrt_program
func.func @main(%x: tensor<1x2x5x5xf32>) -> tensor<1x3x2x2xui2> {
  %w = qnn.constant <"w", [1, -1, 0, 1, -2, 1] : tensor<3x2x1x1xsi2>>
  %q = qnn.threshold %x axis 1 thresholds <"t", [0.5] : tensor<1x1xf32>>
      directions [1] low 0 step 1 : (tensor<1x2x5x5xf32>) -> tensor<1x2x5x5xui1>
  %a = qnn.conv %q, %w axis 1 strides [1, 1] dilations [1, 1] groups 1
      : (tensor<1x2x5x5xui1>, tensor<3x2x1x1xsi2>) -> tensor<1x3x5x5xsi4>
  %t = qnn.threshold %a axis 1 thresholds <"u", [-2, 0, 1] : tensor<1x3xsi4>>
      directions [1] low 0 step 1 : (tensor<1x3x5x5xsi4>) -> tensor<1x3x5x5xui2>
  %p = qnn.max_pool %t axis 1 kernel [2, 2] strides [2, 2] dilations [1, 1]
      : (tensor<1x3x5x5xui2>) -> tensor<1x3x2x2xui2>
  return %p : tensor<1x3x2x2xui2>
}
