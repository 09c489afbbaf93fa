//===- HostParts.h - What of a model runs beside the design -----*- C++ -*-===//
//
// The model is @main: host_before, the integer core, host_after. An artifact holds the two host
// parts as programs, and NAME.ports.json that says which value goes where.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_BACKENDS_HLS_HOSTPARTS_H
#define QCOMPILE_BACKENDS_HLS_HOSTPARTS_H

#include "mlir/IR/BuiltinOps.h"
#include "runtime/program/program.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

namespace qcompile::hls {

/// Values are numbered: the model's inputs, then the results of the parts in the order in which
/// they run. `operands` and `outputs` are such numbers.
struct Wiring {
  enum Part { Before, Core, After };
  std::vector<int64_t> operands[3];
  std::vector<int64_t> outputs;
};

struct HostParts {
  /// Of the model. The ports of the core have no names.
  std::vector<runtime::Port> inputs, outputs, coreInputs, coreOutputs;
  Wiring wiring;
  runtime::Program before, after;

  static llvm::Expected<HostParts> create(mlir::ModuleOp module);

  /// NAME.ports.json and back, without the programs. What is read is checked for consistency.
  llvm::json::Object toJson() const;
  static llvm::Expected<HostParts> fromJson(const llvm::json::Value &json, runtime::Program before,
                                            runtime::Program after);
};

} // namespace qcompile::hls

#endif // QCOMPILE_BACKENDS_HLS_HOSTPARTS_H
