//===- OldOperators.cpp - What the version converter leaves out -----------===//
#include "compiler/frontend/OldOperators.h"

#include "compiler/frontend/ConstantValues.h"
#include "compiler/frontend/Nodes.h"
#include "compiler/frontend/Refusals.h"
#include "compiler/frontend/Renaming.h"
#include "onnx/shape_inference/implementation.h"

using namespace mlir;
using ::onnx::AttributeProto;
using ::onnx::GraphProto;
using ::onnx::ModelProto;
using ::onnx::NodeProto;
using ::onnx::TensorProto;

namespace qcompile::frontend {

static bool isStandard(const NodeProto &node, StringRef name) {
  return node.domain().empty() && node.op_type() == name && node.output_size() > 0;
}

static int64_t getInteger(const NodeProto &node, StringRef name, int64_t otherwise) {
  auto attribute = llvm::find_if(node.attribute(), [&](const AttributeProto &a) { return a.name() == name; });
  return attribute == node.attribute().end() ? otherwise : attribute->i();
}

static void setInteger(NodeProto &node, const std::string &name, int64_t value) {
  auto attribute = llvm::find_if(*node.mutable_attribute(), [&](const AttributeProto &a) { return a.name() == name; });
  AttributeProto *written = attribute == node.mutable_attribute()->end() ? node.add_attribute() : &*attribute;
  written->set_name(name);
  written->set_type(AttributeProto::INT);
  written->set_i(value);
}

/// A node of the standard with one result, in the place of a part of `node`.
static NodeProto makePart(const NodeProto &node, StringRef type, ArrayRef<std::string> inputs,
                          const std::string &output) {
  NodeProto part;
  part.set_name(node.name());
  part.set_op_type(type.str());
  for (const std::string &input : inputs)
    part.add_input(input);
  part.add_output(output);
  return part;
}

/// Replaces the nodes of a graph and of the graphs within them: `rewrite` appends what stands for a node.
template <typename Rewrite> static void rewriteNodes(GraphProto &graph, Rewrite &&rewrite) {
  Nodes nodes;
  for (NodeProto &node : *graph.mutable_node()) {
    forEachGraph(node, [&](GraphProto &inner) { rewriteNodes(inner, rewrite); });
    rewrite(node, nodes);
  }
  graph.mutable_node()->Swap(&nodes);
}

//===----------------------------------------------------------------------===//
// Before
//===----------------------------------------------------------------------===//

/// How Upsample and Resize round positions before opset 11: down where they enlarge, up where they reduce (operator
/// tests of opset 10: resize_upsample_nearest, resize_downsample_nearest).
static FailureOr<llvm::StringMap<std::string>> findOldResizing(ModelContext &model) {
  llvm::StringMap<std::string> modes;
  ConstantValues constants(model);
  LogicalResult result = success();
  forEachNumberedNode(*model.graph().mutable_node(), [&](const NodeProto &node, unsigned at) {
    if (!isStandard(node, "Upsample") && !isStandard(node, "Resize"))
      return;
    modes[node.output(0)] = "floor";
    const bool interpolates =
        llvm::any_of(node.attribute(), [](const auto &a) { return a.name() == "mode" && a.s() != "nearest"; });
    if (interpolates || node.op_type() == "Upsample" || node.input_size() < 2)
      return;
    // What operators compute is not asked for: they are of an older version than their reference semantics.
    std::optional<runtime::Tensor> scales;
    if (constants.isStored(node.input(1)))
      scales = constants.evaluate(node.input(1));
    bool reduces = !scales, enlarges = !scales;
    for (int64_t i = 0; scales && i < scales->size(); ++i) {
      reduces |= scales->DoubleAt(i) < 1;
      enlarges |= scales->DoubleAt(i) > 1;
    }
    if (reduces && enlarges)
      result = emitError(model.nodeLocation(node, at), Code::I003)
               << "node " << describeNode(node, at)
               << ": expected Resize of opset 10 to have constant scales that all enlarge or all reduce; export the "
                  "model at opset 11 or newer";
    if (reduces)
      modes[node.output(0)] = "ceil";
  });
  if (failed(result))
    return failure();
  return modes;
}

/// Before opset 9 statistics might be those of single elements.
static LogicalResult checkSpatial(ModelContext &model) {
  Refusals refusals;
  forEachNumberedNode(*model.graph().mutable_node(), [&](const NodeProto &node, unsigned at) {
    if (isStandard(node, "BatchNormalization") && getInteger(node, "spatial", 1) != 1)
      refusals.add(
          model.nodeLocation(node, at), "node " + describeNode(node, at),
          "BatchNormalization with attribute 'spatial' = 0 is not supported; export the model at opset 9 or newer");
  });
  return refusals.report(Code::I003, "nodes");
}

/// Before opset 13, Hardmax took its operand as a matrix: one 1 per row of what stands behind the axis, whatever its
/// dimensions. The converter does so for Softmax and LogSoftmax only.
static void flattenHardmax(GraphProto &graph) {
  std::optional<TakenNames> taken;
  auto rewrite = [&](NodeProto &node, Nodes &nodes) {
    const int64_t axis = getInteger(node, "axis", 1);
    if (!isStandard(node, "Hardmax") || node.input_size() == 0 || axis == -1) {
      nodes.Add()->Swap(&node);
      return;
    }
    if (!taken)
      taken.emplace(graph);
    const std::string input = node.input(0), output = node.output(0);
    const std::string shape = taken->make(output + "_shape"), matrix = taken->make(output + "_matrix"),
                      marks = taken->make(output + "_marks");
    *nodes.Add() = makePart(node, "Shape", {input}, shape);
    setInteger(*nodes.Add() = makePart(node, "Flatten", {input}, matrix), "axis", axis);
    setInteger(*nodes.Add() = makePart(node, "Hardmax", {matrix}, marks), "axis", 1);
    *nodes.Add() = makePart(node, "Reshape", {marks, shape}, output);
  };
  bool any = false;
  forEachNode(*graph.mutable_node(), [&](const NodeProto &node) { any |= isStandard(node, "Hardmax"); });
  if (any)
    rewriteNodes(graph, rewrite);
}

static NodeProto makeInteger(const NodeProto &node, int64_t value, const std::string &output) {
  NodeProto constant = makePart(node, "Constant", {}, output);
  AttributeProto *attribute = constant.add_attribute();
  attribute->set_name("value_ints");
  attribute->set_type(AttributeProto::INTS);
  attribute->add_ints(value);
  return constant;
}

/// Before opset 21, GroupNormalization had one scale and one bias per group; they become those of the group's channels.
static void spreadGroups(GraphProto &graph) {
  std::optional<TakenNames> taken;
  auto rewrite = [&](NodeProto &node, Nodes &nodes) {
    if (isStandard(node, "GroupNormalization") && node.input_size() == 3) {
      auto add = [&](NodeProto part) { return (*nodes.Add() = std::move(part)).output(0); };
      auto name = [&](StringRef what) { return taken->make(node.output(0) + "_" + what.str()); };
      const std::string one = add(makeInteger(node, 1, name("one"))), all = add(makeInteger(node, -1, name("all")));
      const std::string groups = add(makeInteger(node, getInteger(node, "num_groups", 1), name("groups")));
      const std::string channels = add(makePart(node, "Shape", {node.input(0)}, name("channels")));
      setInteger(*nodes.rbegin(), "start", 1);
      setInteger(*nodes.rbegin(), "end", 2);
      const std::string size = add(makePart(node, "Div", {channels, groups}, name("size")));
      const std::string repeats = add(makePart(node, "Concat", {one, size}, name("repeats")));
      setInteger(*nodes.rbegin(), "axis", 0);
      for (int i : {1, 2}) {
        const std::string column = add(makePart(node, "Unsqueeze", {node.input(i), one}, name("column")));
        const std::string table = add(makePart(node, "Expand", {column, repeats}, name("table")));
        node.set_input(i, add(makePart(node, "Reshape", {table, all}, name("parameters"))));
      }
    }
    nodes.Add()->Swap(&node);
  };
  bool any = false;
  forEachNode(*graph.mutable_node(), [&](const NodeProto &node) { any |= isStandard(node, "GroupNormalization"); });
  if (!any)
    return;
  taken.emplace(graph);
  rewriteNodes(graph, rewrite);
}

static void collectTypes(GraphProto &graph, llvm::StringMap<int32_t> &types) {
  for (const auto *values : {&graph.input(), &graph.output(), &graph.value_info()})
    for (const auto &value : *values)
      if (int32_t type = value.type().tensor_type().elem_type())
        types[value.name()] = type;
  for (const TensorProto &tensor : graph.initializer())
    types[tensor.name()] = tensor.data_type();
  for (NodeProto &node : *graph.mutable_node())
    forEachGraph(node, [&](GraphProto &inner) { collectTypes(inner, types); });
}

/// The element types of values, as far as they follow.
static llvm::StringMap<int32_t> inferTypes(ModelProto copy) {
  try {
    ::onnx::shape_inference::InferShapes(copy);
  } catch (const std::exception &) {
    // Inference after the conversion reports it.
  }
  llvm::StringMap<int32_t> types;
  collectTypes(*copy.mutable_graph(), types);
  return types;
}

FailureOr<OldOperators> OldOperators::prepare(ModelContext &model, int version, int target) {
  OldOperators old;
  old.resizes = version < 11 && target >= 11;
  if (version < 9 && failed(checkSpatial(model)))
    return failure();
  if (old.resizes) {
    FailureOr<llvm::StringMap<std::string>> modes = findOldResizing(model);
    if (failed(modes))
      return failure();
    old.resizing = std::move(*modes);
  }
  if (version < 13)
    flattenHardmax(model.graph());
  const bool groups = version < 21 && target >= 21;
  if (groups)
    spreadGroups(model.graph());
  // The converter gives limits and paddings the type float32; and groups had statistics of the operand's type.
  auto isTyped = [&](const NodeProto &node) {
    const bool limits = version < 11 && (isStandard(node, "Clip") || isStandard(node, "Pad"));
    return limits || (groups && isStandard(node, "GroupNormalization"));
  };
  bool any = false;
  forEachNode(*model.graph().mutable_node(), [&](const NodeProto &node) { any |= isTyped(node); });
  if (!any)
    return old;
  llvm::StringMap<int32_t> types = inferTypes(*model.model);
  forEachNode(*model.graph().mutable_node(), [&](const NodeProto &node) {
    if (!isTyped(node) || node.input_size() == 0)
      return;
    if (int32_t type = types.lookup(node.input(0)); type != TensorProto::UNDEFINED && type != TensorProto::FLOAT)
      old.types[node.output(0)] = type;
  });
  return old;
}

//===----------------------------------------------------------------------===//
// After
//===----------------------------------------------------------------------===//

/// Before opset 11, position i of the result came from i / scale. The converter leaves the newer operators their own
/// defaults. It also gives the results of Upsample other names.
static void keepOldResizing(NodeProto &node, const llvm::StringMap<std::string> &modes) {
  if (!isStandard(node, "Resize"))
    return;
  auto found = modes.find(node.output(0));
  const std::string mode = found == modes.end() ? "floor" : found->second;
  for (auto [name, value] :
       {std::pair<std::string, std::string>("coordinate_transformation_mode", "asymmetric"), {"nearest_mode", mode}}) {
    auto *attribute = node.add_attribute();
    attribute->set_name(name);
    attribute->set_type(AttributeProto::STRING);
    attribute->set_s(value);
  }
}

void OldOperators::finish(GraphProto &graph) const {
  std::optional<TakenNames> taken;
  forEachNode(*graph.mutable_node(), [&](NodeProto &node) {
    if (resizes)
      keepOldResizing(node, resizing);
    if (isStandard(node, "GroupNormalization") && types.lookup(node.output(0)) == TensorProto::DOUBLE)
      setInteger(node, "stash_type", TensorProto::DOUBLE);
  });
  if (types.empty())
    return;
  taken.emplace(graph);
  rewriteNodes(graph, [&](NodeProto &node, Nodes &nodes) {
    auto type = isStandard(node, "Clip") || isStandard(node, "Pad") ? types.find(node.output(0)) : types.end();
    // The second operand of Pad is a list of sizes.
    for (int i = node.op_type() == "Pad" ? 2 : 1; type != types.end() && i < node.input_size(); ++i) {
      if (node.input(i).empty())
        continue;
      const std::string converted = taken->make(node.input(i));
      setInteger(*nodes.Add() = makePart(node, "Cast", {node.input(i)}, converted), "to", type->second);
      node.set_input(i, converted);
    }
    nodes.Add()->Swap(&node);
  });
}

} // namespace qcompile::frontend
