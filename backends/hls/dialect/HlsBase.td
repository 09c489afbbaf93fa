//===- HlsBase.td - What the operations of hls share --------*- tablegen -*-===//
#ifndef QCOMPILE_BACKENDS_HLS_DIALECT_HLSBASE
#define QCOMPILE_BACKENDS_HLS_DIALECT_HLSBASE

include "mlir/IR/BuiltinAttributeInterfaces.td"
include "backends/hls/dialect/HlsDialect.td"

//===----------------------------------------------------------------------===//
// Constraints on attributes
//===----------------------------------------------------------------------===//

// In text, a keyword follows a constant or an activation: the parser takes a ':' behind an attribute of
// a dialect for the attribute's own type.

def Hls_ConstantAttr : Attr<CPred<"::llvm::isa<::qcompile::data::ConstantAttr>($_self)">,
    "constant tensor"> {
  let storageType = "::qcompile::data::ConstantAttr";
  let returnType = "::qcompile::data::ConstantAttr";
  let convertFromStorage = "$_self";
}

def Hls_ActivationAttr : Attr<CPred<"::llvm::isa<::qcompile::hls::ActivationInterface>($_self)">,
    "activation"> {
  let storageType = "::qcompile::hls::ActivationInterface";
  let returnType = "::qcompile::hls::ActivationInterface";
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
def Hls_PoolKindAttr : Hls_KeywordAttr<"\"max\", \"sum\"", "kind of pooling (max, sum)">;
def Hls_PositiveAttr : ConfinedAttr<I64Attr, [IntPositive]>;

class Hls_Op<string mnemonic, list<Trait> traits = []>
    : Op<Hls_Dialect, mnemonic, traits>;

#endif // QCOMPILE_BACKENDS_HLS_DIALECT_HLSBASE
