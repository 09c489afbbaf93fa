//===- ShapeInference.cpp - Result types of one operation -----------------===//
#include "compiler/nodes/ShapeInference.h"

#include "compiler/evaluator/ProgramBuilder.h"
#include "compiler/nodes/ElementTypes.h"
#include "compiler/nodes/NodeWriter.h"
#include "dialects/onnx/HeldConstant.h"
#include "onnx/defs/shape_inference.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using ::onnx::NodeProto;
using ::onnx::TensorProto;
using ::onnx::TypeProto;

namespace qcompile::nodes {

namespace {
/// An operation as the inference function of its schema asks about it.
class OperationContext : public ::onnx::InferenceContext {
public:
  /// False where ONNX has no way of telling of the operation.
  bool read(Operation *op) {
    std::string problem;
    if (!writeNode(op, node, problem))
      return false;
    for (Value operand : getFormalOperands(op))
      if (!addOperand(operand))
        return false;
    for (Value result : getFormalResults(op))
      results.emplace_back(result != nullptr, TypeProto());
    return true;
  }

  /// Of the results that are there.
  std::vector<TypeProto> takeResults() {
    std::vector<TypeProto> out;
    for (auto &[present, type] : results)
      if (present)
        out.push_back(std::move(type));
    return out;
  }

  const ::onnx::AttributeProto *getAttribute(const std::string &name) const override {
    auto it = llvm::find_if(node.attribute(), [&](const auto &attribute) { return attribute.name() == name; });
    return it == node.attribute().end() ? nullptr : &*it;
  }
  size_t getNumInputs() const override { return operands.size(); }
  const TypeProto *getInputType(size_t index) const override {
    return hasInput(index) ? &operands[index].type : nullptr;
  }
  bool hasInput(size_t index) const override { return index < operands.size() && operands[index].present; }
  const TensorProto *getInputData(size_t index) const override {
    return index < operands.size() && operands[index].known ? &operands[index].data : nullptr;
  }
  size_t getNumOutputs() const override { return results.size(); }
  TypeProto *getOutputType(size_t index) override { return index < results.size() ? &results[index].second : nullptr; }
  bool hasOutput(size_t index) override { return index < results.size() && results[index].first; }
  ::onnx::GraphInferencer *getGraphAttributeInferencer(const std::string &) override { return nullptr; }
  const ::onnx::SparseTensorProto *getInputSparseData(size_t) const override { return nullptr; }
  const ::onnx::TensorShapeProto *getSymbolicInput(size_t) const override { return nullptr; }

private:
  struct Operand {
    bool present = false, known = false;
    TypeProto type;
    TensorProto data; ///< where known
  };

  bool addOperand(Value value) {
    Operand &operand = operands.emplace_back();
    if (!value)
      return true;
    operand.present = true;
    if (!writeType(value.getType(), operand.type))
      return false;
    Operation *producer = value.getDefiningOp();
    data::ConstantAttr constant = producer ? getHeldConstant(producer) : nullptr;
    std::string problem;
    operand.known =
        constant && constant.size() <= int64_t(kParameterElements) && writeTensor(constant, operand.data, problem);
    return true;
  }

  NodeProto node;
  std::vector<Operand> operands;
  std::vector<std::pair<bool, TypeProto>> results; ///< whether it is there, and its type
};
} // namespace

/// What both types say. Null where they contradict each other.
static Type merge(Type old, Type inferred) {
  auto a = dyn_cast<RankedTensorType>(old), b = dyn_cast_if_present<RankedTensorType>(inferred);
  if (!b)
    return old;
  if (!a)
    return cast<TensorType>(old).getElementType() == b.getElementType() ? b : Type();
  if (a.getRank() != b.getRank() || a.getElementType() != b.getElementType())
    return nullptr;
  SmallVector<int64_t> shape;
  for (auto [x, y] : llvm::zip(a.getShape(), b.getShape())) {
    if (!ShapedType::isDynamic(x) && !ShapedType::isDynamic(y) && x != y)
      return nullptr;
    shape.push_back(ShapedType::isDynamic(x) ? y : x);
  }
  return RankedTensorType::get(shape, a.getElementType());
}

std::string formatInferenceError(StringRef text) {
  text = text.trim().take_until([](char c) { return c == '\n'; });
  while (text.starts_with("[") && text.contains("] "))
    text = text.split("] ").second.ltrim();
  std::string out = text.rtrim('.').str();
  if (out.size() > 1 && !llvm::isUpper(out[1]))
    out[0] = llvm::toLower(out[0]);
  return out;
}

FailureOr<SmallVector<Type>> inferResultTypes(Operation *op, std::string &problem) {
  guardSchemas();
  SmallVector<Type> types(op->getResultTypes());
  const ::onnx::OpSchema *schema = findSchema(op);
  OperationContext context;
  // Nothing more is known of what has no ONNX form.
  if (!schema || !schema->has_type_and_shape_inference_function() || !context.read(op))
    return types;
  try {
    schema->GetTypeAndShapeInferenceFunction()(context);
  } catch (const std::exception &error) {
    problem = formatInferenceError(error.what());
    return failure();
  }
  for (auto [type, result] : llvm::zip(types, context.takeResults())) {
    Type inferred = readType(op->getContext(), result);
    Type both = merge(type, inferred);
    if (!both) {
      llvm::raw_string_ostream(problem) << "expected " << inferred << ", which follows from the operands, found "
                                        << type;
      return failure();
    }
    type = both;
  }
  return types;
}

} // namespace qcompile::nodes
