//===- Renaming.cpp - Copies of nodes under names of their own ------------===//
#include "compiler/frontend/Renaming.h"

#include "llvm/ADT/STLExtras.h"

using ::onnx::GraphProto;
using ::onnx::NodeProto;

namespace qcompile::frontend {

void TakenNames::note(const GraphProto &graph) {
  for (const auto *values : {&graph.input(), &graph.output(), &graph.value_info()})
    for (const auto &value : *values)
      names.insert(value.name());
  for (const auto &tensor : graph.initializer())
    names.insert(tensor.name());
  for (const NodeProto &node : graph.node()) {
    for (const auto *values : {&node.input(), &node.output()})
      for (const std::string &name : *values)
        names.insert(name);
    for (const auto &attribute : node.attribute()) {
      if (attribute.has_g())
        note(attribute.g());
      for (const GraphProto &inner : attribute.graphs())
        note(inner);
    }
  }
}

std::string TakenNames::make(const std::string &stem) {
  std::string name;
  do
    name = stem + "__" + std::to_string(next++);
  while (!names.insert(name).second);
  return name;
}

std::string Renaming::lookup(const std::string &name) const {
  for (const auto &scope : llvm::reverse(scopes))
    if (auto it = scope.find(name); it != scope.end())
      return it->second;
  return name;
}

void Renaming::rename(NodeProto &node) {
  for (std::string &name : *node.mutable_input())
    name = lookup(name);
  for (auto &attribute : *node.mutable_attribute()) {
    if (attribute.has_g())
      rename(*attribute.mutable_g());
    for (GraphProto &inner : *attribute.mutable_graphs())
      rename(inner);
  }
  for (std::string &name : *node.mutable_output()) {
    if (name.empty())
      continue;
    auto it = scopes.back().find(name);
    name = it != scopes.back().end() ? it->second : bindNew(name);
  }
}

void Renaming::rename(GraphProto &graph) {
  scopes.emplace_back();
  for (auto &input : *graph.mutable_input())
    input.set_name(bindNew(input.name()));
  for (auto &tensor : *graph.mutable_initializer())
    // An initializer that repeats an input keeps its name.
    tensor.set_name(scopes.back().count(tensor.name()) ? lookup(tensor.name()) : bindNew(tensor.name()));
  for (NodeProto &node : *graph.mutable_node())
    rename(node);
  for (auto *values : {graph.mutable_value_info(), graph.mutable_output()})
    for (auto &value : *values)
      value.set_name(lookup(value.name()));
  scopes.pop_back();
}

} // namespace qcompile::frontend
