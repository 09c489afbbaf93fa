//===- OperatorVersions.cpp - In which opsets a node is the same ----------===//
#include "compiler/nodes/OperatorVersions.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSwitch.h"

using ::onnx::AttributeProto;
using ::onnx::NodeProto;
using ::onnx::OpSchema;
using ::onnx::OpSchemaRegistry;
using ::onnx::TensorProto;

namespace qcompile::nodes {

VersionRange getVersions(const OpSchema &schema) {
  VersionRange range{schema.SinceVersion(), INT_MAX, schema.SinceVersion()};
  int newest = OpSchemaRegistry::Schema(schema.Name(), schema.domain())->SinceVersion();
  for (int next = range.first + 1; next <= newest && range.last == INT_MAX; ++next)
    if (OpSchemaRegistry::Schema(schema.Name(), next, schema.domain())->SinceVersion() == next)
      range.last = next - 1;
  return range;
}

static const AttributeProto *findAttribute(const NodeProto &node, llvm::StringRef name) {
  auto it = llvm::find_if(node.attribute(), [&](const AttributeProto &a) { return a.name() == name; });
  return it == node.attribute().end() ? nullptr : &*it;
}

/// The version in which an operator began to mean what it does now although neither its parameters nor its defaults
/// tell.
static int getMeaningSince(const NodeProto &node) {
  const AttributeProto *ceil = findAttribute(node, "ceil_mode"), *mode = findAttribute(node, "mode");
  int pool = ceil && ceil->i() != 0 ? 22 : 1; // which windows count
  return llvm::StringSwitch<int>(node.op_type())
      .Cases({"AveragePool", "MaxPool", "LpPool"}, pool)
      .Case("Pad", mode && mode->s() == "wrap" ? 19 : 1)
      .Case("RoiAlign", 16)
      .Case("GridSample", 20)
      .Case("GroupNormalization", 21) // scales per channel, per group before
      .Case("Attention", 24)
      .Default(1);
}

static bool allows(const OpSchema::FormalParameter &formal, int type) {
  std::string name =
      "tensor(" +
      llvm::StringRef(::onnx::TensorProto_DataType_Name(static_cast<::onnx::TensorProto_DataType>(type))).lower() + ")";
  return llvm::any_of(formal.GetTypes(), [&](::onnx::DataType allowed) { return *allowed == name; });
}

/// Whether values of these types can be passed for the formal parameters.
static bool accepts(const std::vector<OpSchema::FormalParameter> &formals, const std::vector<int> &types) {
  for (size_t i = 0; i < std::max(formals.size(), types.size()); ++i) {
    bool variadic = !formals.empty() && formals.back().GetOption() == OpSchema::Variadic;
    if (i >= formals.size() && !variadic)
      return false;
    const OpSchema::FormalParameter &formal = formals[std::min(i, formals.size() - 1)];
    int type = i < types.size() ? types[i] : int(TensorProto::UNDEFINED);
    if (type == TensorProto::UNDEFINED ? formal.GetOption() == OpSchema::Single : !allows(formal, type))
      return false;
  }
  return true;
}

static bool equal(const AttributeProto &a, const AttributeProto &b) {
  AttributeProto left = a, right = b;
  for (AttributeProto *attribute : {&left, &right}) {
    attribute->clear_doc_string();
    attribute->clear_name();
  }
  return left.SerializeAsString() == right.SerializeAsString();
}

/// Whether the node means under `older` what it means under `schema`; `dropped` receives attributes that have to go.
static bool meansTheSame(const OpSchema &schema, const OpSchema &older, const NodeTypes &types, const NodeProto &node,
                         std::vector<std::string> &dropped) {
  if (older.Deprecated() || !accepts(older.inputs(), types.inputs) || !accepts(older.outputs(), types.outputs))
    return false;
  for (const AttributeProto &attribute : node.attribute()) {
    if (older.attributes().count(attribute.name()))
      continue;
    const AttributeProto &normal = schema.attributes().at(attribute.name()).default_value;
    if (normal.type() == AttributeProto::UNDEFINED || !equal(attribute, normal))
      return false;
    dropped.push_back(attribute.name());
  }
  for (const auto &[name, attribute] : older.attributes()) {
    if (findAttribute(node, name))
      continue;
    auto newer = schema.attributes().find(name);
    if (attribute.required || newer == schema.attributes().end()
            ? attribute.required
            : !equal(attribute.default_value, newer->second.default_value))
      return false;
  }
  return true;
}

VersionRange getVersions(const OpSchema &schema, const NodeTypes &types, NodeProto &node) {
  VersionRange range = getVersions(schema);
  int least = getMeaningSince(node);
  while (range.oldest > least) {
    const OpSchema *older = OpSchemaRegistry::Schema(schema.Name(), range.oldest - 1, schema.domain());
    std::vector<std::string> dropped;
    if (!older || !meansTheSame(schema, *older, types, node, dropped))
      break;
    range.oldest = older->SinceVersion();
    auto *attributes = node.mutable_attribute();
    attributes->erase(std::remove_if(attributes->begin(), attributes->end(),
                                     [&](const AttributeProto &a) { return llvm::is_contained(dropped, a.name()); }),
                      attributes->end());
  }
  // A version that began inside of the last one's span.
  range.oldest = std::max(range.oldest, std::min(least, range.first));
  return range;
}

} // namespace qcompile::nodes
