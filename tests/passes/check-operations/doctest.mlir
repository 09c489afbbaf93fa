// RUN: not qcompile-opt %s --onnx-check-operations 2>&1 | FileCheck %s

// The example of the pass: four channels do not divide into three groups. Every problem is reported, whatever came before.

// CHECK: [QC-R001] node 'grouped': expected channels that agree in 3 groups, found shapes 1x4x4x4 and 4x1x3x3
// CHECK: [QC-R001] node 'blocks': expected a shape that blocks of 3 divide, found 1x4x4x4
// CHECK-NOT: QC-
func.func @main(%x: tensor<1x4x4x4xf32>, %w: tensor<4x1x3x3xf32>) -> (tensor<1x4x2x2xf32>, tensor<1x4x4x4xf32>, tensor<1x1x8x8xf32>) {
  %y = onnx.Conv(%x, %w) {group = 3} : (tensor<1x4x4x4xf32>, tensor<4x1x3x3xf32>) -> tensor<1x4x2x2xf32> loc("grouped"("y"("m":0:0)))
  %z = onnx.Relu(%x) : (tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32> loc("fine"("z"("m":1:0)))
  %d = onnx.DepthToSpace(%x) {blocksize = 3} : (tensor<1x4x4x4xf32>) -> tensor<1x1x8x8xf32> loc("blocks"("d"("m":2:0)))
  return %y, %z, %d : tensor<1x4x2x2xf32>, tensor<1x4x4x4xf32>, tensor<1x1x8x8xf32>
}
