//===- Renaming.h - Copies of nodes under names of their own ----*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_FRONTEND_RENAMING_H
#define QCOMPILE_COMPILER_FRONTEND_RENAMING_H

#include "onnx/onnx_pb.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

namespace qcompile::frontend {

/// The names of all values of a graph and of the graphs within it.
class TakenNames {
public:
  explicit TakenNames(const ::onnx::GraphProto &graph) { note(graph); }
  /// A name that begins like `stem` and is taken from now on.
  std::string make(const std::string &stem);
  /// `name` itself where it is free, else one that begins like it.
  std::string claim(const std::string &name) { return names.insert(name).second ? name : make(name); }

private:
  void note(const ::onnx::GraphProto &graph);

  llvm::StringSet<> names;
  unsigned next = 0;
};

/// Gives the values of nodes that are copied from elsewhere other names: those that are bound, and new ones for what
/// the nodes define. What they take from outside keeps its name.
class Renaming {
public:
  /// New names begin with `prefix`, and without one they end with a number.
  explicit Renaming(TakenNames &taken, std::string prefix = "") : taken(taken), prefix(std::move(prefix)) {}

  void bind(const std::string &from, const std::string &to) { scopes.back()[from] = to; }
  /// Binds `name` to a new name, and returns that.
  const std::string &bindNew(const std::string &name) {
    return scopes.back()[name] = prefix.empty() ? taken.make(name) : taken.claim(prefix + name);
  }
  /// What `name` is called; itself where it comes from outside.
  std::string lookup(const std::string &name) const;
  void rename(::onnx::NodeProto &node);

private:
  void rename(::onnx::GraphProto &graph);

  TakenNames &taken;
  std::string prefix;
  std::vector<llvm::StringMap<std::string>> scopes{1};
};

} // namespace qcompile::frontend

#endif // QCOMPILE_COMPILER_FRONTEND_RENAMING_H
