//===- ChannelConstants.cpp - What constant channels add to a layer -------===//
#include "passes/remove-dead-channels/ChannelConstants.h"

#include <cmath>

#include "compiler/evaluator/Evaluator.h"
#include "dialects/data/DataDialect.h"
#include "dialects/onnx/HeldConstant.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/onnx/OnnxOps.h"
#include "passes/compression/SelectChannels.h"
#include "llvm/ADT/APFloat.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile::compression {

/// Evaluates an operation whose operands are constant or known.
static llvm::Expected<runtime::Value> evaluate(Operation *op, llvm::SmallDenseMap<mlir::Value, runtime::Value> &known) {
  if (auto held = op->getAttrOfType<data::ConstantAttr>("value"); held && isa<onnx::ConstantOp>(op))
    return runtime::Value(held.getTensor());
  SmallVector<const runtime::Value *> operands;
  for (mlir::Value operand : getFormalOperands(op)) {
    if (operand && !known.contains(operand)) {
      llvm::Expected<runtime::Value> value = evaluate(operand.getDefiningOp(), known);
      if (!value)
        return value.takeError();
      known[operand] = std::move(*value);
    }
  }
  for (mlir::Value operand : getFormalOperands(op))
    operands.push_back(operand ? &known.find(operand)->second : nullptr);
  llvm::Expected<std::vector<runtime::Value>> results = evaluateOperation(op, operands);
  if (!results)
    return results.takeError();
  return std::move(results->front());
}

llvm::Expected<ChannelConstants> ChannelConstants::compute(const ChannelPath &path) {
  llvm::SmallDenseMap<mlir::Value, runtime::Value> known;
  mlir::Value input = path.producer().input();
  ArrayRef<int64_t> shape = cast<RankedTensorType>(input.getType()).getShape();
  known[input] = runtime::Value(Tensor(runtime::DataType::Float32(), {shape.begin(), shape.end()}));
  SmallVector<Operation *> operations{path.producer().operation()};
  llvm::append_range(operations, path.between());
  for (Operation *op : operations) {
    llvm::Expected<runtime::Value> result = evaluate(op, known);
    if (!result)
      return result.takeError();
    known[op->getResult(0)] = std::move(*result);
  }
  ChannelConstants out;
  out.value = std::move(known.find(path.consumer().input())->second);
  llvm::Expected<runtime::Value> weights = evaluate(path.consumer().operation()->getOperand(1).getDefiningOp(), known);
  if (!weights)
    return weights.takeError();
  out.weights = std::move(*weights);
  return out;
}

int64_t ChannelConstants::getElement(const ChannelPath &path, int64_t column) const {
  // A channel's plane of a convolution's input, and the same element of every row of a product's.
  const runtime::Shape &shape = value.tensor.shape();
  int64_t begin = column, step = shape.back(), end = value.tensor.size();
  if (path.consumer().kind() != LayerKind::Linear) {
    const int64_t plane = runtime::NumElements(shape) / (shape[0] * shape[1]);
    begin = path.channelOf(column) * plane;
    step = 1;
    end = begin + plane;
  }
  for (int64_t i = begin; i < end; i += step)
    if (value.tensor.DoubleAt(i) != value.tensor.DoubleAt(begin))
      return -1;
  return begin;
}

bool ChannelConstants::isZero(const ChannelPath &path, int64_t channel) const {
  for (int64_t column : path.getColumns({channel}))
    if (int64_t element = getElement(path, column); element < 0 || value.tensor.DoubleAt(element) != 0)
      return false;
  return true;
}

//===----------------------------------------------------------------------===//
// The bias
//===----------------------------------------------------------------------===//

namespace {
/// Sums and products of which none was rounded.
class ExactNumber {
public:
  ExactNumber() : ExactNumber(0.0) {}
  explicit ExactNumber(double value) : number(value) {
    bool loses;
    number.convert(llvm::APFloat::IEEEquad(), llvm::APFloat::rmNearestTiesToEven, &loses);
  }
  ExactNumber operator*(const ExactNumber &other) const {
    ExactNumber out = *this;
    out.note(other, out.number.multiply(other.number, llvm::APFloat::rmNearestTiesToEven));
    return out;
  }
  ExactNumber operator+(const ExactNumber &other) const {
    ExactNumber out = *this;
    out.note(other, out.number.add(other.number, llvm::APFloat::rmNearestTiesToEven));
    return out;
  }
  /// The number, where it is a float32 and finite.
  std::optional<float> toFloat() const {
    llvm::APFloat narrow = number;
    bool loses = false;
    narrow.convert(llvm::APFloat::IEEEsingle(), llvm::APFloat::rmNearestTiesToEven, &loses);
    return exact && !loses && narrow.isFinite() ? std::optional(narrow.convertToFloat()) : std::nullopt;
  }

private:
  void note(const ExactNumber &other, llvm::APFloat::opStatus status) {
    exact &= other.exact && status == llvm::APFloat::opOK;
  }
  llvm::APFloat number;
  bool exact = true;
};
} // namespace

/// Element i as the real number that an exact sum sees.
static ExactNumber getReal(const runtime::QuantizedView &view, int64_t i) {
  auto at = [&](const Tensor &tensor) {
    // Broadcast: equal rank, every dimension 1 or that of the codes.
    int64_t index = 0, rest = i, stride = 1;
    for (size_t d = tensor.shape().size(); d-- > 0;) {
      int64_t position = rest % view.codes.shape()[d];
      rest /= view.codes.shape()[d];
      index += tensor.shape()[d] == 1 ? 0 : position * stride;
      stride *= tensor.shape()[d];
    }
    return tensor.DoubleAt(index);
  };
  ExactNumber code(double(view.codes.IntegerAt(i)));
  return ExactNumber(at(view.scale)) * (code + ExactNumber(-at(view.zero_point)));
}

static bool hasPadding(Operation *op) {
  auto mode = op->getAttrOfType<StringAttr>("auto_pad");
  if (mode && mode.getValue() != "NOTSET" && mode.getValue() != "VALID")
    return true;
  auto pads = op->getAttrOfType<DenseI64ArrayAttr>("pads");
  return pads && llvm::any_of(pads.asArrayRef(), [](int64_t pad) { return pad != 0; });
}

bool ChannelConstants::readBias(const ChannelPath &path, std::string &reason) {
  Operation *op = path.consumer().operation();
  auto refuse = [&](const Twine &why) {
    reason = ("layer '" + path.consumer().name() + "' " + why).str();
    return false;
  };
  if (!value.quantized || !weights.quantized)
    return refuse("adds floats, and one addend less is another order of additions");
  if (hasPadding(op))
    return refuse("sees it beside the 0 of its padding");
  if (auto gemm = dyn_cast<onnx::GemmOp>(op))
    if (!gemm.getAlpha().isExactlyValue(1) || !gemm.getBeta().isExactlyValue(1))
      return refuse("has factors alpha and beta");
  if (isa<onnx::MatMulOp>(op) && value.tensor.rank() != 2)
    return refuse("has no bias");
  bias.assign(path.consumer().outputs(), 0.0f);
  if (op->getNumOperands() < 3)
    return true;
  Operation *defining = op->getOperand(2).getDefiningOp();
  auto held = defining ? defining->getAttrOfType<data::ConstantAttr>("value") : nullptr;
  if (!held || !isa<onnx::ConstantOp>(defining) || (held.size() != 1 && held.size() != path.consumer().outputs())) {
    bias.clear();
    return refuse("has a bias that is no plain constant");
  }
  for (int64_t o = 0; o < path.consumer().outputs(); ++o)
    bias[o] = float(held.getTensor().DoubleAt(held.size() == 1 ? 0 : o));
  return true;
}

/// The index of a weight in the tensor of the weights operand.
static int64_t getWeightIndex(const Layer &layer, int64_t output, int64_t column) {
  auto gemm = dyn_cast<onnx::GemmOp>(layer.operation());
  bool outputsFirst = layer.kind() != LayerKind::Linear || (gemm && gemm.getTransB());
  return outputsFirst ? output * layer.inputs() + column : column * layer.outputs() + output;
}

bool ChannelConstants::addToBias(const ChannelPath &path, int64_t channel, std::string &reason) {
  if (bias.empty() && !readBias(path, reason))
    return false;
  std::vector<float> sums = bias;
  for (int64_t output = 0; output < path.consumer().outputs(); ++output) {
    ExactNumber sum{double(bias[output])};
    for (int64_t column : path.getColumns({channel})) {
      int64_t element = getElement(path, column);
      if (element < 0) {
        reason = "its constant is another one at the border of a pool";
        return false;
      }
      sum = sum + getReal(*value.quantized, element) *
                      getReal(*weights.quantized, getWeightIndex(path.consumer(), output, column));
    }
    std::optional<float> exact = sum.toFloat();
    if (!exact) {
      reason = "the bias of layer '" + path.consumer().name() + "' would be rounded";
      return false;
    }
    sums[output] = *exact;
  }
  bias = std::move(sums);
  return true;
}

void ChannelConstants::setBias(const ChannelPath &path) const {
  if (bias.empty())
    return;
  Operation *op = path.consumer().operation();
  OpBuilder builder(op);
  mlir::Value operand = makeNamedConstant(builder, path.consumer().name() + ".bias",
                                          Tensor::FromFloats({int64_t(bias.size())}, {bias.data(), bias.size()}));
  if (!isa<onnx::MatMulOp>(op)) {
    if (op->getNumOperands() > 2)
      op->setOperand(2, operand);
    else
      op->insertOperands(2, operand);
    return;
  }
  OperationState gemm(op->getLoc(), onnx::GemmOp::getOperationName(), {op->getOperand(0), op->getOperand(1), operand},
                      op->getResult(0).getType());
  op->getResult(0).replaceAllUsesWith(builder.create(gemm)->getResult(0));
  op->erase();
}

//===----------------------------------------------------------------------===//
// Channels
//===----------------------------------------------------------------------===//

std::vector<bool> findConstantChannels(const ChannelPath &path) {
  std::vector<bool> constant(path.channels(), false);
  auto note = [&](const Layer &layer) {
    Matrix weights = layer.weights();
    for (int64_t c = 0; c < path.channels(); ++c)
      constant[c] = constant[c] || (weights.row(c).array() == 0).all();
  };
  note(path.producer());
  for (Operation *op : path.between())
    if (std::optional<Layer> layer = Layer::get(op))
      note(*layer);
  return constant;
}

std::vector<bool> findUnusedChannels(const ChannelPath &path) {
  std::vector<bool> unused(path.channels(), true);
  Matrix weights = path.consumer().weights();
  for (int64_t column = 0; column < weights.cols(); ++column)
    if ((weights.col(column).array() != 0).any())
      unused[path.channelOf(column)] = false;
  return unused;
}

} // namespace qcompile::compression
