//===- ConvertQnnToImc.td - The convert-qnn-to-imc pass -----*- tablegen -*-===//
#ifndef QCOMPILE_BACKENDS_IMC_CONVERTQNNTOIMC
#define QCOMPILE_BACKENDS_IMC_CONVERTQNNTOIMC

include "mlir/Pass/PassBase.td"

def ConvertQnnToImc : Pass<"convert-qnn-to-imc", "::mlir::ModuleOp"> {
  let summary = "Lower the integer core to a program of the in-memory-computing macro";
  let description = [{
    Replaces the function `@core` of `qnn` operations by an `imc.program` of the same name, and its calls by
    `imc.run`. An accumulating operation whose only use is a threshold or a requantization along its channels becomes one
    layer with it; weights take the narrowest type and the sparse format that they already fit; reshapes cost
    nothing. Constant operands that are no weights are brought into the activation buffer for the layer that reads
    them. Tensors share the activation buffer by their lifetimes. Exact: the program computes the codes
    of the core for every input.

    Requires what `partition-host` guarantees, and spatial operations with their channels last (`qnn-choose-layout`). Fails with
    one message per layer that does not fit the target, naming its node and the limit ([QC-B001], [QC-B002]).
  }];
  let options = [
    Option<"target", "target", "std::string", "\"\"",
           "target description, as key=value pairs (docs/Imc.md)">
  ];
  let dependentDialects = ["::qcompile::imc::ImcDialect"];
}

#endif // QCOMPILE_BACKENDS_IMC_CONVERTQNNTOIMC
