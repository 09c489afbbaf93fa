//===- QnnDialect.td - The qnn dialect and its types --------*- tablegen -*-===//
#ifndef QCOMPILE_DIALECTS_QNN_QNNDIALECT
#define QCOMPILE_DIALECTS_QNN_QNNDIALECT

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinTypeInterfaces.td"
include "mlir/IR/OpBase.td"
include "dialects/data/DataDialect.td"
include "dialects/encoding/EncodingDialect.td"

def Qnn_Dialect : Dialect {
  let name = "qnn";
  let cppNamespace = "::qcompile::qnn";
  let summary = "the exact integer form of quantized networks";
  let description = [{
    Tensors of integers of explicit width and signedness; linear operations with accumulators that
    are proven wide enough; thresholds as the canonical activation. docs/Qnn.md defines every operation
    by formula and numbered constraints.
  }];
  let dependentDialects = ["::qcompile::data::DataDialect", "::qcompile::encoding::EncodingDialect"];
  let useDefaultTypePrinterParser = 1;
  let hasConstantMaterializer = 1;
}

def Qnn_BipolarType : TypeDef<Qnn_Dialect, "Bipolar", [
    DeclareTypeInterfaceMethods<Data_ElementTypeInterface>]> {
  let mnemonic = "bipolar";
  let summary = "one bit: -1 or +1";
  let description = [{
    Element type of two-valued activations and weights. Zero is not a value of it. Stored as one
    bit: 0 for -1, 1 for +1.
  }];
}

#endif // QCOMPILE_DIALECTS_QNN_QNNDIALECT
