//===- ControlFlow.cpp - If, Loop and Scan without control flow -----------===//
//
// A branch whose condition is known, and bodies that run a known number of times, are put in the place of their node.
// Known is what depends on constants and shapes alone; the rest is refused.
//
//===----------------------------------------------------------------------===//
#include <map>

#include "compiler/frontend/ConstantValues.h"
#include "compiler/frontend/FunctionBody.h"

using namespace mlir;
using ::onnx::AttributeProto;
using ::onnx::GraphProto;
using ::onnx::NodeProto;

namespace qcompile::frontend {

bool isControlFlow(const NodeProto &node) {
  return node.domain().empty() && (node.op_type() == "If" || node.op_type() == "Loop" || node.op_type() == "Scan");
}

namespace {

const AttributeProto *findAttribute(const NodeProto &node, StringRef name) {
  for (const AttributeProto &attribute : node.attribute())
    if (attribute.name() == name)
      return &attribute;
  return nullptr;
}

/// Element i of an optional list of integers.
int64_t getElement(const NodeProto &node, StringRef name, int i, int64_t otherwise) {
  const AttributeProto *list = findAttribute(node, name);
  return list && i < list->ints_size() ? list->ints(i) : otherwise;
}

class Folder {
public:
  explicit Folder(ModelContext &model) : model(model), taken(model.graph()), constants(model) {}

  /// Whether a node was replaced. Those that cannot be are reported.
  FailureOr<bool> run() {
    bool changed = false;
    LogicalResult result = success();
    unsigned index = 0;
    for (const NodeProto &node : model.graph().node()) {
      unsigned at = index++;
      if (!isControlFlow(node)) {
        *nodes.Add() = node;
        continue;
      }
      std::string reason = node.op_type() == "If"     ? replaceIf(node)
                           : node.op_type() == "Loop" ? replaceLoop(node)
                                                      : replaceScan(node);
      if (nodes.size() > kMaxCopiedNodes)
        reason = "its copies make more than " + std::to_string(kMaxCopiedNodes) + " nodes";
      if (!reason.empty())
        result = emitError(model.nodeLocation(node, at), Code::I010)
                 << "node " << describeNode(node, at) << ": " << reason;
      changed = true;
    }
    if (failed(result))
      return failure();
    if (changed)
      model.graph().mutable_node()->Swap(&nodes);
    return changed;
  }

private:
  using Names = std::vector<std::string>;

  NodeProto &addNode(const NodeProto &origin, const std::string &type, const Names &inputs, const std::string &output) {
    NodeProto &node = *nodes.Add();
    node.set_op_type(type);
    node.set_name(origin.name());
    for (const std::string &input : inputs)
      node.add_input(input);
    node.add_output(output);
    constants.note(node);
    return node;
  }

  std::string addInteger(const NodeProto &origin, int64_t value) {
    NodeProto &node = addNode(origin, "Constant", {}, taken.make("constant"));
    auto *attribute = node.add_attribute();
    attribute->set_name("value_int");
    attribute->set_type(AttributeProto::INT);
    attribute->set_i(value);
    return node.output(0);
  }

  static void setInt(NodeProto &node, const std::string &name, int64_t value) {
    auto *attribute = node.add_attribute();
    attribute->set_name(name);
    attribute->set_type(AttributeProto::INT);
    attribute->set_i(value);
  }

  /// A copy of `body` on `inputs`; what its outputs are called.
  Names copyBody(const NodeProto &origin, const GraphProto &body, const Names &inputs) {
    Renaming renaming(taken);
    for (int i = 0; i < body.input_size(); ++i)
      renaming.bind(body.input(i).name(), inputs[size_t(i)]);
    Names &shared = initializers[&body];
    for (int i = 0; i < body.initializer_size(); ++i) {
      const auto &tensor = body.initializer(i);
      if (size_t(i) < shared.size()) {
        renaming.bind(tensor.name(), shared[size_t(i)]);
        continue;
      }
      auto *copy = model.graph().add_initializer();
      *copy = tensor;
      copy->set_name(renaming.bindNew(tensor.name()));
      shared.push_back(copy->name());
      constants.note(*copy);
    }
    for (const NodeProto &node : body.node()) {
      NodeProto &copy = *nodes.Add();
      copy = node;
      renaming.rename(copy);
      copy.set_name(origin.name());
      copiedBytes += int64_t(copy.ByteSizeLong());
      constants.note(copy);
    }
    Names outputs;
    for (const auto &output : body.output())
      outputs.push_back(renaming.lookup(output.name()));
    return outputs;
  }

  void define(const NodeProto &node, const Names &values) {
    for (int i = 0; i < node.output_size(); ++i)
      if (!node.output(i).empty())
        addNode(node, "Identity", {values[size_t(i)]}, node.output(i));
  }

  std::optional<int64_t> getInteger(const std::string &name) {
    std::optional<runtime::Tensor> tensor = constants.evaluate(name);
    if (!tensor || tensor->size() != 1 || !tensor->type().IsInteger())
      return std::nullopt;
    return tensor->IntegerAt(0);
  }

  std::string replaceIf(const NodeProto &node) {
    std::optional<int64_t> condition = getInteger(node.input(0));
    const AttributeProto *branch = findAttribute(node, condition.value_or(0) ? "then_branch" : "else_branch");
    if (!condition)
      return "its condition depends on data";
    if (!branch || branch->g().output_size() != node.output_size() || branch->g().input_size())
      return "expected a branch with as many outputs as the node, found another";
    define(node, copyBody(node, branch->g(), {}));
    return "";
  }

  /// What is wrong with `steps` copies of `body` in all, of which `done` are made; nothing where they have a place.
  std::string checkCopies(const GraphProto &body, int64_t steps, int64_t done = 0) const {
    size_t size = 0;
    for (const NodeProto &node : body.node())
      size += node.ByteSizeLong();
    int64_t left = steps - done, each = body.node_size() + 1; // and its number
    int64_t room = std::max(kMaxCopiedNodes - nodes.size(), 0), bytes = kMaxCopiedBytes - copiedBytes;
    if (left <= room / each && left <= bytes / int64_t(size + 1))
      return "";
    return std::to_string(steps) + " copies of its body, of " + std::to_string(body.node_size()) + " nodes and " +
           std::to_string(size) + " bytes, are more than the " + std::to_string(kMaxCopiedNodes) + " nodes and " +
           std::to_string(kMaxCopiedBytes) + " bytes that copies may have";
  }

  /// Values of all iterations along a new dimension.
  std::string stack(const NodeProto &origin, Names values, int64_t axis, bool reverse) {
    if (reverse)
      std::reverse(values.begin(), values.end());
    for (std::string &value : values) {
      std::string wide = taken.make("unsqueezed");
      addNode(origin, "Unsqueeze", {value, addList(origin, axis)}, wide);
      value = wide;
    }
    std::string result = taken.make("stacked");
    setInt(addNode(origin, "Concat", values, result), "axis", axis);
    return result;
  }

  /// A list of one integer.
  std::string addList(const NodeProto &origin, int64_t value) {
    NodeProto &node = addNode(origin, "Constant", {}, taken.make("list"));
    auto *attribute = node.add_attribute();
    attribute->set_name("value_ints");
    attribute->set_type(AttributeProto::INTS);
    attribute->add_ints(value);
    return node.output(0);
  }

  std::string replaceScan(const NodeProto &node);
  std::string replaceLoop(const NodeProto &node);

  ModelContext &model;
  TakenNames taken;
  ConstantValues constants;
  Nodes nodes;
  int64_t copiedBytes = 0;
  std::map<const GraphProto *, Names> initializers; ///< of bodies, which all copies share
};

std::string Folder::replaceScan(const NodeProto &node) {
  const AttributeProto *body = findAttribute(node, "body"), *count = findAttribute(node, "num_scan_inputs");
  if (!body || !count || body->g().input_size() != node.input_size() || body->g().output_size() != node.output_size() ||
      count->i() < 1 || count->i() > node.input_size())
    return "expected a body with the inputs and outputs of the node, found another";
  const int scanned = int(count->i()), states = node.input_size() - scanned;
  std::optional<int64_t> length;
  for (int i = 0; i < scanned; ++i) {
    auto shape = constants.getShape(node.input(states + i));
    int64_t axis = getElement(node, "scan_input_axes", i, 0);
    if (!shape || shape->empty())
      return "the number of its steps is not known";
    axis += axis < 0 ? int64_t(shape->size()) : 0;
    if (axis < 0 || axis >= int64_t(shape->size()) || (length && *length != (*shape)[size_t(axis)]))
      return "expected inputs that agree in the number of steps, found others";
    length = (*shape)[size_t(axis)];
  }
  if (*length == 0)
    return "expected at least one step, found none";
  if (std::string reason = checkCopies(body->g(), *length); !reason.empty())
    return reason;

  Names state(node.input().begin(), node.input().begin() + states);
  std::vector<Names> outputs(size_t(node.output_size() - states));
  for (int64_t t = 0; t < *length; ++t) {
    Names inputs = state;
    for (int i = 0; i < scanned; ++i) {
      bool reverse = getElement(node, "scan_input_directions", i, 0) == 1;
      std::string index = addInteger(node, reverse ? *length - 1 - t : t);
      inputs.push_back(taken.make("scanned"));
      setInt(addNode(node, "Gather", {node.input(states + i), index}, inputs.back()), "axis",
             getElement(node, "scan_input_axes", i, 0));
    }
    Names results = copyBody(node, body->g(), inputs);
    state.assign(results.begin(), results.begin() + states);
    for (size_t i = 0; i < outputs.size(); ++i)
      outputs[i].push_back(results[size_t(states) + i]);
  }
  for (size_t i = 0; i < outputs.size(); ++i)
    state.push_back(stack(node, outputs[i], getElement(node, "scan_output_axes", int(i), 0),
                          getElement(node, "scan_output_directions", int(i), 0) == 1));
  define(node, state);
  return "";
}

std::string Folder::replaceLoop(const NodeProto &node) {
  const AttributeProto *attribute = findAttribute(node, "body");
  const int carried = node.input_size() - 2;
  if (!attribute || carried < 0 || attribute->g().input_size() != node.input_size() ||
      attribute->g().output_size() != node.output_size() + 1)
    return "expected a body with the inputs and outputs of the node, found another";
  const GraphProto &body = attribute->g();
  std::optional<int64_t> limit = INT64_MAX, condition = 1;
  if (!node.input(0).empty())
    limit = getInteger(node.input(0));
  if (!node.input(1).empty())
    condition = getInteger(node.input(1));
  if (!limit || !condition)
    return std::string("its ") + (limit ? "condition" : "trip count") + " depends on data";

  Names state(node.input().begin() + 2, node.input().end());
  std::vector<Names> outputs(size_t(node.output_size() - carried));
  // The condition that bodies see holds as long as they run.
  std::string number = addInteger(node, 1), running = taken.make("condition");
  setInt(addNode(node, "Cast", {number}, running), "to", ::onnx::TensorProto::BOOL);
  int64_t t = 0;
  std::string before; // the condition of the last step
  for (; t < *limit && *condition; ++t) {
    if (std::string reason = checkCopies(body, t + 1, t); !reason.empty())
      return reason;
    Names inputs = {addInteger(node, t), running};
    inputs.insert(inputs.end(), state.begin(), state.end());
    Names results = copyBody(node, body, inputs);
    // Mostly the condition is handed on, or one from outside of the body holds: then all steps are made.
    std::string goesOn = constants.follow(results[0]);
    if (goesOn != running) {
      condition = getInteger(results[0]);
      if (!condition)
        return "whether it goes on depends on data";
    }
    bool always = *condition && (goesOn == running || goesOn == before);
    if (always && node.input(0).empty())
      return "it has no trip count, and its condition always holds";
    if (always)
      if (std::string reason = checkCopies(body, *limit, t + 1); !reason.empty())
        return reason;
    before = goesOn;
    state.assign(results.begin() + 1, results.begin() + 1 + carried);
    for (size_t i = 0; i < outputs.size(); ++i)
      outputs[i].push_back(results[size_t(1 + carried) + i]);
  }
  if (t == 0 && !outputs.empty())
    return "expected at least one step, found none";
  for (const Names &values : outputs)
    state.push_back(stack(node, values, 0, false));
  define(node, state);
  return "";
}

} // namespace

FailureOr<bool> foldControlFlow(ModelContext &model) {
  if (llvm::none_of(model.graph().node(), isControlFlow))
    return false;
  return Folder(model).run();
}

} // namespace qcompile::frontend
