//===- LocalFunctions.cpp - Functions that a model brings along -----------===//
//
// A model may define operators by functions of its own, which may call each other. Their bodies are put in the place of
// the calls before anything else happens. Nodes and values of a body are called CALL/NAME, so that names stay telling.
// Bodies stay at the opset that their function imports: which nodes are at another one than the model is noted for what
// checks and converts them.
//
// Where a function has the name of an operator that is known here, the operator counts: ONNX leaves that open, and ONNX
// Runtime does the same.
//
//===----------------------------------------------------------------------===//
#include <map>

#include "compiler/frontend/FunctionBody.h"
#include "compiler/frontend/ModelContext.h"
#include "compiler/frontend/Nodes.h"
#include "dialects/diagnostics/Occurrences.h"
#include "dialects/onnx/schemas/PqSchemas.h"
#include "dialects/onnx/schemas/QonnxSchemas.h"

using namespace mlir;
using ::onnx::FunctionProto;
using ::onnx::GraphProto;
using ::onnx::NodeProto;

namespace qcompile::frontend {

namespace {

/// Functions may call each other this deep.
constexpr size_t kMaxDepth = 256;

/// A value that nodes use and nothing around them defines, or an empty string.
std::string findUndefined(Nodes &nodes, llvm::StringSet<> defined) {
  for (const NodeProto &node : nodes)
    for (const std::string &output : node.output())
      defined.insert(output);
  std::string found;
  for (NodeProto &node : nodes) {
    for (const std::string &input : node.input())
      if (!input.empty() && !defined.contains(input))
        return input;
    forEachGraph(node, [&](GraphProto &graph) {
      llvm::StringSet<> inner = defined;
      for (const auto &input : graph.input())
        inner.insert(input.name());
      for (const auto &tensor : graph.initializer())
        inner.insert(tensor.name());
      if (found.empty())
        found = findUndefined(*graph.mutable_node(), std::move(inner));
    });
    if (!found.empty())
      return found;
  }
  return "";
}

struct Function {
  FunctionProto proto;
  std::map<std::string, int> imports;
  uint64_t nodes = 0, bytes = 0; ///< of one copy
  bool sound = false;            ///< has been checked
};

class LocalInliner {
public:
  explicit LocalInliner(ModelContext &model)
      : model(model), taken(model.graph()), imports(readCurrentImports(*model.model)) {
    forEachNode(*model.graph().mutable_node(), [&](const NodeProto &node) { nodeNames.insert(node.name()); });
  }

  LogicalResult run() {
    if (failed(takeFunctions()) || failed(expand(*model.graph().mutable_node())))
      return failure();
    if (calls)
      model.repaired(std::to_string(calls) + (calls == 1 ? " call" : " calls") + " of model-local functions inlined");
    for (const auto &[name, count] : keptOperators)
      model.repaired("function " + name + " not used: there is an operator of that name" + formatOccurrences(count));
    return success();
  }

private:
  using Id = std::tuple<std::string, std::string, std::string>;

  /// As `readImports`, by the names that domains have now: they have not been repaired yet.
  template <typename Message> static std::map<std::string, int> readCurrentImports(const Message &message) {
    std::map<std::string, int> out;
    for (const auto &import : message.opset_import()) {
      NodeProto probe;
      probe.set_domain(import.domain());
      out[getCurrentDomain(probe)] = int(import.version());
    }
    return out;
  }

  LogicalResult takeFunctions();
  Function *find(const NodeProto &node);
  std::string findProblem(const NodeProto &call, Function &function);
  std::string findExcess(const Function &function);
  std::string findProblem(Function &function);
  std::string findVersionProblem(Function &function);
  std::string noteOpsets(const Function &function, Nodes &body);
  void adoptImports(const Function &function);
  LogicalResult expand(Nodes &nodes);
  LogicalResult place(const NodeProto &call, unsigned index, Function &function, Nodes &nodes);

  ModelContext &model;
  TakenNames taken;
  llvm::StringSet<> nodeNames;
  std::map<std::string, int> imports; ///< of the model
  std::map<Id, Function> functions;
  std::vector<const Function *> active; ///< whose bodies are being expanded
  std::optional<int> enclosing;         ///< the opset of the node whose graphs are being expanded
  std::map<std::string, unsigned> keptOperators;
  unsigned calls = 0;
  uint64_t copiedNodes = 0, copiedBytes = 0;
};

LogicalResult LocalInliner::takeFunctions() {
  LogicalResult result = success();
  for (FunctionProto &proto : *model.model->mutable_functions()) {
    Id id(proto.domain(), proto.name(), proto.overload());
    auto [entry, isNew] = functions.try_emplace(id);
    if (!isNew) {
      result = model.error(Code::I002) << "expected one function '" << proto.name() << "' of domain '" << proto.domain()
                                       << "', found more";
      continue;
    }
    Function &function = entry->second;
    function.bytes = proto.ByteSizeLong();
    function.proto.Swap(&proto);
    function.imports = readCurrentImports(function.proto);
    forEachNode(*function.proto.mutable_node(), [&](const NodeProto &) { ++function.nodes; });
  }
  model.model->clear_functions();
  return result;
}

/// The function that a node calls, or null.
Function *LocalInliner::find(const NodeProto &node) {
  auto it = functions.find(Id(node.domain(), node.op_type(), node.overload()));
  if (it == functions.end())
    return nullptr;
  NodeProto asOperator = node;
  asOperator.set_domain(getCurrentDomain(node));
  std::map<std::string, int> versions = imports;
  versions.try_emplace("", int(getNewestOpset()));
  if (!node.overload().empty() || !findOperatorProblem(asOperator, versions).empty())
    return &it->second;
  // Those of our own domain come with every file that uses them.
  if (node.domain() != qcompile::onnx::kQcompileDomain)
    ++keptOperators["'" + node.op_type() + "' of domain '" + node.domain() + "'"];
  return nullptr;
}

/// Whether an operator of the standard, or one in the graphs within its node, is another one at opset `b` than at `a`.
static bool differs(NodeProto &node, int a, int b) {
  bool other = false;
  auto compare = [&](const NodeProto &inner) {
    using ::onnx::OpSchemaRegistry;
    other |= getCurrentDomain(inner).empty() &&
             OpSchemaRegistry::Schema(inner.op_type(), a, "") != OpSchemaRegistry::Schema(inner.op_type(), b, "");
  };
  compare(node);
  forEachGraph(node, [&](GraphProto &graph) { forEachNode(*graph.mutable_node(), compare); });
  return other;
}

/// Why a function cannot be read with the versions that it imports, or an empty string.
std::string LocalInliner::findVersionProblem(Function &function) {
  std::string problem;
  forEachNode(*function.proto.mutable_node(), [&](NodeProto &node) {
    std::string domain = getCurrentDomain(node);
    auto import = function.imports.find(domain);
    // Versions of QONNX are told apart by inputs.
    if (!problem.empty() || domain == qcompile::onnx::kQonnxDomain ||
        functions.count(Id(node.domain(), node.op_type(), node.overload())))
      return;
    if (import == function.imports.end()) {
      if (domain.empty())
        problem = "expected an opset import for operator " + node.op_type() + ", found none";
      return;
    }
    const int version = import->second;
    const bool tooOld = version < kOldestOpset && differs(node, version, kOldestOpset);
    if (domain.empty() && (tooOld || version > getNewestOpset()))
      problem = "expected opset " + std::to_string(kOldestOpset) + " to " + std::to_string(getNewestOpset()) +
                ", found " + std::to_string(version) + "; export the model at one of these";
    const auto *written = ::onnx::OpSchemaRegistry::Schema(node.op_type(), version, domain);
    if (!domain.empty() && written != ::onnx::OpSchemaRegistry::Schema(node.op_type(), imports.at(domain), domain))
      problem = "expected the model's version " + std::to_string(imports.at(domain)) + " of domain '" + domain +
                "', found " + std::to_string(version) + ", in which operator " + node.op_type() + " is another one";
  });
  return problem;
}

/// Notes the nodes of a body that are to be read at the function's own opset.
std::string LocalInliner::noteOpsets(const Function &function, Nodes &body) {
  auto own = function.imports.find("");
  if (own == function.imports.end())
    return "";
  const int version = std::max(own->second, kOldestOpset), around = enclosing.value_or(imports.at(""));
  for (NodeProto &node : body) {
    bool hasGraphs = false;
    forEachGraph(node, [&](GraphProto &) { hasGraphs = true; });
    if (version == around || !(hasGraphs || differs(node, version, around)))
      continue;
    // A graph within a node is read at the opset of that node.
    if (!enclosing)
      model.nodeOpsets[node.name()] = version;
    else if (differs(node, version, around))
      return "expected opset " + std::to_string(around) + " of the graph that it is called in, found " +
             std::to_string(version) + ", in which operator " + node.op_type() +
             " is another one; export the model and its functions at one opset";
  }
  return "";
}

void LocalInliner::adoptImports(const Function &function) {
  for (const auto &[domain, version] : function.imports)
    if (imports.try_emplace(domain, version).second) {
      auto *import = model.model->add_opset_import();
      import->set_domain(domain);
      import->set_version(version);
    }
}

/// What is wrong with a function, or an empty string.
std::string LocalInliner::findProblem(Function &function) {
  llvm::StringSet<> defined;
  for (const std::string &input : function.proto.input())
    defined.insert(input);
  if (std::string name = findUndefined(*function.proto.mutable_node(), defined); !name.empty())
    return "its value '" + name + "' is defined by nothing";
  for (const NodeProto &node : function.proto.node())
    for (const std::string &output : node.output())
      defined.insert(output);
  for (const std::string &output : function.proto.output())
    if (!defined.contains(output))
      return "its output '" + output + "' is defined by nothing";
  return "";
}

/// Why a call cannot be replaced, or an empty string.
std::string LocalInliner::findProblem(const NodeProto &call, Function &function) {
  if (llvm::is_contained(active, &function)) {
    std::string chain;
    for (const Function *caller : llvm::drop_begin(active, llvm::find(active, &function) - active.begin()))
      chain += caller->proto.name() + " -> ";
    return "expected functions that do not call themselves, found " + chain + function.proto.name();
  }
  if (call.input_size() > function.proto.input_size() || call.output_size() > function.proto.output_size())
    return "expected at most " + std::to_string(function.proto.input_size()) + " inputs and " +
           std::to_string(function.proto.output_size()) + " outputs of function " + function.proto.name() + ", found " +
           std::to_string(call.input_size()) + " and " + std::to_string(call.output_size());
  return "";
}

/// What is too much about a call, or an empty string.
std::string LocalInliner::findExcess(const Function &function) {
  if (active.size() >= kMaxDepth)
    return "expected functions that call each other at most " + std::to_string(kMaxDepth) + " levels deep";
  copiedNodes += function.nodes;
  copiedBytes += function.bytes;
  if (copiedNodes > uint64_t(kMaxCopiedNodes) || copiedBytes > uint64_t(kMaxCopiedBytes))
    return "expected functions of at most " + std::to_string(kMaxCopiedNodes) +
           " nodes and 1 GiB in all places where they are called";
  return "";
}

LogicalResult LocalInliner::place(const NodeProto &call, unsigned index, Function &function, Nodes &nodes) {
  auto refuse = [&](Code code, const std::string &problem) {
    return emitError(model.nodeLocation(call, index), code) << "node " << describeNode(call, index) << ": " << problem;
  };
  if (std::string problem = findProblem(call, function); !problem.empty())
    return refuse(Code::I002, problem);
  if (std::string problem = findExcess(function); !problem.empty())
    return refuse(Code::I003, problem);
  std::string prefix = "function " + function.proto.name() + ": ";
  if (!function.sound) {
    adoptImports(function);
    if (std::string problem = findProblem(function); !problem.empty())
      return refuse(Code::I002, prefix + problem);
    if (std::string problem = findVersionProblem(function); !problem.empty())
      return refuse(Code::I004, prefix + problem);
    function.sound = true;
  }
  ++calls;
  FunctionProto body = function.proto;
  for (auto [i, node] : llvm::enumerate(*body.mutable_node())) {
    std::string name = node.name().empty() ? node.op_type() + "_" + std::to_string(i) : node.name();
    std::string whole = call.name() + "/" + name;
    for (unsigned other = 1; !nodeNames.insert(whole).second; ++other)
      whole = call.name() + "/" + name + "_" + std::to_string(other);
    node.set_name(whole);
  }
  if (std::string problem = noteOpsets(function, *body.mutable_node()); !problem.empty())
    return refuse(Code::I004, prefix + problem);
  Nodes placed;
  appendBody(call, std::move(body), Renaming(taken, call.name() + "/"), placed);
  active.push_back(&function);
  LogicalResult expanded = expand(placed);
  active.pop_back();
  for (NodeProto &node : placed)
    nodes.Add()->Swap(&node);
  return expanded;
}

/// Replaces all calls among nodes and in the graphs within them.
LogicalResult LocalInliner::expand(Nodes &nodes) {
  Nodes expanded;
  LogicalResult result = success();
  unsigned index = 0;
  for (NodeProto &node : nodes) {
    unsigned at = index++;
    const std::optional<int> outside = enclosing;
    if (auto standard = imports.find(""); !enclosing && standard != imports.end())
      enclosing = model.getOpset(node, standard->second);
    forEachGraph(node, [&](GraphProto &graph) {
      if (succeeded(result))
        result = expand(*graph.mutable_node());
    });
    enclosing = outside;
    Function *function = find(node);
    if (!function) {
      expanded.Add()->Swap(&node);
      continue;
    }
    if (node.name().empty())
      node.set_name(node.op_type() + "_" + std::to_string(at));
    if (failed(result) || failed(place(node, at, *function, expanded)))
      return failure();
  }
  nodes.Swap(&expanded);
  return result;
}

} // namespace

LogicalResult inlineLocalFunctions(ModelContext &model) {
  if (model.model->functions().empty())
    return success();
  return LocalInliner(model).run();
}

} // namespace qcompile::frontend
