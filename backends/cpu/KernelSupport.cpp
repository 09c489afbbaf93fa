//===- KernelSupport.cpp - Which operations have a kernel -----------------===//
#include "backends/cpu/KernelSupport.h"

#include "backends/cpu/lower-to-kernels/Convolution.h"
#include "backends/cpu/lower-to-kernels/ParameterPacking.h"
#include "dialects/data/ElementStorage.h"
#include "dialects/onnx/HeldConstant.h"
#include "dialects/qnn/QnnDialect.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace qcompile::cpu {

/// Differences of codes and zero points that a double holds (runtime/kernels/kernels.h).
static constexpr int64_t kExactCodeLimit = int64_t(1) << 52;

static int64_t getRank(Value value) { return cast<RankedTensorType>(value.getType()).getRank(); }

static std::optional<runtime::DataType> elementType(Value value) {
  return data::getDataType(cast<RankedTensorType>(value.getType()).getElementType());
}

/// Whether sums of this many products certainly stay within 62 bits: what follows is costly for
/// large weights and asked more than once.
static bool isFarFromOverflow(Value lhs, Value rhs) {
  int64_t count = std::max<int64_t>(1, cast<RankedTensorType>(rhs.getType()).getNumElements());
  return elementType(lhs)->bits + elementType(rhs)->bits + llvm::Log2_64_Ceil(count) <= 60;
}

static std::string reasonAgainst(qnn::MatMulOp op) {
  if (!hasPackedWeights(op) || isFarFromOverflow(op.getLhs(), op.getRhs()))
    return "";
  return std::string(selectMatMul(op).status().message());
}

static std::string reasonAgainst(qnn::ConvOp op) {
  if (!op.getWeights().getDefiningOp<qnn::ConstantOp>())
    return "the weights are not constant";
  if (isFarFromOverflow(op.getInput(), op.getWeights()))
    return "";
  return std::string(selectConvolution(*getConvolution(op)).status().message());
}

/// Operations that become copies of up to `factor` times the dimensions of their operands.
static std::string reasonAgainstCopy(Operation *op, int64_t factor) {
  for (Value operand : op->getOperands())
    if (factor * getRank(operand) > QCRT_MAX_RANK)
      return "more than " + std::to_string(QCRT_MAX_RANK / factor) + " dimensions";
  return "";
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
      .Cases({"onnx.Reshape", "onnx.Flatten", "onnx.Squeeze", "onnx.Unsqueeze", "onnx.Identity"}, true)
      .Default(false);
}

std::optional<SmallVector<int64_t>> getPermutation(Operation *op) {
  if (op->getName().getStringRef() != "onnx.Transpose")
    return std::nullopt;
  if (auto perm = op->getAttrOfType<DenseI64ArrayAttr>("perm"))
    return llvm::to_vector(perm.asArrayRef());
  // Without the attribute the dimensions are reversed.
  auto reversed = llvm::reverse(llvm::seq<int64_t>(0, getRank(op->getOperand(0))));
  return SmallVector<int64_t>(reversed.begin(), reversed.end());
}

static bool isFloatTensor(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.hasStaticShape() && type.getElementType().isF32() && type.getNumElements() > 0;
}

/// Float operations that are one step each: nothing in them depends on the order of additions.
static bool isSimpleFloat(Operation *op) {
  if (op->getNumResults() != 1 || !isFloatTensor(op->getResult(0)) || op->getNumOperands() == 0 ||
      !isFloatTensor(op->getOperand(0)))
    return false;
  auto isFixed = [](Value value) { return value.getDefiningOp() && isConstantOperation(value.getDefiningOp()); };
  if (keepsElements(op))
    return !isFixed(op->getOperand(0)) && llvm::all_of(op->getOperands().drop_front(), isFixed);
  if (getPermutation(op))
    return !isFixed(op->getOperand(0)) && getRank(op->getOperand(0)) <= QCRT_MAX_RANK;
  bool isBinary = llvm::StringSwitch<bool>(op->getName().getStringRef())
                      .Cases({"onnx.Add", "onnx.Sub", "onnx.Mul", "onnx.Div"}, true)
                      .Default(false);
  if (!isBinary || op->getNumOperands() != 2)
    return false;
  auto fits = [&](Value value) {
    return isFloatTensor(value) && (isFixed(value) || value.getType() == op->getResult(0).getType());
  };
  return llvm::all_of(op->getOperands(), fits) && !llvm::all_of(op->getOperands(), isFixed);
}

std::string reasonAgainstKernel(Operation *op) {
  if (!isa<qnn::QnnDialect>(op->getDialect()))
    return isSimpleFloat(op) ? "" : "floats are computed in reference order";
  for (Value value : llvm::concat<Value>(SmallVector<Value>(op->getOperands()), SmallVector<Value>(op->getResults()))) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    if (!type || !type.hasStaticShape() || type.getNumElements() == 0)
      return "a tensor has no elements";
  }
  return llvm::TypeSwitch<Operation *, std::string>(op)
      .Case<qnn::ConvOp, qnn::MatMulOp, qnn::QuantizeOp, qnn::DequantizeOp>(
          [](auto typed) { return reasonAgainst(typed); })
      .Case<qnn::AddOp, qnn::ConcatOp, qnn::GatherOp, qnn::MulOp, qnn::PadOp, qnn::SliceOp, qnn::TransposeOp>(
          [](auto typed) { return reasonAgainstCopy(typed, 1); })
      .Case([](qnn::DepthToSpaceOp typed) { return reasonAgainstCopy(typed, 2); })
      .Case<qnn::ArgMaxOp, qnn::LookupOp, qnn::MaxPoolOp, qnn::PqOp, qnn::RequantizeOp, qnn::ReshapeOp, qnn::SumPoolOp,
            qnn::TableOp, qnn::ThresholdOp, qnn::TopKOp>([](auto) { return ""; })
      .Default([](Operation *) { return "no kernel for this operation"; });
}

} // namespace qcompile::cpu
