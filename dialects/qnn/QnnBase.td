//===- QnnBase.td - Constraints on types and attributes ----*- tablegen -*-===//
#ifndef QCOMPILE_DIALECTS_QNN_QNNBASE
#define QCOMPILE_DIALECTS_QNN_QNNBASE

include "mlir/IR/OpAsmInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "dialects/qnn/QnnDialect.td"
include "dialects/qnn/QnnInterfaces.td"

def Qnn_CodeType : Type<CPred<"::qcompile::qnn::isCodeType($_self)">,
    "integer of explicit signedness up to 64 bits, or bipolar">;
def Qnn_CodeTensor : RankedTensorOf<[Qnn_CodeType]>;
def Qnn_FloatTensor : RankedTensorOf<[F32]>;
def Qnn_CodeOrFloatTensor : RankedTensorOf<[Qnn_CodeType, F32]>;

def Qnn_ConstantAttr : Attr<CPred<"::llvm::isa<::qcompile::data::ConstantAttr>($_self)">,
    "constant tensor"> {
  let storageType = "::qcompile::data::ConstantAttr";
  let returnType = "::qcompile::data::ConstantAttr";
  let convertFromStorage = "$_self";
}

def Qnn_RoundingAttr : Attr<CPred<
    "::llvm::isa<::mlir::StringAttr>($_self) && "
    "::qcompile::qnn::isRoundingMode(::llvm::cast<::mlir::StringAttr>($_self).getValue())">,
    "rounding mode (ROUND, CEIL, FLOOR, UP, DOWN, HALF_UP, HALF_DOWN)"> {
  let storageType = "::mlir::StringAttr";
  let returnType = "::llvm::StringRef";
  let convertFromStorage = "$_self.getValue()";
  let constBuilderCall = "$_builder.getStringAttr($0)";
  let valueType = NoneType; // read and written without a type
}

class Qnn_Op<string mnemonic, list<Trait> traits = []>
    : Op<Qnn_Dialect, mnemonic, !listconcat([Pure], traits)>;

def Qnn_HasBounds : DeclareOpInterfaceMethods<BoundsOpInterface>;

/// Results hold elements of the operands and nothing else; their element type follows.
def Qnn_SelectsElements : NativeOpTrait<"SelectsElements"> {
  let cppNamespace = "::qcompile::qnn";
}
/// The result is a sum or product in an accumulator, whose type bound-accumulators may narrow.
def Qnn_Accumulates : NativeOpTrait<"Accumulates"> {
  let cppNamespace = "::qcompile::qnn";
}

#endif // QCOMPILE_DIALECTS_QNN_QNNBASE
