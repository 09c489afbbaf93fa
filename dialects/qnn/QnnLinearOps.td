//===- QnnLinearOps.td - Sums and products -----------------*- tablegen -*-===//
#ifndef QCOMPILE_DIALECTS_QNN_QNNLINEAROPS
#define QCOMPILE_DIALECTS_QNN_QNNLINEAROPS

include "dialects/qnn/QnnBase.td"

def Qnn_MatMulOp : Qnn_Op<"matmul", [Qnn_HasBounds, Qnn_Accumulates]> {
  let summary = "integer matrix product";
  let description = [{
    `y[..., n, m] = sum over k of a[..., n, k] * b[..., k, m]`, exact. C1: `b` has rank 2, or that of `a` and leading
    dimensions that broadcast against those of `a`. C2: result shape. C3: the result type holds every partial
    sum in any order.

    Example:
    ```mlir
    %y = qnn.matmul %a, %b : (tensor<1x4x!qnn.bipolar>, tensor<4x2x!qnn.bipolar>) -> tensor<1x2xsi4>
    ```
  }];
  let arguments = (ins Qnn_CodeTensor:$lhs, Qnn_CodeTensor:$rhs);
  let results = (outs Qnn_CodeTensor:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, $result)";
  let hasVerifier = 1;
}

def Qnn_ConvOp : Qnn_Op<"conv", [Qnn_HasBounds, Qnn_Accumulates]> {
  let summary = "integer convolution without padding";
  let description = [{
    Weights are `[O, I/groups, kernel...]` where the channel dimension `axis` is 1, `[O, kernel..., I/groups]` where it is the
    last. Constraints W1 to W3 and C1 to C3: docs/Qnn.md.

    Example:
    ```mlir
    %y = qnn.conv %x, %w axis 1 strides [1, 1] dilations [1, 1] groups 1
        : (tensor<1x2x4x4xui2>, tensor<3x2x3x3xsi2>) -> tensor<1x3x2x2xsi8>
    ```
  }];
  let arguments = (ins Qnn_CodeTensor:$input, Qnn_CodeTensor:$weights, I64Attr:$axis,
                       DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations, I64Attr:$groups);
  let results = (outs Qnn_CodeTensor:$result);
  let assemblyFormat = [{
    $input `,` $weights `axis` $axis `strides` $strides `dilations` $dilations `groups` $groups attr-dict
    `:` functional-type(operands, $result)
  }];
  let hasVerifier = 1;
}

def Qnn_ConvTransposeOp : Qnn_Op<"conv_transpose", [Qnn_HasBounds, Qnn_Accumulates]> {
  let summary = "transposed integer convolution";
  let description = [{
    Every input adds its kernel to the output at `strides` times its position; the result starts at `offsets` of that.
    Channels are dimension 1, weights `[I, O/groups, kernel...]`. Constraints C1 to C3: docs/Qnn.md.

    Example:
    ```mlir
    %y = qnn.conv_transpose %x, %w strides [2, 2] dilations [1, 1] offsets [0, 0] groups 1
        : (tensor<1x2x4x4xui2>, tensor<2x3x2x2xsi2>) -> tensor<1x3x8x8xsi8>
    ```
  }];
  let arguments = (ins Qnn_CodeTensor:$input, Qnn_CodeTensor:$weights, DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$dilations, DenseI64ArrayAttr:$offsets, I64Attr:$groups);
  let results = (outs Qnn_CodeTensor:$result);
  let assemblyFormat = [{
    $input `,` $weights `strides` $strides `dilations` $dilations `offsets` $offsets `groups` $groups
    attr-dict `:` functional-type(operands, $result)
  }];
  let hasVerifier = 1;
}

def Qnn_SumPoolOp : Qnn_Op<"sum_pool", [Qnn_HasBounds, Qnn_Accumulates]> {
  let summary = "sum of the codes of a window";
  let description = [{
    Constraints W1 to W3, C1, C2: docs/Qnn.md.

    Example:
    ```mlir
    %y = qnn.sum_pool %x axis 1 kernel [2, 2] strides [2, 2] dilations [1, 1]
        : (tensor<1x2x4x4xui2>) -> tensor<1x2x2x2xui4>
    ```
  }];
  let arguments = (ins Qnn_CodeTensor:$input, I64Attr:$axis, DenseI64ArrayAttr:$kernel,
                       DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations);
  let results = (outs Qnn_CodeTensor:$result);
  let assemblyFormat = [{
    $input `axis` $axis `kernel` $kernel `strides` $strides `dilations` $dilations attr-dict
    `:` functional-type($input, $result)
  }];
  let hasVerifier = 1;
}

def Qnn_AddOp : Qnn_Op<"add", [Qnn_HasBounds, Qnn_Accumulates]> {
  let summary = "weighted sum of two tensors";
  let description = [{
    `y = lhs_multiplier * lhs + rhs_multiplier * rhs`, operands broadcast. C1: result shape. C2: multipliers are
    not zero. C3: the result type holds both terms and their sum.

    Example:
    ```mlir
    %y = qnn.add %a, %b multipliers 3, -1 : (tensor<1x4xui2>, tensor<1x4xui2>) -> tensor<1x4xsi5>
    ```
  }];
  let arguments = (ins Qnn_CodeTensor:$lhs, Qnn_CodeTensor:$rhs, I64Attr:$lhs_multiplier,
                       I64Attr:$rhs_multiplier);
  let results = (outs Qnn_CodeTensor:$result);
  let assemblyFormat = [{
    $lhs `,` $rhs `multipliers` $lhs_multiplier `,` $rhs_multiplier attr-dict
    `:` functional-type(operands, $result)
  }];
  let hasVerifier = 1;
}

def Qnn_MulOp : Qnn_Op<"mul", [Qnn_HasBounds, Qnn_Accumulates]> {
  let summary = "product of two tensors";
  let description = [{
    `y = lhs * rhs`, operands broadcast. C1: result shape. C2: the result type holds every product.

    Example:
    ```mlir
    %y = qnn.mul %a, %b : (tensor<1x4xui2>, tensor<1x4xui2>) -> tensor<1x4xui4>
    ```
  }];
  let arguments = (ins Qnn_CodeTensor:$lhs, Qnn_CodeTensor:$rhs);
  let results = (outs Qnn_CodeTensor:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, $result)";
  let hasVerifier = 1;
}

def Qnn_PqOp : Qnn_Op<"pq", [Qnn_HasBounds, Qnn_Accumulates]> {
  let summary = "matrix product by product quantization";
  let description = [{
    `y[..., m] = sum over s of tables[s, i_s, m]`, `i_s` the lowest p with the least
    `offsets[s, p] + sum over l of |factor * x[..., s * L + l] - prototypes[s, p, l]|^norm`. Constraints C1 to C4: docs/Qnn.md.

    Example:
    ```mlir
    %y = qnn.pq %x prototypes <"p", [0, 0, 3, 3] : tensor<1x2x2xui2>>
        offsets <"o", [0, 0] : tensor<1x2xsi8>> tables <"t", [5, -5] : tensor<1x2x1xsi4>> factor 1 norm 2
        : (tensor<1x2xui2>) -> tensor<1x1xsi4>
    ```
  }];
  let arguments = (ins Qnn_CodeTensor:$input, Qnn_ConstantAttr:$prototypes, Qnn_ConstantAttr:$offsets,
                       Qnn_ConstantAttr:$tables, I64Attr:$factor, I64Attr:$norm);
  let results = (outs Qnn_CodeTensor:$result);
  let assemblyFormat = [{
    $input `prototypes` $prototypes `offsets` $offsets `tables` $tables `factor` $factor `norm` $norm attr-dict
    `:` functional-type($input, $result)
  }];
  let hasVerifier = 1;
}

#endif // QCOMPILE_DIALECTS_QNN_QNNLINEAROPS
