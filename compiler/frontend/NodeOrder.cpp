//===- NodeOrder.cpp - Values are defined before they are used ------------===//
#include <set>

#include "compiler/frontend/ModelContext.h"
#include "compiler/frontend/Nodes.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using ::onnx::NodeProto;

namespace qcompile::frontend {

namespace {
/// Which nodes of a graph wait for which others.
class NodeOrder {
public:
  explicit NodeOrder(ModelContext &model)
      : model(model), nodes(*model.graph().mutable_node()), users(nodes.size()), waiting(nodes.size()) {}

  LogicalResult sort();

private:
  void readDefinitions();
  void readUses();
  void checkOutputs();
  /// Notes that node `user` needs the value first, where a node defines it; whether one does.
  bool wait(int user, const std::string &value);
  /// As few nodes as possible leave their places.
  std::vector<int> findOrder();
  InFlightDiagnostic nodeError(int index) {
    result = failure();
    return std::move(emitError(model.nodeLocation(nodes[index], index), Code::I002)
                     << "node " << describeNode(nodes[index], index));
  }

  ModelContext &model;
  Nodes &nodes;
  llvm::StringMap<int> producers;
  llvm::StringSet<> given; ///< defined by no node
  std::vector<std::vector<int>> users;
  std::vector<int> waiting; ///< for so many values
  LogicalResult result = success();
};
} // namespace

void NodeOrder::readDefinitions() {
  for (const auto &input : model.graph().input())
    given.insert(input.name());
  for (const auto &tensor : model.graph().initializer())
    given.insert(tensor.name());
  for (const auto &tensor : model.graph().sparse_initializer())
    given.insert(tensor.values().name());
  for (int i = 0; i < nodes.size(); ++i)
    for (const std::string &output : nodes[i].output())
      if (!output.empty() && (given.count(output) || !producers.try_emplace(output, i).second))
        nodeError(i) << " defines value '" << output << "', which is defined already";
}

bool NodeOrder::wait(int user, const std::string &value) {
  auto it = producers.find(value);
  if (it == producers.end())
    return false;
  users[it->second].push_back(user);
  ++waiting[user];
  return true;
}

void NodeOrder::readUses() {
  for (int i = 0; i < nodes.size(); ++i)
    for (const std::string &input : nodes[i].input())
      if (!input.empty() && !given.count(input) && !wait(i, input))
        nodeError(i) << " uses value '" << input << "', which nothing defines";
  // Graphs within a node take values from around it. What they define themselves has other names.
  for (int i = 0; i < nodes.size(); ++i) {
    auto take = [&](const std::string &name) {
      if (auto it = producers.find(name); it != producers.end() && it->second != i)
        wait(i, name);
    };
    forEachGraph(nodes[i], [&](::onnx::GraphProto &graph) {
      for (const auto &output : graph.output())
        take(output.name());
      forEachNode(*graph.mutable_node(), [&](const NodeProto &inner) { llvm::for_each(inner.input(), take); });
    });
  }
}

void NodeOrder::checkOutputs() {
  for (const auto &output : model.graph().output())
    if (!given.count(output.name()) && !producers.count(output.name()))
      result = model.error(Code::I002) << "graph output '" << output.name() << "' is defined by no node";
}

std::vector<int> NodeOrder::findOrder() {
  std::set<int> ready;
  for (int i = 0; i < nodes.size(); ++i)
    if (waiting[i] == 0)
      ready.insert(i);
  std::vector<int> order;
  while (!ready.empty()) {
    int next = *ready.begin();
    ready.erase(ready.begin());
    order.push_back(next);
    for (int user : users[next])
      if (--waiting[user] == 0)
        ready.insert(user);
  }
  return order;
}

LogicalResult NodeOrder::sort() {
  readDefinitions();
  readUses();
  checkOutputs();
  if (failed(result))
    return failure();
  std::vector<int> order = findOrder();
  if (int(order.size()) < nodes.size()) {
    int stuck = llvm::find_if(waiting, [](int w) { return w > 0; }) - waiting.begin();
    return emitError(model.nodeLocation(nodes[stuck], stuck), Code::I002)
           << "expected an acyclic graph, found a cycle through node " << describeNode(nodes[stuck], stuck);
  }
  if (llvm::is_sorted(order))
    return success();
  Nodes sorted;
  sorted.Reserve(nodes.size());
  for (int i : order)
    sorted.Add()->Swap(&nodes[i]);
  nodes.Swap(&sorted);
  model.repaired("nodes brought into an order in which values are defined before use");
  return success();
}

LogicalResult sortNodes(ModelContext &model) { return NodeOrder(model).sort(); }

} // namespace qcompile::frontend
