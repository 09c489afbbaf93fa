//===- Convolution.cpp - Operations on windows, channels last -------------===//
#include "backends/cpu/lower-to-kernels/Convolution.h"

#include "backends/cpu/lower-to-kernels/ParameterPacking.h"

using namespace mlir;

namespace qcompile::cpu {

SmallVector<int64_t> getChannelsLastOrder(int64_t rank, int64_t axis) {
  SmallVector<int64_t> order;
  for (int64_t d = 0; d < rank; ++d)
    if (d != axis)
      order.push_back(d);
  order.push_back(axis);
  return order;
}

SmallVector<int64_t> getInverseOrder(ArrayRef<int64_t> order) {
  SmallVector<int64_t> inverse(order.size());
  for (auto [position, d] : llvm::enumerate(order))
    inverse[d] = position;
  return inverse;
}

static runtime::WindowProblem makeWindow(Value input, int64_t axis, ArrayRef<int64_t> kernel, ArrayRef<int64_t> strides,
                                         ArrayRef<int64_t> dilations) {
  runtime::WindowProblem window;
  ArrayRef<int64_t> shape = getShape(input);
  for (int64_t d : getChannelsLastOrder(shape.size(), axis))
    window.input.push_back(shape[d]);
  window.kernel = kernel.vec();
  window.strides = strides.vec();
  window.dilations = dilations.vec();
  return window;
}

/// Weights [O, I, kernel...] in the order [O, kernel..., I].
static std::vector<int64_t> moveChannelsLast(ArrayRef<int64_t> weights, int64_t outputs, int64_t channels) {
  std::vector<int64_t> result(weights.size());
  int64_t taps = weights.size() / (outputs * channels);
  for (int64_t o = 0; o < outputs; ++o)
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t t = 0; t < taps; ++t)
        result[(o * taps + t) * channels + c] = weights[(o * channels + c) * taps + t];
  return result;
}

static std::optional<Convolution> convertConv(qnn::ConvOp op) {
  auto constant = op.getWeights().getDefiningOp<qnn::ConstantOp>();
  if (!constant)
    return std::nullopt;
  Convolution result;
  int64_t axis = op.getAxis();
  bool isLast = axis + 1 == int64_t(getShape(op.getInput()).size());
  ArrayRef<int64_t> shape = getShape(op.getWeights());
  ArrayRef<int64_t> kernel = isLast ? shape.drop_front().drop_back() : shape.drop_front(2);
  result.window = makeWindow(op.getInput(), axis, kernel, op.getStrides(), op.getDilations());
  result.axis = axis;
  result.groups = op.getGroups();
  result.outputs = shape[0];
  result.inputType = getDataType(op.getInput());
  result.resultType = getDataType(op.getResult());
  result.weights = constant.getValue().getTensor().ToIntegers();
  if (!isLast)
    result.weights = moveChannelsLast(result.weights, shape[0], shape[1]);
  return result;
}

std::optional<Convolution> getConvolution(Operation *op) {
  if (auto conv = dyn_cast<qnn::ConvOp>(op))
    return convertConv(conv);
  auto pool = dyn_cast<qnn::SumPoolOp>(op);
  if (!pool)
    return std::nullopt;
  Convolution result;
  result.axis = pool.getAxis();
  result.window = makeWindow(pool.getInput(), result.axis, pool.getKernel(), pool.getStrides(), pool.getDilations());
  result.groups = result.outputs = result.window.input.back();
  result.inputType = getDataType(pool.getInput());
  result.resultType = getDataType(pool.getResult());
  return result;
}

absl::StatusOr<runtime::ConvPlan> selectConvolution(const Convolution &convolution) {
  absl::StatusOr<runtime::ConvPlan> plan = runtime::SelectConv(convolution.problem());
  // What is transposed first comes in containers.
  bool isLast = convolution.axis + 1 == int64_t(convolution.window.input.size());
  if (plan.ok() && !isLast)
    plan->in = runtime::ContainerFormat(convolution.inputType);
  return plan;
}

runtime::WindowProblem getWindow(qnn::MaxPoolOp op) {
  return makeWindow(op.getInput(), op.getAxis(), op.getKernel(), op.getStrides(), op.getDilations());
}

} // namespace qcompile::cpu
