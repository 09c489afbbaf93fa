//===- InputShapes.cpp - Sizes of inputs ----------------------------------===//
#include "compiler/frontend/ModelContext.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;
using ::onnx::TensorShapeProto;
using ::onnx::ValueInfoProto;

namespace qcompile::frontend {

/// Some exporters write -1 for sizes that they do not know.
static void dropNegativeSizes(ValueInfoProto &output) {
  if (output.type().has_tensor_type() && output.type().tensor_type().has_shape())
    for (auto &dim : *output.mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim())
      if (dim.has_dim_value() && dim.dim_value() < 0)
        dim.clear_dim_value();
}

/// An empty tensor is a tensor.
static bool isUnknown(const TensorShapeProto::Dimension &dim) { return !dim.has_dim_value() || dim.dim_value() < 0; }

namespace {
class InputShapes {
public:
  explicit InputShapes(ModelContext &model) : model(model) {}

  LogicalResult fix() {
    applyOptions();
    if (model.options.getDataShapes &&
        llvm::any_of(model.graph().input(), [&](auto &input) { return needsData(input); }))
      applyData();
    for (ValueInfoProto &input : *model.graph().mutable_input())
      fixInput(input);
    return result;
  }

private:
  /// What --input-shape says of one input it says of the dimensions of the same name in others.
  void applyOptions() {
    auto wanted = model.options.inputShapes;
    for (ValueInfoProto &input : *model.graph().mutable_input()) {
      auto it = wanted.find(input.name());
      if (it == wanted.end())
        continue;
      auto *shape = input.mutable_type()->mutable_tensor_type()->mutable_shape();
      if (shape->dim_size() == int(it->second.size()))
        for (auto [dim, extent] : llvm::zip(shape->dim(), it->second))
          if (dim.has_dim_param() && !dim.dim_param().empty())
            named.try_emplace(dim.dim_param(), extent);
      shape->clear_dim();
      for (int64_t extent : it->second)
        shape->add_dim()->set_dim_value(extent);
      wanted.erase(it);
    }
    for (const auto &[name, shape] : wanted)
      result = model.error(Code::U001) << "--input-shape names '" << name << "', which is no input of the model";
  }

  /// Whether a size is missing that data should give.
  bool needsData(const ValueInfoProto &input) const {
    const auto &type = input.type().tensor_type();
    if (!input.type().has_tensor_type() || !type.has_shape())
      return input.type().has_tensor_type();
    const bool skipsFirst = !model.options.takeBatchFromData && type.shape().dim_size() != 0;
    return llvm::any_of(llvm::drop_begin(type.shape().dim(), skipsFirst), isUnknown);
  }

  void applyData() {
    std::vector<std::string> names;
    for (const ValueInfoProto &input : model.graph().input())
      names.push_back(input.name());
    auto found = model.options.getDataShapes(names);
    for (ValueInfoProto &input : *model.graph().mutable_input())
      if (auto it = found.find(input.name()); it != found.end())
        applyData(input, it->second);
  }

  void applyData(ValueInfoProto &input, llvm::ArrayRef<int64_t> data) {
    auto *tensor = input.mutable_type()->mutable_tensor_type();
    if (!tensor->has_shape()) {
      for (int64_t extent : data)
        tensor->mutable_shape()->add_dim()->set_dim_value(extent);
      model.repaired("shape of input '" + input.name() + "' taken from its data");
      return;
    }
    if (tensor->shape().dim_size() != int(data.size()))
      return;
    for (int d = model.options.takeBatchFromData ? 0 : 1; d < tensor->shape().dim_size(); ++d) {
      TensorShapeProto::Dimension &dim = *tensor->mutable_shape()->mutable_dim(d);
      if (!isUnknown(dim) || named.contains(dim.dim_param()))
        continue;
      model.repaired("dimension " + std::to_string(d) + " of input '" + input.name() + "' taken as " +
                     std::to_string(data[d]) + " from its data");
      if (dim.has_dim_param() && !dim.dim_param().empty())
        named.try_emplace(dim.dim_param(), data[d]);
      dim.set_dim_value(data[d]);
    }
  }

  void fixInput(ValueInfoProto &input) {
    if (input.type().has_tensor_type() && !input.type().tensor_type().has_shape()) {
      if (!model.keepsUnknownShapes())
        result = model.error(Code::I006) << "input '" << input.name()
                                         << "': expected a shape, found none; give it with --input-shape";
      return;
    }
    auto *shape = input.mutable_type()->mutable_tensor_type()->mutable_shape();
    for (int d = 0; d < shape->dim_size(); ++d)
      fixDimension(input, d, *shape->mutable_dim(d));
  }

  void fixDimension(const ValueInfoProto &input, int d, TensorShapeProto::Dimension &dim) {
    if (!isUnknown(dim))
      return;
    if (auto it = named.find(dim.dim_param()); it != named.end()) {
      dim.set_dim_value(it->second);
      return;
    }
    const std::string symbol = dim.dim_param();
    std::string name = dim.has_dim_param() ? symbol : "?";
    const bool isNegative = dim.has_dim_value();
    if (isNegative) {
      name = std::to_string(dim.dim_value());
      dim.clear_dim_value();
    }
    if (d == 0) {
      dim.set_dim_value(1);
      model.repaired("batch dimension '" + name + "' of input '" + input.name() + "' taken as 1");
      model.report.freeBatches.emplace(input.name(), symbol);
      return;
    }
    if (!model.keepsUnknownShapes())
      result = model.error(Code::I006) << "input '" << input.name() << "': expected a size for dimension " << d
                                       << ", found '" << name << "'; give it with --input-shape";
    else if (isNegative)
      model.repaired("dimension " + std::to_string(d) + " of input '" + input.name() + "', " + name +
                     ", taken as unknown");
  }

  ModelContext &model;
  llvm::StringMap<int64_t> named;
  LogicalResult result = success();
};
} // namespace

LogicalResult fixInputShapes(ModelContext &model) {
  llvm::for_each(*model.graph().mutable_output(), dropNegativeSizes);
  return InputShapes(model).fix();
}

} // namespace qcompile::frontend
