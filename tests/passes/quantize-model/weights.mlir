// RUN: qcompile-opt %s --onnx-quantize-model="weight-bits=4 keep-first=false keep-last=false granularity=tensor" | FileCheck %s --check-prefix=TENSOR
// RUN: qcompile-opt %s --onnx-quantize-model="weight-bits=4 keep-first=false keep-last=false weight-scheme=affine" | FileCheck %s --check-prefix=AFFINE
// RUN: qcompile-opt %s --onnx-quantize-model="weight-bits=4 keep-first=false keep-last=false scales=power-of-two" | FileCheck %s --check-prefix=POWER
// RUN: qcompile-opt %s --onnx-quantize-model="weight-bits=2 keep-first=false keep-last=false" | FileCheck %s --check-prefix=MSE
// RUN: qcompile-opt %s --onnx-quantize-model="weight-bits=2 keep-first=false keep-last=false dual dual-threshold=0" | FileCheck %s --check-prefix=DUAL
// RUN: qcompile-opt %s --onnx-quantize-model="weight-bits=4 keep-first=false keep-last=false narrow=false weight-range=percentile percentile=75" | FileCheck %s --check-prefix=PERCENTILE
// RUN: qcompile-opt %s --onnx-quantize-model 2>&1 | FileCheck %s --check-prefix=KEPT
// RUN: qcompile-opt %s --onnx-quantize-model="weight-bits=0 keep-first=false keep-last=false" | FileCheck %s --check-prefix=NONE

// One layer with weights per output (1, 1, 3, -3) and (7, -1, 0.5, 2).

// TENSOR: tensor<2x4x1x1xf32>
// TENSOR: "w{{[_0-9]*}}.scale", [1] : tensor<f32>
// [-3, 3] and [-1, 7] in 15 steps: 0.4 and 0.5333, zero points round(3 / 0.4) = 7, since the float32
// nearest 0.4 is above it, and round(1 / 0.5333) = 2.
// AFFINE: "w{{[_0-9]*}}.scale", [0.4{{[0-9]*}}, 0.533{{[0-9]*}}] : tensor<2x1x1x1xf32>
// AFFINE: "w{{[_0-9]*}}.zero_point", [7, 2] : tensor<2x1x1x1xf32>
// AFFINE: onnx.Quant{{.*}} {signed_ = 0 : i64}
// 3 / 7 and 7 / 7 rounded up.
// POWER: "w{{[_0-9]*}}.scale", [0.5, 1] : tensor<2x1x1x1xf32>
// Two bits: codes -1, 0, 1. Scale 3 costs 2 for the first output (only the threes), scale 2 costs 4. For the second, scale 7 costs 1 + 0.25 + 4.
// MSE: [0, 0, 3, -3, 7, 0, 0, 0] : tensor<2x4x1x1xf32>
// MSE: "w{{[_0-9]*}}.scale", [3, 7] : tensor<2x1x1x1xf32>
// Two codes of two bits: -5 to 5 in four bits. Scale 1 with codes 1 and 3 has no error.
// DUAL: [1, 1, 3, -3,
// DUAL: "w{{[_0-9]*}}.bits", [4] : tensor<f32>
// The quantile of 75 % of 1, 1, 3, 3 is number round(0.75 * 3) = 2, counted from 0: 3; of 0.5, 1, 2, 7 it is 2. With -8 among the codes
// 7 reaches 3 and 2.
// PERCENTILE: "w{{[_0-9]*}}.scale", [0.428{{[0-9]*}}, 0.285{{[0-9]*}}] : tensor<2x1x1x1xf32>
// PERCENTILE-NOT: narrow
// KEPT: layer 'conv' stays as it is: it is the first (keep-first=false changes it too)
// KEPT-NOT: onnx.Quant(
// NONE-NOT: onnx.Quant(

func.func @main(%x: tensor<1x4x1x1xf32>) -> tensor<1x2x1x1xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 1.0, 3.0, -3.0, 7.0, -1.0, 0.5, 2.0] : tensor<2x4x1x1xf32>>} : () -> tensor<2x4x1x1xf32>
  %y = onnx.Conv(%x, %w) : (tensor<1x4x1x1xf32>, tensor<2x4x1x1xf32>) -> tensor<1x2x1x1xf32> loc(#conv)
  return %y : tensor<1x2x1x1xf32>
}
#conv = loc("conv"("y"("m.onnx":0:0)))
