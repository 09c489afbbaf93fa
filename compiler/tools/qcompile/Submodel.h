//===- Submodel.h - A part of a model that runs alone -----------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_TOOLS_QCOMPILE_SUBMODEL_H
#define QCOMPILE_COMPILER_TOOLS_QCOMPILE_SUBMODEL_H

#include "compiler/frontend/export/ValueNames.h"
#include "mlir/IR/OwningOpRef.h"
#include "runtime/core/tensor.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SetVector.h"

namespace qcompile::tool {

/// What of a function of the `onnx` dialect to keep, in terms of its values and operations.
struct Submodel {
  llvm::SmallVector<mlir::Value> outputs;
  /// Values that become inputs.
  llvm::SetVector<mlir::Value> cuts;
  /// Operations left out, with the operand that stands for the result.
  llvm::DenseMap<mlir::Operation *, mlir::Value> bypassed;
};

/// A function under reduction, and the values that it had on the failing sample.
class SourceModel {
public:
  explicit SourceModel(mlir::func::FuncOp function);

  /// What `submodel` computes, as a module of its own.
  mlir::OwningOpRef<mlir::ModuleOp> extract(const Submodel &submodel) const;
  /// The operations that `extract` keeps, in order, without constants.
  std::vector<mlir::Operation *> getNodes(const Submodel &submodel) const;

  /// The operands that depend on an input of the model.
  llvm::SmallVector<mlir::Value> getVariableOperands(mlir::Operation *op) const;
  bool isVariable(mlir::Value value) const { return variables.contains(value); }

  mlir::func::FuncOp function;
  ValueNames names;
  /// What was recorded, by value.
  llvm::DenseMap<mlir::Value, runtime::Tensor> recorded;

private:
  struct Needed {
    llvm::DenseSet<mlir::Operation *> operations;
    llvm::DenseSet<mlir::Value> inputs; ///< cuts and arguments
  };
  Needed findNeeded(const Submodel &submodel) const;
  mlir::Type getInputType(mlir::Value value) const;

  llvm::DenseSet<mlir::Value> variables;
};

/// Whether the operation turns floats into quantized values.
bool isQuantizer(mlir::Operation *op);

} // namespace qcompile::tool

#endif // QCOMPILE_COMPILER_TOOLS_QCOMPILE_SUBMODEL_H
