//===- FunctionBody.cpp - A function in the place of its call -------------===//
#include "compiler/frontend/FunctionBody.h"

#include "onnx/shape_inference/attribute_binder.h"
#include "llvm/ADT/STLExtras.h"

using ::onnx::FunctionProto;
using ::onnx::NodeProto;

namespace qcompile::frontend {

/// Puts the call's attributes, and defaults for those it lacks, where the body refers to them.
static void bindAttributes(const NodeProto &call, FunctionProto &function) {
  NodeProto complete = call;
  for (const auto &attribute : function.attribute_proto())
    if (llvm::none_of(call.attribute(), [&](const auto &given) { return given.name() == attribute.name(); }))
      *complete.add_attribute() = attribute;
  ::onnx::internal::AttributeBinder::BindAttributes(complete, function);
}

void appendBody(const NodeProto &call, FunctionProto function, Renaming &&renaming, Nodes &nodes) {
  bindAttributes(call, function);
  llvm::StringSet<> bound;
  auto bind = [&](const std::string &formal, const std::string &actual) {
    renaming.bind(formal, actual);
    bound.insert(formal);
  };
  for (int i = 0; i < function.input_size(); ++i)
    bind(function.input(i), i < call.input_size() ? call.input(i) : "");
  // Inputs that are handed on, and results that are handed out twice.
  std::vector<int> copies;
  for (int i = 0; i < std::min(function.output_size(), call.output_size()); ++i) {
    if (call.output(i).empty())
      continue;
    if (bound.contains(function.output(i)))
      copies.push_back(i);
    else
      bind(function.output(i), call.output(i));
  }
  for (NodeProto &node : *function.mutable_node()) {
    renaming.rename(node);
    nodes.Add()->Swap(&node);
  }
  for (int i : copies) {
    NodeProto &copy = *nodes.Add();
    copy.set_op_type("Identity");
    copy.set_name(call.name());
    copy.add_input(renaming.lookup(function.output(i)));
    copy.add_output(call.output(i));
  }
}

} // namespace qcompile::frontend
