//===- QnnOps.td - The qnn dialect's operations -------------*- tablegen -*-===//
//
// Numbers in brackets (C1, ...) are the constraints of docs/Qnn.md; the verifiers carry them too.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_DIALECTS_QNN_QNNOPS
#define QCOMPILE_DIALECTS_QNN_QNNOPS

include "dialects/qnn/QnnBase.td"
include "dialects/qnn/QnnLinearOps.td"
include "dialects/qnn/QnnSelectionOps.td"

//===----------------------------------------------------------------------===//
// Constants and rearrangement
//===----------------------------------------------------------------------===//

def Qnn_ConstantOp : Qnn_Op<"constant", [Qnn_HasBounds, ConstantLike, AllTypesMatch<["value", "result"]>]> {
  let summary = "constant codes";
  let description = [{
    C1: every element is a value of the element type (the constant's storage admits nothing else). C2: with an `encoding`
    (docs/Encodings.md), the elements have its structure: it stores them in fewer bits. Operations see the elements alone.

    Example:
    ```mlir
    %w = qnn.constant <"w", [1, -1, 0, 1] : tensor<2x2xsi2>>
    %s = qnn.constant <"s", [0, -1, 1, 0] : tensor<2x2xsi2>>
        encoding #encoding.n_m<n = 1, m = 2, order = [0, 1], rows = 1>
    ```
  }];
  let arguments = (ins Qnn_ConstantAttr:$value, OptionalAttr<Encoding_EncodingAttr>:$encoding);
  let results = (outs Qnn_CodeTensor:$result);
  let builders = [OpBuilder<(ins "::mlir::Type":$result, "::qcompile::data::ConstantAttr":$value),
      [{ build($_builder, $_state, result, value, ::qcompile::encoding::EncodingAttr()); }]>];
  let assemblyFormat = "attr-dict $value (`encoding` $encoding^)?";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Qnn_ReshapeOp : Qnn_Op<"reshape", [Qnn_SelectsElements]> {
  let summary = "the same codes under another shape";
  let description = [{
    Elements keep their row-major order. C1: equal element types. C2: equal number of elements.

    Example:
    ```mlir
    %y = qnn.reshape %x : (tensor<1x1x2x2xsi8>) -> tensor<1x4xsi8>
    ```
  }];
  let arguments = (ins Qnn_CodeTensor:$input);
  let results = (outs Qnn_CodeTensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type($input, $result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Qnn_TransposeOp : Qnn_Op<"transpose", [Qnn_SelectsElements]> {
  let summary = "permuted dimensions";
  let description = [{
    Dimension `d` of the result is dimension `perm[d]` of the operand. C1: `perm` is a permutation.
    C2: the result type follows.

    Example:
    ```mlir
    %y = qnn.transpose %x perm = [1, 0] : (tensor<2x3xsi8>) -> tensor<3x2xsi8>
    ```
  }];
  let arguments = (ins Qnn_CodeTensor:$input, DenseI64ArrayAttr:$perm);
  let results = (outs Qnn_CodeTensor:$result);
  let assemblyFormat = "$input `perm` `=` $perm attr-dict `:` functional-type($input, $result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

//===----------------------------------------------------------------------===//
// Borders with float islands
//===----------------------------------------------------------------------===//

def Qnn_QuantizeOp : Qnn_Op<"quantize", [Qnn_HasBounds]> {
  let summary = "float to codes by the source quantizer's formula";
  let description = [{
    `code = clamp(round(x / scale + zero_point), low, high)`, each step in float32.
    C1: float32 to codes, same shape. C2: scales are finite and positive, zero points finite.
    C3: `low <= high`, both values of the result type. C4: `scale` and `zero_point` broadcast against x.

    Example:
    ```mlir
    %q = qnn.quantize %x scale <"s", [0.5] : tensor<1x1xf32>>
        zero_point <"z", [0] : tensor<1x1xf32>> range [-8, 7] rounding "ROUND"
        : (tensor<1x4xf32>) -> tensor<1x4xsi4>
    ```
  }];
  let arguments = (ins Qnn_FloatTensor:$input, Qnn_ConstantAttr:$scale,
                       Qnn_ConstantAttr:$zero_point, I64Attr:$low, I64Attr:$high,
                       Qnn_RoundingAttr:$rounding);
  let results = (outs Qnn_CodeTensor:$result);
  let assemblyFormat = [{
    $input `scale` $scale `zero_point` $zero_point `range` `[` $low `,` $high `]`
    `rounding` $rounding attr-dict `:` functional-type($input, $result)
  }];
  let hasVerifier = 1;
}

def Qnn_DequantizeOp : Qnn_Op<"dequantize"> {
  let summary = "codes to float, one rounding";
  let description = [{
    `y = float32(scale * (code - zero_point) / divisor + bias)`, exact before the one rounding. `scale` and `bias` are
    float64, `zero_point` si64; each has one element, or one per index of dimension `axis`.
    C1: codes to float32, same shape. C2: scales are finite and not zero, biases finite.
    C3: extents along `axis`. C4: the divisor is positive, and 1 where there is a bias.

    Example:
    ```mlir
    %y = qnn.dequantize %acc axis 1 scale <"s", [0.25] : tensor<1xf64>>
        zero_point <"z", [0] : tensor<1xsi64>> : (tensor<1x4xsi16>) -> tensor<1x4xf32>
    ```
  }];
  let arguments = (ins Qnn_CodeTensor:$input, I64Attr:$axis, Qnn_ConstantAttr:$scale,
                       Qnn_ConstantAttr:$zero_point, OptionalAttr<Qnn_ConstantAttr>:$bias,
                       DefaultValuedAttr<I64Attr, "1">:$divisor);
  let results = (outs Qnn_FloatTensor:$result);
  let assemblyFormat = [{
    $input `axis` $axis `scale` $scale `zero_point` $zero_point (`bias` $bias^)? (`divisor` $divisor^)?
    attr-dict `:` functional-type($input, $result)
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Activation
//===----------------------------------------------------------------------===//

def Qnn_ThresholdOp : Qnn_Op<"threshold", [Qnn_HasBounds]> {
  let summary = "the canonical activation: count the thresholds that are reached";
  let description = [{
    `y = low + step * #{t : x reaches thresholds[c, t]}`, `c` the index along `axis`. With direction +1 a threshold
    is reached when `x >= threshold`, with -1 when `x <= threshold`. Constraints C1 to C5: docs/Qnn.md.

    Example:
    ```mlir
    %y = qnn.threshold %acc axis 1 thresholds <"t", [0, 3] : tensor<2x1xsi4>>
        directions [1, -1] low -1 step 2 : (tensor<1x2xsi8>) -> tensor<1x2x!qnn.bipolar>
    ```
  }];
  let arguments = (ins Qnn_CodeOrFloatTensor:$input, I64Attr:$axis, Qnn_ConstantAttr:$thresholds,
                       DenseI64ArrayAttr:$directions, I64Attr:$low, I64Attr:$step);
  let results = (outs Qnn_CodeTensor:$result);
  let assemblyFormat = [{
    $input `axis` $axis `thresholds` $thresholds `directions` $directions `low` $low `step` $step
    attr-dict `:` functional-type($input, $result)
  }];
  let hasVerifier = 1;
}

def Qnn_TableOp : Qnn_Op<"table", [Qnn_HasBounds]> {
  let summary = "any function of small codes";
  let description = [{
    `y = values[c, clamp(x - low, 0, L - 1)]`, `c` the index along `axis`, or 0. C1, C2: docs/Qnn.md.

    Example:
    ```mlir
    %y = qnn.table %x axis 1 low -2 values <"f", [3, 0, 0, 3] : tensor<1x4xui2>>
        : (tensor<1x4xsi2>) -> tensor<1x4xui2>
    ```
  }];
  let arguments = (ins Qnn_CodeTensor:$input, I64Attr:$axis, I64Attr:$low, Qnn_ConstantAttr:$values);
  let results = (outs Qnn_CodeTensor:$result);
  let assemblyFormat = [{
    $input `axis` $axis `low` $low `values` $values attr-dict `:` functional-type($input, $result)
  }];
  let hasVerifier = 1;
}

def Qnn_RequantizeOp : Qnn_Op<"requantize", [Qnn_HasBounds]> {
  let summary = "multiply, add, shift, round, clamp";
  let description = [{
    `y = clamp(round((multipliers[c] * x + offsets[c]) / 2^shift), low, high)`, one rounding of the exact number.
    Constraints C1 to C4: docs/Qnn.md.

    Example:
    ```mlir
    %y = qnn.requantize %x axis 1 multipliers <"m", [5] : tensor<1xsi64>>
        offsets <"o", [0] : tensor<1xsi64>> shift 4 rounding "ROUND" range [0, 15]
        : (tensor<1x4xsi12>) -> tensor<1x4xui4>
    ```
  }];
  let arguments = (ins Qnn_CodeTensor:$input, I64Attr:$axis, Qnn_ConstantAttr:$multipliers,
                       Qnn_ConstantAttr:$offsets, I64Attr:$shift, Qnn_RoundingAttr:$rounding,
                       I64Attr:$low, I64Attr:$high);
  let results = (outs Qnn_CodeTensor:$result);
  let assemblyFormat = [{
    $input `axis` $axis `multipliers` $multipliers `offsets` $offsets `shift` $shift `rounding` $rounding
    `range` `[` $low `,` $high `]` attr-dict `:` functional-type($input, $result)
  }];
  let hasVerifier = 1;
}

#endif // QCOMPILE_DIALECTS_QNN_QNNOPS
