// RUN: qcompile-opt %s --cpu-outline-islands --cpu-lower-to-kernels | FileCheck %s

// A binary layer is three kernels on packed bits; the parameters are one image.
// CHECK: module attributes {data.parameters = #data.constant<"parameters" : tensor<{{[0-9]+}}xui8>>
// CHECK-LABEL: llvm.func @network_run(
// CHECK-SAME:    %[[CONTEXT:.*]]: !llvm.ptr, %[[IN:.*]]: !llvm.ptr, %[[OUT:.*]]: !llvm.ptr) -> i32
// CHECK: llvm.call @qcrt_threshold(
// CHECK: llvm.call @qcrt_matmul(
// CHECK: llvm.call @qcrt_dequantize(
// A network without islands refers to nothing that needs the C++ library.
// CHECK-NOT: qcrt_program
// CHECK: llvm.mlir.global external constant @network_descriptor()
func.func @main(%x: tensor<1x2x2xf32>) -> tensor<1x2xf32> {
  %w = qnn.constant <"w", [1, -1, 1, 1, -1, -1, 1, -1] : tensor<4x2x!qnn.bipolar>>
  %q = qnn.threshold %x axis 2 thresholds <"t", [0] : tensor<1x1xf32>>
      directions [1] low -1 step 2 : (tensor<1x2x2xf32>) -> tensor<1x2x2x!qnn.bipolar>
  %f = qnn.reshape %q : (tensor<1x2x2x!qnn.bipolar>) -> tensor<1x4x!qnn.bipolar>
  %a = qnn.matmul %f, %w : (tensor<1x4x!qnn.bipolar>, tensor<4x2x!qnn.bipolar>) -> tensor<1x2xsi4>
  %y = qnn.dequantize %a axis 1 scale <"s", [0.25] : tensor<1xf64>>
      zero_point <"z", [0] : tensor<1xsi64>> : (tensor<1x2xsi4>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}
