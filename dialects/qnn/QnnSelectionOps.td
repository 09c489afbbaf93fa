//===- QnnSelectionOps.td - Operations that select and move codes *- tablegen -*-===//
#ifndef QCOMPILE_DIALECTS_QNN_QNNSELECTIONOPS
#define QCOMPILE_DIALECTS_QNN_QNNSELECTIONOPS

include "dialects/qnn/QnnBase.td"

def Qnn_MaxPoolOp : Qnn_Op<"max_pool", [Qnn_SelectsElements]> {
  let summary = "largest code of a window";
  let description = [{
    Constraints W1 to W3, C1: docs/Qnn.md.

    Example:
    ```mlir
    %y = qnn.max_pool %x axis 1 kernel [2, 2] strides [2, 2] dilations [1, 1]
        : (tensor<1x2x4x4xui2>) -> tensor<1x2x2x2xui2>
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

def Qnn_PadOp : Qnn_Op<"pad", [Qnn_HasBounds]> {
  let summary = "constant border";
  let description = [{
    C1: `low` and `high` are not negative, one per dimension. C2: `values` (si64) has one element, or one per index of
    `axis`. C3: the result element type holds the operand's values and the pad values.

    Example:
    ```mlir
    %y = qnn.pad %x axis 1 low [0, 0, 1, 1] high [0, 0, 1, 1] values <"z", [0] : tensor<1xsi64>>
        : (tensor<1x2x4x4xui2>) -> tensor<1x2x6x6xui2>
    ```
  }];
  let arguments = (ins Qnn_CodeTensor:$input, I64Attr:$axis, DenseI64ArrayAttr:$low,
                       DenseI64ArrayAttr:$high, Qnn_ConstantAttr:$values);
  let results = (outs Qnn_CodeTensor:$result);
  let assemblyFormat = [{
    $input `axis` $axis `low` $low `high` $high `values` $values attr-dict
    `:` functional-type($input, $result)
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Qnn_SliceOp : Qnn_Op<"slice", [Qnn_SelectsElements]> {
  let summary = "part of a tensor";
  let description = [{
    `y[i] = x[offsets + i * steps]`. C1: the result lies inside the operand. C2: equal element types.

    Example:
    ```mlir
    %y = qnn.slice %x offsets [0, 1] steps [1, 2] : (tensor<1x4xui2>) -> tensor<1x2xui2>
    ```
  }];
  let arguments = (ins Qnn_CodeTensor:$input, DenseI64ArrayAttr:$offsets, DenseI64ArrayAttr:$steps);
  let results = (outs Qnn_CodeTensor:$result);
  let assemblyFormat = [{
    $input `offsets` $offsets `steps` $steps attr-dict `:` functional-type($input, $result)
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Qnn_ConcatOp : Qnn_Op<"concat", [Qnn_SelectsElements]> {
  let summary = "tensors joined along a dimension";
  let description = [{
    C1: shapes agree but along `axis`. C2: the result element type holds every operand's values.

    Example:
    ```mlir
    %y = qnn.concat %a, %b axis 1 : (tensor<1x4xui2>, tensor<1x4xui3>) -> tensor<1x8xui3>
    ```
  }];
  let arguments = (ins Variadic<Qnn_CodeTensor>:$inputs, I64Attr:$axis);
  let results = (outs Qnn_CodeTensor:$result);
  let assemblyFormat = "$inputs `axis` $axis attr-dict `:` functional-type($inputs, $result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Qnn_GatherOp : Qnn_Op<"gather", [Qnn_SelectsElements]> {
  let summary = "elements at fixed positions along a dimension";
  let description = [{
    `y[..., i, ...] = x[..., indices[i], ...]`. C1: indices lie inside dimension `axis`.

    Example:
    ```mlir
    %y = qnn.gather %x axis 1 indices [0, 0, 1, 1] : (tensor<1x2xui2>) -> tensor<1x4xui2>
    ```
  }];
  let arguments = (ins Qnn_CodeTensor:$input, I64Attr:$axis, DenseI64ArrayAttr:$indices);
  let results = (outs Qnn_CodeTensor:$result);
  let assemblyFormat = [{
    $input `axis` $axis `indices` $indices attr-dict `:` functional-type($input, $result)
  }];
  let hasVerifier = 1;
}

def Qnn_LookupOp : Qnn_Op<"lookup", [Qnn_HasBounds]> {
  let summary = "rows of a table at positions that are data";
  let description = [{
    `y[i..., j...] = table[indices[i...], j...]`; negative indices count from the end. C1, C2: docs/Qnn.md.

    Example:
    ```mlir
    %y = qnn.lookup %i, %table : (tensor<1x3xsi64>, tensor<8x4xsi4>) -> tensor<1x3x4xsi4>
    ```
  }];
  let arguments = (ins Qnn_CodeTensor:$indices, Qnn_CodeTensor:$table);
  let results = (outs Qnn_CodeTensor:$result);
  let assemblyFormat = "$indices `,` $table attr-dict `:` functional-type(operands, $result)";
  let hasVerifier = 1;
}

def Qnn_DepthToSpaceOp : Qnn_Op<"depth_to_space", [Qnn_SelectsElements]> {
  let summary = "channels to positions";
  let description = [{
    Each position becomes a block of positions, filled from groups of channels. C1, C2: docs/Qnn.md.

    Example:
    ```mlir
    %y = qnn.depth_to_space %x axis 1 blocks [2, 2] mode "DCR"
        : (tensor<1x8x4x4xui2>) -> tensor<1x2x8x8xui2>
    ```
  }];
  let arguments = (ins Qnn_CodeTensor:$input, I64Attr:$axis, DenseI64ArrayAttr:$blocks,
                       StrAttr:$mode);
  let results = (outs Qnn_CodeTensor:$result);
  let assemblyFormat = [{
    $input `axis` $axis `blocks` $blocks `mode` $mode attr-dict `:` functional-type($input, $result)
  }];
  let hasVerifier = 1;
}

def Qnn_ArgMaxOp : Qnn_Op<"arg_max", [Qnn_HasBounds]> {
  let summary = "position of the largest code along a dimension";
  let description = [{
    Ties go to the first, or with `select_last` to the last. C1: the result is si64 with extent 1 along `axis`.

    Example:
    ```mlir
    %y = qnn.arg_max %x axis 1 : (tensor<1x4xui2>) -> tensor<1x1xsi64>
    ```
  }];
  let arguments = (ins Qnn_CodeTensor:$input, I64Attr:$axis, UnitAttr:$select_last);
  let results = (outs Qnn_CodeTensor:$result);
  let assemblyFormat = [{
    $input `axis` $axis (`select_last` $select_last^)? attr-dict
    `:` functional-type($input, $result)
  }];
  let hasVerifier = 1;
}

def Qnn_TopKOp : Qnn_Op<"top_k"> {
  let summary = "the largest codes along a dimension, in order, and their positions";
  let description = [{
    With `smallest` the smallest ones. Ties go to the lower position. C1: docs/Qnn.md.

    Example:
    ```mlir
    %v, %i = qnn.top_k %x axis 1 : (tensor<1x4xui2>) -> (tensor<1x2xui2>, tensor<1x2xsi64>)
    ```
  }];
  let arguments = (ins Qnn_CodeTensor:$input, I64Attr:$axis, UnitAttr:$smallest);
  let results = (outs Qnn_CodeTensor:$values, Qnn_CodeTensor:$indices);
  let assemblyFormat = [{
    $input `axis` $axis (`smallest` $smallest^)? attr-dict
    `:` functional-type($input, results)
  }];
  let hasVerifier = 1;
}

#endif // QCOMPILE_DIALECTS_QNN_QNNSELECTIONOPS
