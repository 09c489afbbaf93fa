//===- ChannelsLastShapes.cpp - Shapes of channels-last operators ---------===//
#include "dialects/onnx/schemas/ChannelsLastShapes.h"

#include "onnx/defs/schema.h"

// The onnx library's macros name its namespace unqualified, so these functions stay outside ours.
using namespace ONNX_NAMESPACE;

namespace {

std::vector<int64_t> readList(InferenceContext &context, const char *name, size_t size, int64_t otherwise) {
  const AttributeProto *attribute = context.getAttribute(name);
  std::vector<int64_t> list;
  if (attribute)
    list.assign(attribute->ints().begin(), attribute->ints().end());
  if (list.size() != size)
    list.assign(size, otherwise);
  return list;
}

/// The windows along one dimension, as the standard operators count them.
int64_t countWindows(int64_t extent, int64_t span, int64_t stride, int64_t low, int64_t high, const std::string &mode,
                     bool roundsUp) {
  if (mode == "SAME_UPPER" || mode == "SAME_LOWER")
    return (extent + stride - 1) / stride;
  int64_t free = extent + (mode == "VALID" ? 0 : low + high) - span;
  if (free < 0)
    return 0;
  int64_t steps = roundsUp ? (free + stride - 1) / stride : free / stride;
  // A window that would begin behind the input and its front padding does not count.
  if (roundsUp && steps * stride >= extent + low)
    --steps;
  return steps + 1;
}

/// The spatial extents of the kernel: the attribute, else those of the weights.
std::vector<int64_t> readKernel(InferenceContext &context, size_t spatial) {
  std::vector<int64_t> kernel = readList(context, "kernel_shape", spatial, 0);
  if (kernel.front() != 0 || context.getNumInputs() < 2 || !hasInputShape(context, 1))
    return kernel;
  const TensorShapeProto &weights = getInputShape(context, 1);
  for (size_t d = 0; d < spatial && int(d) + 1 < weights.dim_size(); ++d)
    kernel[d] = weights.dim(int(d) + 1).dim_value();
  return kernel;
}

} // namespace

void qcompile::onnx::inferChannelsLast(InferenceContext &context) {
  propagateElemTypeFromInputToOutput(context, 0, 0);
  if (!hasInputShape(context, 0))
    return;
  const TensorShapeProto &input = getInputShape(context, 0);
  bool windows = context.getAttribute("kernel_shape") || context.getAttribute("strides") ||
                 (context.getNumInputs() > 1 && context.getNumInputs() <= 3);
  if (!windows || input.dim_size() < 3) {
    propagateShapeFromInputToOutput(context, 0, 0);
    return;
  }
  size_t spatial = size_t(input.dim_size()) - 2;
  std::vector<int64_t> kernel = readKernel(context, spatial);
  std::vector<int64_t> strides = readList(context, "strides", spatial, 1);
  std::vector<int64_t> dilations = readList(context, "dilations", spatial, 1);
  std::vector<int64_t> pads = readList(context, "pads", 2 * spatial, 0);
  const AttributeProto *automatic = context.getAttribute("auto_pad");
  const AttributeProto *ceil = context.getAttribute("ceil_mode");
  std::string mode = automatic ? automatic->s() : "NOTSET";
  TensorShapeProto output;
  *output.add_dim() = input.dim(0);
  for (size_t d = 0; d < spatial; ++d) {
    const auto &extent = input.dim(int(d) + 1);
    auto *dim = output.add_dim();
    if (!extent.has_dim_value() || kernel[d] <= 0 || strides[d] <= 0 || dilations[d] <= 0)
      continue;
    int64_t span = dilations[d] * (kernel[d] - 1) + 1;
    dim->set_dim_value(
        countWindows(extent.dim_value(), span, strides[d], pads[d], pads[spatial + d], mode, ceil && ceil->i() != 0));
  }
  bool convolves = context.getNumInputs() > 1 && hasInputShape(context, 1);
  *output.add_dim() = convolves ? getInputShape(context, 1).dim(0) : input.dim(int(spatial) + 1);
  updateOutputShape(context, 0, output);
}
