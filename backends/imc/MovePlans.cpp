//===- MovePlans.cpp - Layers that move elements --------------------------===//
#include "backends/imc/LayerPlanning.h"
#include "runtime/imc/program.h"

using namespace mlir;
namespace rt = qcompile::runtime::imc;

namespace qcompile::imc {

namespace {
/// A move of some elements of one operand, from and to element offsets.
struct Move {
  rt::MoveLayer layer;
  int64_t input = 0; // which operand
  int64_t from = 0;
  int64_t to = 0;
};
} // namespace

static LayerPlan planMoves(ValueRange inputs, Value output, std::vector<Move> moves) {
  LayerPlan plan;
  plan.inputs.assign(inputs.begin(), inputs.end());
  plan.outputs = {output};
  plan.emit = [moves = std::move(moves)](rt::CodeGenerator &generator, const LayerAddresses &at) {
    absl::Status status;
    for (const Move &move : moves) {
      rt::MoveLayer placed = move.layer;
      placed.input_address = at.inputs[move.input] + move.from * rt::ElementBytes(placed.input);
      placed.output_address = at.outputs[0] + move.to * rt::ElementBytes(placed.output);
      if (status.ok())
        status = rt::Emit(generator, placed);
    }
    return status;
  };
  return plan;
}

static Move makeMove(Value input, Value output) {
  Move move;
  move.layer.input = elementOf(input);
  move.layer.output = elementOf(output);
  return move;
}

llvm::Expected<LayerPlan> planTranspose(qnn::TransposeOp op) {
  Move move = makeMove(op.getInput(), op.getResult());
  SmallVector<int64_t> from = stridesOf(shapeOf(op.getInput()));
  SmallVector<int64_t> to = stridesOf(shapeOf(op.getResult()));
  for (auto [d, source] : llvm::enumerate(op.getPerm()))
    move.layer.axes.push_back({shapeOf(op.getResult())[d], from[source], to[d]});
  return planMoves(op.getInput(), op.getResult(), {move});
}

llvm::Expected<LayerPlan> planSlice(qnn::SliceOp op) {
  Move move = makeMove(op.getInput(), op.getResult());
  SmallVector<int64_t> from = stridesOf(shapeOf(op.getInput()));
  SmallVector<int64_t> to = stridesOf(shapeOf(op.getResult()));
  for (auto [d, extent] : llvm::enumerate(shapeOf(op.getResult()))) {
    move.layer.axes.push_back({extent, op.getSteps()[d] * from[d], to[d]});
    move.from += op.getOffsets()[d] * from[d];
  }
  return planMoves(op.getInput(), op.getResult(), {move});
}

llvm::Expected<LayerPlan> planConcat(qnn::ConcatOp op) {
  SmallVector<int64_t> to = stridesOf(shapeOf(op.getResult()));
  std::vector<Move> moves;
  int64_t place = 0;
  for (auto [index, input] : llvm::enumerate(op.getInputs())) {
    Move move = makeMove(input, op.getResult());
    SmallVector<int64_t> from = stridesOf(shapeOf(input));
    for (auto [d, extent] : llvm::enumerate(shapeOf(input)))
      move.layer.axes.push_back({extent, from[d], to[d]});
    move.input = index;
    move.to = place * to[op.getAxis()];
    place += shapeOf(input)[op.getAxis()];
    moves.push_back(std::move(move));
  }
  return planMoves(op.getInputs(), op.getResult(), std::move(moves));
}

namespace {
/// Indices of the form first + i * step + j * inner step, row-major in (i, j).
struct IndexGrid {
  int64_t count = 1;
  int64_t step = 0;
  int64_t innerCount = 1;
  int64_t innerStep = 0;
};
} // namespace

/// The longest grid that a list of indices starts with: nearest-neighbour resizing and channel
/// shuffles are one grid.
static IndexGrid getGrid(ArrayRef<int64_t> indices) {
  IndexGrid grid;
  auto at = [&](size_t i) { return i < indices.size() ? indices[i] : -1; };
  if (indices.size() > 1 && at(1) >= at(0)) {
    grid.innerStep = at(1) - at(0);
    size_t n = 2;
    while (n < indices.size() && at(n) - at(n - 1) == grid.innerStep)
      ++n;
    grid.innerCount = n;
  }
  grid.step = at(grid.innerCount) - at(0);
  if (size_t(grid.innerCount) >= indices.size() || grid.step < 0) {
    grid.step = 0;
    return grid;
  }
  auto fits = [&](int64_t row) {
    for (int64_t j = 0; j < grid.innerCount; ++j) {
      size_t i = row * grid.innerCount + j;
      if (i >= indices.size() || indices[i] != indices[0] + row * grid.step + j * grid.innerStep)
        return false;
    }
    return true;
  };
  while (fits(grid.count))
    ++grid.count;
  return grid;
}

llvm::Expected<LayerPlan> planGather(qnn::GatherOp op) {
  AxisExtents from(shapeOf(op.getInput()), op.getAxis());
  AxisExtents to(shapeOf(op.getResult()), op.getAxis());
  ArrayRef<int64_t> indices = op.getIndices();
  std::vector<Move> moves;
  for (size_t first = 0; first < indices.size();) {
    IndexGrid grid = getGrid(indices.drop_front(first));
    Move move = makeMove(op.getInput(), op.getResult());
    move.layer.axes = {{from.outer, from.channels * from.inner, to.channels * to.inner},
                       {grid.count, grid.step * from.inner, grid.innerCount * to.inner},
                       {grid.innerCount, grid.innerStep * from.inner, to.inner},
                       {from.inner, 1, 1}};
    move.from = indices[first] * from.inner;
    move.to = first * to.inner;
    moves.push_back(std::move(move));
    first += grid.count * grid.innerCount;
  }
  return planMoves(op.getInput(), op.getResult(), std::move(moves));
}

llvm::Expected<LayerPlan> planPad(qnn::PadOp op) {
  rt::PadLayer layer;
  layer.shape.assign(shapeOf(op.getInput()).begin(), shapeOf(op.getInput()).end());
  layer.low.assign(op.getLow().begin(), op.getLow().end());
  layer.high.assign(op.getHigh().begin(), op.getHigh().end());
  layer.axis = op.getAxis();
  layer.values = op.getValues().getTensor().ToIntegers();
  layer.input = elementOf(op.getInput());
  layer.output = elementOf(op.getResult());
  return planUnary(op.getInput(), op.getResult(), std::move(layer));
}

} // namespace qcompile::imc
