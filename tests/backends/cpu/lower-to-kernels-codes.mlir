// RUN: qcompile-opt %s --cpu-outline-islands --cpu-lower-to-kernels | FileCheck %s

// Codes from outside are checked and packed; codes that leave are unpacked. The product of two
// computed tensors has no kernel and runs as an island.
// CHECK-LABEL: llvm.func @network_run(
// CHECK: %[[STATUS:.*]] = llvm.call @qcrt_load_codes(
// CHECK: llvm.icmp "eq" %[[STATUS]]
// CHECK: llvm.cond_br
// CHECK: llvm.return
// CHECK: llvm.call @qcrt_matmul(
// CHECK: llvm.call @qcrt_store_codes(
// CHECK: llvm.call @qcrt_program_run(
// CHECK: llvm.mlir.global internal constant @network_programs
func.func @main(%x: tensor<2x2xsi3>) -> tensor<2x2xsi16> {
  %w = qnn.constant <"w", [1, -4, 3, 1] : tensor<2x2xsi3>>
  %a = qnn.matmul %x, %w : (tensor<2x2xsi3>, tensor<2x2xsi3>) -> tensor<2x2xsi8>
  %b = qnn.matmul %a, %x : (tensor<2x2xsi8>, tensor<2x2xsi3>) -> tensor<2x2xsi16>
  return %b : tensor<2x2xsi16>
}
