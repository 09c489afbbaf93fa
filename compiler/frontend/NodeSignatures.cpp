//===- NodeSignatures.cpp - Nodes that do not fit their operators ---------===//
//
// How many inputs and outputs a node has, which of them are absent, and of what types its attributes are. Shape
// inference says little of what is absent, and nothing of attributes that it does not look at.
//
//===----------------------------------------------------------------------===//
#include "compiler/frontend/ModelContext.h"
#include "compiler/frontend/Nodes.h"
#include "compiler/frontend/Refusals.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using ::onnx::AttributeProto;
using ::onnx::NodeProto;
using ::onnx::OpSchema;

namespace qcompile::frontend {

/// Absent ones at the end are as good as none.
static int countPresent(const google::protobuf::RepeatedPtrField<std::string> &names) {
  int count = names.size();
  while (count > 0 && names.Get(count - 1).empty())
    --count;
  return count;
}

static std::string formatRange(int least, int most, const std::string &noun) {
  constexpr int kAny = 1 << 20; // variadic ones have no bound worth saying
  std::string range = most >= kAny    ? "at least " + std::to_string(least)
                      : least == most ? std::to_string(least)
                                      : std::to_string(least) + " to " + std::to_string(most);
  return range + " " + noun + (most == 1 ? "" : "s");
}

static std::string findInputProblem(const NodeProto &node, const OpSchema &schema) {
  int count = countPresent(node.input());
  for (int i = 0; i < std::min<int>(count, int(schema.inputs().size())); ++i)
    if (schema.inputs()[i].GetOption() == OpSchema::Single && node.input(i).empty())
      return "expected input '" + schema.inputs()[i].GetName() + "' of operator " + node.op_type() + ", found none";
  if (count < schema.min_input() || count > schema.max_input())
    return "expected " + formatRange(schema.min_input(), schema.max_input(), "input") + " of operator " +
           node.op_type() + ", found " + std::to_string(count);
  return "";
}

static std::string findOutputProblem(const NodeProto &node, const OpSchema &schema) {
  int count = countPresent(node.output());
  if (count <= schema.max_output())
    return "";
  return "expected " + formatRange(schema.min_output(), schema.max_output(), "output") + " of operator " +
         node.op_type() + ", found " + std::to_string(count);
}

static std::string getTypeName(AttributeProto::AttributeType type) {
  return StringRef(::onnx::AttributeProto_AttributeType_Name(type)).lower();
}

/// Files of the oldest IR versions do not say what types attributes have.
static std::string findAttributeProblem(const AttributeProto &attribute, const NodeProto &node,
                                        const OpSchema &schema) {
  auto known = schema.attributes().find(attribute.name());
  if (known == schema.attributes().end() || attribute.type() == AttributeProto::UNDEFINED ||
      attribute.type() == known->second.type || attribute.has_ref_attr_name())
    return "";
  return "expected attribute '" + attribute.name() + "' of operator " + node.op_type() + " to be of type " +
         getTypeName(known->second.type) + ", found " + getTypeName(attribute.type());
}

LogicalResult checkSignatures(ModelContext &model) {
  std::map<std::string, int> imports = readImports(*model.model);
  Refusals refusals;
  forEachNodeAtOpset(model, imports[""], [&](const NodeProto &node, unsigned index, int opset) {
    const int version = node.domain().empty() ? opset : imports[node.domain()];
    const OpSchema *schema = ::onnx::OpSchemaRegistry::Schema(node.op_type(), version, node.domain());
    if (!schema)
      return;
    auto refuse = [&](const std::string &reason) {
      if (!reason.empty())
        refusals.add(model.nodeLocation(node, index), "node " + describeNode(node, index), reason);
    };
    refuse(findInputProblem(node, *schema));
    refuse(findOutputProblem(node, *schema));
    for (const AttributeProto &attribute : node.attribute())
      refuse(findAttributeProblem(attribute, node, *schema));
  });
  LogicalResult result = refusals.report(Code::I002, "nodes");
  for (const auto &input : model.graph().input())
    if (input.type().value_case() == ::onnx::TypeProto::VALUE_NOT_SET)
      result = model.error(Code::I002) << "input '" << input.name() << "': expected a type, found none";
  return result;
}

} // namespace qcompile::frontend
