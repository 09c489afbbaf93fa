//===- Lowering.cpp - What the hls backend takes --------------------------===//
#include "backends/hls/Lowering.h"

#include "dialects/data/ElementStorage.h"
#include "passes/expand-pq/ExpandPq.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace qcompile::hls {

data::ConstantAttr getConstant(Value value) {
  auto constant = value.getDefiningOp<qnn::ConstantOp>();
  return constant ? constant.getValue() : nullptr;
}

bool isFreeRearrangement(Operation *op) {
  if (isa<qnn::ReshapeOp>(op))
    return true;
  auto transpose = dyn_cast<qnn::TransposeOp>(op);
  if (!transpose)
    return false;
  // Only dimensions of one element may pass others.
  auto type = cast<RankedTensorType>(transpose.getInput().getType());
  SmallVector<int64_t> moved;
  for (int64_t d : transpose.getPerm())
    if (type.getDimSize(d) != 1)
      moved.push_back(d);
  return llvm::is_sorted(moved);
}

std::optional<qnn::Bounds> getSumBounds(Type input, data::ConstantAttr weights) {
  auto columns = qnn::getDotProductBounds(qnn::getTypeBounds(input), weights.getTensor());
  if (!columns)
    return std::nullopt;
  return qnn::unite(*columns);
}

//===----------------------------------------------------------------------===//
// Capability
//===----------------------------------------------------------------------===//

static Type getElement(Value value) { return cast<RankedTensorType>(value.getType()).getElementType(); }

static int getBits(Value value) { return data::getDataType(getElement(value))->bits; }

static Capability checkNumberBits(Value value) {
  if (int bits = getBits(value); bits > kMaxNumberBits)
    return Capability::no("expected codes of at most " + std::to_string(kMaxNumberBits) + " bits, found " +
                          std::to_string(bits));
  return Capability::yes();
}

/// Of a unit that keeps its weights in memory.
static Capability checkWeights(Value weights, Value result) {
  if (!getConstant(weights))
    return Capability::no("expected constant weights: a unit keeps them in memory");
  if (int bits = getBits(weights); bits > 32)
    return Capability::no("expected weights of at most 32 bits, found " + std::to_string(bits));
  if (cast<RankedTensorType>(weights.getType()).getNumElements() == 0)
    return Capability::no("expected at least one weight");
  return checkNumberBits(result);
}

static Capability checkMatMul(qnn::MatMulOp op) {
  if (getConstant(op.getRhs()) && !getConstant(op.getLhs()) &&
      cast<RankedTensorType>(op.getRhs().getType()).getRank() == 2)
    return checkWeights(op.getRhs(), op.getResult());
  return checkNumberBits(op.getResult());
}

static Capability checkLookup(qnn::LookupOp op) {
  if (!getConstant(op.getTable()))
    return Capability::no("expected a constant table: a unit keeps it in memory");
  return Capability::yes();
}

/// It is expanded before the conversion.
static Capability checkPq(qnn::PqOp op) {
  if (llvm::Error error = checkPqExpansion(op))
    return Capability::no(llvm::toString(std::move(error)));
  return checkNumberBits(op.getResult());
}

static bool isCode(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && qnn::isCodeType(tensor.getElementType());
}

Capability checkOperation(Operation *op) {
  bool integer = isa<qnn::QnnDialect>(op->getDialect()) && llvm::all_of(op->getOperandTypes(), isCode) &&
                 llvm::all_of(op->getResultTypes(), isCode);
  if (!integer)
    return {true, "runs on the host"};
  for (Type type : llvm::concat<const Type>(op->getOperandTypes(), op->getResultTypes()))
    if (auto tensor = cast<RankedTensorType>(type); !tensor.hasStaticShape() || tensor.getNumElements() == 0)
      return Capability::no("expected a static shape with at least one element");
  return llvm::TypeSwitch<Operation *, Capability>(op)
      .Case([](qnn::MatMulOp op) { return checkMatMul(op); })
      .Case([](qnn::ConvOp op) { return checkWeights(op.getWeights(), op.getResult()); })
      .Case([](qnn::ConvTransposeOp op) { return checkWeights(op.getWeights(), op.getResult()); })
      .Case([](qnn::LookupOp op) { return checkLookup(op); })
      .Case([](qnn::PqOp op) { return checkPq(op); })
      .Case<qnn::ThresholdOp, qnn::RequantizeOp>([](Operation *op) { return checkNumberBits(op->getOperand(0)); })
      .Case([](qnn::TableOp op) {
        if (getElement(op.getInput()).isUnsignedInteger(64))
          return checkNumberBits(op.getInput());
        return Capability::yes();
      })
      .Case<qnn::ConstantOp, qnn::ReshapeOp, qnn::TransposeOp, qnn::AddOp, qnn::MulOp, qnn::MaxPoolOp, qnn::SumPoolOp,
            qnn::PadOp, qnn::SliceOp, qnn::ConcatOp, qnn::GatherOp, qnn::DepthToSpaceOp, qnn::ArgMaxOp, qnn::TopKOp>(
          [](Operation *) { return Capability::yes(); })
      .Default([](Operation *op) {
        return Capability::no("no stage computes '" + op->getName().getStringRef().str() + "'");
      });
}

} // namespace qcompile::hls
