//===- HlsOps.td - The hls dialect's operations -------------*- tablegen -*-===//
#ifndef QCOMPILE_BACKENDS_HLS_DIALECT_HLSOPS
#define QCOMPILE_BACKENDS_HLS_DIALECT_HLSOPS

include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "backends/hls/dialect/HlsDialect.td"

//===----------------------------------------------------------------------===//
// Constraints on attributes
//===----------------------------------------------------------------------===//

def Hls_ConstantAttr : Attr<CPred<"::llvm::isa<::qcompile::data::ConstantAttr>($_self)">,
    "constant tensor"> {
  let storageType = "::qcompile::data::ConstantAttr";
  let returnType = "::qcompile::data::ConstantAttr";
  let convertFromStorage = "$_self";
}

class Hls_KeywordAttr<string values, string text> : Attr<And<[
    CPred<"::llvm::isa<::mlir::StringAttr>($_self)">,
    CPred<"::llvm::is_contained({" # values # "}, "
          "::llvm::cast<::mlir::StringAttr>($_self).getValue())">]>, text> {
  let storageType = "::mlir::StringAttr";
  let returnType = "::llvm::StringRef";
  let convertFromStorage = "$_self.getValue()";
  let valueType = NoneType; // or the parser would take a following ':' for a string's type
  let constBuilderCall = "$_builder.getStringAttr($0)";
}
def Hls_MultiplierAttr : Hls_KeywordAttr<"\"lut\", \"dsp\"", "multiplier (lut, dsp)">;
def Hls_MemoryAttr : Hls_KeywordAttr<"\"block\", \"distributed\"",
                                     "weight memory (block, distributed)">;
def Hls_PositiveAttr : ConfinedAttr<I64Attr, [IntPositive]>;

class Hls_Op<string mnemonic, list<Trait> traits = []>
    : Op<Hls_Dialect, mnemonic, traits>;

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
// Computing stages
//===----------------------------------------------------------------------===//

def Hls_MatrixVectorOp : Hls_Op<"matrix_vector"> {
  let summary = "matrix-vector unit, with or without thresholds";
  let description = [{
    For every vector x of K inputs: `y[m] = activation(sum over k of x[k] * weights[k, m])`; without an
    activation the sum itself. `simd` inputs and `pe` outputs are handled per clock. The accumulator
    holds every partial sum; where inputs and weights are bipolar it counts equal signs, of which
    the sum is twice the count less K.
    C1: `weights` is a K x M constant of codes. C2: `simd` divides K and is the operand's number of
    lanes. C3: `pe` divides M and is the result's number of lanes. C4: operand and result hold the same
    number of vectors. C5: the accumulator holds every partial sum, or the count. C6: an activation has
    1 or M rows, and its codes are values of the result type. C7: without an activation, the result type
    holds the sum.

    Example:
    ```mlir
    %y = hls.matrix_vector %x weights #data.constant<"w", [1, -1, -1, 1] : tensor<2x2x!qnn.bipolar>>
        pe 1 simd 2 accumulator ui2 multiplier "lut" memory "distributed"
        : (!hls.stream<1x2x!qnn.bipolar>) -> !hls.stream<2x1xsi3>
    ```
  }];
  let arguments = (ins Hls_StreamType:$input, Hls_ConstantAttr:$weights, Hls_PositiveAttr:$pe,
                       Hls_PositiveAttr:$simd, TypeAttr:$accumulator, Hls_MultiplierAttr:$multiplier,
                       Hls_MemoryAttr:$memory, OptionalAttr<Hls_ActivationAttr>:$activation);
  let results = (outs Hls_StreamType:$result);
  let assemblyFormat = [{
    $input `weights` $weights `pe` $pe `simd` $simd `accumulator` $accumulator
    `multiplier` $multiplier `memory` $memory (`activation` $activation^)? attr-dict
    `:` functional-type($input, $result)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    int64_t getInputs() { return getWeights().getType().getDimSize(0); }
    int64_t getOutputs() { return getWeights().getType().getDimSize(1); }
    int64_t getVectors() { return getInput().getType().getElements() / getInputs(); }
    /// Whether the accumulator counts equal signs.
    bool isCount();
  }];
}

def Hls_ThresholdOp : Hls_Op<"threshold"> {
  let summary = "thresholding unit";
  let description = [{
    Applies an activation to vectors of `channels` codes, `pe` per clock. C1: `channels` divides the elements, and
    `pe` divides `channels` and is the number of lanes of operand and result. C2: the activation has 1
    or `channels` rows, and its codes are values of the result type. C3: operand and result hold the
    same number of words.

    Example:
    ```mlir
    %y = hls.threshold %x channels 2 pe 1
        activation <thresholds = #data.constant<"t", [0] : tensor<1x1xsi4>>,
                    directions = array<i64: 1>, low = -1, step = 2>
        : (!hls.stream<2x1xsi8>) -> !hls.stream<2x1x!qnn.bipolar>
    ```
  }];
  let arguments = (ins Hls_StreamType:$input, Hls_PositiveAttr:$channels, Hls_PositiveAttr:$pe,
                       Hls_ActivationAttr:$activation);
  let results = (outs Hls_StreamType:$result);
  let assemblyFormat = [{
    $input `channels` $channels `pe` $pe `activation` $activation attr-dict
    `:` functional-type($input, $result)
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Plumbing
//===----------------------------------------------------------------------===//

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
