//===- LinearOperation.cpp - Operations that multiply ---------------------===//
#include "compiler/inspect/LinearOperation.h"

#include <algorithm>

#include "compiler/evaluator/ProgramBuilder.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;

namespace qcompile::inspect {

namespace {
enum class Form { None, Convolution, Transposed, Matrix, Packed };

/// Where an operator has its factors, and what it does with them.
struct Signature {
  Form form = Form::None;
  unsigned input = 0, weights = 1;
  std::optional<unsigned> bias;
};
} // namespace

static Signature getSignature(StringRef name) {
  return llvm::StringSwitch<Signature>(name)
      .Cases({"Conv", "channels_last.Conv"}, {Form::Convolution, 0, 1, 2})
      .Case("ConvInteger", {Form::Convolution, 0, 1, std::nullopt})
      .Case("QLinearConv", {Form::Convolution, 0, 3, 8})
      .Case("DeformConv", {Form::Convolution, 0, 1, 3})
      .Case("ConvTranspose", {Form::Transposed, 0, 1, 2})
      .Cases({"MatMul", "MatMulInteger", "XnorPopcountMatMul"}, {Form::Matrix, 0, 1, std::nullopt})
      .Case("Gemm", {Form::Matrix, 0, 1, 2})
      .Case("QLinearMatMul", {Form::Matrix, 0, 3, std::nullopt})
      .Case("QGemm", {Form::Matrix, 0, 3, 6})
      .Case("MatMulNBits", {Form::Packed, 0, 1, 5})
      .Default({});
}

static RankedTensorType getStaticType(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.hasStaticShape() ? type : RankedTensorType();
}

std::optional<double> countElements(Value value) {
  RankedTensorType type = getStaticType(value);
  if (!type)
    return std::nullopt;
  double count = 1;
  for (int64_t extent : type.getShape())
    count *= double(extent);
  return count;
}

/// Products per result of a matrix product: the columns of its first factor.
static std::optional<double> getColumns(Operation *op, Value first) {
  RankedTensorType type = getStaticType(first);
  if (!type || type.getRank() == 0)
    return std::nullopt;
  auto transposed = op->getAttrOfType<IntegerAttr>("transA");
  bool rows = transposed && !transposed.getValue().isZero() && type.getRank() == 2;
  return double(rows ? type.getDimSize(0) : type.getShape().back());
}

std::optional<double> countWeights(const LinearOperation &linear) {
  if (!linear.packedBits)
    return countElements(linear.weights);
  auto rows = linear.op->getAttrOfType<IntegerAttr>("N"), columns = linear.op->getAttrOfType<IntegerAttr>("K");
  return rows && columns ? std::optional(double(rows.getInt()) * double(columns.getInt())) : std::nullopt;
}

static void count(LinearOperation &linear, Form form, Value first) {
  std::optional<double> outputs = countElements(linear.op->getResult(0));
  if (form == Form::Matrix || form == Form::Packed) {
    linear.inner = getColumns(linear.op, first);
    if (linear.inner && outputs)
      linear.macs = *linear.inner * *outputs;
    return;
  }
  RankedTensorType weights = getStaticType(linear.weights);
  if (!weights || weights.getRank() < 2 || weights.getDimSize(0) == 0 || weights.getDimSize(1) == 0)
    return;
  double perFirst = *countElements(linear.weights) / double(weights.getDimSize(0));
  if (form == Form::Convolution) {
    linear.inner = perFirst;
    if (outputs)
      linear.macs = perFirst * *outputs;
    return;
  }
  // Every input meets the weights of its channel; an output meets at most the taps of its group's inputs.
  auto groups = linear.op->getAttrOfType<IntegerAttr>("group");
  linear.inner = *countElements(linear.weights) / double(weights.getDimSize(1)) /
                 double(groups ? std::max<int64_t>(groups.getInt(), 1) : 1);
  if (std::optional<double> inputs = countElements(linear.input))
    linear.macs = perFirst * *inputs;
}

std::optional<LinearOperation> describeLinear(Operation *op, const llvm::DenseSet<Value> &constants) {
  if (op->getName().getDialectNamespace() != "onnx" || op->getNumResults() == 0)
    return std::nullopt;
  Signature signature = getSignature(op->getName().stripDialect());
  SmallVector<Value> operands = getFormalOperands(op);
  if (signature.form == Form::None || operands.size() <= std::max(signature.input, signature.weights))
    return std::nullopt;
  LinearOperation linear;
  linear.op = op;
  linear.input = operands[signature.input];
  linear.weights = operands[signature.weights];
  if (!linear.input || !linear.weights)
    return std::nullopt;
  linear.constantWeights = constants.contains(linear.weights);
  bool constantInput = constants.contains(linear.input);
  if (linear.constantWeights && constantInput)
    return std::nullopt;
  if (signature.form == Form::Packed) {
    auto bits = op->getAttrOfType<IntegerAttr>("bits");
    linear.packedBits = bits ? int(std::clamp<int64_t>(bits.getInt(), 1, 8)) : 4;
  }
  if (signature.form == Form::Matrix && constantInput) {
    std::swap(linear.input, linear.weights);
    linear.constantWeights = true;
  }
  if (signature.bias && operands.size() > *signature.bias)
    linear.bias = operands[*signature.bias];
  count(linear, signature.form, operands[signature.input]);
  return linear;
}

} // namespace qcompile::inspect
