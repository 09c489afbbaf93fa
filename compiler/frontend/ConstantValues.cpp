//===- ConstantValues.cpp - Values that do not depend on inputs -----------===//
#include "compiler/frontend/ConstantValues.h"

#include "compiler/evaluator/Evaluator.h"
#include "onnx/shape_inference/implementation.h"

using namespace mlir;
using ::onnx::GraphProto;
using ::onnx::NodeProto;

namespace qcompile::frontend {

/// What takes more steps than this is taken for unknown: steps are followed by recursion.
static constexpr int kMaxDepth = 512;

ConstantValues::ConstantValues(ModelContext &model) : model(model) {
  for (const NodeProto &node : model.graph().node())
    note(node);
  for (const auto &tensor : model.graph().initializer())
    note(tensor);
  for (const auto *values : {&model.graph().input(), &model.graph().output(), &model.graph().value_info()})
    for (const auto &value : *values)
      types[value.name()] = &value.type();
}

void ConstantValues::note(const NodeProto &node) {
  for (const std::string &output : node.output())
    producers[output] = &node;
}

bool ConstantValues::isStored(const std::string &name) const {
  auto producer = producers.find(name);
  return initializers.contains(name) || (producer != producers.end() && producer->second->op_type() == "Constant");
}

std::string ConstantValues::follow(std::string name) const {
  for (auto it = producers.find(name);
       it != producers.end() && it->second->op_type() == "Identity" && it->second->domain().empty();
       it = producers.find(name))
    name = it->second->input(0);
  return name;
}

std::optional<std::vector<int64_t>> ConstantValues::getShape(const std::string &name) const {
  if (auto it = initializers.find(name); it != initializers.end())
    return std::vector<int64_t>(it->second->dims().begin(), it->second->dims().end());
  auto it = types.find(name);
  if (it == types.end() || !it->second->has_tensor_type() || !it->second->tensor_type().has_shape())
    return std::nullopt;
  std::vector<int64_t> shape;
  for (const auto &dim : it->second->tensor_type().shape().dim()) {
    if (!dim.has_dim_value())
      return std::nullopt;
    shape.push_back(dim.dim_value());
  }
  return shape;
}

/// A node that gives the extents `shape` has, from `start` to `end` where these are written.
static NodeProto makeShapeConstant(const NodeProto &node, ArrayRef<int64_t> shape) {
  NodeProto constant;
  constant.set_op_type("Constant");
  *constant.mutable_output() = node.output();
  auto *value = constant.add_attribute();
  if (node.op_type() == "Size") {
    value->set_name("value_int");
    value->set_type(::onnx::AttributeProto::INT);
    int64_t size = 1;
    for (int64_t extent : shape)
      size *= extent;
    value->set_i(size);
    return constant;
  }
  int64_t rank = int64_t(shape.size()), start = 0, end = rank;
  for (const auto &attribute : node.attribute())
    (attribute.name() == "start" ? start : end) = attribute.i();
  auto clamp = [&](int64_t i) { return std::clamp<int64_t>(i < 0 ? i + rank : i, 0, rank); };
  value->set_name("value_ints");
  value->set_type(::onnx::AttributeProto::INTS);
  for (int64_t i = clamp(start); i < clamp(end); ++i)
    value->add_ints(shape[size_t(i)]);
  return constant;
}

/// Adds the nodes behind `name` to `graph`, each before its users.
bool ConstantValues::collect(const std::string &name, GraphProto &graph, llvm::StringMap<bool> &done, int depth) {
  if (name.empty())
    return true;
  if (depth > kMaxDepth)
    return false;
  auto [entry, isNew] = done.try_emplace(name, false);
  if (!isNew)
    return entry->second;
  if (auto it = initializers.find(name); it != initializers.end()) {
    *graph.add_initializer() = *it->second;
    return done[name] = true;
  }
  auto it = producers.find(name);
  if (it == producers.end())
    return false;
  const NodeProto &node = *it->second;
  for (const std::string &output : node.output())
    done[output] = false;
  bool isShape = node.domain().empty() && (node.op_type() == "Shape" || node.op_type() == "Size");
  std::optional<std::vector<int64_t>> shape;
  if (isShape)
    shape = getShape(node.input(0));
  bool known = llvm::none_of(node.attribute(), [](const auto &a) { return a.has_g(); });
  if (shape) {
    *graph.add_node() = makeShapeConstant(node, *shape);
  } else {
    for (const std::string &input : node.input())
      known &= collect(input, graph, done, depth + 1);
    if (known)
      *graph.add_node() = node;
  }
  for (const std::string &output : node.output())
    done[output] = known;
  return known;
}

std::optional<runtime::Tensor> ConstantValues::evaluate(const std::string &name) {
  auto proto = std::make_shared<::onnx::ModelProto>();
  *proto->mutable_opset_import() = model.model->opset_import();
  proto->set_ir_version(model.model->ir_version());
  llvm::StringMap<bool> done;
  if (!collect(name, *proto->mutable_graph(), done, 0))
    return std::nullopt;
  proto->mutable_graph()->add_output()->set_name(name);
  ImportReport report;
  ModelContext part{model.context, proto, model.file, model.directory, model.options, report};
  // What cannot be computed is reported where it matters: here it is only not known.
  ScopedDiagnosticHandler quiet(model.context, [](Diagnostic &) { return success(); });
  try {
    ::onnx::shape_inference::InferShapes(*proto, ::onnx::OpSchemaRegistry::Instance(),
                                         ::onnx::ShapeInferenceOptions(true, 1, true));
  } catch (const std::exception &) {
    return std::nullopt;
  }
  OwningOpRef<ModuleOp> module = buildModule(part);
  if (!module)
    return std::nullopt;
  llvm::Expected<Evaluator> evaluator = Evaluator::create(module->lookupSymbol<func::FuncOp>("main"));
  if (!evaluator) {
    llvm::consumeError(evaluator.takeError());
    return std::nullopt;
  }
  auto results = evaluator->run({});
  if (results)
    return std::move((*results)[0]);
  llvm::consumeError(results.takeError());
  return std::nullopt;
}

} // namespace qcompile::frontend
