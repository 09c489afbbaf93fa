//===- ConstantValues.h - Values that do not depend on inputs ---*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_FRONTEND_CONSTANTVALUES_H
#define QCOMPILE_COMPILER_FRONTEND_CONSTANTVALUES_H

#include "compiler/frontend/ModelContext.h"
#include "runtime/core/tensor.h"
#include "llvm/ADT/StringMap.h"

namespace qcompile::frontend {

/// Computes values of a graph from its constants and from the shapes of its values, as far as these are inferred.
class ConstantValues {
public:
  explicit ConstantValues(ModelContext &model);

  /// The value, or nothing where it depends on an input of the model.
  std::optional<runtime::Tensor> evaluate(const std::string &name);
  /// Whether the value is in the file as such: an initializer, or the value of a Constant.
  bool isStored(const std::string &name) const;
  /// Makes a node known that is not part of the model yet; it must stay where it is.
  void note(const ::onnx::NodeProto &node);
  void note(const ::onnx::TensorProto &initializer) { initializers[initializer.name()] = &initializer; }
  /// The value that `name` is a copy of by Identity nodes; itself where it is none.
  std::string follow(std::string name) const;
  /// The shape of a value, or nothing where it is not static.
  std::optional<std::vector<int64_t>> getShape(const std::string &name) const;

private:
  bool collect(const std::string &name, ::onnx::GraphProto &graph, llvm::StringMap<bool> &done, int depth);

  ModelContext &model;
  llvm::StringMap<const ::onnx::NodeProto *> producers;
  llvm::StringMap<const ::onnx::TensorProto *> initializers;
  llvm::StringMap<const ::onnx::TypeProto *> types;
};

} // namespace qcompile::frontend

#endif // QCOMPILE_COMPILER_FRONTEND_CONSTANTVALUES_H
