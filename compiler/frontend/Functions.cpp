//===- Functions.cpp - Operators as their function bodies -----------------===//
//
// ONNX defines many operators by functions of simpler ones. Those that have no reference semantics of their own are
// replaced by their bodies, whose nodes keep the name of the node they come from.
//
//===----------------------------------------------------------------------===//
#include "compiler/frontend/FunctionBody.h"
#include "compiler/frontend/ModelContext.h"
#include "compiler/frontend/Refusals.h"
#include "runtime/reference/registry.h"

using namespace mlir;
using ::onnx::FunctionProto;
using ::onnx::NodeProto;
using ::onnx::OpSchema;
using ::onnx::TypeProto;

namespace qcompile::frontend {

bool hasFunctionBody(const OpSchema &schema) { return schema.HasFunction() || schema.HasContextDependentFunction(); }

/// The schema of an operator that its body replaces, or null.
static const OpSchema *findReplaced(const NodeProto &node, int version) {
  if (node.domain().empty() && runtime::FindReference("onnx." + node.op_type()))
    return nullptr;
  const OpSchema *schema = ::onnx::OpSchemaRegistry::Schema(node.op_type(), version, node.domain());
  return schema && hasFunctionBody(*schema) ? schema : nullptr;
}

void writeFunctionDefaults(ModelContext &model) {
  std::map<std::string, int> imports = readImports(*model.model);
  for (NodeProto &node : *model.graph().mutable_node()) {
    const OpSchema *schema = findReplaced(node, imports[node.domain()]);
    if (!schema)
      continue;
    for (const auto &[name, attribute] : schema->attributes()) {
      bool written =
          llvm::any_of(node.attribute(), [&, &wanted = name](const auto &found) { return found.name() == wanted; });
      if (written || !(attribute.default_value.has_name() || attribute.default_value.has_type()))
        continue;
      *node.add_attribute() = attribute.default_value;
      node.mutable_attribute(node.attribute_size() - 1)->set_name(name);
    }
  }
}

static void nameSqueezedAxes(Nodes &nodes, const std::string &axes) {
  for (NodeProto &node : nodes) {
    if (node.op_type() == "Squeeze" && node.input_size() == 1)
      node.add_input(axes);
    for (auto &attribute : *node.mutable_attribute())
      if (attribute.has_g())
        nameSqueezedAxes(*attribute.mutable_g()->mutable_node(), axes);
  }
}

/// The body of AffineGrid cuts matrices [samples, rows, columns] into rows, and removes that dimension by Squeeze
/// without axes, which removes a single sample too: the dimension has to be named.
static void repairAffineGrid(FunctionProto &body) {
  const std::string axes = "squeezed_axes";
  NodeProto constant;
  constant.set_op_type("Constant");
  constant.add_output(axes);
  auto &value = *constant.add_attribute();
  value.set_name("value_ints");
  value.set_type(::onnx::AttributeProto::INTS);
  value.add_ints(1);
  nameSqueezedAxes(*body.mutable_node(), axes);
  *body.add_node() = constant;
  std::rotate(body.mutable_node()->begin(), body.mutable_node()->end() - 1, body.mutable_node()->end());
}

namespace {
class Inliner {
public:
  explicit Inliner(ModelContext &model) : model(model), imports(readImports(*model.model)) {}

  /// Replaces the calls in the main graph once; whether there was one.
  bool run() {
    if (llvm::none_of(model.graph().node(),
                      [&](const NodeProto &node) { return findReplaced(node, imports[node.domain()]); }))
      return false;
    noteTypes();
    taken.emplace(model.graph());
    Nodes nodes;
    bool changed = false;
    for (NodeProto &node : *model.graph().mutable_node()) {
      FunctionProto body;
      if (!getBody(node, body)) {
        *nodes.Add() = node;
        continue;
      }
      // The outermost operator is the one that the file has.
      model.report.replacedOperators.try_emplace(node.name(), getOperatorLabel(node));
      for (NodeProto &inner : *body.mutable_node())
        inner.set_name(node.name());
      appendBody(node, std::move(body), Renaming(*taken), nodes);
      changed = true;
    }
    if (changed)
      model.graph().mutable_node()->Swap(&nodes);
    return changed;
  }

private:
  void noteTypes() {
    types.clear();
    for (const auto *values : {&model.graph().input(), &model.graph().output(), &model.graph().value_info()})
      for (const auto &value : *values)
        types[value.name()] = value.type();
    for (const auto &tensor : model.graph().initializer()) {
      auto *type = types[tensor.name()].mutable_tensor_type();
      type->set_elem_type(tensor.data_type());
      for (int64_t dim : tensor.dims())
        type->mutable_shape()->add_dim()->set_dim_value(dim);
    }
  }

  bool getBody(const NodeProto &node, FunctionProto &body) {
    int version = imports[node.domain()];
    const OpSchema *schema = findReplaced(node, version);
    if (!schema)
      return false;
    if (schema->HasFunction()) {
      const FunctionProto *found = schema->GetFunction(version);
      if (!found)
        return false;
      body = *found;
    } else {
      std::vector<TypeProto> inputs;
      for (const std::string &input : node.input())
        inputs.push_back(types.lookup(input));
      ::onnx::FunctionBodyBuildContextImpl context(node, inputs);
      if (!schema->BuildContextDependentFunction(context, body, version))
        return false;
    }
    if (node.op_type() == "AffineGrid" && node.domain().empty())
      repairAffineGrid(body);
    return true;
  }

  ModelContext &model;
  std::map<std::string, int> imports;
  llvm::StringMap<TypeProto> types;
  std::optional<TakenNames> taken;
};
} // namespace

bool inlineFunctions(ModelContext &model) { return Inliner(model).run(); }

LogicalResult checkFunctionsReplaced(ModelContext &model) {
  std::map<std::string, int> imports = readImports(*model.model);
  Refusals refusals;
  unsigned index = 0;
  for (const NodeProto &node : model.graph().node()) {
    if (findReplaced(node, imports[node.domain()]))
      refusals.add(model.nodeLocation(node, index), "node " + describeNode(node, index),
                   "operator " + node.op_type() + (node.domain().empty() ? "" : " of domain '" + node.domain() + "'") +
                       " is not supported with the attributes and inputs that it has here");
    ++index;
  }
  return refusals.report(Code::I003, "nodes");
}

} // namespace qcompile::frontend
