//===- Support.cpp - Refusing what the dialect does not have --------------===//
#include <map>

#include "compiler/frontend/ModelContext.h"
#include "dialects/onnx/schemas/MicrosoftSchemas.h"
#include "dialects/onnx/schemas/PqSchemas.h"
#include "onnx/defs/schema.h"

using namespace mlir;
using ::onnx::AttributeProto;
using ::onnx::NodeProto;
using ::onnx::TypeProto;

namespace qcompile::frontend {

/// Why a node cannot be read, or an empty string.
static std::string findProblem(const NodeProto &node, const std::map<std::string, int> &imports) {
  auto import = imports.find(node.domain());
  int version = import == imports.end() ? 1 : import->second;
  if (!::onnx::OpSchemaRegistry::Schema(node.op_type(), version, node.domain()))
    return "operator " + node.op_type() +
           (node.domain().empty() ? "" : " of domain '" + node.domain() + "'") +
           " is unknown in version " + std::to_string(version);
  if (!node.domain().empty() && !StringRef(node.domain()).starts_with("qonnx.") &&
      node.domain() != qcompile::onnx::kQcompileDomain &&
      node.domain() != qcompile::onnx::kMicrosoftDomain)
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

/// Functions of our own operators are not needed here: the operators are kept. Others are refused.
static LogicalResult takeFunctions(ModelContext &model) {
  LogicalResult result = success();
  for (const ::onnx::FunctionProto &function : model.model->functions()) {
    if (function.domain() != qcompile::onnx::kQcompileDomain)
      return model.error(Code::I003)
             << "model-local functions are not supported; found " << function.name();
    if (getMeaning(function) != getMeaning(qcompile::onnx::makeFunction(function.name(), 0)))
      result = model.error(Code::I003)
               << "expected function " << function.name() << " of domain '" << function.domain()
               << "' to be the one that this version writes, found another";
  }
  model.model->clear_functions();
  return result;
}

LogicalResult checkSupported(ModelContext &model) {
  std::map<std::string, int> imports;
  for (const auto &import : model.model->opset_import())
    imports[import.domain()] = import.version();
  if (imports[""] > getNewestOpset())
    return model.error(Code::I004) << "expected opset " << getNewestOpset() << " or older, found "
                                   << imports[""] << "; export the model at an older opset";
  if (failed(takeFunctions(model)))
    return failure();

  // One error per reason, with the first node and how often it occurs.
  struct Problem {
    unsigned first;
    unsigned count = 0;
  };
  std::map<std::string, Problem> problems;
  unsigned index = 0;
  for (const NodeProto &node : model.graph().node()) {
    if (std::string reason = findProblem(node, imports); !reason.empty())
      ++problems.try_emplace(reason, Problem{index}).first->second.count;
    ++index;
  }
  for (const auto &[reason, problem] : problems) {
    const NodeProto &node = model.graph().node(problem.first);
    InFlightDiagnostic error = emitError(model.nodeLocation(node, problem.first), Code::I003);
    error << "node " << describeNode(node, problem.first) << ": " << reason;
    if (problem.count > 1)
      error << " (" << problem.count << " nodes)";
  }
  LogicalResult result = success(problems.empty());
  for (const auto *ports : {&model.graph().input(), &model.graph().output()})
    for (const auto &port : *ports)
      if (port.has_type() && port.type().value_case() != TypeProto::VALUE_NOT_SET &&
          port.type().value_case() != TypeProto::kTensorType)
        result = model.error(Code::I005)
                 << "value '" << port.name()
                 << "': expected a tensor, found a sequence, map, optional or sparse tensor";
  return result;
}

} // namespace qcompile::frontend
