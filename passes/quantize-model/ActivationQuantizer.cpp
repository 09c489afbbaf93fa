//===- ActivationQuantizer.cpp - Quantizers between layers ----------------===//
#include "passes/quantize-model/ActivationQuantizer.h"

#include <cmath>
#include <cstdio>

#include "compiler/evaluator/ProgramBuilder.h"
#include "dialects/data/DataDialect.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/onnx/OnnxOps.h"
#include "passes/compression/Quantizer.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace qcompile::quantization {

using compression::LayerwiseRun;

/// Numbers that a range search looks at; the extremes of all are always among them.
static constexpr size_t kSampleLimit = 1 << 17;

static bool isQuantizer(Operation *op) {
  return isa<onnx::QuantOp, onnx::IntQuantOp, onnx::LinearQuantOp, onnx::BipolarQuantOp, onnx::DequantizeLinearOp>(op);
}

/// Gives elements of its first operand, elsewhere.
static bool isMove(Operation *op) {
  return isa<onnx::ReshapeOp, onnx::FlattenOp, onnx::SqueezeOp, onnx::UnsqueezeOp, onnx::TransposeOp, onnx::IdentityOp>(
      op);
}

/// Gives elements of its operands, or codes of their grid.
static bool selects(Operation *op) {
  return isMove(op) ||
         isa<onnx::MaxPoolOp, onnx::GlobalMaxPoolOp, onnx::SliceOp, onnx::SplitOp, onnx::GatherOp, onnx::TileOp,
             onnx::ExpandOp, onnx::DepthToSpaceOp, onnx::SpaceToDepthOp, onnx::ConcatOp>(op);
}

/// Operations of one channel's elements alone, beside constants, as they stand between a layer and a quantizer.
static bool isPointwise(Operation *op) {
  static const llvm::StringSet<> names = {"Relu",
                                          "LeakyRelu",
                                          "PRelu",
                                          "ThresholdedRelu",
                                          "Clip",
                                          "Sigmoid",
                                          "HardSigmoid",
                                          "Tanh",
                                          "HardSwish",
                                          "Swish",
                                          "Mish",
                                          "Gelu",
                                          "Elu",
                                          "Selu",
                                          "Celu",
                                          "Softplus",
                                          "Softsign",
                                          "Erf",
                                          "Abs",
                                          "Neg",
                                          "Sqrt",
                                          "Exp",
                                          "Log",
                                          "Floor",
                                          "Ceil",
                                          "Round",
                                          "Sign",
                                          "Add",
                                          "Sub",
                                          "Mul",
                                          "Div",
                                          "Max",
                                          "Min",
                                          "Pow",
                                          "BatchNormalization",
                                          "Dropout"};
  return names.contains(op->getName().stripDialect());
}

/// Sums over positions, which are exact for quantized operands only.
static bool isAverage(Operation *op) {
  return isa<onnx::AveragePoolOp, onnx::GlobalAveragePoolOp, onnx::ReduceMeanOp, onnx::ReduceSumOp>(op);
}

static bool isJoin(Operation *op) {
  return isa<onnx::AddOp, onnx::SubOp, onnx::MulOp, onnx::ConcatOp, onnx::MatMulOp, onnx::GemmOp>(op);
}

static bool isConstant(Value value) {
  Operation *op = value.getDefiningOp();
  return op && llvm::all_of(op->getOperands(), isConstant);
}

static SmallVector<OpOperand *> getDataOperands(Operation *op) {
  SmallVector<OpOperand *> out;
  for (OpOperand &operand : op->getOpOperands())
    if (!isConstant(operand.get()))
      out.push_back(&operand);
  return out;
}

/// The quantizers whose codes a value consists of; none where it is not quantized.
static SmallVector<Operation *> findQuantizers(Value value) {
  Operation *op = value.getDefiningOp();
  if (op && isQuantizer(op))
    return {op};
  if (!op || !selects(op))
    return {};
  SmallVector<Operation *> out;
  for (OpOperand *operand : getDataOperands(op)) {
    SmallVector<Operation *> found = findQuantizers(operand->get());
    if (found.empty())
      return {};
    out.append(found);
  }
  return out;
}

/// The scale of a quantized value, where it has one.
static double getScale(Value value) {
  SmallVector<Operation *> found = findQuantizers(value);
  auto constant = found.empty() ? nullptr : found[0]->getOperand(1).getDefiningOp<onnx::ConstantOp>();
  auto scale = constant ? constant->getAttrOfType<data::ConstantAttr>("value") : nullptr;
  return scale && scale.getTensor().size() == 1 ? scale.getTensor().DoubleAt(0) : 0;
}

static std::string toText(double number) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.4g", number);
  return text;
}

static std::string getName(Value value) {
  if (Operation *op = value.getDefiningOp()) {
    StringRef name = onnx::getTensorName(op->getLoc());
    return name.empty() ? onnx::describe(op) : name.str();
  }
  auto argument = cast<BlockArgument>(value);
  auto function = cast<func::FuncOp>(argument.getOwner()->getParentOp());
  auto name = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), kPortNameAttr);
  return name ? name.getValue().str() : "input" + std::to_string(argument.getArgNumber());
}

llvm::Expected<compression::WeightGrid> ActivationQuantizer::findGrid(ArrayRef<Value> values, double unit,
                                                                      LayerwiseRun &run) const {
  std::vector<llvm::ArrayRef<float>> parts;
  for (Value value : values)
    for (const runtime::Value &batch : run.current(value))
      parts.push_back({batch.tensor.Floats().data(), batch.tensor.Floats().size()});
  float low = 0, high = 0;
  for (llvm::ArrayRef<float> part : parts)
    for (float v : part) {
      if (!std::isfinite(v))
        return llvm::createStringError("'" + getName(values[0]) + "' is not finite on the calibration data");
      low = std::min(low, v);
      high = std::max(high, v);
    }
  std::vector<double> sample = thin(parts, kSampleLimit);
  sample.push_back(low);
  sample.push_back(high);
  Grid grid;
  grid.bits = options.bits;
  grid.narrow = false;
  grid.isSigned =
      options.scheme == ActivationScheme::Symmetric || (options.scheme == ActivationScheme::Auto && low < 0);
  RangeOptions range = options.range;
  if (unit > 0)
    range.unit = unit;
  const Codes codes{grid.low(), grid.high(), options.scheme == ActivationScheme::Affine};
  const Scale scale = findScale({sample, {}}, codes, range);
  grid.scale = {scale.scale};
  grid.zeroPoint = {scale.zeroPoint};
  return grid;
}

void ActivationQuantizer::insert(OpOperand &operand, const Grid &grid, LayerwiseRun &run) {
  Value value = operand.get();
  Operation *op = operand.getOwner();
  OpBuilder builder(op);
  Operation *quantizer = compression::makeQuantizer(builder, op->getLoc(), value, grid, {}, getName(value));
  run.standsFor(quantizer->getResult(0), value);
  quantizers.push_back(quantizer);
  operand.set(quantizer->getResult(0));
  // Layers further down that read the same value share the quantizer.
  value.replaceUsesWithIf(quantizer->getResult(0), [&](OpOperand &use) {
    return selected.contains(use.getOwner()) && use.getOperandNumber() == 0;
  });
  if (grids.try_emplace(value, grid).second)
    emitRemark(op->getLoc(), Code::P010) << "activation '" << getName(value) << "': " << grid.bits << " bits, "
                                         << (grid.isSigned ? "signed" : "unsigned") << ", scale "
                                         << toText(grid.scale[0]) << ", zero point " << grid.zeroPoint[0];
}

llvm::Error ActivationQuantizer::quantizeTogether(ArrayRef<OpOperand *> operands, double unit, LayerwiseRun &run) {
  SmallVector<Value> values;
  for (OpOperand *operand : operands)
    values.push_back(operand->get());
  llvm::Expected<Grid> grid = findGrid(values, unit, run);
  if (!grid)
    return grid.takeError();
  for (OpOperand *operand : operands)
    insert(*operand, *grid, run);
  return llvm::Error::success();
}

/// What stands before the pointwise operations that compute a covered value; null where it is not covered.
Value ActivationQuantizer::getRoot(Value value) const {
  if (Value root = covered.lookup(value))
    return root;
  // The correction of a bias, which was put behind a layer after it was visited.
  auto add = value.getDefiningOp<onnx::AddOp>();
  Operation *layer = add && isConstant(add->getOperand(1)) ? add->getOperand(0).getDefiningOp() : nullptr;
  return layer && selected.contains(layer) ? covered.lookup(add->getOperand(0)) : nullptr;
}

llvm::Error ActivationQuantizer::quantizeJoin(Operation *op, LayerwiseRun &run) {
  SmallVector<OpOperand *> open;
  double unit = 0;
  const bool sums = isa<onnx::AddOp, onnx::SubOp>(op);
  for (OpOperand *operand : getDataOperands(op)) {
    const bool known = grids.contains(operand->get());
    if (findQuantizers(operand->get()).empty() && !(sums && known))
      open.push_back(operand);
    else if (unit == 0)
      unit = known ? grids[operand->get()].scale[0] : getScale(operand->get());
    if (sums && known && findQuantizers(operand->get()).empty())
      insert(*operand, Grid(grids[operand->get()]), run);
  }
  if (open.empty())
    return llvm::Error::success();
  if (isa<onnx::ConcatOp>(op))
    return quantizeTogether(open, unit, run);
  for (OpOperand *operand : open) {
    if (!findQuantizers(operand->get()).empty())
      continue; // the same value twice
    if (llvm::Error error = quantizeTogether({operand}, sums ? unit : 0, run))
      return error;
    // Terms of a sum have scales whose ratio is a power of two, so that integers need only be shifted.
    if (unit == 0)
      unit = getScale(operand->get());
  }
  return llvm::Error::success();
}

/// Records what is computed from covered values alone, without another quantizer. Whether `op` does so.
bool ActivationQuantizer::follow(Operation *op) {
  SmallVector<OpOperand *> data = getDataOperands(op);
  if (data.empty() || !(isPointwise(op) || selects(op)) || (isa<onnx::ConcatOp>(op) && data.size() > 1))
    return false;
  Value root = getRoot(data[0]->get());
  for (OpOperand *operand : data)
    if (!root || getRoot(operand->get()) != root)
      return false;
  for (Value result : op->getResults())
    covered[result] = isPointwise(op) ? root : result;
  return true;
}

llvm::Error ActivationQuantizer::visit(Operation *op, LayerwiseRun &run) {
  SmallVector<OpOperand *> data = getDataOperands(op);
  if (op->getNumResults() == 0 || data.empty())
    return llvm::Error::success();
  Value result = op->getResult(0);
  if (isQuantizer(op)) {
    covered[result] = result;
    return llvm::Error::success();
  }
  if (selected.contains(op)) {
    covered[result] = result;
    return findQuantizers(op->getOperand(0)).empty() ? quantizeTogether({&op->getOpOperand(0)}, 0, run)
                                                     : llvm::Error::success();
  }
  if (follow(op))
    return llvm::Error::success();
  const size_t known = llvm::count_if(
      data, [&](OpOperand *operand) { return getRoot(operand->get()) || grids.contains(operand->get()); });
  const bool takes = isJoin(op) || isAverage(op);
  if (takes && known == data.size()) {
    covered[result] = result;
    return quantizeJoin(op, run);
  }
  if (known > 0)
    emitRemark(op->getLoc(), Code::P010) << "node '" << onnx::describe(op) << "' stays float: "
                                         << (takes ? "not all of its operands are computed from selected layers"
                                                   : "it is no selected layer, sum, product, concatenation or average");
  return llvm::Error::success();
}

static bool isSameQuantizer(Operation *a, Operation *b) {
  auto parameter = [](Operation *op, int i) {
    return op->getOperand(i).getDefiningOp()->getAttrOfType<data::ConstantAttr>("value").getTensor().DoubleAt(0);
  };
  return a->getOperand(0) == b->getOperand(0) && a->getAttr("signed_") == b->getAttr("signed_") &&
         parameter(a, 1) == parameter(b, 1) && parameter(a, 2) == parameter(b, 2);
}

void ActivationQuantizer::finish() {
  std::vector<Operation *> kept;
  for (Operation *op : quantizers) {
    auto same = llvm::find_if(kept, [&](Operation *other) { return isSameQuantizer(op, other); });
    if (same == kept.end()) {
      kept.push_back(op);
      continue;
    }
    op->getResult(0).replaceAllUsesWith((*same)->getResult(0));
    op->erase();
  }
  for (Operation *op : kept) {
    Operation *before = op->getOperand(0).getDefiningOp();
    for (; before && (isMove(before) || isa<onnx::MaxPoolOp, onnx::GlobalMaxPoolOp>(before)) &&
           before->getResult(0).hasOneUse() && before->getNumResults() == 1;
         before = op->getOperand(0).getDefiningOp()) {
      Value moved = before->getResult(0), source = before->getOperand(0);
      op->getResult(0).replaceAllUsesWith(moved);
      op->setOperand(0, source);
      op->getResult(0).setType(source.getType());
      before->setOperand(0, op->getResult(0));
      op->moveBefore(before);
      for (Value parameter : op->getOperands().drop_front())
        parameter.getDefiningOp()->moveBefore(op);
    }
  }
  quantizers.clear();
}

} // namespace qcompile::quantization
