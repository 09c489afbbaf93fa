//===- InferenceErrors.cpp - What shape inference says --------------------===//
//
// The library collects what is wrong with all nodes in one text: "(op_type:MatMul, node name: mm): [ShapeInferenceError] Incompatible
// dimensions", a line each. Here every node gets an error of its own.
//
//===----------------------------------------------------------------------===//
#include "compiler/frontend/ConstantValues.h"
#include "compiler/frontend/ShapeInference.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using ::onnx::NodeProto;

namespace qcompile::frontend {

std::string formatInferenceError(StringRef text) {
  text = text.trim().take_until([](char c) { return c == '\n'; });
  while (text.starts_with("[") && text.contains("] "))
    text = text.split("] ").second.ltrim();
  std::string out = text.str();
  if (out.size() > 1 && !llvm::isUpper(out[1]))
    out[0] = llvm::toLower(out[0]);
  return out;
}

static std::string describeOperands(const NodeProto &node, const ConstantValues &values) {
  std::string out;
  for (const std::string &input : node.input()) {
    if (input.empty())
      continue;
    std::optional<std::vector<int64_t>> shape = values.getShape(input);
    out += (out.empty() ? " of shapes " : ", ") + (!shape ? "?" : shape->empty() ? "scalar" : runtime::ShapeToString(*shape));
  }
  return out;
}

LogicalResult reportInference(ModelContext &model, StringRef text) {
  ConstantValues values(model);
  llvm::StringMap<unsigned> nodes;
  for (int i = 0; i < model.graph().node_size(); ++i)
    nodes.try_emplace(model.graph().node(i).name(), unsigned(i));
  bool reported = false;
  for (StringRef line : llvm::split(text, '\n')) {
    StringRef rest = line.split("(op_type:").second;
    auto [name, reason] = rest.split(", node name: ").second.split("): ");
    auto found = nodes.find(name);
    if (reason.empty() || found == nodes.end())
      continue;
    const NodeProto &node = model.graph().node(int(found->second));
    emitError(model.nodeLocation(node, found->second), Code::I006)
        << "node '" << name << "': " << node.op_type() << describeOperands(node, values) << ": "
        << formatInferenceError(reason);
    reported = true;
  }
  if (reported)
    return failure();
  return model.error(Code::I006) << "shapes are not consistent: " << formatInferenceError(text);
}

} // namespace qcompile::frontend
