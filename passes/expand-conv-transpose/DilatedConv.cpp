//===- DilatedConv.cpp - Dilated convolutions in dense parts --------------===//
#include <numeric>

#include "passes/expand-conv-transpose/Expansions.h"
#include "passes/rewriting/ElementTypes.h"
#include "passes/rewriting/QnnBuilder.h"

using namespace mlir;

namespace qcompile {

namespace {

/// How one dimension is split: with p = phases * t + r, tap i of output p reads element t * stride + i of the input
/// that is sliced from position r * (old stride) with this step.
struct Phases {
  int64_t count = 1;
  int64_t step = 1;
  int64_t stride = 1;
  int64_t kernel = 1;
  int64_t inputStride = 1;
};

class DilatedConv {
public:
  DilatedConv(OpBuilder &builder, qnn::ConvOp op)
      : builder(builder), qnn(builder, op.getLoc()), op(op), axis(op.getAxis()), input(tensorOf(op.getInput())),
        result(tensorOf(op.getResult())), outputs(getSpatial(result.getShape(), axis)) {
    ArrayRef<int64_t> weights = tensorOf(op.getWeights()).getShape();
    for (auto [d, kernel] : llvm::enumerate(getSpatial(weights, axis)))
      dimensions.push_back(getPhases(kernel, op.getStrides()[d], op.getDilations()[d]));
  }

  Expansion expand() {
    SmallVector<int64_t> blocks;
    int64_t total = 1;
    for (const Phases &phases : dimensions) {
      blocks.push_back(phases.count);
      total *= phases.count;
    }
    SmallVector<Value> parts;
    for (int64_t number = 0; number < total; ++number)
      parts.push_back(makePart(number, total == 1 ? result.getElementType() : Type()));
    ArrayRef<int64_t> weights = tensorOf(op.getWeights()).getShape();
    int64_t perPosition = runtime::NumElements({weights.data(), weights.size()});
    int64_t positions = result.getNumElements() / std::max<int64_t>(result.getDimSize(axis), 1);
    expansion.after = perPosition * positions;
    expansion.before = expansion.after;
    for (auto [d, phases] : llvm::enumerate(dimensions))
      expansion.before = expansion.before / phases.kernel * (op.getDilations()[d] * (phases.kernel - 1) + 1);
    expansion.result = interleave(builder, op.getLoc(), parts, axis, blocks, result);
    return expansion;
  }

  static Phases getPhases(int64_t kernel, int64_t stride, int64_t dilation) {
    if (kernel == 1)
      return {1, 1, stride, kernel, stride};
    int64_t g = std::gcd(stride, dilation);
    return {dilation / g, dilation, stride / g, kernel, stride};
  }

private:
  Value makePart(int64_t number, Type type) {
    SmallVector<int64_t> offsets, steps, lengths, strides, extents;
    bool empty = false;
    for (int64_t d = int64_t(dimensions.size()); d-- > 0;) {
      const Phases &phases = dimensions[d];
      int64_t r = number % phases.count;
      number /= phases.count;
      int64_t whole = (outputs[d] + phases.count - 1) / phases.count;
      int64_t count = r < outputs[d] ? (outputs[d] - r - 1) / phases.count + 1 : 0;
      empty |= count == 0;
      extents.insert(extents.begin(), empty ? whole : count);
      offsets.insert(offsets.begin(), r * phases.inputStride);
      steps.insert(steps.begin(), phases.step);
      lengths.insert(lengths.begin(), (count - 1) * phases.stride + phases.kernel);
      strides.insert(strides.begin(), phases.stride);
    }
    if (empty)
      return zeros();
    Value part = qnn.slice(op.getInput(), makeShape(0, 0, axis, offsets), makeShape(1, 1, axis, steps),
                           makeShape(input.getDimSize(0), input.getDimSize(axis), axis, lengths));
    ++expansion.convolutions;
    part = qnn.conv(part, op.getWeights(), axis, strides, SmallVector<int64_t>(strides.size(), 1), op.getGroups(), type,
                    result.getElementType());
    keepWithin(part, result.getElementType());
    return part;
  }

  /// A phase without outputs.
  Value zeros() {
    SmallVector<int64_t> extents;
    for (auto [d, phases] : llvm::enumerate(dimensions))
      extents.push_back((outputs[d] + phases.count - 1) / phases.count);
    return qnn.zeros(makeShape(result.getDimSize(0), result.getDimSize(axis), axis, extents), result.getElementType());
  }

  OpBuilder &builder;
  QnnBuilder qnn;
  qnn::ConvOp op;
  int64_t axis;
  RankedTensorType input, result;
  SmallVector<int64_t> outputs;
  SmallVector<Phases> dimensions;
  Expansion expansion;
};

} // namespace

bool isDilated(qnn::ConvOp op) {
  SmallVector<int64_t> kernel = getSpatial(tensorOf(op.getWeights()).getShape(), op.getAxis());
  return llvm::any_of(llvm::zip(kernel, op.getDilations()),
                      [](auto pair) { return std::get<0>(pair) > 1 && std::get<1>(pair) > 1; });
}

Expansion expandDilatedConv(OpBuilder &builder, qnn::ConvOp op) { return DilatedConv(builder, op).expand(); }

} // namespace qcompile
