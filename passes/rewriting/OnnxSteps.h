//===- OnnxSteps.h - One onnx operation as several --------------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_REWRITING_ONNXSTEPS_H
#define QCOMPILE_PASSES_REWRITING_ONNXSTEPS_H

#include "dialects/data/DataDialect.h"
#include "mlir/IR/Builders.h"

namespace qcompile {

/// Writes an operation of one result as steps in front of it. Inner steps are named after the operation with the step's
/// name behind; the last one takes its place and its name.
class OnnxSteps {
public:
  explicit OnnxSteps(mlir::Operation *op) : op(op), builder(op) {}

  /// Operands are given by formal parameter, null where an optional one is absent.
  ///
  /// A step with a result of type `type`; by default, that of the operation.
  mlir::Value apply(llvm::StringRef name, mlir::ValueRange operands,
                    llvm::ArrayRef<mlir::NamedAttribute> attributes = {}, mlir::Type type = {});
  /// A float32 constant without dimensions.
  mlir::Value constant(float value);
  /// A constant named after the operation's tensor.
  mlir::Value constant(llvm::StringRef suffix, const runtime::Tensor &tensor);
  mlir::Value constant(data::ConstantAttr value);
  /// "tensor.suffix", for the operation's tensor.
  std::string name(llvm::StringRef suffix) const;
  /// A step that takes the place and the name of the operation, which stays.
  mlir::Value last(llvm::StringRef name, mlir::ValueRange operands, llvm::ArrayRef<mlir::NamedAttribute> attributes,
                   mlir::Type type);
  /// Replaces the operation, and erases it.
  void finish(llvm::StringRef name, mlir::ValueRange operands, llvm::ArrayRef<mlir::NamedAttribute> attributes = {});

  mlir::NamedAttribute attribute(llvm::StringRef name, float value) {
    return builder.getNamedAttr(name, builder.getF32FloatAttr(value));
  }
  mlir::NamedAttribute attribute(llvm::StringRef name, int64_t value) {
    return builder.getNamedAttr(name, builder.getI64IntegerAttr(value));
  }
  mlir::NamedAttribute attribute(llvm::StringRef name, llvm::StringRef value) {
    return builder.getNamedAttr(name, builder.getStringAttr(value));
  }
  mlir::NamedAttribute attribute(llvm::StringRef name, llvm::ArrayRef<int64_t> values) {
    return builder.getNamedAttr(name, builder.getDenseI64ArrayAttr(values));
  }

private:
  mlir::Operation *op;
  mlir::OpBuilder builder;
  int steps = 0;
};

} // namespace qcompile

#endif // QCOMPILE_PASSES_REWRITING_ONNXSTEPS_H
