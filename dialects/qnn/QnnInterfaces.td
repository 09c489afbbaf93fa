//===- QnnInterfaces.td - Interfaces of qnn operations -----*- tablegen -*-===//
#ifndef QCOMPILE_DIALECTS_QNN_QNNINTERFACES
#define QCOMPILE_DIALECTS_QNN_QNNINTERFACES

include "mlir/IR/OpBase.td"

def BoundsOpInterface : OpInterface<"BoundsOpInterface"> {
  let description = [{
    An operation that knows more about the integers of its one result than their type says, from its attributes
    and from what its operands may take (`getValueBounds`).
  }];
  let cppNamespace = "::qcompile::qnn";
  let methods = [InterfaceMethod<[{
      The bounds of the result: one element, or one per output channel (dimension `axis` of a spatial operation, the last one of a
      matrix product). For an accumulator they hold for every partial sum, in any order, 0 included. Nothing where a
      bound needs more than 62 bits.
    }], "std::optional<std::vector<::qcompile::qnn::Bounds>>", "getResultBounds", (ins)>];
}

#endif // QCOMPILE_DIALECTS_QNN_QNNINTERFACES
