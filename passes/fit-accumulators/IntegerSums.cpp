//===- IntegerSums.cpp - The sums that a layer will have ------------------===//
#include "passes/fit-accumulators/IntegerSums.h"

#include <cmath>

#include "dialects/qnn/QnnDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/IRMapping.h"
#include "passes/convert-onnx-to-qnn/ConvertOnnxToQnn.h"
#include "passes/convert-onnx-to-qnn/Converter.h"
#include "passes/fit-accumulators/AccumulatorLimit.h"
#include "llvm/Support/Parallel.h"

using namespace mlir;

namespace qcompile::fit {

std::vector<std::vector<int64_t>> getCodes(const compression::WeightGrid &grid, const compression::Matrix &values) {
  std::vector<std::vector<int64_t>> out(values.rows(), std::vector<int64_t>(values.cols()));
  llvm::parallelFor(0, out.size(), [&](size_t row) {
    for (Eigen::Index k = 0; k < values.cols(); ++k)
      out[row][k] = grid.bipolar ? (values(row, k) < 0 ? -1 : 1) : std::llround(values(row, k) / grid.scaleOf(row));
  });
  return out;
}

/// Whether the integer form sums products with the codes themselves: where the scales of the inputs of one sum differ,
/// its weights are multiples of them.
static bool sumsCodes(const compression::Layer &layer, const IntegerSums &sums) {
  std::optional<compression::WeightGrid> grid = layer.grid();
  if (!grid || int64_t(sums.outputs.size()) != layer.outputs())
    return false;
  AccumulatorLimit limit(sums.input, /*bits=*/62);
  for (auto [row, expected] : llvm::zip(getCodes(*grid, layer.weights()), sums.outputs)) {
    SignedSums own;
    for (int64_t code : row)
      own.add(code);
    if (!(limit.getBounds(own) == expected))
      return false;
  }
  return true;
}

static IntegerSums readSums(const compression::Layer &layer, Operation *converted) {
  IntegerSums out;
  if (!converted) {
    out.reason = layer.grid() ? "its inputs are not quantized, or its scales have no exact product"
                              : "its weights are not quantized";
    return out;
  }
  std::optional<std::vector<qnn::Bounds>> bounds = cast<qnn::BoundsOpInterface>(converted).getResultBounds();
  if (!bounds) {
    out.reason = "its sums need more than 62 bits";
    return out;
  }
  out.input = qnn::getValueBounds(converted->getOperand(0));
  out.outputs = std::move(*bounds);
  if (!sumsCodes(layer, out))
    out.reason = "the scales of its inputs differ, which makes its integer weights multiples of its codes";
  return out;
}

llvm::DenseMap<Operation *, IntegerSums> findIntegerSums(func::FuncOp function,
                                                         llvm::ArrayRef<compression::Layer> layers) {
  MLIRContext *context = function.getContext();
  // What the conversion has to say is said when the model is converted.
  Silence silence(context);
  OwningOpRef<ModuleOp> module = ModuleOp::create(function.getLoc());
  IRMapping mapping;
  auto copy = cast<func::FuncOp>(function->clone(mapping));
  module->push_back(copy);
  // Operations of the integer form carry the locations of those they come from.
  llvm::DenseMap<Attribute, Operation *> converted;
  auto makeName = [&](size_t index) {
    return NameLoc::get(StringAttr::get(context, "layer " + std::to_string(index)));
  };
  for (size_t i = 0; i < layers.size(); ++i)
    mapping.lookup(layers[i].operation())->setLoc(makeName(i));
  constexpr int64_t kEnumerationLimit = 4194304; // the default of convert-onnx-to-qnn
  if (succeeded(Converter(copy, kEnumerationLimit).run()))
    copy.walk([&](Operation *op) {
      if (isa<qnn::MatMulOp, qnn::ConvOp>(op))
        converted[op->getLoc()] = op;
    });
  llvm::DenseMap<Operation *, IntegerSums> out;
  for (auto [i, layer] : llvm::enumerate(layers))
    out[layer.operation()] = readSums(layer, converted.lookup(makeName(i)));
  return out;
}

} // namespace qcompile::fit
