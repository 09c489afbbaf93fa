//===- InputGrid.cpp - The integers that a layer's input stands for -------===//
#include "passes/product-quantize/InputGrid.h"

#include <cmath>
#include <numeric>

#include "dialects/onnx/OnnxOps.h"
#include "passes/compression/Quantizer.h"
#include "runtime/reference/rounding.h"

using namespace mlir;

namespace qcompile::pq {

std::optional<InputGrid> findInputGrid(Value value) {
  Operation *op = value.getDefiningOp();
  // What these give are elements of their operand, or zeros.
  while (op && isa<onnx::ReluOp, onnx::MaxPoolOp, onnx::ReshapeOp, onnx::FlattenOp, onnx::TransposeOp, onnx::SqueezeOp,
                   onnx::UnsqueezeOp, onnx::IdentityOp>(op))
    op = op->getOperand(0).getDefiningOp();
  if (!op || !isa<onnx::QuantOp, onnx::LinearQuantOp, onnx::BipolarQuantOp>(op))
    return std::nullopt;
  SmallVector<int64_t> order(cast<RankedTensorType>(op->getResult(0).getType()).getRank());
  std::iota(order.begin(), order.end(), 0);
  std::optional<compression::WeightGrid> grid = compression::readGrid(op, order, /*outputs=*/1);
  if (!grid || grid->scale.size() != 1 || grid->zeroPoint.size() != 1 || grid->bits > 16)
    return std::nullopt;
  InputGrid out;
  out.scale = float(grid->scale[0]);
  if (grid->bipolar)
    out.codes = {-1, 1, 2};
  else
    out.codes = {grid->low() - grid->zeroPoint[0], grid->high() - grid->zeroPoint[0], 1};
  return out;
}

InputGrid makeInputGrid(const compression::LayerwiseRun::Batches &values, int bits) {
  float low = 0, high = 0;
  for (const runtime::Value &value : values)
    for (float x : value.tensor.Floats()) {
      low = std::min(low, x);
      high = std::max(high, x);
    }
  InputGrid grid;
  grid.own = true;
  int64_t levels = int64_t{1} << (low < 0 ? bits - 1 : bits);
  grid.codes = {low < 0 ? -levels : 0, levels - 1, 1};
  float magnitude = std::max(-low, high);
  grid.scale = magnitude > 0 ? magnitude / float(levels - 1) : 1;
  // Below what a float32 divides well the values are as good as zero.
  if (!(grid.scale >= 0x1p-100f) || !std::isfinite(grid.scale))
    grid.scale = 1;
  return grid;
}

CodeMatrix encodeInputs(const compression::Activations &rows, const InputGrid &grid) {
  CodeMatrix out{rows.rows(), rows.cols(), {}};
  out.values.resize(size_t(rows.size()));
  for (Eigen::Index i = 0; i < rows.size(); ++i)
    out.values[size_t(i)] = int32_t(runtime::RoundAndClamp(
        rows.data()[i] / grid.scale, runtime::RoundingMode::kHalfEven, grid.codes.low, grid.codes.high));
  return out;
}

} // namespace qcompile::pq
