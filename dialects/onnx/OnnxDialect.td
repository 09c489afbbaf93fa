//===- OnnxDialect.td - The onnx dialect --------------------*- tablegen -*-===//
//
// Operations are generated from the ONNX schemas (generator/GenerateOps.cpp).
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_DIALECTS_ONNX_ONNXDIALECT
#define QCOMPILE_DIALECTS_ONNX_ONNXDIALECT

include "mlir/IR/OpBase.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Onnx_Dialect : Dialect {
  let name = "onnx";
  let cppNamespace = "::qcompile::onnx";
  let summary = "an ONNX model as written";
  let description = [{
    One operation per ONNX operator, with the names, attributes, defaults and documentation of the
    operator's newest schema, and the QONNX operators. Values are tensors of builtin types; ONNX
    integers map to `siN` and `uiN`, `bool` to `i1`. The attribute `signed` is spelled `signed_` (a C++
    keyword). An omitted optional operand is absent (see
    `operandSegmentSizes`). Locations are `loc("node"("tensor"("file":index:0)))`: see
    `dialects/onnx/NodeLocation.h`.
  }];
}

class Onnx_Op<string mnemonic, list<Trait> traits = []> : Op<Onnx_Dialect, mnemonic, traits>;

#endif // QCOMPILE_DIALECTS_ONNX_ONNXDIALECT
