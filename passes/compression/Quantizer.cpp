//===- Quantizer.cpp - Weight grids as quantizers of the model ------------===//
#include "passes/compression/Quantizer.h"

#include <cmath>

#include "compiler/evaluator/Evaluator.h"
#include "dialects/data/DataDialect.h"
#include "dialects/onnx/HeldConstant.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/onnx/OnnxOps.h"
#include "passes/rewriting/StridedCopy.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile::compression {

static std::optional<Tensor> readConstant(Value value) {
  Operation *op = value.getDefiningOp();
  auto held = op && isa<onnx::ConstantOp>(op) ? op->getAttrOfType<data::ConstantAttr>("value") : nullptr;
  return held ? std::optional(held.getTensor()) : std::nullopt;
}

static bool isUniform(const Tensor &tensor) {
  return llvm::all_of(llvm::seq(tensor.size()), [&](int64_t i) { return tensor.DoubleAt(i) == tensor.DoubleAt(0); });
}

/// One number, or one per output: nothing where a parameter changes along another dimension than `axis`.
static std::optional<std::vector<double>> readPerOutput(Value parameter, int64_t rank, int64_t axis, int64_t outputs) {
  std::optional<Tensor> tensor = readConstant(parameter);
  if (!tensor || tensor->size() == 0)
    return std::nullopt;
  if (tensor->size() == 1)
    return std::vector<double>{tensor->DoubleAt(0)};
  int64_t missing = rank - tensor->rank();
  if (missing < 0 || tensor->size() != outputs || axis < missing || tensor->shape()[axis - missing] != outputs)
    return std::nullopt;
  std::vector<double> out;
  for (int64_t i = 0; i < outputs; ++i)
    out.push_back(tensor->DoubleAt(i));
  return out;
}

/// Whether the codes are those of a width, which the grid then has. (Weights on the grid are the same whenever the zero
/// point is added.)
static bool hasWidth(onnx::LinearQuantOp quantizer, WeightGrid &grid) {
  grid.isSigned = int64_t(quantizer.getLow()) < 0;
  for (grid.bits = grid.isSigned ? 2 : 1; grid.bits <= 32; ++grid.bits)
    for (bool narrow : {false, true}) {
      grid.narrow = narrow;
      if (grid.low() == int64_t(quantizer.getLow()) && grid.high() == int64_t(quantizer.getHigh()))
        return true;
    }
  return false;
}

std::optional<WeightGrid> readGrid(Operation *quantizer, ArrayRef<int64_t> order, int64_t outputs) {
  WeightGrid grid;
  std::optional<std::vector<double>> scale = readPerOutput(quantizer->getOperand(1), order.size(), order[0], outputs);
  if (!scale)
    return std::nullopt;
  grid.scale = std::move(*scale);
  if (isa<onnx::BipolarQuantOp>(quantizer)) {
    grid.bits = 1;
    grid.bipolar = true;
    return grid;
  }
  std::optional<std::vector<double>> zero = readPerOutput(quantizer->getOperand(2), order.size(), order[0], outputs);
  if (!zero)
    return std::nullopt;
  grid.zeroPoint.clear();
  for (double z : *zero) {
    if (z != std::nearbyint(z) || std::abs(z) > 0x1p31)
      return std::nullopt;
    grid.zeroPoint.push_back(int64_t(z));
  }
  if (auto linear = dyn_cast<onnx::LinearQuantOp>(quantizer))
    return hasWidth(linear, grid) ? std::optional(grid) : std::nullopt;
  std::optional<Tensor> bits = readConstant(quantizer->getOperand(3));
  if (!bits || bits->size() == 0 || !isUniform(*bits))
    return std::nullopt;
  auto flag = [&](StringRef name, bool otherwise) {
    auto attribute = quantizer->getAttrOfType<IntegerAttr>(name);
    return attribute ? !attribute.getValue().isZero() : otherwise;
  };
  grid.bits = int(bits->DoubleAt(0));
  grid.isSigned = flag("signed_", true);
  grid.narrow = flag("narrow", false);
  grid.bipolar = grid.bits == 1 && grid.isSigned; // QONNX executes it so
  return grid;
}

Matrix readQuantized(Operation *quantizer, ArrayRef<int64_t> order, int64_t outputs) {
  std::vector<runtime::Value> values;
  for (Value operand : quantizer->getOperands())
    values.push_back(readConstant(operand).value_or(Tensor()));
  SmallVector<const runtime::Value *> operands;
  for (const runtime::Value &value : values)
    operands.push_back(&value);
  llvm::Expected<std::vector<runtime::Value>> result = evaluateOperation(quantizer, operands);
  if (!result) {
    llvm::consumeError(result.takeError());
    return Matrix();
  }
  Tensor tensor = permute((*result)[0].tensor, order);
  Matrix out(outputs, tensor.size() / outputs);
  for (Eigen::Index i = 0; i < out.size(); ++i)
    out.data()[i] = tensor.DoubleAt(i);
  return out;
}

Operation *replaceWeights(OpOperand &use, Operation *constant, Operation *fresh, Operation *quantizer) {
  Operation *copiedQuantizer = nullptr;
  OpBuilder builder(use.getOwner());
  for (OpOperand *operand = &use;;) {
    Operation *op = operand->get().getDefiningOp();
    if (op == constant) {
      operand->set(fresh->getResult(0));
      return copiedQuantizer;
    }
    Operation *copy = builder.clone(*op);
    if (op == quantizer)
      copiedQuantizer = copy;
    operand->set(copy->getResult(0));
    operand = &copy->getOpOperand(0);
    builder.setInsertionPoint(copy);
  }
}

Operation *makeQuantizer(OpBuilder &builder, Location loc, Value value, const WeightGrid &grid, ArrayRef<int64_t> shape,
                         StringRef name) {
  auto constant = [&](StringRef suffix, const Tensor &tensor) {
    return makeNamedConstant(builder, (name + suffix).str(), tensor);
  };
  auto perOutput = [&](auto &&numbers) {
    std::vector<float> values(numbers.begin(), numbers.end());
    return Tensor::FromFloats(values.size() == 1 ? runtime::Shape{} : runtime::Shape(shape.begin(), shape.end()),
                              values);
  };
  Value scale = constant(".scale", perOutput(grid.scale));
  std::string node = (name + ".quant").str();
  Location inner = NameLoc::get(builder.getStringAttr(node), UnknownLoc::get(builder.getContext()));
  Location place = NameLoc::get(builder.getStringAttr(node), inner);
  if (grid.bipolar) {
    OperationState state(place, onnx::BipolarQuantOp::getOperationName(), {value, scale}, value.getType());
    return builder.create(state);
  }
  Value zero = constant(".zero_point", perOutput(grid.zeroPoint));
  Value bits = constant(".bits", Tensor::ScalarFloat(float(grid.bits)));
  OperationState state(place, onnx::QuantOp::getOperationName(), {value, scale, zero, bits}, value.getType());
  state.addAttribute("signed_", builder.getI64IntegerAttr(grid.isSigned));
  state.addAttribute("narrow", builder.getI64IntegerAttr(grid.narrow));
  state.addAttribute("rounding_mode", builder.getStringAttr("ROUND"));
  return builder.create(state);
}

Operation *setGrid(Operation *constant, Operation *quantizer, const WeightGrid &grid, ArrayRef<int64_t> order) {
  SmallVector<int64_t> shape(order.size(), 1);
  shape[order[0]] = std::max(grid.scale.size(), grid.zeroPoint.size());
  OpBuilder builder(constant->getContext());
  builder.setInsertionPointAfter(quantizer ? quantizer : constant);
  // Parameters have as many numbers as the other one, so that one shape serves both.
  WeightGrid even = grid;
  if (shape[order[0]] > 1) {
    even.scale.resize(shape[order[0]], grid.scale[0]);
    even.zeroPoint.resize(shape[order[0]], grid.zeroPoint[0]);
  }
  std::string name = constant->getAttrOfType<data::ConstantAttr>("value").getName().str();
  Operation *fresh = makeQuantizer(builder, constant->getLoc(), constant->getResult(0), even, shape, name);
  Value before = quantizer ? quantizer->getResult(0) : constant->getResult(0);
  before.replaceAllUsesExcept(fresh->getResult(0), fresh);
  return fresh;
}

} // namespace qcompile::compression
