//===- HlsOps.td - The hls dialect's operations -------------*- tablegen -*-===//
#ifndef QCOMPILE_BACKENDS_HLS_DIALECT_HLSOPS
#define QCOMPILE_BACKENDS_HLS_DIALECT_HLSOPS

include "mlir/IR/RegionKindInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "backends/hls/dialect/HlsComputeOps.td"

//===----------------------------------------------------------------------===//
// Design
//===----------------------------------------------------------------------===//

def Hls_DesignOp : Hls_Op<"design", [IsolatedFromAbove, Symbol, SingleBlock]> {
  let summary = "a dataflow design";
  let description = [{
    The arguments of its block are the input streams, in the order of the arguments of the function that
    it implements; `hls.output` gives the output streams, in the order of that function's results.
    C1: arguments and outputs are streams. C2: every stream has exactly one consumer. C3: the block ends
    in `hls.output`. C4: `implements` names a function with as many arguments and results.
    C5: ports meet stages: no queue stands at one, and no input is an output.

    Example:
    ```mlir
    hls.design @net implements @core {
    ^bb0(%x: !hls.stream<2x2xui2>):
      %y = hls.convert_width %x : (!hls.stream<2x2xui2>) -> !hls.stream<1x4xui2>
      hls.output %y : !hls.stream<1x4xui2>
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, FlatSymbolRefAttr:$implements);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$sym_name `implements` $implements attr-dict-with-keyword $body";
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::Block &getBlock() { return getBody().front(); }
    OutputOp getOutput();
  }];
}

def Hls_OutputOp : Hls_Op<"output", [Terminator, HasParent<"DesignOp">]> {
  let summary = "the output streams of a design";
  let arguments = (ins Variadic<Hls_StreamType>:$streams);
  let assemblyFormat = "$streams attr-dict `:` type($streams)";
}

//===----------------------------------------------------------------------===//
// Memories
//===----------------------------------------------------------------------===//

def Hls_ConstantOp : Hls_Op<"constant", [Hls_LanedOpInterface]> {
  let summary = "a constant as a stream";
  let description = [{
    C1: the result has the elements and the element type of `value`.

    Example:
    ```mlir
    %y = hls.constant #data.constant<"c", [1, 2] : tensor<1x2xui2>> -> !hls.stream<2x1xui2>
    ```
  }];
  let arguments = (ins Hls_ConstantAttr:$value);
  let results = (outs Hls_StreamType:$result);
  let assemblyFormat = "$value attr-dict `->` type($result)";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    int64_t getLaneUnit();
  }];
}

def Hls_LookupOp : Hls_Op<"lookup", [DeclareOpInterfaceMethods<Hls_LanedOpInterface,
                                                               ["getOperandLanes"]>]> {
  let summary = "rows of a table at positions that come in a stream";
  let description = [{
    Negative positions count from the end; one outside of the table ends a run on the host with an error, and reads
    row 0 in hardware. C1: `table` is a constant [rows, elements of a row] of codes. C2: the operand has one lane,
    and the result a row for each of its elements, of the element type of `table`; its lanes divide a row.

    Example:
    ```mlir
    %y = hls.lookup #data.constant<"t", [1, 2, 3, 0] : tensor<2x2xui2>> at %i
        : (!hls.stream<3x1xsi64>) -> !hls.stream<3x2xui2>
    ```
  }];
  let arguments = (ins Hls_StreamType:$indices, Hls_ConstantAttr:$table);
  let results = (outs Hls_StreamType:$result);
  let assemblyFormat = "$table `at` $indices attr-dict `:` functional-type($indices, $result)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Plumbing
//===----------------------------------------------------------------------===//

def Hls_ReorderOp : Hls_Op<"reorder", [DeclareOpInterfaceMethods<Hls_LanedOpInterface, []>]> {
  let summary = "elements in the order of nested loops: windows, crops, copies, transposes";
  let description = [{
    Element (i0, i1, ...) of the result, in row-major order of the loops, is element
    `start + i0 * strides[0] + i1 * strides[1] + ...` of the operand. Loop `listed` takes `positions` in place of a
    stride. The stage buffers as many words as the order needs.
    C1: extents and strides are as many, at least one, extents positive; `listed` names a loop, of which `positions` has the extent,
    or is absent with it. C2: the result has as many elements as the loops, of the operand's element type. C3: all
    positions lie in the operand. C4: operand and result have the same lanes, which the loops keep together.

    Example (windows of 2 of 3 elements):
    ```mlir
    %y = hls.reorder %x start 0 extents [2, 2] strides [1, 1]
        : (!hls.stream<3x1xui2>) -> !hls.stream<4x1xui2>
    ```
  }];
  let arguments = (ins Hls_StreamType:$input, I64Attr:$start, DenseI64ArrayAttr:$extents,
                       DenseI64ArrayAttr:$strides, OptionalAttr<I64Attr>:$listed,
                       OptionalAttr<DenseI64ArrayAttr>:$positions);
  let results = (outs Hls_StreamType:$result);
  let assemblyFormat = [{
    $input `start` $start `extents` $extents `strides` $strides
    (`listed` $listed^ `positions` $positions)? attr-dict `:` functional-type($input, $result)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// The loops over elements.
    LoopNest getNest();
  }];
}

def Hls_PadOp : Hls_Op<"pad", [DeclareOpInterfaceMethods<Hls_LanedOpInterface, []>]> {
  let summary = "a border before and after every few elements";
  let description = [{
    `low` elements of the border, `body` of the operand, `high` of the border, and so on. Element i of the result
    is `values[i mod n]` where it belongs to the border, with `n` values. C1: `body` divides the operand's elements, low and high are
    not negative, and the result's elements follow. C2: lanes are equal and divide `low`, `body`, `high` and, unless there
    is one value, `n`, which divides the result's elements. C3: the result type holds the operand's and the border's values.

    Example:
    ```mlir
    %y = hls.pad %x low 1 body 2 high 1 values [0] : (!hls.stream<4x1xui2>) -> !hls.stream<8x1xui2>
    ```
  }];
  let arguments = (ins Hls_StreamType:$input, I64Attr:$low, Hls_PositiveAttr:$body, I64Attr:$high,
                       DenseI64ArrayAttr:$values);
  let results = (outs Hls_StreamType:$result);
  let assemblyFormat = [{
    $input `low` $low `body` $body `high` $high `values` $values attr-dict
    `:` functional-type($input, $result)
  }];
  let hasVerifier = 1;
}

def Hls_ConcatOp : Hls_Op<"concat", [DeclareOpInterfaceMethods<Hls_LanedOpInterface, []>]> {
  let summary = "a few elements of one stream, a few of another, in turn";
  let description = [{
    `first` elements of `lhs`, `second` of `rhs`, and so on. C1: they divide the elements of their operands equally often, and the
    result's elements follow. C2: lanes are equal and divide both. C3: the result type holds the values of both.

    Example:
    ```mlir
    %y = hls.concat %a, %b blocks 1, 2
        : (!hls.stream<2x1xui2>, !hls.stream<4x1xui3>) -> !hls.stream<6x1xui3>
    ```
  }];
  let arguments = (ins Hls_StreamType:$lhs, Hls_StreamType:$rhs, Hls_PositiveAttr:$first,
                       Hls_PositiveAttr:$second);
  let results = (outs Hls_StreamType:$result);
  let assemblyFormat = [{
    $lhs `,` $rhs `blocks` $first `,` $second attr-dict `:` functional-type(operands, $result)
  }];
  let hasVerifier = 1;
}

def Hls_DiscardOp : Hls_Op<"discard"> {
  let summary = "takes words that nobody needs";
  let description = [{
    Example:
    ```mlir
    hls.discard %x : !hls.stream<4x1xui2>
    ```
  }];
  let arguments = (ins Hls_StreamType:$input);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

def Hls_ConvertWidthOp : Hls_Op<"convert_width"> {
  let summary = "the same elements in words of another width";
  let description = [{
    C1: operand and result have the same elements. C2: one number of lanes divides the other; equal
    ones make a plain copy.

    Example:
    ```mlir
    %y = hls.convert_width %x : (!hls.stream<4x1xui2>) -> !hls.stream<1x4xui2>
    ```
  }];
  let arguments = (ins Hls_StreamType:$input);
  let results = (outs Hls_StreamType:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type($input, $result)";
  let hasVerifier = 1;
}

def Hls_DuplicateOp : Hls_Op<"duplicate",
                             [AllTypesMatch<["input", "first", "second"]>]> {
  let summary = "every word to two consumers";
  let description = [{
    Example:
    ```mlir
    %a, %b = hls.duplicate %x : !hls.stream<4x1xui2>
    ```
  }];
  let arguments = (ins Hls_StreamType:$input);
  let results = (outs Hls_StreamType:$first, Hls_StreamType:$second);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

def Hls_FifoOp : Hls_Op<"fifo", [AllTypesMatch<["input", "result"]>]> {
  let summary = "a queue of up to `depth` words between two stages";
  let description = [{
    A stream without one holds 2 words.

    Example:
    ```mlir
    %y = hls.fifo %x depth 32 : !hls.stream<32x1xui2>
    ```
  }];
  let arguments = (ins Hls_StreamType:$input, Hls_PositiveAttr:$depth);
  let results = (outs Hls_StreamType:$result);
  let assemblyFormat = "$input `depth` $depth attr-dict `:` type($input)";
}

#endif // QCOMPILE_BACKENDS_HLS_DIALECT_HLSOPS
