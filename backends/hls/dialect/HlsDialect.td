//===- HlsDialect.td - The hls dialect and its types --------*- tablegen -*-===//
#ifndef QCOMPILE_BACKENDS_HLS_DIALECT_HLSDIALECT
#define QCOMPILE_BACKENDS_HLS_DIALECT_HLSDIALECT

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/OpBase.td"
include "backends/hls/dialect/HlsInterfaces.td"

def Hls_Dialect : Dialect {
  let name = "hls";
  let cppNamespace = "::qcompile::hls";
  let summary = "dataflow designs of streaming stages";
  let description = [{
    A design is a graph of stages that run at the same time and pass words through streams. A word
    holds a fixed number of elements, the lanes, which a stage handles in one clock. Emission turns
    every stage into a call of the C++ library in `backends/hls/library`.
  }];
  let dependentDialects = ["::qcompile::data::DataDialect", "::qcompile::qnn::QnnDialect"];
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
}

def Hls_StreamType : TypeDef<Hls_Dialect, "Stream"> {
  let mnemonic = "stream";
  let summary = "words that pass between two stages";
  let description = [{
    `!hls.stream<28x4xui2>`: 28 words per sample, each of 4 lanes of type `ui2`. Elements follow each
    other in row-major order of the tensor, lane 0 first. A stream has one producer and one consumer.
  }];
  let parameters = (ins "int64_t":$words, "int64_t":$lanes, "::mlir::Type":$elementType);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Elements per sample.
    int64_t getElements() const { return getWords() * getLanes(); }
    /// Bits of one element and of one word.
    int64_t getElementBits() const;
    int64_t getWordBits() const { return getLanes() * getElementBits(); }
    /// The same elements in words of `lanes` lanes, which must divide them.
    StreamType withLanes(int64_t lanes) const;
  }];
}

class Hls_Activation<string name, string word>
    : AttrDef<Hls_Dialect, name, [DeclareAttrInterfaceMethods<Hls_ActivationInterface>]> {
  let mnemonic = word;
  let assemblyFormat = "`<` struct(params) `>`";
}

def Hls_ThresholdsAttr : Hls_Activation<"Thresholds", "thresholds"> {
  let summary = "levels that a channel's value reaches";
  let description = [{
    `low + step * #{t : x reaches levels[c, t]}`, as `qnn.threshold` defines it (docs/Qnn.md): one row of levels
    and one direction per channel, or one for all.
  }];
  let parameters = (ins "::qcompile::data::ConstantAttr":$levels,
                        "::mlir::DenseI64ArrayAttr":$directions, "int64_t":$low, "int64_t":$step);
  let extraClassDeclaration = [{
    int64_t getCount() const { return getLevels().getType().getDimSize(1); }
  }];
}

def Hls_TableAttr : Hls_Activation<"Table", "table"> {
  let summary = "a value for every code";
  let description = [{
    `values[c, clamp(x - low, 0, L - 1)]`, as `qnn.table` defines it: one row of values per channel, or one for
    all.
  }];
  let parameters = (ins "::qcompile::data::ConstantAttr":$values, "int64_t":$low);
  let extraClassDeclaration = [{
    int64_t getCount() const { return getValues().getType().getDimSize(1); }
  }];
}

def Hls_MultiplyShiftAttr : Hls_Activation<"MultiplyShift", "multiply_shift"> {
  let summary = "multiply, add, shift, round, clamp";
  let description = [{
    `clamp(round((multipliers[c] * x + offsets[c]) / 2^shift), low, high)`, as `qnn.requantize` defines it: one
    multiplier and one offset per channel, or one for all. Constants added to or multiplied with a stream
    are this as well.
  }];
  let parameters = (ins "::mlir::DenseI64ArrayAttr":$multipliers,
                        "::mlir::DenseI64ArrayAttr":$offsets, "int64_t":$shift,
                        "::mlir::StringAttr":$rounding, "int64_t":$low, "int64_t":$high);
}

#endif // QCOMPILE_BACKENDS_HLS_DIALECT_HLSDIALECT
