//===- ValueNames.h - ONNX names of a function's values ---------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_FRONTEND_EXPORT_VALUENAMES_H
#define QCOMPILE_COMPILER_FRONTEND_EXPORT_VALUENAMES_H

#include <string>

#include "dialects/onnx/HeldConstant.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringSet.h"

namespace qcompile {

/// The operations of a function, those before whose claim on a name counts more: those of the file before steps that
/// passes wrote, later ones before earlier ones.
llvm::SmallVector<mlir::Operation *> orderByClaim(mlir::func::FuncOp function);

/// Unique names for the values of a function with one block. Inputs and outputs have those of the signature,
/// constants that of their data, everything else the tensor name of its location, if need be with a suffix. Where
/// several operations stand for one source node, the last has the name: it computes the tensor.
class ValueNames {
public:
  explicit ValueNames(mlir::func::FuncOp function);

  llvm::StringRef get(mlir::Value value) const;
  /// The name of output `index` of the function. It differs from that of the returned value where that is an
  /// input or constant, or is returned twice.
  llvm::StringRef getOutput(unsigned index) const { return outputs[index]; }
  /// A name like `wanted` that no value has.
  std::string makeUnique(llvm::StringRef wanted);

private:
  void nameOperation(mlir::Operation *op);
  void nameConstant(mlir::Operation *op, data::ConstantAttr constant);

  llvm::StringSet<> used;
  llvm::DenseMap<mlir::Value, std::string> names;
  llvm::DenseMap<mlir::Attribute, std::string> constants;
  std::vector<std::string> outputs;
};

} // namespace qcompile

#endif // QCOMPILE_COMPILER_FRONTEND_EXPORT_VALUENAMES_H
