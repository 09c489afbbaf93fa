//===- ReferenceExecutable.h - The evaluator as an executable ---*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_SESSION_REFERENCEEXECUTABLE_H
#define QCOMPILE_COMPILER_SESSION_REFERENCEEXECUTABLE_H

#include "compiler/backend/Backend.h"
#include "compiler/evaluator/Evaluator.h"

namespace qcompile {

/// Runs the function @main of a module, at any stage whose operations have reference semantics.
class ReferenceExecutable : public Executable {
public:
  static llvm::Expected<std::unique_ptr<ReferenceExecutable>> create(mlir::ModuleOp module);

  llvm::ArrayRef<runtime::Port> inputs() const override { return evaluator.inputs(); }
  llvm::ArrayRef<runtime::Port> outputs() const override { return evaluator.outputs(); }
  llvm::Expected<std::vector<Tensors>> run(llvm::ArrayRef<Tensors> batches) override;

  /// Called after every batch with the values of the source model's tensors: the name of the tensor, its value,
  /// and its codes where it has an integer representation.
  std::function<void(llvm::StringRef name, const runtime::Tensor &value,
                     const runtime::Tensor *codes)>
      onTensor;

private:
  ReferenceExecutable(mlir::func::FuncOp function, Evaluator evaluator)
      : function(function), evaluator(std::move(evaluator)) {}
  void visitTensors();

  mlir::func::FuncOp function;
  Evaluator evaluator;
};

} // namespace qcompile

#endif // QCOMPILE_COMPILER_SESSION_REFERENCEEXECUTABLE_H
