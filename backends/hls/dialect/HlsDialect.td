//===- HlsDialect.td - The hls dialect and its types --------*- tablegen -*-===//
#ifndef QCOMPILE_BACKENDS_HLS_DIALECT_HLSDIALECT
#define QCOMPILE_BACKENDS_HLS_DIALECT_HLSDIALECT

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/OpBase.td"

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

def Hls_ActivationAttr : AttrDef<Hls_Dialect, "Activation"> {
  let mnemonic = "activation";
  let summary = "thresholds applied to a channel's value";
  let description = [{
    `low + step * #{t : x reaches thresholds[c, t]}`, as `qnn.threshold` defines it (docs/Qnn.md): one
    row of thresholds and one direction per channel, or one for all.
  }];
  let parameters = (ins "::qcompile::data::ConstantAttr":$thresholds,
                        "::mlir::DenseI64ArrayAttr":$directions, "int64_t":$low, "int64_t":$step);
  let assemblyFormat = "`<` struct(params) `>`";
  let extraClassDeclaration = [{
    int64_t getRows() const { return getThresholds().getType().getDimSize(0); }
    int64_t getCount() const { return getThresholds().getType().getDimSize(1); }
  }];
}

#endif // QCOMPILE_BACKENDS_HLS_DIALECT_HLSDIALECT
