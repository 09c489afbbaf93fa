//===- InferenceErrors.cpp - What shape inference says --------------------===//
//
// The library collects what is wrong with all nodes in one text: "(op_type:MatMul, node name: mm):
// [ShapeInferenceError] Incompatible dimensions", a line each. Here every node gets an error of its own, but those that
// only lack the type of a value of another one.
//
//===----------------------------------------------------------------------===//
#include "compiler/frontend/ConstantValues.h"
#include "compiler/nodes/ShapeInference.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using ::onnx::NodeProto;

namespace qcompile::frontend {

static std::string describeOperands(const NodeProto &node, const ConstantValues &values) {
  std::string out;
  for (const std::string &input : node.input()) {
    if (input.empty())
      continue;
    std::optional<std::vector<int64_t>> shape = values.getShape(input);
    out += (out.empty() ? " of shapes " : ", ") + (!shape           ? "?"
                                                   : shape->empty() ? "scalar"
                                                                    : runtime::ShapeToString(*shape));
  }
  return out;
}

LogicalResult reportInference(ModelContext &model, StringRef text) {
  llvm::StringMap<StringRef> reasons; // by node
  for (StringRef line : llvm::split(text, '\n')) {
    StringRef rest = line.split("(op_type:").second;
    auto [name, reason] = rest.split(", node name: ").second.split("): ");
    if (!reason.empty())
      reasons.try_emplace(name, reason);
  }
  ConstantValues values(model);
  llvm::StringSet<> lost;                              // values of no type, for they come from a node that is wrong
  std::set<std::string> doubtful = model.assumedTypes; // what is wrong with these may be wrong with the assumption
  bool reported = false;
  for (auto [index, node] : llvm::enumerate(model.graph().node())) {
    auto reason = reasons.find(node.name());
    const bool isWrong = reason != reasons.end();
    const bool followsWrong =
        llvm::any_of(node.input(), [&](const std::string &input) { return lost.contains(input); });
    const bool followsDoubtful =
        llvm::any_of(node.input(), [&](const std::string &input) { return doubtful.contains(input); });
    if (followsDoubtful)
      doubtful.insert(node.output().begin(), node.output().end());
    if (isWrong && !followsWrong && !followsDoubtful)
      emitError(model.nodeLocation(node, index), Code::I006)
          << "node '" << node.name() << "': " << node.op_type() << describeOperands(node, values) << ": "
          << nodes::formatInferenceError(reason->second);
    reported |= isWrong;
    if (isWrong || followsWrong)
      for (const std::string &output : node.output())
        if (isWrong || !values.getShape(output))
          lost.insert(output);
  }
  if (reported)
    return failure();
  return model.error(Code::I006) << "shapes are not consistent: " << nodes::formatInferenceError(text);
}

} // namespace qcompile::frontend
