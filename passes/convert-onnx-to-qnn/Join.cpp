//===- Join.cpp - Sums and concatenations of quantized values -------------===//
#include "dialects/onnx/NodeLocation.h"
#include "dialects/onnx/OnnxOps.h"
#include "passes/convert-onnx-to-qnn/Converter.h"

using namespace mlir;

namespace qcompile {

static constexpr int64_t kMaxZeroPoint = int64_t{1} << 47;

/// The codes of an operand with the rank of the result, and its channel dimension there.
static void extendRank(OpBuilder &builder, Location loc, int64_t rank, IntegerForm &form) {
  RankedTensorType type = form.getType();
  if (type.getRank() == rank)
    return;
  SmallVector<int64_t> shape(rank - type.getRank(), 1);
  form.axis += rank - type.getRank();
  shape.append(type.getShape().begin(), type.getShape().end());
  form.codes = qnn::ReshapeOp::create(builder, loc, RankedTensorType::get(shape, type.getElementType()), form.codes);
}

namespace {
/// Scales of two operands as multiples of a common unit, per channel where they differ.
struct Alignment {
  std::vector<double> unit;
  std::vector<int64_t> lhs, rhs;
};
} // namespace

static std::optional<Alignment> alignScales(const IntegerForm &lhs, const IntegerForm &rhs) {
  Alignment out;
  for (size_t c = 0; c < std::max(lhs.scale.size(), rhs.scale.size()); ++c) {
    std::optional<CommonUnit> unit = findCommonUnit({at(lhs.scale, c), at(rhs.scale, c)});
    if (!unit)
      return std::nullopt;
    out.unit.push_back(unit->unit);
    out.lhs.push_back(unit->multipliers[0]);
    out.rhs.push_back(unit->multipliers[1]);
  }
  return out;
}

/// One factor for all, which the sum itself applies, or factors per channel, which a product applies before.
int64_t Converter::applyFactors(Location loc, IntegerForm &form, int64_t axis, const std::vector<int64_t> &factors) {
  if (llvm::all_equal(factors))
    return factors.front();
  form.codes = multiply(loc, form.codes, axis, factors);
  std::string reason;
  std::vector<qnn::Bounds> bounds;
  if (!narrow(form.codes.getDefiningOp<qnn::BoundsOpInterface>(), bounds, reason))
    return 0;
  return 1;
}

bool Converter::convertSum(Operation *op, std::string &reason) {
  if (!isa<onnx::AddOp, onnx::SubOp>(op))
    return false;
  std::optional<IntegerForm> lhs = getQuantizedForm(op->getOperand(0)), rhs = getQuantizedForm(op->getOperand(1));
  if (!lhs || !rhs)
    return false; // a link of a chain, or of floats
  Location loc = op->getLoc();
  RankedTensorType result = tensorOf(op->getResult(0));
  extendRank(builder, loc, result.getRank(), *lhs);
  extendRank(builder, loc, result.getRank(), *rhs);
  int64_t axis = lhs->isPerTensor() ? rhs->axis : lhs->axis;
  rhs = alongAxis(loc, *rhs, axis, reason);
  if (!rhs)
    return false;
  std::optional<Alignment> aligned = alignScales(*lhs, *rhs);
  if (!aligned) {
    reason = "the scales of its operands have no common unit within 40 bits; give the quantizers before it one scale";
    return false;
  }
  int64_t sign = isa<onnx::SubOp>(op) ? -1 : 1;
  IntegerForm form;
  form.axis = axis;
  form.scale = std::move(aligned->unit);
  size_t zeros = std::max({lhs->zeroPoint.size(), rhs->zeroPoint.size(), form.scale.size()});
  for (size_t c = 0; c < zeros; ++c) {
    __int128 zero = __int128(at(aligned->lhs, c)) * at(lhs->zeroPoint, c) +
                    __int128(sign) * at(aligned->rhs, c) * at(rhs->zeroPoint, c);
    if (zero > kMaxZeroPoint || zero < -kMaxZeroPoint) {
      reason = "its zero points need more than 48 bits on a common scale";
      return false;
    }
    form.zeroPoint.push_back(int64_t(zero));
  }
  if (llvm::all_equal(form.zeroPoint))
    form.zeroPoint.resize(1);
  int64_t lhsFactor = applyFactors(loc, *lhs, axis, aligned->lhs);
  int64_t rhsFactor = applyFactors(loc, *rhs, axis, aligned->rhs);
  if (lhsFactor == 0 || rhsFactor == 0) {
    reason = "its operands need more than 48 bits on a common scale";
    return false;
  }
  auto type = RankedTensorType::get(result.getShape(), makeWidestType());
  auto sum = qnn::AddOp::create(builder, loc, type, lhs->codes, rhs->codes, lhsFactor, sign * rhsFactor);
  if (accumulate(op, sum, std::move(form), reason))
    return true;
  reason += "; give the quantizers before it one scale";
  return false;
}

/// Operands keep their scales, which then vary along the joined dimension.
bool Converter::convertConcat(Operation *op, std::string &reason) {
  if (!isa<onnx::ConcatOp>(op))
    return false;
  RankedTensorType result = tensorOf(op->getResult(0));
  int64_t axis = getInteger(op, "axis", 0);
  axis += axis < 0 ? result.getRank() : 0;
  std::vector<IntegerForm> parts;
  for (Value operand : op->getOperands()) {
    const IntegerForm *known = getForm(operand);
    std::optional<IntegerForm> form = known ? std::optional(*known) : getQuantizedForm(operand);
    if (!form || form->pending) {
      if (!parts.empty())
        reason = "its operand '" + onnx::getTensorName(operand.getLoc()).str() + "' is not integers";
      return false;
    }
    form = alongAxis(op->getLoc(), *form, axis, reason);
    if (!form)
      return false;
    if (!parts.empty() && form->divisor != parts[0].divisor) {
      reason = "its operands are averages of different sizes";
      return false;
    }
    parts.push_back(std::move(*form));
  }
  IntegerForm form = parts[0];
  form.axis = axis;
  form.quantized = llvm::all_of(parts, [](const IntegerForm &part) { return part.quantized; });
  bool anyBias = llvm::any_of(parts, [](const IntegerForm &part) { return !part.bias.empty(); });
  auto join = [&](auto &out, auto get) {
    out.clear();
    for (const IntegerForm &part : parts) {
      auto list = get(part);
      for (int64_t i = 0; i < part.getType().getDimSize(axis); ++i)
        out.push_back(at(list, i));
    }
    if (!out.empty() && llvm::all_equal(out))
      out.resize(1);
  };
  join(form.scale, [](const IntegerForm &part) { return part.scale; });
  join(form.zeroPoint, [](const IntegerForm &part) { return part.zeroPoint; });
  join(form.bounds, [](const IntegerForm &part) { return part.bounds; });
  if (anyBias)
    join(form.bias, [](const IntegerForm &part) { return part.bias.empty() ? std::vector<double>{0} : part.bias; });
  SmallVector<Value> codes;
  SmallVector<Type> types;
  for (const IntegerForm &part : parts) {
    codes.push_back(part.codes);
    types.push_back(part.getType().getElementType());
  }
  form.codes = qnn::ConcatOp::create(builder, op->getLoc(), RankedTensorType::get(result.getShape(), uniteTypes(types)),
                                     codes, axis);
  forms[op->getResult(0)] = std::move(form);
  return true;
}

} // namespace qcompile
