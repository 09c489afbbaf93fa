//===- Nodes.h - Nodes and the graphs within them ---------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_FRONTEND_NODES_H
#define QCOMPILE_COMPILER_FRONTEND_NODES_H

#include "onnx/onnx_pb.h"

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

/// Visits nodes, each before those of the graphs within it.
template <typename Visitor> void forEachNode(Nodes &nodes, Visitor &&visit) {
  forEachNumberedNode(nodes, [&](::onnx::NodeProto &node, unsigned) { visit(node); });
}

} // namespace qcompile::frontend

#endif // QCOMPILE_COMPILER_FRONTEND_NODES_H
