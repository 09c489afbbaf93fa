// RUN: not qcompile-opt %s --onnx-quantize-model="weight-bits=9 granularity=row scales=odd percentile=20" 2>&1 | FileCheck %s --check-prefix=WORDS
// RUN: not qcompile-opt %s --onnx-quantize-model="preset=vitis granularity=channel weight-bits=4" 2>&1 | FileCheck %s --check-prefix=PRESET
// RUN: not qcompile-opt %s --onnx-quantize-model="preset=cloud" 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not qcompile-opt %s --onnx-quantize-model="activation-bits=8" 2>&1 | FileCheck %s --check-prefix=DATA
// RUN: not qcompile-opt %s --onnx-quantize-model="keep-first=false keep-last=false weight-scheme=affine" 2>&1 | FileCheck %s --check-prefix=SPARSE
// RUN: not qcompile-opt %s --onnx-quantize-model="dual weight-bits=8" 2>&1 | FileCheck %s --check-prefix=DUAL

// WORDS-DAG: error: {{.*}}expected weight-bits of 2 to 8, or 0 for none, found 9
// WORDS-DAG: error: {{.*}}expected granularity channel or tensor, found 'row'
// WORDS-DAG: error: {{.*}}expected scales real or power-of-two, found 'odd'
// WORDS-DAG: error: {{.*}}expected a percentile above 50 and at most 100, found 20
// PRESET-DAG: preset 'vitis' fixes granularity=tensor, found 'channel'
// PRESET-DAG: preset 'vitis' fixes weight-bits=8, found 4
// UNKNOWN: expected a preset of tensorrt, snpe, openvino, vitis, onnx-qnn, ppl-cuda, found 'cloud'
// DATA: activation-bits=8 needs calibration data for the ranges of activations: give calibration=FILE
// SPARSE: layer 'fc': its sparse structure needs code 0 for weight 0, which weight-scheme=affine does not give: use weight-scheme=symmetric
// DUAL: dual codes need weight-bits of 2 to 4 and symmetric, narrow weights

func.func @main(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %w = onnx.Constant() {encoding.structure = #encoding.coo<order = [1, 0], rows = 1>, value = #data.constant<"w", [7.0, 0.0] : tensor<2x1xf32>>} : () -> tensor<2x1xf32>
  %y = onnx.MatMul(%x, %w) : (tensor<1x2xf32>, tensor<2x1xf32>) -> tensor<1x1xf32> loc(#fc)
  return %y : tensor<1x1xf32>
}
#fc = loc("fc"("y"("m.onnx":0:0)))
