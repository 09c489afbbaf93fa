// RUN: not qcompile-opt %s --onnx-product-quantize="keep-first=false keep-last=false" 2>&1 | FileCheck %s --check-prefix=DATA
// RUN: not qcompile-opt %s --onnx-product-quantize="length=17 prototypes=0 table-bits=1 prototype-bits=13 input-bits=9 norm=l3" 2>&1 | FileCheck %s --check-prefix=OPTIONS
// RUN: qcompile-opt %s --onnx-product-quantize="layers=grouped keep-first=false keep-last=false" 2>&1 | FileCheck %s --check-prefix=GROUPS

// DATA: [QC-P010] layer 'dense': expected calibration data (calibration=FILE): its input is not quantized
// OPTIONS-DAG: expected length from 1 to 16, found 17
// OPTIONS-DAG: expected prototypes from 1 to 4096, found 0
// OPTIONS-DAG: expected table-bits from 2 to 16, found 1
// OPTIONS-DAG: expected prototype-bits from 2 to 12, found 13
// OPTIONS-DAG: expected input-bits from 2 to 8, found 9
// OPTIONS-DAG: expected norm l2 or l1, found 'l3'
// GROUPS: layer 'grouped' stays as it is: product quantization has no form for convolutions with groups
// GROUPS: onnx.Conv
func.func @layers(%x: tensor<1x2x4x4xf32>, %r: tensor<1x4xf32>) -> (tensor<1x2x4x4xf32>, tensor<1x2xf32>) {
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 2.0] : tensor<2x1x1x1xf32>>} : () -> tensor<2x1x1x1xf32>
  %y = onnx.Conv(%x, %w) {group = 2 : i64} : (tensor<1x2x4x4xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x4x4xf32> loc("grouped"("a"))
  %v = onnx.Constant() {value = #data.constant<"v", [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0] : tensor<4x2xf32>>} : () -> tensor<4x2xf32>
  %z = onnx.MatMul(%r, %v) : (tensor<1x4xf32>, tensor<4x2xf32>) -> tensor<1x2xf32> loc("dense"("b"))
  return %y, %z : tensor<1x2x4x4xf32>, tensor<1x2xf32>
}
