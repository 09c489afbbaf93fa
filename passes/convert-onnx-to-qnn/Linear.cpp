//===- Linear.cpp - Matrix products of quantized operands -----------------===//
//
// sum over k of s_a (a_k - z_a) * s_b (b_k - z_b) = s_a s_b * (sum over k of a_k w_k - z_a * sum over k of w_k), w = b - z_b.
// So weights lose their zero point, the input keeps its own, which becomes a constant per output.
//
//===----------------------------------------------------------------------===//
#include <cmath>

#include "compiler/evaluator/Evaluator.h"
#include "dialects/onnx/OnnxOps.h"
#include "passes/convert-onnx-to-qnn/Converter.h"

using namespace mlir;
using qcompile::runtime::DataType;
using qcompile::runtime::Tensor;

namespace qcompile {

/// Swaps the dimensions of a matrix and of the scale and zero point that go with it.
static runtime::QuantizedView transposeView(const runtime::QuantizedView &view) {
  auto swap = [](const Tensor &t) {
    int64_t rows = t.shape()[0], columns = t.shape()[1];
    size_t width = t.type().ContainerSize();
    Tensor out(t.type(), {columns, rows});
    absl::Span<uint8_t> bytes = out.MutableBytes();
    for (int64_t r = 0; r < rows; ++r)
      for (int64_t c = 0; c < columns; ++c)
        std::memcpy(&bytes[(c * rows + r) * width], &t.bytes()[(r * columns + c) * width], width);
    return out;
  };
  return {swap(view.codes), swap(view.scale), swap(view.zero_point)};
}

/// Codes without their zero point, in the narrowest type that holds them.
static std::optional<Tensor> subtractZeroPoint(const Tensor &codes, const IntegerForm &form) {
  if (llvm::all_of(form.zeroPoint, [](int64_t z) { return z == 0; }))
    return codes;
  std::vector<int64_t> values = codes.ToIntegers();
  int64_t columns = codes.shape()[1];
  qnn::Bounds bounds;
  for (size_t i = 0; i < values.size(); ++i) {
    size_t index = form.zeroPoint.size() == 1 ? 0 : (form.axis == 1 ? i % columns : i / columns);
    values[i] -= form.zeroPoint[index];
    bounds = {std::min(bounds.low, values[i]), std::max(bounds.high, values[i])};
  }
  return *Tensor::FromIntegers(bounds.narrowestType(), codes.shape(), values);
}

/// The constant right operand as integer weights [K, M], and their form with the channels along M.
Value Converter::makeWeights(Value value, bool transpose, IntegerForm &form, std::string &reason) {
  runtime::QuantizedView view = *constants.find(value)->second.quantized;
  if (view.codes.rank() != 2) {
    reason = "the right operand is not a matrix";
    return nullptr;
  }
  if (transpose)
    view = transposeView(view);
  std::optional<IntegerForm> read = readQuantizedView(view, reason);
  if (!read)
    return nullptr;
  form = std::move(*read);
  if (form.axis != 1 && !form.isPerTensor()) {
    reason = "the scale of the weights varies along the summed dimension";
    return nullptr;
  }
  Tensor weights = *subtractZeroPoint(view.codes, form);
  form.zeroPoint = {0};
  data::ConstantAttr constant = makeConstant(value.getLoc(), "codes", weights);
  return qnn::ConstantOp::create(builder, value.getLoc(), constant.getType(), constant);
}

/// Per output, z * (sum over k of w[k, m]): what the zero point of the input adds to the accumulator.
static std::vector<int64_t> getZeroShift(int64_t zeroPoint, const Tensor &weights) {
  if (zeroPoint == 0)
    return {0};
  int64_t columns = weights.shape()[1];
  std::vector<int64_t> sums(columns);
  for (int64_t i = 0; i < weights.size(); ++i)
    sums[i % columns] += weights.IntegerAt(i);
  for (int64_t &sum : sums)
    sum *= zeroPoint;
  return sums;
}

/// The bias of a Gemm as exact doubles, one per output or one for all.
static bool readBias(const runtime::Value &value, float beta, int64_t outputs,
                     std::vector<double> &bias, std::string &reason) {
  const Tensor &tensor = value.tensor;
  bool perOutput = tensor.size() == outputs && (tensor.rank() == 0 || tensor.shape().back() == outputs);
  if (!perOutput && tensor.size() != 1) {
    reason = "the bias is not one value per output";
    return false;
  }
  for (int64_t i = 0; i < tensor.size(); ++i) {
    double real = tensor.DoubleAt(i);
    if (value.quantized) {
      // The real number itself: scale and zero point are float32, codes have at most 32 bits.
      const runtime::QuantizedView &view = *value.quantized;
      auto at = [&](const Tensor &t) { return t.DoubleAt(t.size() == 1 ? 0 : i); };
      std::optional<double> exact =
          multiplyExactly(at(view.scale), double(view.codes.IntegerAt(i)) - at(view.zero_point));
      if (!exact) {
        reason = "a quantized bias needs more than 53 bits";
        return false;
      }
      real = *exact;
    }
    std::optional<double> scaled = multiplyExactly(real, beta);
    if (!scaled || !std::isfinite(*scaled)) {
      reason = "a bias is not finite, or beta times it needs more than 53 bits";
      return false;
    }
    bias.push_back(*scaled);
  }
  return true;
}

namespace {
/// What MatMul and Gemm have in common.
struct Product {
  Value lhs, rhs, bias;
  float alpha = 1, beta = 1;
  bool transposeLhs = false, transposeRhs = false;
};
} // namespace

static std::optional<Product> readProduct(Operation *op) {
  if (auto matmul = dyn_cast<onnx::MatMulOp>(op))
    return Product{matmul->getOperand(0), matmul->getOperand(1), nullptr};
  auto gemm = dyn_cast<onnx::GemmOp>(op);
  if (!gemm)
    return std::nullopt;
  Product product{gemm->getOperand(0), gemm->getOperand(1),
                  gemm->getNumOperands() > 2 ? gemm->getOperand(2) : Value()};
  product.alpha = gemm.getAlpha().convertToFloat();
  product.beta = gemm.getBeta().convertToFloat();
  product.transposeLhs = gemm.getTransA() != 0;
  product.transposeRhs = gemm.getTransB() != 0;
  return product;
}

bool Converter::convertLinear(Operation *op, std::string &reason) {
  std::optional<Product> product = readProduct(op);
  if (!product)
    return false;
  const IntegerForm *input = getForm(product->lhs);
  if (!input || !input->quantized) {
    reason = constants.contains(product->lhs) ? "its left operand is constant"
                                              : "its input is not quantized";
    return false;
  }
  if (!input->isPerTensor() || product->transposeLhs) {
    reason = product->transposeLhs ? "its left operand is transposed"
                                   : "the scale of its input varies along the summed dimension";
    return false;
  }
  auto weights = constants.find(product->rhs);
  if (weights == constants.end() || !weights->second.quantized) {
    reason = weights == constants.end() ? "both of its operands are activations"
                                        : "its weights are not quantized";
    return false;
  }
  IntegerForm weightForm;
  Value rhs = makeWeights(product->rhs, product->transposeRhs, weightForm, reason);
  if (!rhs)
    return false;

  IntegerForm form;
  for (double scale : weightForm.scale) {
    std::optional<double> exact = multiplyExactly(input->scale[0], scale);
    exact = exact ? multiplyExactly(*exact, product->alpha) : exact;
    if (!exact || *exact == 0) {
      reason = "the product of its scales and alpha is zero or needs more than 53 bits";
      return false;
    }
    form.scale.push_back(*exact);
  }
  auto resultType = cast<RankedTensorType>(op->getResult(0).getType());
  if (product->bias) {
    auto bias = constants.find(product->bias);
    if (bias == constants.end()) {
      reason = "its bias is not constant";
      return false;
    }
    if (!readBias(bias->second, product->beta, resultType.getShape().back(), form.bias, reason))
      return false;
  }
  Tensor codes = rhs.getDefiningOp<qnn::ConstantOp>().getValue().getTensor();
  qnn::Bounds inputType = qnn::getTypeBounds(input->getType().getElementType());
  // Safe for any weights of this type; bound-accumulators narrows it by the actual ones.
  std::optional<qnn::Bounds> widest = qnn::getDotProductBounds(
      inputType, {codes.type().MinValue(), codes.type().MaxValue()}, codes.shape()[0]);
  std::optional<std::vector<qnn::Bounds>> exact = qnn::getDotProductBounds(inputType, codes);
  if (!widest || !exact || widest->low < -(int64_t{1} << 47) || widest->high >= int64_t{1} << 47) {
    reason = "its accumulator needs more than 48 bits";
    return false;
  }
  form.bounds = std::move(*exact);
  form.axis = resultType.getRank() - 1;
  form.zeroPoint = getZeroShift(input->zeroPoint[0], codes);
  Type accumulator = qnn::getCodeType(builder.getContext(), widest->narrowestType());
  form.codes = qnn::MatMulOp::create(builder, op->getLoc(),
                                     RankedTensorType::get(resultType.getShape(), accumulator),
                                     input->codes, rhs);
  forms[op->getResult(0)] = std::move(form);
  return true;
}

} // namespace qcompile
