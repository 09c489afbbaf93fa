//===- Renaming.h - Copies of nodes under names of their own ----*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_FRONTEND_RENAMING_H
#define QCOMPILE_COMPILER_FRONTEND_RENAMING_H

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "onnx/onnx_pb.h"

namespace qcompile::frontend {

/// The names of all values of a graph and of the graphs within it.
class TakenNames {
public:
  explicit TakenNames(const ::onnx::GraphProto &graph) { note(graph); }
  /// A name that begins like `stem` and is taken from now on.
  std::string make(const std::string &stem);

private:
  void note(const ::onnx::GraphProto &graph);

  llvm::StringSet<> names;
  unsigned next = 0;
};

/// Gives the values of nodes that are copied from elsewhere other names: those that are bound, and new ones for what
/// the nodes define. What they take from outside keeps its name.
class Renaming {
public:
  explicit Renaming(TakenNames &taken) : taken(taken) {}

  void bind(const std::string &from, const std::string &to) { scopes.back()[from] = to; }
  /// Binds `name` to a new name, and returns that.
  const std::string &bindNew(const std::string &name) {
    return scopes.back()[name] = taken.make(name);
  }
  /// What `name` is called; itself where it comes from outside.
  std::string lookup(const std::string &name) const;
  void rename(::onnx::NodeProto &node);

private:
  void rename(::onnx::GraphProto &graph);

  TakenNames &taken;
  std::vector<llvm::StringMap<std::string>> scopes{1};
};

} // namespace qcompile::frontend

#endif // QCOMPILE_COMPILER_FRONTEND_RENAMING_H
