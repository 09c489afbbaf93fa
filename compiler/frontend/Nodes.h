//===- Nodes.h - Nodes and the graphs within them ---------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_FRONTEND_NODES_H
#define QCOMPILE_COMPILER_FRONTEND_NODES_H

#include "compiler/frontend/ModelContext.h"

namespace qcompile::frontend {

using Nodes = google::protobuf::RepeatedPtrField<::onnx::NodeProto>;

/// Visits the graphs that a node has as attributes.
template <typename Visitor> void forEachGraph(::onnx::NodeProto &node, Visitor &&visit) {
  for (auto &attribute : *node.mutable_attribute()) {
    if (attribute.has_g())
      visit(*attribute.mutable_g());
    for (::onnx::GraphProto &graph : *attribute.mutable_graphs())
      visit(graph);
  }
}

/// Visits nodes with their numbers in their graphs, each before those of the graphs within it.
template <typename Visitor> void forEachNumberedNode(Nodes &nodes, Visitor &&visit) {
  unsigned index = 0;
  for (::onnx::NodeProto &node : nodes) {
    visit(node, index++);
    forEachGraph(node, [&](::onnx::GraphProto &graph) { forEachNumberedNode(*graph.mutable_node(), visit); });
  }
}

/// The same for all nodes of a model of opset `version`, each with its own opset too: that of the node of the main
/// graph in which it stands.
template <typename Visitor> void forEachNodeAtOpset(ModelContext &model, int version, Visitor &&visit) {
  unsigned index = 0;
  for (::onnx::NodeProto &node : *model.graph().mutable_node()) {
    const int opset = model.getOpset(node, version);
    visit(node, index++, opset);
    forEachGraph(node, [&](::onnx::GraphProto &graph) {
      forEachNumberedNode(*graph.mutable_node(),
                          [&](const ::onnx::NodeProto &inner, unsigned at) { visit(inner, at, opset); });
    });
  }
}

/// Visits nodes, each before those of the graphs within it.
template <typename Visitor> void forEachNode(Nodes &nodes, Visitor &&visit) {
  forEachNumberedNode(nodes, [&](::onnx::NodeProto &node, unsigned) { visit(node); });
}

} // namespace qcompile::frontend

#endif // QCOMPILE_COMPILER_FRONTEND_NODES_H
