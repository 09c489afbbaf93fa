//===- Upgrade.cpp - Newest opset, function bodies, shape inference -------===//
#include <set>

#include "compiler/frontend/OldOperators.h"
#include "compiler/frontend/TensorData.h"
#include "compiler/nodes/ShapeInference.h"
#include "onnx/checker.h"
#include "onnx/shape_inference/implementation.h"
#include "onnx/version_converter/convert.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;
using ::onnx::ModelProto;
using ::onnx::TensorProto;
using ::onnx::ValueInfoProto;

namespace qcompile::frontend {

/// Bodies use operators that have bodies, a few levels deep.
static constexpr int kMaxDepth = 32;

/// Moves the big initializers out of the model and declares them as inputs, so that the library does not
/// copy them; `restore` undoes it.
class InitializersAside {
public:
  explicit InitializersAside(ModelProto &model) {
    auto *graph = model.mutable_graph();
    google::protobuf::RepeatedPtrField<TensorProto> kept;
    for (TensorProto &tensor : *graph->mutable_initializer()) {
      uint64_t elements = 1;
      for (int64_t dim : tensor.dims())
        elements *= uint64_t(dim);
      if (elements <= nodes::kParameterElements) {
        kept.Add()->Swap(&tensor);
        continue;
      }
      ValueInfoProto *input = graph->add_input();
      input->set_name(tensor.name());
      auto *type = input->mutable_type()->mutable_tensor_type();
      type->set_elem_type(tensor.data_type());
      for (int64_t dim : tensor.dims())
        type->mutable_shape()->add_dim()->set_dim_value(dim);
      aside.Add()->Swap(&tensor);
    }
    graph->mutable_initializer()->Swap(&kept);
  }

  void restore(ModelProto &model) {
    auto *graph = model.mutable_graph();
    llvm::StringMap<bool> names;
    for (TensorProto &tensor : aside) {
      names[tensor.name()] = true;
      graph->add_initializer()->Swap(&tensor);
    }
    auto *inputs = graph->mutable_input();
    inputs->erase(
        std::remove_if(inputs->begin(), inputs->end(), [&](const auto &input) { return names.count(input.name()); }),
        inputs->end());
  }

private:
  google::protobuf::RepeatedPtrField<TensorProto> aside;
};

/// The version converter drops names it does not need; a node keeps its name by its first output.
static void restoreNodeNames(ModelProto &model, const llvm::StringMap<std::string> &names) {
  int index = 0;
  for (auto &node : *model.mutable_graph()->mutable_node()) {
    auto it = node.output_size() ? names.find(node.output(0)) : names.end();
    if (it != names.end())
      node.set_name(it->second);
    else if (node.name().empty())
      node.set_name(node.op_type() + "_upgrade_" + std::to_string(index));
    ++index;
  }
}

/// Nodes of another opset than the one that is being converted stand in a domain that the converter passes over.
static constexpr llvm::StringLiteral kLaterDomain = "qcompile.opset.";

static std::string getLaterDomain(int opset) { return (kLaterDomain + llvm::Twine(opset)).str(); }

static ::onnx::OperatorSetIdProto &getDefaultImport(ModelProto &model) {
  for (auto &import : *model.mutable_opset_import())
    if (import.domain().empty())
      return import;
  return *model.add_opset_import();
}

/// Converts the nodes of the model's opset to another one.
static LogicalResult convertStep(ModelContext &model, int from, int to) {
  FailureOr<OldOperators> old = OldOperators::prepare(model, from, to);
  if (failed(old))
    return failure();
  llvm::StringMap<std::string> names;
  for (const auto &node : model.graph().node())
    if (node.output_size())
      names[node.output(0)] = node.name();
  getDefaultImport(*model.model).set_version(from);
  try {
    *model.model = ::onnx::version_conversion::ConvertVersion(*model.model, to);
  } catch (const std::exception &problem) {
    auto [where, what] = StringRef(problem.what()).split("failed: ");
    if (what.empty() || !where.contains("version_converter"))
      throw;
    return model.error(Code::I003) << "the model cannot be brought from opset " << from << " to " << to << ": "
                                   << what.trim();
  }
  restoreNodeNames(*model.model, names);
  old->finish(model.graph());
  return success();
}

/// Brings the model to the newest opset. What functions at other opsets have left joins the rest at its own.
static LogicalResult convertVersion(ModelContext &model) {
  const int version = int(getDefaultImport(*model.model).version());
  std::set<int> versions = {version, int(getNewestOpset())};
  for (const auto &[name, opset] : model.nodeOpsets)
    versions.insert(opset);
  if (versions.size() == 1)
    return success();
  // Initializers that are no inputs, as repairs leave them, came with IR 4; else files are written the same way.
  if (model.model->ir_version() < 4)
    model.model->set_ir_version(4);
  for (::onnx::NodeProto &node : *model.graph().mutable_node())
    if (int opset = model.getOpset(node, version); node.domain().empty() && opset != *versions.begin())
      node.set_domain(getLaterDomain(opset));
  for (int later : llvm::drop_begin(versions)) {
    auto *import = model.model->add_opset_import();
    import->set_domain(getLaterDomain(later));
    import->set_version(1);
  }
  for (auto from = versions.begin(), to = std::next(from); to != versions.end(); from = to++) {
    if (failed(convertStep(model, *from, *to)))
      return failure();
    for (::onnx::NodeProto &node : *model.graph().mutable_node())
      if (node.domain() == getLaterDomain(*to))
        node.clear_domain();
  }
  model.nodeOpsets.clear();
  auto &imports = *model.model->mutable_opset_import();
  imports.erase(std::remove_if(imports.begin(), imports.end(),
                               [](const auto &import) { return StringRef(import.domain()).starts_with(kLaterDomain); }),
                imports.end());
  return success();
}

static void inferShapesOnce(ModelContext &model) {
  writeFunctionDefaults(model);
  ::onnx::ShapeInferenceOptions options(/*check_type=*/true, /*strict_mode=*/1,
                                        /*data_prop=*/true);
  ::onnx::shape_inference::InferShapes(*model.model, ::onnx::OpSchemaRegistry::Instance(), options);
}

/// What the file says of sizes beside the inputs, out of the way of inference.
static std::vector<ValueInfoProto> clearNotedShapes(ModelContext &model) {
  std::vector<ValueInfoProto> outputs(model.graph().output().begin(), model.graph().output().end());
  model.graph().clear_value_info();
  for (ValueInfoProto &output : *model.graph().mutable_output())
    if (output.type().has_tensor_type())
      output.mutable_type()->mutable_tensor_type()->clear_shape();
  return outputs;
}

static std::string formatShape(const ValueInfoProto &value) {
  std::string out;
  for (const auto &dim : value.type().tensor_type().shape().dim())
    out += (out.empty() ? "" : "x") + (dim.has_dim_value() ? std::to_string(dim.dim_value()) : "?");
  return out.empty() ? "scalar" : out;
}

static bool contradict(const ValueInfoProto &a, const ValueInfoProto &b) {
  if (!a.type().tensor_type().has_shape() || !b.type().tensor_type().has_shape())
    return false;
  const auto &x = a.type().tensor_type().shape(), &y = b.type().tensor_type().shape();
  auto differ = [](const auto &m, const auto &n) {
    return m.has_dim_value() && n.has_dim_value() && m.dim_value() != n.dim_value();
  };
  return x.dim_size() != y.dim_size() ||
         !std::equal(x.dim().begin(), x.dim().end(), y.dim().begin(), std::not_fn(differ));
}

static LogicalResult inferShapes(ModelContext &model) {
  try {
    inferShapesOnce(model);
    return success();
  } catch (const std::exception &) {
    // Shapes noted in the model may be those of other inputs, or of an older version of an operator: pools whose last
    // window begins behind the input have lost it since.
  }
  std::vector<ValueInfoProto> noted = clearNotedShapes(model);
  try {
    inferShapesOnce(model);
  } catch (const std::exception &problem) {
    return reportInference(model, problem.what());
  }
  for (auto [before, after] : llvm::zip(noted, model.graph().output()))
    if (contradict(before, after))
      model.repaired("shape " + formatShape(before) + " of output '" + before.name() + "' taken as " +
                     formatShape(after) + ", which follows from the inputs");
  return success();
}

/// Puts function bodies and the graphs of control flow in the place of their nodes, which may have such nodes again.
static LogicalResult expandNodes(ModelContext &model) {
  for (int depth = 0; depth < kMaxDepth; ++depth) {
    bool changed = inlineFunctions(model);
    if (changed && failed(inferShapes(model)))
      return failure();
    FailureOr<bool> folded = foldControlFlow(model);
    if (failed(folded))
      return failure();
    if (*folded && (failed(checkOperators(model)) || failed(inferShapes(model))))
      return failure();
    if (!changed && !*folded) // bodies may need shapes, which are not all known where a model is only looked at
      return model.keepsUnknownShapes() ? success() : checkFunctionsReplaced(model);
  }
  return model.error(Code::I003) << "functions and graphs within each other are more than " << kMaxDepth
                                 << " levels deep";
}

LogicalResult upgradeModel(ModelContext &model) {
  if (failed(checkTensorData(model)) || failed(fixInputShapes(model)))
    return failure();
  InitializersAside aside(*model.model);
  if (failed(convertVersion(model))) {
    aside.restore(*model.model);
    return failure();
  }
  // The checker wants an IR version that goes with the opset.
  model.model->set_ir_version(::onnx::Version::IR_VERSION);
  LogicalResult expanded = success(succeeded(inferShapes(model)) && succeeded(expandNodes(model)));
  aside.restore(*model.model);
  return expanded;
}

} // namespace qcompile::frontend
