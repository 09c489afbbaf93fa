//===- ExpandConvTranspose.td - The qnn-expand-conv-transpose pass -*- tablegen -*-===//
#ifndef QCOMPILE_PASSES_EXPANDCONVTRANSPOSE
#define QCOMPILE_PASSES_EXPANDCONVTRANSPOSE

include "mlir/Pass/PassBase.td"

def ExpandConvTranspose : Pass<"qnn-expand-conv-transpose", "::mlir::func::FuncOp"> {
  let summary = "Compute transposed and dilated convolutions without zeros";
  let description = [{
    Outputs of a transposed convolution whose positions are equal modulo the strides read the same part of the kernel:
    each such residue class is a dense `qnn.conv` of that part, flipped, on a part of the input, padded with 0 where
    the kernel reaches over its border. The classes are joined along the channels and interleaved by `qnn.depth_to_space`
    (mode "DCR"); a last `qnn.slice` stands where extents are no multiples of the strides. Neighbouring classes that read
    the same inputs become one convolution (groups apart). A class that no weight reaches is 0. No zero is inserted, so that any zero
    point and bipolar data are right, and no multiplication is done with anything but a weight and an input or its border.

    With `dilated`, a convolution with dilations becomes one dense convolution per phase of the input, interleaved in the
    same way: for targets that have no dilated convolution.

    Exact. A remark [QC-P004] says per layer how many multiply-accumulates there were (zeros inserted, dense kernel) and are.

    Requires static shapes and that the operand of a transposed convolution is centred: its border is 0. Guarantees: no
    `qnn.conv_transpose` of static shape remains; results keep their types; each part has the narrowest accumulator.
    Leaves everything else alone.
  }];
  let options = [
    Option<"dilated", "dilated", "bool", /*default=*/"false",
           "also split dilated convolutions into dense ones">
  ];
  let dependentDialects = ["::qcompile::qnn::QnnDialect"];
}

#endif // QCOMPILE_PASSES_EXPANDCONVTRANSPOSE
