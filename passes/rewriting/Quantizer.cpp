//===- Quantizer.cpp - A quantizer of the normal form, read ---------------===//
#include "passes/rewriting/Quantizer.h"

#include "compiler/evaluator/Evaluator.h"
#include "dialects/onnx/HeldConstant.h"
#include "dialects/onnx/OnnxOps.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile {

data::ConstantAttr getConstant(Value value) {
  Operation *producer = value ? value.getDefiningOp() : nullptr;
  return producer ? getHeldConstant(producer) : nullptr;
}

std::string nameCodes(StringRef values) {
  return values.consume_back(".values") ? values.str() : (values + ".codes").str();
}
std::string nameValues(StringRef codes) {
  return codes.consume_back(".codes") ? codes.str() : (codes + ".values").str();
}

Tensor toFloats(const Tensor &tensor) {
  if (tensor.type() == runtime::DataType::Float32())
    return tensor;
  std::vector<float> values(tensor.size());
  for (int64_t i = 0; i < tensor.size(); ++i)
    values[i] = float(tensor.DoubleAt(i));
  return Tensor::FromFloats(tensor.shape(), values);
}

llvm::Expected<runtime::Value> evaluateOnConstants(Operation *op) {
  std::vector<runtime::Value> values;
  for (Value operand : op->getOperands())
    values.push_back(getConstant(operand).getTensor());
  SmallVector<const runtime::Value *> operands;
  auto next = values.begin();
  for (Value operand : getFormalOperands(op))
    operands.push_back(operand ? &*next++ : nullptr);
  llvm::Expected<std::vector<runtime::Value>> results = evaluateOperation(op, operands);
  if (!results)
    return results.takeError();
  return std::move(results->front());
}

bool Quantizer::hasZeroPoint() const {
  for (int64_t i = 0; i < zeroPoint.size(); ++i)
    if (zeroPoint.DoubleAt(i) != 0)
      return true;
  return false;
}

int Quantizer::getBits() const {
  if (isBipolar)
    return 1;
  int bits = 1;
  auto type = [&] { return isSigned() ? runtime::DataType::Signed(bits) : runtime::DataType::Unsigned(bits); };
  while (!type().Contains(low) || !type().Contains(high))
    ++bits;
  return bits;
}

std::string Quantizer::describe() const {
  if (isBipolar)
    return "bipolar codes";
  return std::to_string(getBits()) + "-bit " + (isSigned() ? "signed" : "unsigned") + " codes " + std::to_string(low) +
         " to " + std::to_string(high);
}

/// The codes of elements of one width.
static std::pair<int64_t, int64_t> getRange(int bits, bool isSigned, bool narrow) {
  if (isSigned && bits == 1)
    return {-1, 1};
  int64_t values = int64_t{1} << bits;
  return isSigned ? std::pair(-values / 2 + narrow, values / 2 - 1) : std::pair(int64_t{0}, values - 1 - narrow);
}

static void readRanges(const Tensor &bitWidths, bool isSigned, bool narrow, Quantizer &out) {
  std::vector<float> lows, highs;
  for (int64_t i = 0; i < bitWidths.size(); ++i) {
    auto bits = int(bitWidths.DoubleAt(i));
    auto [low, high] = getRange(bits, isSigned, narrow);
    out.low = i ? std::min(out.low, low) : low;
    out.high = i ? std::max(out.high, high) : high;
    out.hasBipolarElements |= isSigned && bits == 1;
    lows.push_back(float(low));
    highs.push_back(float(high));
  }
  if (llvm::all_equal(lows) && llvm::all_equal(highs)) {
    out.isBipolar = out.hasBipolarElements;
    out.hasBipolarElements = false;
    return;
  }
  out.ranges = {Tensor::FromFloats(bitWidths.shape(), lows), Tensor::FromFloats(bitWidths.shape(), highs)};
}

static bool readQuant(onnx::QuantOp op, Quantizer &out) {
  data::ConstantAttr scale = getConstant(op.getScale()), zeroPoint = getConstant(op.getZeropt()),
                     bitWidth = getConstant(op.getBitwidth());
  StringRef name = op.getRoundingMode();
  auto mode = runtime::ParseRoundingMode(absl::string_view(name.data(), name.size()));
  if (!scale || !zeroPoint || !bitWidth || !mode.ok())
    return false;
  out.input = op.getX();
  out.scale = toFloats(scale.getTensor());
  out.zeroPoint = toFloats(zeroPoint.getTensor());
  out.rounding = *mode;
  readRanges(bitWidth.getTensor(), op.getSigned_() != 0, op.getNarrow() != 0, out);
  return true;
}

static bool readBipolarQuant(onnx::BipolarQuantOp op, Quantizer &out) {
  data::ConstantAttr scale = getConstant(op.getScale());
  if (!scale)
    return false;
  out.input = op.getX();
  out.scale = toFloats(scale.getTensor());
  out.zeroPoint = Tensor::ScalarFloat(0);
  out.isBipolar = true;
  out.low = -1, out.high = 1;
  return true;
}

static bool readLinearQuant(Operation *op, Quantizer &out) {
  data::ConstantAttr scale = getConstant(op->getOperand(1)), zeroPoint = getConstant(op->getOperand(2));
  auto low = op->getAttrOfType<IntegerAttr>("low"), high = op->getAttrOfType<IntegerAttr>("high");
  if (!scale || !zeroPoint || !low || !high)
    return false;
  out.input = op->getOperand(0);
  out.scale = toFloats(scale.getTensor());
  out.zeroPoint = toFloats(zeroPoint.getTensor());
  out.roundsFirst = true;
  out.low = low.getInt();
  out.high = high.getInt();
  return true;
}

std::optional<Quantizer> readQuantizer(Operation *op) {
  auto type = op->getNumResults() == 1 ? dyn_cast<RankedTensorType>(op->getResult(0).getType()) : nullptr;
  if (!type || !type.hasStaticShape())
    return std::nullopt;
  Quantizer out;
  out.op = op;
  bool known = false;
  if (op->getName().getStringRef() == "onnx.LinearQuant")
    known = readLinearQuant(op, out);
  else if (auto quant = dyn_cast<onnx::QuantOp>(op))
    known = readQuant(quant, out);
  else if (auto bipolar = dyn_cast<onnx::BipolarQuantOp>(op))
    known = readBipolarQuant(bipolar, out);
  return known ? std::optional(std::move(out)) : std::nullopt;
}

} // namespace qcompile
