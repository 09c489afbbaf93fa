//===- Support.cpp - Refusing what the dialect does not have --------------===//
#include <set>

#include "compiler/frontend/ModelContext.h"
#include "compiler/frontend/Nodes.h"
#include "compiler/frontend/Refusals.h"
#include "compiler/nodes/ElementTypes.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/onnx/schemas/MicrosoftSchemas.h"
#include "dialects/onnx/schemas/PqSchemas.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using ::onnx::AttributeProto;
using ::onnx::NodeProto;
using ::onnx::TypeProto;

namespace qcompile::frontend {

/// The operators of a domain that are read.
static std::string listOperators(const std::string &domain) {
  std::set<std::string> names;
  for (const ::onnx::OpSchema &schema : ::onnx::OpSchemaRegistry::get_all_schemas())
    if (schema.domain() == domain)
      names.insert(schema.Name());
  return llvm::join(names, ", ");
}

std::string findOperatorProblem(const NodeProto &node, const std::map<std::string, int> &imports) {
  if (node.op_type().empty())
    return "expected the name of an operator, found none";
  auto import = imports.find(node.domain());
  int version = import == imports.end() ? 1 : import->second;
  const ::onnx::OpSchema *schema = ::onnx::OpSchemaRegistry::Schema(node.op_type(), version, node.domain());
  if (!schema && node.domain() == qcompile::onnx::kMicrosoftDomain)
    return "operator " + node.op_type() + " of domain '" + node.domain() + "' is not supported; of this domain, " +
           listOperators(node.domain()) + " are";
  if (!schema)
    return "operator " + node.op_type() + (node.domain().empty() ? "" : " of domain '" + node.domain() + "'") +
           " is unknown in version " + std::to_string(version);
  if (node.op_type() == "Scan" && version < 9)
    return "operator Scan of opset 8 is not supported; export the model at opset 9 or newer";
  if (isControlFlow(node) || (!node.domain().empty() && hasFunctionBody(*schema)))
    return "";
  if (!node.domain().empty() && !StringRef(node.domain()).starts_with("qonnx.") &&
      node.domain() != qcompile::onnx::kQcompileDomain && node.domain() != qcompile::onnx::kMicrosoftDomain)
    return "operator " + node.op_type() + " of domain '" + node.domain() + "' is not supported";
  for (const AttributeProto &attribute : node.attribute())
    if (attribute.type() == AttributeProto::GRAPH || attribute.type() == AttributeProto::GRAPHS)
      return "operator " + node.op_type() + " with a subgraph is not supported";
  return "";
}

/// The nodes of a function without what has no meaning.
static std::string getMeaning(::onnx::FunctionProto function) {
  function.clear_doc_string();
  function.clear_opset_import(); // what our functions use is the same in all versions from 13 on
  for (NodeProto &node : *function.mutable_node()) {
    node.clear_name();
    node.clear_doc_string();
  }
  return function.SerializeAsString();
}

LogicalResult checkOwnFunctions(ModelContext &model) {
  LogicalResult result = success();
  for (const ::onnx::FunctionProto &function : model.model->functions())
    if (function.domain() == qcompile::onnx::kQcompileDomain &&
        getMeaning(function) != getMeaning(qcompile::onnx::makeFunction(function.name(), 0)))
      result = model.error(Code::I003) << "expected function " << function.name() << " of domain '" << function.domain()
                                       << "' to be the one that this version writes, found another";
  return result;
}

LogicalResult checkOperators(ModelContext &model) {
  std::map<std::string, int> imports = readImports(*model.model);
  Refusals refusals;
  unsigned index = 0;
  for (const NodeProto &node : model.graph().node()) {
    if (std::string reason = findOperatorProblem(node, model.getImports(node, imports)); !reason.empty())
      refusals.add(model.nodeLocation(node, index), "node " + describeNode(node, index), reason);
    ++index;
  }
  return refusals.report(Code::I003, "nodes");
}

bool isUnknownAttribute(const ::onnx::OpSchema &schema, const AttributeProto &attribute) {
  // Names that begin so are notes of tools; ONNX' checker lets them pass, too.
  return !StringRef(attribute.name()).starts_with("__") && !schema.attributes().count(attribute.name());
}

LogicalResult checkAttributes(ModelContext &model) {
  int64_t version = 0;
  for (const auto &import : model.model->opset_import())
    if (import.domain().empty() || import.domain() == "ai.onnx")
      version = std::max<int64_t>(version, import.version());
  if (version > getNewestOpset())
    return success(); // refused for that
  Refusals refusals;
  forEachNodeAtOpset(model, int(version), [&](const NodeProto &node, unsigned index, int opset) {
    if (!node.domain().empty() && node.domain() != "ai.onnx")
      return;
    const ::onnx::OpSchema *schema = ::onnx::OpSchemaRegistry::Schema(node.op_type(), opset, "");
    for (const AttributeProto &attribute : node.attribute())
      if (schema && isUnknownAttribute(*schema, attribute))
        refusals.add(model.nodeLocation(node, index), "node " + describeNode(node, index),
                     "attribute '" + attribute.name() + "' is unknown to operator " + node.op_type() + " in version " +
                         std::to_string(opset));
  });
  return refusals.report(Code::I002, "nodes");
}

std::string findTypeProblem(ModelContext &model, const TypeProto &type) {
  switch (type.value_case()) {
  case TypeProto::VALUE_NOT_SET:
    return "";
  case TypeProto::kTensorType: {
    int element = type.tensor_type().elem_type();
    if (element == ::onnx::TensorProto::UNDEFINED || nodes::getElementType(model.context, element))
      return "";
    return "expected a tensor of numbers, found elements of type " +
           (::onnx::TensorProto_DataType_IsValid(element)
                ? ::onnx::TensorProto_DataType_Name(::onnx::TensorProto_DataType(element))
                : std::to_string(element));
  }
  case TypeProto::kSequenceType:
    return "expected a tensor, found a sequence";
  case TypeProto::kMapType:
    return "expected a tensor, found a map";
  case TypeProto::kOptionalType:
    return "expected a tensor, found an optional value";
  default:
    return "expected a tensor, found a sparse tensor or a value of another kind";
  }
}

LogicalResult checkTypes(ModelContext &model) {
  Refusals refusals;
  auto add = [&](const std::string &name, const std::string &reason) {
    if (!reason.empty())
      refusals.add(qcompile::onnx::makeNodeLocation(model.context, name, name, model.file, 0), "value '" + name + "'",
                   reason);
  };
  for (const auto *values : {&model.graph().input(), &model.graph().value_info(), &model.graph().output()})
    for (const auto &value : *values)
      add(value.name(), findTypeProblem(model, value.type()));
  for (const auto &tensor : model.graph().initializer()) {
    TypeProto type;
    type.mutable_tensor_type()->set_elem_type(tensor.data_type());
    add(tensor.name(), findTypeProblem(model, type));
  }
  for (const auto &tensor : model.graph().sparse_initializer())
    add(tensor.values().name(), "sparse initializers are not supported");
  return refusals.report(Code::I005, "values");
}

/// Whether all operators of the standard are those of the oldest opset that is read.
static bool isLikeOldest(ModelContext &model, int version) {
  bool same = version > 0;
  forEachNode(*model.graph().mutable_node(), [&](const NodeProto &node) {
    same &= !node.domain().empty() || model.nodeOpsets.count(node.name()) ||
            ::onnx::OpSchemaRegistry::Schema(node.op_type(), version, "") ==
                ::onnx::OpSchemaRegistry::Schema(node.op_type(), kOldestOpset, "");
  });
  return same;
}

LogicalResult checkOpset(ModelContext &model) {
  for (auto &import : *model.model->mutable_opset_import()) {
    if (!import.domain().empty() || (import.version() >= kOldestOpset && import.version() <= getNewestOpset()))
      continue;
    if (import.version() > getNewestOpset() || !isLikeOldest(model, int(import.version())))
      return model.error(Code::I004) << "expected opset " << kOldestOpset << " to " << getNewestOpset() << ", found "
                                     << import.version() << "; export the model at one of these";
    model.repaired("opset " + std::to_string(import.version()) + " read as " + std::to_string(kOldestOpset) +
                   ", which has the same operators");
    import.set_version(kOldestOpset);
  }
  return success();
}

LogicalResult checkSupported(ModelContext &model) {
  // All of them: users want to know at once.
  bool operators = succeeded(checkOperators(model)), types = succeeded(checkTypes(model));
  return success(operators && types);
}

} // namespace qcompile::frontend
