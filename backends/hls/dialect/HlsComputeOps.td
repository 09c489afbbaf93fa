//===- HlsComputeOps.td - Computing stages of hls -----------*- tablegen -*-===//
#ifndef QCOMPILE_BACKENDS_HLS_DIALECT_HLSCOMPUTEOPS
#define QCOMPILE_BACKENDS_HLS_DIALECT_HLSCOMPUTEOPS

include "backends/hls/dialect/HlsBase.td"

//===----------------------------------------------------------------------===//
// Computing stages
//===----------------------------------------------------------------------===//

def Hls_MatrixVectorOp : Hls_Op<"matrix_vector"> {
  let summary = "matrix-vector unit, with or without an activation";
  let description = [{
    For every vector x of K inputs: `y[m] = activation(sum over k of x[k] * weights[k, m])`; without an
    activation the sum itself. With G groups a vector is followed by those of the other groups, and
    group g gives the outputs from g * M / G on. `simd` inputs and `pe` outputs are handled per clock. Where
    inputs and weights are bipolar the accumulator counts equal signs, of which the sum is twice the count
    less K.
    C1: `weights` is a K x M constant of codes, `groups` divides M. C2: `simd` divides K and is the operand's
    number of lanes. C3: `pe` divides the outputs of a group and is the result's number of lanes. C4: operand
    and result hold the same number of vectors. C5: the accumulator is an integer type of at most 62 bits, and holds the
    count where there is one; whoever makes the operation sees to it that it holds every partial sum of the
    values that occur. C6: an activation has 1 or M rows, and its codes are values of the result type.
    C7: without an activation, the result type is an integer type that is not narrower than a sum.

    Example:
    ```mlir
    %y = hls.matrix_vector %x weights #data.constant<"w", [1, -1, -1, 1] : tensor<2x2x!qnn.bipolar>>
        groups 1 pe 1 simd 2 accumulator ui2 multiplier "lut" memory "distributed"
        : (!hls.stream<1x2x!qnn.bipolar>) -> !hls.stream<2x1xsi3>
    ```
  }];
  let arguments = (ins Hls_StreamType:$input, Hls_ConstantAttr:$weights, Hls_PositiveAttr:$groups,
                       Hls_PositiveAttr:$pe, Hls_PositiveAttr:$simd, TypeAttr:$accumulator,
                       Hls_MultiplierAttr:$multiplier, Hls_MemoryAttr:$memory,
                       OptionalAttr<Hls_ActivationAttr>:$activation);
  let results = (outs Hls_StreamType:$result);
  let assemblyFormat = [{
    $input `weights` $weights `groups` $groups `pe` $pe `simd` $simd `accumulator` $accumulator
    (`activation` $activation^)? `multiplier` $multiplier `memory` $memory attr-dict
    `:` functional-type($input, $result)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    int64_t getInputs() { return getWeights().getType().getDimSize(0); }
    int64_t getOutputs() { return getWeights().getType().getDimSize(1); }
    int64_t getGroupOutputs() { return getOutputs() / int64_t(getGroups()); }
    /// Vectors of all groups.
    int64_t getVectors() {
      return getInput().getType().getElements() / (getInputs() * int64_t(getGroups()));
    }
    /// Whether the accumulator counts equal signs.
    bool isCount();
  }];
}

def Hls_VectorVectorOp : Hls_Op<"vector_vector", [Hls_LanedOpInterface]> {
  let summary = "vector-vector unit, with or without an activation: depthwise convolution";
  let description = [{
    For every T vectors of C inputs: `y[c] = activation(sum over t of x[t][c] * weights[t, c])`. Accumulator and
    activation are as for `hls.matrix_vector`.
    C1: `weights` is a T x C constant of codes. C2: operand and result have the same lanes, which divide C.
    C3: operand and result hold the same number of vectors. C4: the accumulator is an integer type of at most 62 bits, and holds the
    count where there is one. C5: an activation has 1 or C rows, and its codes are values of the result type.
    C6: without an activation, the result type is an integer type that is not narrower than a sum.

    Example:
    ```mlir
    %y = hls.vector_vector %x weights #data.constant<"w", [1, -1, -2, 1] : tensor<2x2xsi2>>
        accumulator si4 multiplier "lut" memory "distributed"
        : (!hls.stream<2x2xui2>) -> !hls.stream<1x2xsi4>
    ```
  }];
  let arguments = (ins Hls_StreamType:$input, Hls_ConstantAttr:$weights, TypeAttr:$accumulator,
                       Hls_MultiplierAttr:$multiplier, Hls_MemoryAttr:$memory,
                       OptionalAttr<Hls_ActivationAttr>:$activation);
  let results = (outs Hls_StreamType:$result);
  let assemblyFormat = [{
    $input `weights` $weights `accumulator` $accumulator (`activation` $activation^)?
    `multiplier` $multiplier `memory` $memory attr-dict `:` functional-type($input, $result)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    int64_t getTaps() { return getWeights().getType().getDimSize(0); }
    int64_t getChannels() { return getWeights().getType().getDimSize(1); }
    int64_t getVectors() { return getResult().getType().getElements() / getChannels(); }
    bool isCount();
    int64_t getLaneUnit() { return getChannels(); }
  }];
}

def Hls_DotOp : Hls_Op<"dot", [DeclareOpInterfaceMethods<Hls_LanedOpInterface,
                                                         ["getOperandLanes", "setLanes"]>]> {
  let summary = "dot products of two streams";
  let description = [{
    `y = sum over k of lhs[k] * rhs[k]`, for every vector of `length` codes. C1: `length` divides the elements of
    either operand, of which both have as many. C2: both have the same lanes, which divide `length`. C3: the
    result has one lane, and an element per vector, of integer type.

    Example:
    ```mlir
    %y = hls.dot %a, %b length 4 : (!hls.stream<2x2xui2>, !hls.stream<2x2xsi2>) -> !hls.stream<1x1xsi6>
    ```
  }];
  let arguments = (ins Hls_StreamType:$lhs, Hls_StreamType:$rhs, Hls_PositiveAttr:$length,
                       DefaultValuedAttr<Hls_PositiveAttr, "1">:$simd);
  let results = (outs Hls_StreamType:$result);
  let assemblyFormat = [{
    $lhs `,` $rhs `length` $length attr-dict `:` functional-type(operands, $result)
  }];
  let hasVerifier = 1;
}

def Hls_PoolOp : Hls_Op<"pool", [Hls_LanedOpInterface]> {
  let summary = "largest code or sum of every few vectors";
  let description = [{
    For every `taps` vectors of `channels` codes one vector of their largest codes ("max") or sums ("sum").
    C1: `channels` divides the elements of the result, of which the operand has `taps` times as many.
    C2: operand and result have the same lanes, which divide `channels`. C3: "max" keeps the element type, "sum"
    gives an integer type; whoever makes the operation sees to it that it holds the sum.

    Example:
    ```mlir
    %y = hls.pool %x kind "max" taps 4 channels 2 : (!hls.stream<8x2xui2>) -> !hls.stream<2x2xui2>
    ```
  }];
  let arguments = (ins Hls_StreamType:$input, Hls_PoolKindAttr:$kind, Hls_PositiveAttr:$taps,
                       Hls_PositiveAttr:$channels);
  let results = (outs Hls_StreamType:$result);
  let assemblyFormat = [{
    $input `kind` $kind `taps` $taps `channels` $channels attr-dict
    `:` functional-type($input, $result)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    int64_t getLaneUnit() { return getChannels(); }
  }];
}

def Hls_ActivateOp : Hls_Op<"activate", [Hls_LanedOpInterface]> {
  let summary = "activation unit: thresholds, a table, or multiply-add-shift";
  let description = [{
    Applies an activation to vectors of `channels` codes. C1: `channels` divides the elements, operand and result
    have the same words and lanes, and lanes divide `channels`. C2: the activation has 1 or `channels` rows, and its
    codes are values of the result type.

    Example:
    ```mlir
    %y = hls.activate %x activation #hls.thresholds<
        levels = #data.constant<"t", [0] : tensor<1x1xsi4>>, directions = [1], low = -1, step = 2>
        channels 2 : (!hls.stream<2x1xsi8>) -> !hls.stream<2x1x!qnn.bipolar>
    ```
  }];
  let arguments = (ins Hls_StreamType:$input, Hls_PositiveAttr:$channels,
                       Hls_ActivationAttr:$activation);
  let results = (outs Hls_StreamType:$result);
  let assemblyFormat = [{
    $input `activation` $activation `channels` $channels attr-dict
    `:` functional-type($input, $result)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    int64_t getLaneUnit() { return getChannels(); }
  }];
}

def Hls_AddOp : Hls_Op<"add", [Hls_LanedOpInterface]> {
  let summary = "weighted sum of two streams";
  let description = [{
    `y = lhs_multiplier * lhs + rhs_multiplier * rhs`, element by element. C1: operands and result have the same words
    and lanes; lanes divide `channels`, which divides the elements. C2: the result type is an integer type; whoever
    makes the operation sees to it that it holds the sum.

    Example:
    ```mlir
    %y = hls.add %a, %b multipliers 3, -1 channels 4
        : (!hls.stream<2x2xui2>, !hls.stream<2x2xui2>) -> !hls.stream<2x2xsi5>
    ```
  }];
  let arguments = (ins Hls_StreamType:$lhs, Hls_StreamType:$rhs, I64Attr:$lhs_multiplier,
                       I64Attr:$rhs_multiplier, Hls_PositiveAttr:$channels);
  let results = (outs Hls_StreamType:$result);
  let assemblyFormat = [{
    $lhs `,` $rhs `multipliers` $lhs_multiplier `,` $rhs_multiplier `channels` $channels attr-dict
    `:` functional-type(operands, $result)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    int64_t getLaneUnit() { return getChannels(); }
  }];
}

def Hls_MulOp : Hls_Op<"mul", [Hls_LanedOpInterface]> {
  let summary = "product of two streams";
  let description = [{
    `y = lhs * rhs`, element by element. C1: operands and result have the same words and lanes; lanes divide
    `channels`, which divides the elements. C2: the result type is an integer type; whoever makes the operation
    sees to it that it holds the product.

    Example:
    ```mlir
    %y = hls.mul %a, %b channels 4
        : (!hls.stream<2x2xui2>, !hls.stream<2x2xui2>) -> !hls.stream<2x2xui4>
    ```
  }];
  let arguments = (ins Hls_StreamType:$lhs, Hls_StreamType:$rhs, Hls_PositiveAttr:$channels);
  let results = (outs Hls_StreamType:$result);
  let assemblyFormat = [{
    $lhs `,` $rhs `channels` $channels attr-dict `:` functional-type(operands, $result)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    int64_t getLaneUnit() { return getChannels(); }
  }];
}

def Hls_ArgMaxOp : Hls_Op<"arg_max"> {
  let summary = "position of the largest code of every vector";
  let description = [{
    Of equal codes the first, or with `select_last` the last. C1: operand and result have one lane; the operand has
    vectors of `length` codes, the result an element of integer type for each. C2: the result type holds
    `length` - 1.

    Example:
    ```mlir
    %y = hls.arg_max %x length 4 : (!hls.stream<8x1xui2>) -> !hls.stream<2x1xsi64>
    ```
  }];
  let arguments = (ins Hls_StreamType:$input, Hls_PositiveAttr:$length, UnitAttr:$select_last);
  let results = (outs Hls_StreamType:$result);
  let assemblyFormat = [{
    $input `length` $length (`select_last` $select_last^)? attr-dict
    `:` functional-type($input, $result)
  }];
  let hasVerifier = 1;
}

def Hls_TopKOp : Hls_Op<"top_k"> {
  let summary = "the largest codes of every vector, in order, and their positions";
  let description = [{
    With `smallest` the smallest ones. Of equal codes the earlier comes first. C1: operand and results have one
    lane; the operand has vectors of `length` codes, the results vectors of `count` codes for each. C2: `count` is at
    most `length`. C3: values have the operand's element type, positions an integer type that holds `length` - 1.

    Example:
    ```mlir
    %v, %p = hls.top_k %x length 4 count 2
        : (!hls.stream<8x1xui2>) -> (!hls.stream<4x1xui2>, !hls.stream<4x1xsi64>)
    ```
  }];
  let arguments = (ins Hls_StreamType:$input, Hls_PositiveAttr:$length, Hls_PositiveAttr:$count,
                       UnitAttr:$smallest);
  let results = (outs Hls_StreamType:$values, Hls_StreamType:$positions);
  let assemblyFormat = [{
    $input `length` $length `count` $count (`smallest` $smallest^)? attr-dict
    `:` functional-type($input, results)
  }];
  let hasVerifier = 1;
}

#endif // QCOMPILE_BACKENDS_HLS_DIALECT_HLSCOMPUTEOPS
