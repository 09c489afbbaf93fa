//===- ImcOps.td - The imc dialect --------------------------*- tablegen -*-===//
//
// One operation per instruction of the macro (docs/Imc.md), with the instruction's field names as
// attribute names: conversions go by name (InstructionConversion.cpp).
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_BACKENDS_IMC_IMCOPS
#define QCOMPILE_BACKENDS_IMC_IMCOPS

include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/OpBase.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Imc_Dialect : Dialect {
  let name = "imc";
  let cppNamespace = "::qcompile::imc";
  let summary = "instructions of a sparse digital in-memory-computing macro";
  let description = [{
    A program is a list of instructions, a target description, a data section, and ports. Loops with fixed
    counts are instructions too (`repeat`, `end_repeat`). docs/Imc.md specifies the instruction set.
  }];
  let dependentDialects = ["::qcompile::data::DataDialect", "::qcompile::qnn::QnnDialect"];
}

def Imc_DataAttr : Attr<CPred<"::llvm::isa<::qcompile::data::ConstantAttr>($_self)">,
    "constant tensor of bytes"> {
  let storageType = "::qcompile::data::ConstantAttr";
  let returnType = "::qcompile::data::ConstantAttr";
  let convertFromStorage = "$_self";
}

/// Verifies the fields as docs/Imc.md demands.
def Imc_InstructionTrait : NativeOpTrait<"Instruction"> {
  let cppNamespace = "::qcompile::imc";
}

class Imc_Op<string mnemonic, list<Trait> traits = []> : Op<Imc_Dialect, mnemonic, traits>;
class Imc_Instruction<string mnemonic>
    : Imc_Op<mnemonic, [HasParent<"ProgramOp">, Imc_InstructionTrait]>;

//===----------------------------------------------------------------------===//
// Programs and their ports
//===----------------------------------------------------------------------===//

def Imc_ProgramOp : Imc_Op<"program", [
    IsolatedFromAbove, NoRegionArguments, NoTerminator, SingleBlock, Symbol]> {
  let summary = "a program for the macro";
  let description = [{
    Ports and instructions, in the order in which they run. `target` is the description of the macro
    (docs/Imc.md, "Target"); `data` is the data section.

    Example:
    ```mlir
    imc.program @core target "rows=16" {
      imc.input "x" at 0 : tensor<1x4xui2>
      imc.output "y" at 4 : tensor<1x4xui2>
      imc.copy source = 0 destination = 4 count = 4 source_stride = 1 destination_stride = 1
          type = ui2 result_type = ui2
      imc.halt
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrAttr:$target, OptionalAttr<Imc_DataAttr>:$data);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat =
      "$sym_name `target` $target (`data` $data^)? attr-dict-with-keyword $body";
  let hasRegionVerifier = 1;
}

class Imc_PortOp<string mnemonic> : Imc_Op<mnemonic, [HasParent<"ProgramOp">]> {
  let arguments = (ins StrAttr:$name, I64Attr:$activation, TypeAttrOf<AnyRankedTensor>:$type);
  let assemblyFormat = "$name `at` $activation `:` $type attr-dict";
}
def Imc_InputOp : Imc_PortOp<"input"> {
  let summary = "a tensor that the host writes at an address of the activation buffer before a run";
}
def Imc_OutputOp : Imc_PortOp<"output"> {
  let summary = "a tensor that the host reads at an address of the activation buffer after a run";
}

def Imc_RunOp : Imc_Op<"run", [DeclareOpInterfaceMethods<SymbolUserOpInterface>, Pure]> {
  let summary = "run a program on tensors";
  let description = [{
    Operands and results are the ports of the program, in their order.

    Example:
    ```mlir
    %y = imc.run @core(%x) : (tensor<1x4xui2>) -> tensor<1x4xui2>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$program, Variadic<AnyRankedTensor>:$inputs);
  let results = (outs Variadic<AnyRankedTensor>:$outputs);
  let assemblyFormat = "$program `(` $inputs `)` attr-dict `:` functional-type($inputs, $outputs)";
}

//===----------------------------------------------------------------------===//
// Control and configuration
//===----------------------------------------------------------------------===//

def Imc_HaltOp : Imc_Instruction<"halt"> {
  let summary = "end the program";
  let assemblyFormat = "attr-dict";
}

def Imc_RepeatOp : Imc_Instruction<"repeat"> {
  let summary = "run what follows several times, with advancing addresses";
  let arguments = (ins I64Attr:$count, I64Attr:$source, I64Attr:$operand, I64Attr:$destination,
                       I64Attr:$accumulator);
  let assemblyFormat = [{
    `count` `=` $count `source` `=` $source `operand` `=` $operand `destination` `=` $destination
    `accumulator` `=` $accumulator attr-dict
  }];
}

def Imc_EndRepeatOp : Imc_Instruction<"end_repeat"> {
  let summary = "end the body of the innermost open repeat";
  let assemblyFormat = "attr-dict";
}

def Imc_ConfigureOp : Imc_Instruction<"configure"> {
  let summary = "set the types of inputs and weights";
  let arguments = (ins TypeAttr:$input, TypeAttr:$weight);
  let assemblyFormat = "`input` `=` $input `weight` `=` $weight attr-dict";
}

def Imc_ConfigureOutputOp : Imc_Instruction<"configure_output"> {
  let summary = "set what thresholds write: low + step * count, as elements of type";
  let arguments = (ins TypeAttr:$type, I64Attr:$low, I64Attr:$step);
  let assemblyFormat = "`type` `=` $type `low` `=` $low `step` `=` $step attr-dict";
}

def Imc_ConfigureWindowOp : Imc_Instruction<"configure_window"> {
  let summary = "set the window of stream_window: runs of elements, in up to three dimensions";
  let arguments = (ins I64Attr:$run, I64Attr:$count1, I64Attr:$stride1, I64Attr:$count2,
                       I64Attr:$stride2, I64Attr:$count3, I64Attr:$stride3);
  let assemblyFormat = [{
    `run` `=` $run `count1` `=` $count1 `stride1` `=` $stride1 `count2` `=` $count2
    `stride2` `=` $stride2 `count3` `=` $count3 `stride3` `=` $stride3 attr-dict
  }];
}

def Imc_ConfigureRequantizeOp : Imc_Instruction<"configure_requantize"> {
  let summary = "set how requantize rounds and clamps, and what it writes";
  let arguments = (ins TypeAttr:$type, I64Attr:$low, I64Attr:$high, I64Attr:$shift,
                       StrAttr:$rounding);
  let assemblyFormat = [{
    `type` `=` $type `low` `=` $low `high` `=` $high `shift` `=` $shift `rounding` `=` $rounding
    attr-dict
  }];
}

def Imc_ConfigureTableOp : Imc_Instruction<"configure_table"> {
  let summary = "set the table of lookup";
  let arguments = (ins I64Attr:$table, I64Attr:$entries, I64Attr:$entry_bytes, I64Attr:$low,
                       I64Attr:$clamp);
  let assemblyFormat = [{
    `table` `=` $table `entries` `=` $entries `entry_bytes` `=` $entry_bytes `low` `=` $low
    `clamp` `=` $clamp attr-dict
  }];
}

//===----------------------------------------------------------------------===//
// Loads from the data section
//===----------------------------------------------------------------------===//

def Imc_LoadWeightsOp : Imc_Instruction<"load_weights"> {
  let summary = "write a weight tile into a bank";
  let arguments = (ins I64Attr:$bank, StrAttr:$format, I64Attr:$n, I64Attr:$m, I64Attr:$rows,
                       I64Attr:$columns, I64Attr:$data);
  let assemblyFormat = [{
    `bank` `=` $bank `format` `=` $format `n` `=` $n `m` `=` $m `rows` `=` $rows
    `columns` `=` $columns `data` `=` $data attr-dict
  }];
}

def Imc_LoadThresholdsOp : Imc_Instruction<"load_thresholds"> {
  let summary = "copy words from the data section into the threshold memory";
  let arguments = (ins I64Attr:$thresholds, I64Attr:$words, I64Attr:$data);
  let assemblyFormat = "`thresholds` `=` $thresholds `words` `=` $words `data` `=` $data attr-dict";
}

def Imc_LoadConstantsOp : Imc_Instruction<"load_constants"> {
  let summary = "copy bytes from the data section into the activation buffer";
  let arguments = (ins I64Attr:$destination, I64Attr:$bytes, I64Attr:$data);
  let assemblyFormat = "`destination` `=` $destination `bytes` `=` $bytes `data` `=` $data attr-dict";
}

//===----------------------------------------------------------------------===//
// Products with weights
//===----------------------------------------------------------------------===//

def Imc_StreamOp : Imc_Instruction<"stream"> {
  let summary = "read adjacent input codes into the input register, as bit planes";
  let arguments = (ins I64Attr:$activation, I64Attr:$count);
  let assemblyFormat = "`activation` `=` $activation `count` `=` $count attr-dict";
}

def Imc_StreamWindowOp : Imc_Instruction<"stream_window"> {
  let summary = "read elements of a window into the input register";
  let arguments = (ins I64Attr:$activation, I64Attr:$first, I64Attr:$count);
  let assemblyFormat = "`activation` `=` $activation `first` `=` $first `count` `=` $count attr-dict";
}

def Imc_MacOp : Imc_Instruction<"mac"> {
  let summary = "multiply the input register with a bank into accumulators";
  let arguments = (ins I64Attr:$bank, I64Attr:$accumulator, I64Attr:$keep);
  let assemblyFormat = "`bank` `=` $bank `accumulator` `=` $accumulator `keep` `=` $keep attr-dict";
}

//===----------------------------------------------------------------------===//
// Vector unit
//===----------------------------------------------------------------------===//

def Imc_ThresholdOp : Imc_Instruction<"threshold"> {
  let summary = "compare accumulators with thresholds and write codes";
  let arguments = (ins I64Attr:$accumulator, I64Attr:$thresholds, I64Attr:$channels,
                       I64Attr:$levels, I64Attr:$shared, I64Attr:$wide, I64Attr:$activation);
  let assemblyFormat = [{
    `accumulator` `=` $accumulator `thresholds` `=` $thresholds `channels` `=` $channels
    `levels` `=` $levels `shared` `=` $shared `wide` `=` $wide `activation` `=` $activation
    attr-dict
  }];
}

def Imc_RequantizeOp : Imc_Instruction<"requantize"> {
  let summary = "multiply, add, shift, round and clamp accumulators, and write codes";
  let arguments = (ins I64Attr:$accumulator, I64Attr:$factors, I64Attr:$channels,
                       I64Attr:$shared, I64Attr:$activation);
  let assemblyFormat = [{
    `accumulator` `=` $accumulator `factors` `=` $factors `channels` `=` $channels
    `shared` `=` $shared `activation` `=` $activation attr-dict
  }];
}

def Imc_LoadAccumulatorsOp : Imc_Instruction<"load_accumulators"> {
  let summary = "set accumulators to multiples of elements";
  let arguments = (ins I64Attr:$accumulator, I64Attr:$activation, I64Attr:$count, TypeAttr:$type,
                       I64Attr:$multiplier, I64Attr:$broadcast);
  let assemblyFormat = [{
    `accumulator` `=` $accumulator `activation` `=` $activation `count` `=` $count `type` `=` $type
    `multiplier` `=` $multiplier `broadcast` `=` $broadcast attr-dict
  }];
}

def Imc_AddAccumulatorsOp : Imc_Instruction<"add_accumulators"> {
  let summary = "add multiples of elements to accumulators";
  let arguments = (ins I64Attr:$accumulator, I64Attr:$activation, I64Attr:$count, TypeAttr:$type,
                       I64Attr:$multiplier, I64Attr:$broadcast);
  let assemblyFormat = [{
    `accumulator` `=` $accumulator `activation` `=` $activation `count` `=` $count `type` `=` $type
    `multiplier` `=` $multiplier `broadcast` `=` $broadcast attr-dict
  }];
}

def Imc_MultiplyAccumulatorsOp : Imc_Instruction<"multiply_accumulators"> {
  let summary = "multiply accumulators by elements";
  let arguments = (ins I64Attr:$accumulator, I64Attr:$activation, I64Attr:$count, TypeAttr:$type,
                       I64Attr:$broadcast);
  let assemblyFormat = [{
    `accumulator` `=` $accumulator `activation` `=` $activation `count` `=` $count `type` `=` $type
    `broadcast` `=` $broadcast attr-dict
  }];
}

def Imc_MaxAccumulatorsOp : Imc_Instruction<"max_accumulators"> {
  let summary = "keep the larger of accumulators and elements";
  let arguments = (ins I64Attr:$accumulator, I64Attr:$activation, I64Attr:$count, TypeAttr:$type,
                       I64Attr:$broadcast);
  let assemblyFormat = [{
    `accumulator` `=` $accumulator `activation` `=` $activation `count` `=` $count `type` `=` $type
    `broadcast` `=` $broadcast attr-dict
  }];
}

def Imc_MultiplyAddOp : Imc_Instruction<"multiply_add"> {
  let summary = "add an element times a vector of elements to accumulators";
  let arguments = (ins I64Attr:$accumulator, I64Attr:$scalar, TypeAttr:$scalar_type,
                       I64Attr:$activation, I64Attr:$count, TypeAttr:$type);
  let assemblyFormat = [{
    `accumulator` `=` $accumulator `scalar` `=` $scalar `scalar_type` `=` $scalar_type
    `activation` `=` $activation `count` `=` $count `type` `=` $type attr-dict
  }];
}

def Imc_StoreAccumulatorsOp : Imc_Instruction<"store_accumulators"> {
  let summary = "copy accumulators into the activation buffer";
  let arguments = (ins I64Attr:$accumulator, I64Attr:$activation, I64Attr:$count, TypeAttr:$type);
  let assemblyFormat = [{
    `accumulator` `=` $accumulator `activation` `=` $activation `count` `=` $count `type` `=` $type
    attr-dict
  }];
}

def Imc_MoveAccumulatorsOp : Imc_Instruction<"move_accumulators"> {
  let summary = "copy accumulators to accumulators";
  let arguments = (ins I64Attr:$source, I64Attr:$destination, I64Attr:$count);
  let assemblyFormat = "`source` `=` $source `destination` `=` $destination `count` `=` $count attr-dict";
}

//===----------------------------------------------------------------------===//
// Activation buffer
//===----------------------------------------------------------------------===//

def Imc_LookupOp : Imc_Instruction<"lookup"> {
  let summary = "replace elements by entries of a table";
  let arguments = (ins I64Attr:$activation, I64Attr:$destination, I64Attr:$count, TypeAttr:$type,
                       I64Attr:$shared);
  let assemblyFormat = [{
    `activation` `=` $activation `destination` `=` $destination `count` `=` $count `type` `=` $type
    `shared` `=` $shared attr-dict
  }];
}

def Imc_SelectOp : Imc_Instruction<"select"> {
  let summary = "find the largest or smallest elements, in order, or their positions";
  let arguments = (ins I64Attr:$activation, I64Attr:$destination, I64Attr:$count, I64Attr:$k,
                       I64Attr:$stride, TypeAttr:$type, I64Attr:$smallest, I64Attr:$last,
                       I64Attr:$positions);
  let assemblyFormat = [{
    `activation` `=` $activation `destination` `=` $destination `count` `=` $count `k` `=` $k
    `stride` `=` $stride `type` `=` $type `smallest` `=` $smallest `last` `=` $last
    `positions` `=` $positions attr-dict
  }];
}

def Imc_CopyOp : Imc_Instruction<"copy"> {
  let summary = "copy elements within the activation buffer, to another type or the same";
  let arguments = (ins I64Attr:$source, I64Attr:$destination, I64Attr:$count,
                       I64Attr:$source_stride, I64Attr:$destination_stride, TypeAttr:$type,
                       TypeAttr:$result_type);
  let assemblyFormat = [{
    `source` `=` $source `destination` `=` $destination `count` `=` $count
    `source_stride` `=` $source_stride `destination_stride` `=` $destination_stride `type` `=` $type
    `result_type` `=` $result_type attr-dict
  }];
}

def Imc_FillOp : Imc_Instruction<"fill"> {
  let summary = "write one value to many elements";
  let arguments = (ins I64Attr:$destination, I64Attr:$count, I64Attr:$stride, TypeAttr:$type,
                       I64Attr:$value);
  let assemblyFormat = [{
    `destination` `=` $destination `count` `=` $count `stride` `=` $stride `type` `=` $type
    `value` `=` $value attr-dict
  }];
}

#endif // QCOMPILE_BACKENDS_IMC_IMCOPS
