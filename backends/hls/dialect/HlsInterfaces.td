//===- HlsInterfaces.td - Interfaces of the hls dialect ----*- tablegen -*-===//
#ifndef QCOMPILE_BACKENDS_HLS_DIALECT_HLSINTERFACES
#define QCOMPILE_BACKENDS_HLS_DIALECT_HLSINTERFACES

include "mlir/IR/OpBase.td"

def Hls_ActivationInterface : AttrInterface<"ActivationInterface"> {
  let description = [{
    What a stage applies to every number of a channel: a function per row, with one row for all channels or
    one for each.
  }];
  let cppNamespace = "::qcompile::hls";
  let methods = [
    InterfaceMethod<"The number of rows.", "int64_t", "getRows", (ins)>,
    InterfaceMethod<"The same with `rows` rows, of which row i is row `source(i)` of this one.",
      "::qcompile::hls::ActivationInterface", "withRows",
      (ins "int64_t":$rows, "::llvm::function_ref<int64_t(int64_t)>":$source)>,
    InterfaceMethod<"Checks all but the number of rows; the codes are values of `result`.",
      "::llvm::LogicalResult", "verifyCodes",
      (ins "::llvm::function_ref<::mlir::InFlightDiagnostic()>":$emitError,
           "::mlir::Type":$result)>,
  ];
}

def Hls_LanedOpInterface : OpInterface<"LanedOpInterface"> {
  let description = "A stage that handles any number of lanes per clock that divides a unit.";
  let cppNamespace = "::qcompile::hls";
  let methods = [
    InterfaceMethod<"What lanes must divide.", "int64_t", "getLaneUnit", (ins)>,
    InterfaceMethod<"The lanes that an operand must have.", "int64_t", "getOperandLanes",
      (ins "unsigned":$operand), [{}], [{
        return ::llvm::cast<StreamType>($_op->getResult(0).getType()).getLanes();
      }]>,
    InterfaceMethod<"Sets the lanes of the results; operands follow later.", "void", "setLanes",
      (ins "int64_t":$lanes), [{}], [{
        for (::mlir::Value result : $_op->getResults())
          result.setType(::llvm::cast<StreamType>(result.getType()).withLanes(lanes));
      }]>,
  ];
}

#endif // QCOMPILE_BACKENDS_HLS_DIALECT_HLSINTERFACES
