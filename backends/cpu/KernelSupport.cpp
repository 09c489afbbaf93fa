//===- KernelSupport.cpp - Which operations have a kernel -----------------===//
#include "backends/cpu/KernelSupport.h"

#include "dialects/data/ElementStorage.h"
#include "dialects/qnn/QnnDialect.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/ADT/TypeSwitch.h"
#include "runtime/kernels/packing.h"

using namespace mlir;

namespace qcompile::cpu {

/// Differences of codes and zero points that a double holds (runtime/kernels/kernels.h).
static constexpr int64_t kExactCodeLimit = int64_t(1) << 52;

bool isConstant(Operation *op) {
  return op->hasTrait<OpTrait::ConstantLike>() || op->getName().getStringRef() == "onnx.Constant";
}

static std::optional<runtime::DataType> elementType(Value value) {
  return data::getDataType(cast<RankedTensorType>(value.getType()).getElementType());
}

static std::string reasonAgainst(qnn::MatMulOp op) {
  auto weights = op.getRhs().getDefiningOp<qnn::ConstantOp>();
  if (!weights)
    return "the right factor is not constant";
  std::vector<int64_t> values = weights.getValue().getTensor().ToIntegers();
  ArrayRef<int64_t> shape = cast<RankedTensorType>(op.getRhs().getType()).getShape();
  absl::Status status =
      runtime::SelectMatmul({shape[0], shape[1], *elementType(op.getLhs()), values}).status();
  return std::string(status.message());
}

static std::string reasonAgainst(qnn::QuantizeOp op) {
  if (elementType(op.getResult())->kind == runtime::TypeKind::kBipolar)
    return "rounding to bipolar codes has no kernel";
  if (int64_t(op.getLow()) < -kExactCodeLimit || int64_t(op.getHigh()) > kExactCodeLimit)
    return "codes have more than 52 bits";
  return "";
}

static std::string reasonAgainst(qnn::DequantizeOp op) {
  if (elementType(op.getInput())->bits > 52)
    return "codes have more than 52 bits";
  for (int64_t zeroPoint : op.getZeroPoint().getTensor().ToIntegers())
    if (zeroPoint < -kExactCodeLimit || zeroPoint > kExactCodeLimit)
      return "a zero point has more than 52 bits";
  return "";
}

bool keepsElements(Operation *op) {
  return llvm::StringSwitch<bool>(op->getName().getStringRef())
      .Cases({"onnx.Reshape", "onnx.Flatten", "onnx.Squeeze", "onnx.Unsqueeze", "onnx.Identity"},
             true)
      .Default(false);
}

static bool isFloatTensor(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.hasStaticShape() && type.getElementType().isF32() &&
         type.getNumElements() > 0;
}

/// Float operations that are one step each: nothing in them depends on the order of additions.
static bool isSimpleFloat(Operation *op) {
  if (op->getNumResults() != 1 || !isFloatTensor(op->getResult(0)) || op->getNumOperands() == 0 ||
      !isFloatTensor(op->getOperand(0)))
    return false;
  auto isFixed = [](Value value) {
    return value.getDefiningOp() && isConstant(value.getDefiningOp());
  };
  if (keepsElements(op))
    return !isFixed(op->getOperand(0)) &&
           llvm::all_of(op->getOperands().drop_front(), isFixed);
  bool isBinary = llvm::StringSwitch<bool>(op->getName().getStringRef())
                      .Cases({"onnx.Add", "onnx.Sub", "onnx.Mul", "onnx.Div"}, true)
                      .Default(false);
  if (!isBinary || op->getNumOperands() != 2)
    return false;
  auto fits = [&](Value value) {
    return isFloatTensor(value) &&
           (isFixed(value) || value.getType() == op->getResult(0).getType());
  };
  return llvm::all_of(op->getOperands(), fits) && !llvm::all_of(op->getOperands(), isFixed);
}

std::string reasonAgainstKernel(Operation *op) {
  if (!isa<qnn::QnnDialect>(op->getDialect()))
    return isSimpleFloat(op) ? "" : "floats are computed in reference order";
  for (Value value : llvm::concat<Value>(SmallVector<Value>(op->getOperands()),
                                         SmallVector<Value>(op->getResults()))) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    if (!type || !type.hasStaticShape() || type.getNumElements() == 0)
      return "a tensor has no elements";
    bool mayBeConstant = isa<qnn::MatMulOp>(op) && value == op->getOperand(1);
    if (Operation *producer = value.getDefiningOp();
        producer && isConstant(producer) && !mayBeConstant)
      return "an operand is constant";
  }
  return llvm::TypeSwitch<Operation *, std::string>(op)
      .Case<qnn::MatMulOp, qnn::QuantizeOp, qnn::DequantizeOp>(
          [](auto typed) { return reasonAgainst(typed); })
      .Case([](qnn::TransposeOp typed) {
        return typed.getPerm().size() > 8 ? "more than 8 dimensions" : "";
      })
      .Case<qnn::ThresholdOp, qnn::ReshapeOp>([](auto) { return ""; })
      .Default([](Operation *) { return "no kernel for this operation"; });
}

} // namespace qcompile::cpu
