// RUN: not qcompile-opt %s --hls-set-folding=folding=1:1,1:1 2>&1 | FileCheck %s --check-prefix=COUNT
// RUN: not qcompile-opt %s --hls-set-folding=folding=2:3 2>&1 | FileCheck %s --check-prefix=DIVIDE
// RUN: not qcompile-opt %s --hls-set-folding=folding=2 2>&1 | FileCheck %s --check-prefix=FORM
// RUN: not qcompile-opt %s --hls-set-folding=multiplier=abacus 2>&1 | FileCheck %s --check-prefix=KIND

// COUNT: [QC-B003] expected a folding for each of 1 matrix-vector units, found 2
// DIVIDE: expected PE to divide 2 outputs and SIMD to divide 4 inputs, found 2 and 3
// FORM: expected a folding PE:SIMD, found '2'
// KIND: expected multiplier lut or dsp, found 'abacus'

func.func private @core(%x: tensor<1x4xui2>) -> tensor<1x2xsi4> {
  %w = qnn.constant #data.constant<"w", [1, -1, 0, 1, -2, 1, 1, 0] : tensor<4x2xsi2>>
  %s = qnn.matmul %x, %w : (tensor<1x4xui2>, tensor<4x2xsi2>) -> tensor<1x2xsi4>
  return %s : tensor<1x2xsi4>
}

hls.design @design implements @core {
^bb0(%x: !hls.stream<4x1xui2>):
  %s = hls.matrix_vector %x weights #data.constant<"w", [1, -1, 0, 1, -2, 1, 1, 0] : tensor<4x2xsi2>>
      groups 1 pe 1 simd 1 accumulator si4 multiplier "lut" memory "block"
      : (!hls.stream<4x1xui2>) -> !hls.stream<2x1xsi4>
  hls.output %s : !hls.stream<2x1xsi4>
}
