//===- RepairRounding.cpp - A rounding mode that QONNX does not have ------===//
//
// DPU, of Brevitas, takes ties below 0 up and other ties to even. Numbers above 0 are rounded by ROUND then, numbers
// below it by HALF_DOWN, and one of the two is always 0.
//
//===----------------------------------------------------------------------===//
#include "compiler/frontend/ModelContext.h"
#include "compiler/frontend/Nodes.h"
#include "dialects/onnx/schemas/QonnxSchemas.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;
using ::onnx::AttributeProto;
using ::onnx::GraphProto;
using ::onnx::NodeProto;
using ::onnx::TensorProto;

namespace qcompile::frontend {

static AttributeProto *findMode(NodeProto &node) {
  for (AttributeProto &attribute : *node.mutable_attribute())
    if (attribute.name() == "rounding_mode")
      return &attribute;
  return nullptr;
}

/// Whether all elements are +0, as exporters write them.
static bool isZero(const TensorProto &tensor) {
  return tensor.data_location() != TensorProto::EXTERNAL &&
         llvm::all_of(tensor.raw_data(), [](char byte) { return byte == 0; }) &&
         llvm::all_of(tensor.float_data(), [](float value) { return value == 0; }) &&
         llvm::all_of(tensor.int32_data(), [](int32_t value) { return value == 0; }) &&
         llvm::all_of(tensor.int64_data(), [](int64_t value) { return value == 0; });
}

static const char *const kZero = "qcompile.dpu_zero";

/// Nodes that compute `node`, whose name and result the last one has.
static std::vector<NodeProto> expand(const NodeProto &node) {
  auto add = [&](const char *type, const std::string &suffix, std::vector<std::string> inputs) {
    NodeProto part;
    part.set_op_type(type);
    part.set_name(node.name() + suffix);
    for (const std::string &input : inputs)
      part.add_input(input);
    part.add_output(node.output(0) + suffix);
    return part;
  };
  auto quantize = [&](const std::string &input, const std::string &suffix, const char *mode) {
    NodeProto part = node;
    part.set_name(node.name() + suffix);
    part.set_input(0, input);
    part.set_output(0, node.output(0) + suffix);
    findMode(part)->set_s(mode);
    return part;
  };
  std::vector<NodeProto> out = {add("Max", ".above", {node.input(0), kZero}),
                                add("Min", ".below", {node.input(0), kZero})};
  out.push_back(quantize(out[0].output(0), ".above_codes", "ROUND"));
  out.push_back(quantize(out[1].output(0), ".below_codes", "HALF_DOWN"));
  out.push_back(add("Add", ".sum", {out[2].output(0), out[3].output(0)}));
  out.push_back(quantize(out[4].output(0), "", "ROUND"));
  return out;
}

namespace {
/// The constants that nodes of a graph see.
struct Scope {
  const Scope *outer;
  llvm::StringMap<const TensorProto *> constants;

  Scope(const GraphProto &graph, const Scope *outer) : outer(outer) {
    for (const TensorProto &tensor : graph.initializer())
      constants[tensor.name()] = &tensor;
  }
  const TensorProto *lookup(const std::string &name) const {
    const TensorProto *found = constants.lookup(name);
    return found || !outer ? found : outer->lookup(name);
  }
};
} // namespace

/// How many quantizers were expanded.
static unsigned expandIn(GraphProto &graph, const Scope *outer) {
  const Scope scope(graph, outer);
  Nodes nodes;
  unsigned count = 0;
  for (NodeProto &node : *graph.mutable_node()) {
    forEachGraph(node, [&](GraphProto &inner) { count += expandIn(inner, &scope); });
    AttributeProto *mode = findMode(node);
    const TensorProto *zero = node.input_size() == 4 ? scope.lookup(node.input(2)) : nullptr;
    bool quantizes = node.domain() == qcompile::onnx::kQonnxDomain &&
                     llvm::is_contained({"Quant", "IntQuant"}, node.op_type()) && node.output_size() == 1;
    if (!quantizes || !mode || mode->s() != "DPU" || !zero || !isZero(*zero)) {
      nodes.Add()->Swap(&node);
      continue;
    }
    for (NodeProto &part : expand(node))
      nodes.Add()->Swap(&part);
    ++count;
  }
  graph.mutable_node()->Swap(&nodes);
  return count;
}

void repairRounding(ModelContext &model) {
  const unsigned count = expandIn(model.graph(), nullptr);
  if (count == 0)
    return;
  TensorProto &zero = *model.graph().add_initializer();
  zero.set_name(kZero);
  zero.set_data_type(TensorProto::FLOAT);
  zero.add_float_data(0);
  model.repaired("rounding mode DPU of " + std::to_string(count) +
                 " quantizers written by ROUND above 0 and HALF_DOWN below");
}

} // namespace qcompile::frontend
