//===- Upgrade.cpp - Newest opset, function bodies, shape inference -------===//
#include "compiler/frontend/ConstantValues.h"
#include "compiler/frontend/TensorData.h"
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

/// Some exporters write -1 for sizes that they do not know.
static void dropNegativeSizes(ValueInfoProto &output) {
  if (output.type().has_tensor_type() && output.type().tensor_type().has_shape())
    for (auto &dim : *output.mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim())
      if (dim.has_dim_value() && dim.dim_value() < 0)
        dim.clear_dim_value();
}

/// Applies --input-shape and gives the batch a size where it has none.
static LogicalResult fixInputShapes(ModelContext &model) {
  LogicalResult result = success();
  llvm::for_each(*model.graph().mutable_output(), dropNegativeSizes);
  auto wanted = model.options.inputShapes;
  for (ValueInfoProto &input : *model.graph().mutable_input()) {
    if (input.type().has_tensor_type() && !input.type().tensor_type().has_shape() && !wanted.count(input.name())) {
      if (!model.options.keepUnknownShapes)
        result = model.error(Code::I006) << "input '" << input.name()
                                         << "': expected a shape, found none; give it with --input-shape";
      continue;
    }
    auto *shape = input.mutable_type()->mutable_tensor_type()->mutable_shape();
    if (auto it = wanted.find(input.name()); it != wanted.end()) {
      shape->clear_dim();
      for (int64_t extent : it->second)
        shape->add_dim()->set_dim_value(extent);
      wanted.erase(it);
    }
    for (int d = 0; d < shape->dim_size(); ++d) {
      auto *dim = shape->mutable_dim(d);
      if (dim->has_dim_value() && dim->dim_value() >= 0)
        continue; // an empty tensor is a tensor
      std::string name = dim->has_dim_param() ? dim->dim_param() : "?";
      const bool isNegative = dim->has_dim_value();
      if (isNegative) {
        name = std::to_string(dim->dim_value());
        dim->clear_dim_value();
      }
      if (d == 0) {
        dim->set_dim_value(1);
        model.repaired("batch dimension '" + name + "' of input '" + input.name() +
                       "' taken as 1");
        model.report.freeBatches.push_back(input.name());
        continue;
      }
      if (model.options.keepUnknownShapes) {
        if (isNegative)
          model.repaired("dimension " + std::to_string(d) + " of input '" + input.name() + "', " + name +
                         ", taken as unknown");
        continue;
      }
      result = model.error(Code::I006)
               << "input '" << input.name() << "': expected a size for dimension " << d << ", found '" << name
               << "'; give it with --input-shape";
    }
  }
  for (const auto &[name, shape] : wanted)
    result = model.error(Code::U001) << "--input-shape names '" << name
                                     << "', which is no input of the model";
  return result;
}

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
      if (elements <= kParameterElements) {
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

static LogicalResult inferShapes(ModelContext &model) {
  try {
    inferShapesOnce(model);
    return success();
  } catch (const std::exception &) {
    // Shapes noted inside the model may be those of an older version of an operator: pools whose last window begins
    // behind the input have lost it since.
    model.model->mutable_graph()->clear_value_info();
  }
  try {
    inferShapesOnce(model);
    return success();
  } catch (const std::exception &problem) {
    return reportInference(model, problem.what());
  }
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
    if (!changed && !*folded)
      return success();
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
