// RUN: not qcompile-opt %s --onnx-fit-accumulators="keep-first=false" 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not qcompile-opt %s --onnx-fit-accumulators="bits=1 tile=4 scale=any layer-bits=fc,other:8" 2>&1 | FileCheck %s --check-prefix=OPTIONS
// RUN: not qcompile-opt %s --onnx-fit-accumulators="bits=4 keep-first=false keep-last=false" 2>&1 | FileCheck %s

// NONE: error: [QC-P010] expected bits, layer-bits, or tile and inner-bits, found none of them

// OPTIONS: error: [QC-P010] expected bits from 2 to 48, found 1
// OPTIONS: error: [QC-P010] expected tile and inner-bits together, found tile=4 and inner-bits=0
// OPTIONS: error: [QC-P010] expected layer-bits=name:width, found 'fc'
// OPTIONS: error: [QC-P010] layer-bits names 'other', and there is no such layer with constant weights
// OPTIONS: error: [QC-P010] expected scale search, power-of-two or keep, found 'any'

// One product is 15 or -15: 5 bits. Bipolar weights sum to -15 to 15 whatever their signs.
// CHECK: error: [QC-P010] layer 'fc': expected an accumulator of at least 5 bits, the width of one product of an input code (0 to 15) and a weight of 1 or -1, found 4
// CHECK: error: [QC-P010] layer 'signs': its weights are -1 or 1 and cannot be made smaller; expected at least 5 bits, found 4
// CHECK: error: [QC-P010] layer 'tied': its weights have the structure 'encoding.circulant'
// CHECK-SAME: the nearest possible width is 7
func.func @layers(%x: tensor<1x2xf32>) -> (tensor<1x1xf32>, tensor<1x1xf32>, tensor<1x2xf32>) {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [3.0, -1.0] : tensor<2x1xf32>>} : () -> tensor<2x1xf32>
  %u = onnx.Constant() {value = #data.constant<"u", [3.0, -1.0, -1.0, 3.0] : tensor<2x2xf32>>, encoding.structure = #encoding.circulant<block = 2, order = [1, 0], rows = 1>} : () -> tensor<2x2xf32>
  %q = onnx.Quant(%x, %s, %z, %b) {signed_ = 0 : i64} : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  %v = onnx.Quant(%w, %s, %z, %b) : (tensor<2x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x1xf32>
  %g = onnx.BipolarQuant(%w, %s) : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %t = onnx.Quant(%u, %s, %z, %b) : (tensor<2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x2xf32>
  %y = onnx.MatMul(%q, %v) : (tensor<1x2xf32>, tensor<2x1xf32>) -> tensor<1x1xf32> loc("fc"("y"("model.onnx":1:0)))
  %c = onnx.MatMul(%q, %g) : (tensor<1x2xf32>, tensor<2x1xf32>) -> tensor<1x1xf32> loc("signs"("c"("model.onnx":2:0)))
  %d = onnx.MatMul(%q, %t) : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("tied"("d"("model.onnx":3:0)))
  return %y, %c, %d : tensor<1x1xf32>, tensor<1x1xf32>, tensor<1x2xf32>
}
