//===- UnknownOperators.cpp - Looking at models in part -------------------===//
//
// For `inspect`, nodes with operators that cannot be read are cut out of the model: their results become inputs of what
// is left. The errors about them stand; the rest of the model can be looked at.
//
//===----------------------------------------------------------------------===//
#include <map>

#include "compiler/frontend/ModelContext.h"
#include "compiler/frontend/Nodes.h"
#include "dialects/onnx/schemas/MicrosoftSchemas.h"
#include "dialects/onnx/schemas/PqSchemas.h"
#include "dialects/onnx/schemas/QonnxSchemas.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using ::onnx::NodeProto;
using ::onnx::OpSchema;
using ::onnx::TypeProto;

namespace qcompile::frontend {

std::string getOperatorLabel(const NodeProto &node) {
  namespace schemas = qcompile::onnx;
  if (node.domain() == schemas::kChannelsLastDomain)
    return "channels_last." + node.op_type();
  bool isPlain =
      node.domain().empty() || node.domain() == schemas::kQonnxDomain || node.domain() == schemas::kQcompileDomain ||
      (node.domain() == schemas::kMicrosoftDomain && ::onnx::OpSchemaRegistry::Schema(node.op_type(), node.domain()));
  return isPlain ? node.op_type() : node.domain() + "." + node.op_type();
}

namespace {
class UnknownOperatorRemover {
public:
  UnknownOperatorRemover(ModelContext &model, const std::map<std::string, TypeProto> &notedTypes)
      : model(model), notedTypes(notedTypes) {
    imports = readImports(*model.model);
    for (const auto &output : model.graph().output())
      outputs[output.name()] = &output.type();
    for (const auto &tensor : model.graph().initializer())
      elementTypes[tensor.name()] = tensor.data_type();
    for (const auto &input : model.graph().input())
      if (!findTypeProblem(model, input.type()).empty())
        unreadableInputs.insert(input.name());
  }

  void run();

private:
  bool isUnreadable(const NodeProto &node) const;
  void addInput(const std::string &name);
  bool fits(int32_t element, const std::string &name, const NodeProto &user) const;
  int32_t guessElementType(const std::string &name) const;
  template <typename Named>
  void dropUnused(google::protobuf::RepeatedPtrField<Named> &values, const llvm::StringSet<> &used);

  ModelContext &model;
  const std::map<std::string, TypeProto> &notedTypes;
  std::map<std::string, int> imports;
  llvm::StringMap<const TypeProto *> outputs;
  llvm::StringMap<int32_t> elementTypes;
  llvm::StringSet<> unreadableInputs;
  llvm::StringMap<SmallVector<const NodeProto *, 1>> users; ///< of values, among the nodes that are kept
  unsigned assumed = 0;
};
} // namespace

/// Whether the node, or a value of the model that it takes, is nothing that the dialect has.
bool UnknownOperatorRemover::isUnreadable(const NodeProto &node) const {
  return !findOperatorProblem(node, model.getImports(node, imports)).empty() ||
         llvm::any_of(node.input(), [&](const std::string &input) { return unreadableInputs.contains(input); });
}

/// Whether a user of the value takes elements of that type, beside its other operands.
bool UnknownOperatorRemover::fits(int32_t element, const std::string &name, const NodeProto &user) const {
  using ::onnx::TensorProto;
  const std::string type =
      "tensor(" + StringRef(::onnx::TensorProto_DataType_Name(TensorProto::DataType(element))).lower() + ")";
  const OpSchema *schema = ::onnx::OpSchemaRegistry::Schema(user.op_type(), imports.at(user.domain()), user.domain());
  for (int i = 0; schema && i < user.input_size(); ++i) {
    if (user.input(i) != name || schema->inputs().empty())
      continue;
    const auto &formal = schema->inputs()[size_t(std::min<int>(i, int(schema->inputs().size()) - 1))];
    if (llvm::none_of(formal.GetTypes(), [&](const std::string *taken) { return *taken == type; }))
      return false;
    for (int j = 0; j < std::min<int>(user.input_size(), int(schema->inputs().size())); ++j) {
      auto other = elementTypes.find(user.input(j));
      if (other != elementTypes.end() && schema->inputs()[size_t(j)].GetTypeStr() == formal.GetTypeStr() &&
          other->second != element)
        return false;
    }
  }
  return true;
}

/// The first element type that every operator takes that uses the value, and that goes with its other operands.
int32_t UnknownOperatorRemover::guessElementType(const std::string &name) const {
  using ::onnx::TensorProto;
  auto found = users.find(name);
  if (found == users.end())
    return TensorProto::FLOAT;
  for (int32_t element : {TensorProto::FLOAT, TensorProto::INT64, TensorProto::BOOL, TensorProto::INT32,
                          TensorProto::INT8, TensorProto::UINT8, TensorProto::FLOAT16, TensorProto::DOUBLE})
    if (llvm::all_of(found->second, [&](const NodeProto *user) { return fits(element, name, *user); }))
      return element;
  return TensorProto::FLOAT;
}

void UnknownOperatorRemover::addInput(const std::string &name) {
  auto &input = *model.graph().add_input();
  input.set_name(name);
  auto noted = notedTypes.find(name);
  auto output = outputs.find(name);
  for (const TypeProto *type :
       {noted != notedTypes.end() ? &noted->second : nullptr, output != outputs.end() ? output->second : nullptr})
    if (type && type->has_tensor_type() && findTypeProblem(model, *type).empty() && type->tensor_type().elem_type()) {
      *input.mutable_type() = *type;
      return;
    }
  input.mutable_type()->mutable_tensor_type()->set_elem_type(guessElementType(name));
  model.assumedTypes.insert(name);
  ++assumed;
}

/// What only nodes used that are gone, and what has no tensor type.
template <typename Named>
void UnknownOperatorRemover::dropUnused(google::protobuf::RepeatedPtrField<Named> &values,
                                        const llvm::StringSet<> &used) {
  values.erase(
      std::remove_if(values.begin(), values.end(), [&](const auto &value) { return !used.contains(value.name()); }),
      values.end());
}

void UnknownOperatorRemover::run() {
  std::vector<std::string> results;
  llvm::StringSet<> used;
  Nodes kept;
  for (NodeProto &node : *model.graph().mutable_node()) {
    if (!isUnreadable(node)) {
      used.insert(node.input().begin(), node.input().end());
      kept.Add()->Swap(&node);
      continue;
    }
    model.report.unknownNodes.emplace_back(node.name(), getOperatorLabel(node));
    results.insert(results.end(), node.output().begin(), node.output().end());
  }
  for (const auto &output : model.graph().output())
    used.insert(output.name());
  forEachNode(kept, [&](const NodeProto &node) { used.insert(node.input().begin(), node.input().end()); });
  model.graph().mutable_node()->Swap(&kept);
  for (const NodeProto &node : model.graph().node())
    for (const std::string &input : node.input())
      if (auto &found = users[input]; found.empty() || found.back() != &node)
        found.push_back(&node);
  dropUnused(*model.graph().mutable_input(), used);
  dropUnused(*model.graph().mutable_initializer(), used);
  for (const std::string &name : results)
    if (used.contains(name) && !name.empty())
      addInput(name);
  if (assumed)
    model.repaired(
        std::to_string(assumed) + (assumed == 1 ? " result" : " results") +
        " of unknown operators taken as tensors of unknown shape, of float32 where operators behind them allow it");
}

void cutUnknownOperators(ModelContext &model, const std::map<std::string, TypeProto> &notedTypes) {
  UnknownOperatorRemover(model, notedTypes).run();
}

} // namespace qcompile::frontend
