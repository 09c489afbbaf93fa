//===- Nodes.h - Nodes and the graphs within them ---------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_FRONTEND_NODES_H
#define QCOMPILE_COMPILER_FRONTEND_NODES_H

#include "onnx/onnx_pb.h"

namespace qcompile::frontend {

using Nodes = google::protobuf::RepeatedPtrField<::onnx::NodeProto>;

/// Visits the graphs that a node has as attributes.
template <typename Visitor>
void forEachGraph(::onnx::NodeProto &node, Visitor &&visit) {
  for (auto &attribute : *node.mutable_attribute()) {
    if (attribute.has_g())
      visit(*attribute.mutable_g());
    for (::onnx::GraphProto &graph : *attribute.mutable_graphs())
      visit(graph);
  }
}

/// Visits nodes, each before those of the graphs within it.
template <typename Visitor>
void forEachNode(Nodes &nodes, Visitor &&visit) {
  for (::onnx::NodeProto &node : nodes) {
    visit(node);
    forEachGraph(node, [&](::onnx::GraphProto &graph) { forEachNode(*graph.mutable_node(), visit); });
  }
}

} // namespace qcompile::frontend

#endif // QCOMPILE_COMPILER_FRONTEND_NODES_H
