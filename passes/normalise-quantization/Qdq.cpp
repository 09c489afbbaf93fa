//===- Qdq.cpp - QuantizeLinear, integers, DequantizeLinear ---------------===//
//
// QCDQ and QDQ: a quantizer, operations that restrict or move its integers, and a dequantizer. The quantizer becomes
// one on floats, and what moves its integers moves its float value.
//
//===----------------------------------------------------------------------===//
#include "compiler/evaluator/Evaluator.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/onnx/OnnxOps.h"
#include "mlir/IR/IRMapping.h"
#include "passes/normalise-quantization/Formats.h"
#include "passes/normalise-quantization/PositiveScales.h"
#include "passes/rewriting/LinearParameters.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace qcompile::normalise {

static RankedTensorType typeOf(Value value) { return dyn_cast<RankedTensorType>(value.getType()); }

static bool normaliseQuantizer(Operation *op, CodedValues &coded, bool &ok) {
  SmallVector<Value> operands = getFormalOperands(op);
  Value x = operands[0], codes = op->getResult(0);
  if (!typeOf(x) || !typeOf(codes) || !typeOf(x).getElementType().isF32())
    return true;
  std::optional<Coding> coding = CodedValues::readCoding(
      op, typeOf(codes), operands[1], operands.size() > 2 ? operands[2] : Value(), getAxisAttributes(op), ok);
  if (!coding)
    return true;
  coded.quantize(op, codes, x, std::move(*coding));
  coded.finish(op);
  return true;
}

/// Whether the operation comes from the body of an operator: nodes of files have names of their own.
static bool isFromFunctionBody(Operation *op) {
  StringRef node = onnx::getNodeName(op->getLoc());
  return !node.empty() &&
         llvm::any_of(op->getUsers(), [&](Operation *user) { return onnx::getNodeName(user->getLoc()) == node; });
}

/// A single block is none: ONNX Runtime runs it so alone.
static void dropSingleBlock(Operation *op) {
  auto block = op->getAttrOfType<IntegerAttr>("block_size");
  data::ConstantAttr parameters[] = {getConstant(op->getOperand(1)),
                                     op->getNumOperands() > 2 ? getConstant(op->getOperand(2)) : nullptr};
  if (!block || block.getInt() == 0 || !parameters[0] || (op->getNumOperands() > 2 && !parameters[1]) ||
      llvm::any_of(parameters, [](data::ConstantAttr p) { return p && p.size() != 1; }))
    return;
  OpBuilder builder(op);
  for (auto [i, parameter] : llvm::enumerate(parameters))
    if (parameter)
      op->setOperand(unsigned(i) + 1,
                     makeConstant(builder, op->getLoc(), parameter.getName(), parameter.getTensor().Reshaped({})));
  op->removeAttr("block_size");
}

static bool normaliseDequantizer(Operation *op, CodedValues &coded, bool &ok) {
  makeScalesPositive(op, 0, getAxisAttributes(op));
  if (getConstant(op->getOperand(0)))
    dropSingleBlock(op);
  SmallVector<Value> operands = getFormalOperands(op);
  RankedTensorType type = typeOf(operands[0]);
  if (!type || !typeOf(op->getResult(0)) || !typeOf(op->getResult(0)).getElementType().isF32())
    return true;
  std::optional<Coding> coding = CodedValues::readCoding(
      op, type, operands[1], operands.size() > 2 ? operands[2] : Value(), getAxisAttributes(op), ok);
  Value real = coding ? coded.getReal(operands[0], *coding) : nullptr;
  // Other parameters than those of the quantizer read the same integers as other numbers: both stay.
  if (coding && !real && coded.lookup(operands[0]))
    emitWarning(op->getLoc(), Code::S007)
        << "node '" << onnx::describe(op)
        << "': expected the scale and zero point of the quantizer that made its codes ('"
        << onnx::describe(operands[0].getDefiningOp()) << "'), found others; the codes are read as other numbers";
  if (!real)
    return true;
  // What made the codes is called as what the model calls their float value.
  bool isNamed = !isFromFunctionBody(op);
  if (isNamed && coded.lookup(operands[0])->source)
    CodedValues::rename(real.getDefiningOp(), op->getLoc());
  else if (isNamed && real.getDefiningOp()->getNumResults() == 1)
    real.getDefiningOp()->setLoc(op->getLoc());
  op->getResult(0).replaceAllUsesWith(real);
  coded.finish(op);
  return true;
}

//===----------------------------------------------------------------------===//
// Restrictions
//===----------------------------------------------------------------------===//

/// The bound of a Clip as an integer: `otherwise` where there is none, nothing where it is computed.
static std::optional<int64_t> readBound(Value bound, int64_t otherwise) {
  if (!bound)
    return otherwise;
  data::ConstantAttr constant = getConstant(bound);
  if (!constant || constant.size() != 1 || constant.getTensor().type().IsFloat())
    return std::nullopt;
  return constant.getTensor().IntegerAt(0);
}

/// The codes of the operand, restricted to those from least to most (as max of least, then min of most).
static void restrict(Operation *op, CodedValues &coded, const Coded &operand, int64_t least, int64_t most) {
  Coding coding = operand.coding;
  auto clamp = [&](int64_t code) { return std::min(std::max(code, least), most); };
  coding.low = clamp(coding.low);
  coding.high = clamp(coding.high);
  // A quantizer reads what the first one read; behind moves, it reads the moved value, whose codes it finds again.
  Value source = operand.source ? operand.source : operand.real;
  coded.quantize(op, op->getResult(0), source, std::move(coding));
  coded.finish(op);
}

static bool normaliseRestriction(Operation *op, CodedValues &coded) {
  SmallVector<Value> operands = getFormalOperands(op);
  const Coded *operand = coded.lookup(operands[0]);
  if (!operand)
    return false;
  const Coded copy = *operand;
  if (isa<onnx::ReluOp>(op)) {
    restrict(op, coded, copy, 0, INT64_MAX);
    return true;
  }
  std::optional<int64_t> least = readBound(operands.size() > 1 ? operands[1] : Value(), INT64_MIN);
  std::optional<int64_t> most = readBound(operands.size() > 2 ? operands[2] : Value(), INT64_MAX);
  if (!least || !most) {
    leave(op, Code::S001, "a bound of the codes is computed while the model runs");
    return true;
  }
  restrict(op, coded, copy, *least, *most);
  return true;
}

//===----------------------------------------------------------------------===//
// Moves
//===----------------------------------------------------------------------===//

static bool isPerTensor(const Coding &coding) { return coding.scale.size() == 1 && coding.zeroPoint.size() == 1; }

/// Operations of codes that are the same operations of the numbers they stand for.
static bool movesCodes(Operation *op) {
  static const llvm::StringSet<> names = {
      "Reshape", "Flatten",       "Squeeze",        "Unsqueeze", "Transpose",    "Identity",     "Slice",
      "Split",   "Gather",        "Tile",           "Expand",    "DepthToSpace", "SpaceToDepth", "MaxPool",
      "Concat",  "GlobalMaxPool", "GatherElements", "GatherND",  "Pad",          "Resize",       "Dropout"};
  return names.contains(op->getName().stripDialect());
}

/// Whether what the operation fills in is the code of 0, which is exact in any scale.
static bool fillsWithZero(Operation *op, const Coding &coding) {
  auto mode = op->getAttrOfType<StringAttr>("mode");
  if (mode && mode.getValue() != "constant")
    return true;
  SmallVector<Value> operands = getFormalOperands(op);
  Value fill = operands.size() > 2 ? operands[2] : Value();
  std::optional<int64_t> code = readBound(fill, 0);
  return code && *code == coding.zeroPoint.DoubleAt(0);
}

static bool selectsNearest(Operation *op) {
  auto mode = op->getAttrOfType<StringAttr>("mode");
  auto transformation = op->getAttrOfType<StringAttr>("coordinate_transformation_mode");
  return (!mode || mode.getValue() == "nearest") &&
         (!transformation || transformation.getValue() != "tf_crop_and_resize");
}

/// The same coding in the rank of the result.
static Coding withRank(Coding coding, int64_t rank) {
  coding.scale = coding.scale.Reshaped(runtime::Shape(rank, 1));
  coding.zeroPoint = coding.zeroPoint.Reshaped(runtime::Shape(rank, 1));
  return coding;
}

/// Integer operands that a move takes from: all of a Concat, else the first.
static SmallVector<unsigned> getDataOperands(Operation *op) {
  SmallVector<unsigned> out = {0};
  if (isa<onnx::ConcatOp>(op))
    for (unsigned i = 1; i < op->getNumOperands(); ++i)
      out.push_back(i);
  return out;
}

static bool normaliseMove(Operation *op, CodedValues &coded) {
  if (!movesCodes(op) || op->getNumOperands() == 0)
    return false;
  const Coded *first = coded.lookup(op->getOperand(0));
  if (!first)
    return false;
  Coding coding = first->coding;
  bool sameEverywhere = isa<onnx::IdentityOp, onnx::MaxPoolOp>(op);
  if (!isPerTensor(coding) && !sameEverywhere)
    return false;
  IRMapping map;
  for (unsigned i : getDataOperands(op)) {
    const Coded *operand = coded.lookup(op->getOperand(i));
    if (!operand || !(operand->coding.scale == coding.scale) || !(operand->coding.zeroPoint == coding.zeroPoint))
      return false;
    coding.low = std::min(coding.low, operand->coding.low);
    coding.high = std::max(coding.high, operand->coding.high);
    map.map(op->getOperand(i), operand->real);
  }
  if ((isa<onnx::PadOp>(op) && !fillsWithZero(op, coding)) || (isa<onnx::ResizeOp>(op) && !selectsNearest(op)))
    return false;
  OpBuilder builder(op);
  if (isa<onnx::PadOp>(op)) {
    // The code of 0 is the number 0, which is what is filled in by default.
    int64_t zero = int64_t(coding.zeroPoint.DoubleAt(0));
    coding.low = std::min(coding.low, zero);
    coding.high = std::max(coding.high, zero);
    SmallVector<Value> operands = getFormalOperands(op);
    if (operands.size() > 2 && operands[2])
      map.map(operands[2], makeConstant(builder, op->getLoc(), "zero", runtime::Tensor::ScalarFloat(0)));
  }
  Operation *moved = builder.clone(*op, map);
  auto floats = [&](Type type) { return cast<RankedTensorType>(type).clone(builder.getF32Type()); };
  if (isa<onnx::SplitOp>(op)) {
    for (Value result : moved->getResults())
      result.setType(floats(result.getType()));
  } else {
    moved->getResult(0).setType(floats(moved->getResult(0).getType()));
  }
  for (auto [from, to] : llvm::zip(op->getResults(), moved->getResults())) {
    if (from.getType() == to.getType()) { // positions, masks
      from.replaceAllUsesWith(to);
      continue;
    }
    Coding own = isPerTensor(coding) ? withRank(coding, typeOf(to).getRank()) : coding;
    coded.set(from, {std::move(own), to, nullptr});
  }
  coded.finish(op);
  return true;
}

bool normaliseQdq(Operation *op, CodedValues &coded, bool &ok) {
  if (isa<onnx::QuantizeLinearOp>(op))
    return normaliseQuantizer(op, coded, ok);
  if (isa<onnx::DequantizeLinearOp>(op))
    return normaliseDequantizer(op, coded, ok);
  if (isa<onnx::ClipOp, onnx::ReluOp>(op))
    return normaliseRestriction(op, coded);
  return normaliseMove(op, coded);
}

} // namespace qcompile::normalise
