//===- Upgrade.cpp - Newest opset, function bodies, shape inference -------===//
#include "compiler/frontend/ConstantValues.h"
#include "compiler/frontend/TensorData.h"
#include "compiler/nodes/ShapeInference.h"
#include "llvm/ADT/StringMap.h"
#include "onnx/checker.h"
#include "onnx/shape_inference/implementation.h"
#include "onnx/version_converter/convert.h"

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
    inputs->erase(std::remove_if(inputs->begin(), inputs->end(),
                                 [&](const auto &input) { return names.count(input.name()); }),
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

/// How Upsample and Resize round positions before opset 11, by the result's name: down where they enlarge, up where they reduce
/// (operator tests of opset 10: resize_upsample_nearest, resize_downsample_nearest).
static FailureOr<llvm::StringMap<std::string>> findOldResizing(ModelContext &model) {
  llvm::StringMap<std::string> modes;
  ConstantValues constants(model);
  LogicalResult result = success();
  unsigned index = 0;
  for (const auto &node : model.graph().node()) {
    const unsigned at = index++;
    if (!node.domain().empty() || node.output_size() == 0 || (node.op_type() != "Upsample" && node.op_type() != "Resize"))
      continue;
    modes[node.output(0)] = "floor";
    const bool interpolates = llvm::any_of(node.attribute(), [](const auto &a) { return a.name() == "mode" && a.s() != "nearest"; });
    if (interpolates || node.op_type() == "Upsample" || node.input_size() < 2)
      continue;
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
  }
  if (failed(result))
    return failure();
  return modes;
}

/// Before opset 11, position i of the result came from i / scale. The converter leaves the newer operators their own defaults.
static void keepOldResizing(ModelProto &model, const llvm::StringMap<std::string> &modes) {
  for (auto &node : *model.mutable_graph()->mutable_node()) {
    auto mode = node.op_type() == "Resize" && node.output_size() ? modes.find(node.output(0)) : modes.end();
    if (mode == modes.end())
      continue;
    for (auto [name, value] :
         {std::pair<std::string, std::string>("coordinate_transformation_mode", "asymmetric"), {"nearest_mode", mode->second}}) {
      auto *attribute = node.add_attribute();
      attribute->set_name(name);
      attribute->set_type(::onnx::AttributeProto::STRING);
      attribute->set_s(value);
    }
  }
}

static LogicalResult convertVersion(ModelContext &model) {
  int64_t version = 0;
  for (const auto &import : model.model->opset_import())
    if (import.domain().empty())
      version = import.version();
  if (version == getNewestOpset())
    return success();
  FailureOr<llvm::StringMap<std::string>> resizing = llvm::StringMap<std::string>();
  if (version < 11 && failed(resizing = findOldResizing(model)))
    return failure();
  llvm::StringMap<std::string> names;
  for (const auto &node : model.graph().node())
    if (node.output_size())
      names[node.output(0)] = node.name();
  // Initializers that are no inputs, as repairs leave them, came with IR 4; else files are written the same way.
  if (model.model->ir_version() < 4)
    model.model->set_ir_version(4);
  *model.model = ::onnx::version_conversion::ConvertVersion(*model.model, int(getNewestOpset()));
  restoreNodeNames(*model.model, names);
  keepOldResizing(*model.model, *resizing);
  return success();
}

static void inferShapesOnce(ModelContext &model) {
  writeFunctionDefaults(model);
  ::onnx::ShapeInferenceOptions options(/*check_type=*/true, /*strict_mode=*/1,
                                        /*data_prop=*/true);
  ::onnx::shape_inference::InferShapes(*model.model, ::onnx::OpSchemaRegistry::Instance(),
                                       options);
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
  return x.dim_size() != y.dim_size() || !std::equal(x.dim().begin(), x.dim().end(), y.dim().begin(), std::not_fn(differ));
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
      model.repaired("shape " + formatShape(before) + " of output '" + before.name() + "' taken as " + formatShape(after) +
                     ", which follows from the inputs");
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
      return model.options.keepUnknownShapes ? success() : checkFunctionsReplaced(model);
  }
  return model.error(Code::I003) << "functions and graphs within each other are more than "
                                 << kMaxDepth << " levels deep";
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
