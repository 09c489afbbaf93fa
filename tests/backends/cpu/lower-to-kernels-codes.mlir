// RUN: qcompile-opt %s --cpu-outline-islands --cpu-lower-to-kernels | FileCheck %s

// Codes from outside are checked, then packed for their product; codes that leave are dense. A product of two
// computed tensors has a kernel that packs nothing.
// CHECK-LABEL: llvm.func @network_run(
// CHECK: %[[STATUS:.*]] = llvm.call @qcrt_check_codes(
// CHECK: llvm.icmp "eq" %[[STATUS]]
// CHECK: llvm.cond_br
// CHECK: llvm.return
// CHECK: llvm.call @qcrt_convert(
// CHECK: llvm.call @qcrt_matmul(
// CHECK: llvm.call @qcrt_product(
// CHECK-NOT: qcrt_program
func.func @main(%x: tensor<2x2xsi3>) -> tensor<2x2xsi16> {
  %w = qnn.constant <"w", [1, -4, 3, 1] : tensor<2x2xsi3>>
  %a = qnn.matmul %x, %w : (tensor<2x2xsi3>, tensor<2x2xsi3>) -> tensor<2x2xsi8>
  %b = qnn.matmul %a, %x : (tensor<2x2xsi8>, tensor<2x2xsi3>) -> tensor<2x2xsi16>
  return %b : tensor<2x2xsi16>
}
