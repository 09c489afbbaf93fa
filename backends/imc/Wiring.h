//===- Wiring.h - How host parts and core are connected ---------*- C++ -*-===//
//
// After lowering, @main calls @host_before, runs @core and calls @host_after. An artifact keeps
// each of the three in a file of its own; the wiring says where the inputs of the last two come
// from.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_BACKENDS_IMC_WIRING_H
#define QCOMPILE_BACKENDS_IMC_WIRING_H

#include <vector>

#include "backends/imc/dialect/ImcDialect.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

namespace qcompile::imc {

/// One value that travels between parts: an input of the model, or an output of a part.
struct Source {
  enum class Part { Model, Before, Core };
  Part part = Part::Model;
  unsigned index = 0;
};

struct Wiring {
  std::vector<Source> core;
  std::vector<Source> after;

  llvm::json::Value toJson() const;
  /// Reads what toJson wrote. `name` stands in messages.
  static llvm::Expected<Wiring> fromJson(llvm::StringRef text, llvm::StringRef name);
};

/// The pieces of a lowered module.
struct LoweredModule {
  mlir::func::FuncOp main;
  mlir::func::FuncOp before;
  ProgramOp core;
  mlir::func::FuncOp after;
  Wiring wiring;

  /// Fails where the module is not what convert-qnn-to-imc gives.
  static llvm::Expected<LoweredModule> get(mlir::ModuleOp module);
};

} // namespace qcompile::imc

#endif // QCOMPILE_BACKENDS_IMC_WIRING_H
