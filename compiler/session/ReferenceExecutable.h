//===- ReferenceExecutable.h - The evaluator as an executable ---*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_SESSION_REFERENCEEXECUTABLE_H
#define QCOMPILE_COMPILER_SESSION_REFERENCEEXECUTABLE_H

#include "compiler/backend/Backend.h"
#include "compiler/evaluator/Evaluator.h"
#include "llvm/ADT/DenseSet.h"

namespace qcompile {

/// Runs the function @main of a module, at any stage whose operations have reference semantics.
class ReferenceExecutable : public Executable {
public:
  static llvm::Expected<std::unique_ptr<ReferenceExecutable>> create(mlir::ModuleOp module);

  llvm::ArrayRef<runtime::Port> inputs() const override { return evaluator.inputs(); }
  llvm::ArrayRef<runtime::Port> outputs() const override { return evaluator.outputs(); }
  llvm::Expected<std::vector<Tensors>> run(llvm::ArrayRef<Tensors> batches) override;

  /// A tensor of the source model after a batch.
  struct SourceTensor {
    const runtime::Value *value = nullptr;
    const runtime::Tensor *codes = nullptr; ///< where it has an integer representation
    bool isConstant = false;                ///< equal in all batches
  };
  /// Called after every batch for every tensor by its name.
  std::function<void(llvm::StringRef name, const SourceTensor &tensor)> onTensor;

private:
  ReferenceExecutable(mlir::func::FuncOp function, Evaluator evaluator);
  void visitTensors();

  mlir::func::FuncOp function;
  Evaluator evaluator;
  /// Values that depend on an input.
  llvm::DenseSet<mlir::Value> variables;
};

} // namespace qcompile

#endif // QCOMPILE_COMPILER_SESSION_REFERENCEEXECUTABLE_H
