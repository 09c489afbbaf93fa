//===- Linear.cpp - Matrix products of quantized operands -----------------===//
#include "compiler/evaluator/Evaluator.h"
#include "dialects/onnx/OnnxOps.h"
#include "passes/convert-onnx-to-qnn/Converter.h"
#include "passes/convert-onnx-to-qnn/Weights.h"

using namespace mlir;
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

/// What MatMul and Gemm have in common.
struct Product {
  Value lhs, rhs, bias;
  float alpha = 1, beta = 1;
  bool transposeLhs = false, transposeRhs = false;
};

static std::optional<Product> readProduct(Operation *op) {
  if (auto matmul = dyn_cast<onnx::MatMulOp>(op))
    return Product{matmul->getOperand(0), matmul->getOperand(1), nullptr};
  auto gemm = dyn_cast<onnx::GemmOp>(op);
  if (!gemm)
    return std::nullopt;
  Product product{gemm->getOperand(0), gemm->getOperand(1), gemm->getNumOperands() > 2 ? gemm->getOperand(2) : Value()};
  product.alpha = gemm.getAlpha().convertToFloat();
  product.beta = gemm.getBeta().convertToFloat();
  product.transposeLhs = gemm.getTransA() != 0;
  product.transposeRhs = gemm.getTransB() != 0;
  return product;
}

/// A product with constant weights [K, M].
bool Converter::convertWeightProduct(Operation *op, const Product &product, const IntegerForm &input,
                                     std::string &reason) {
  if (product.transposeLhs) {
    reason = "its left operand is transposed";
    return false;
  }
  runtime::QuantizedView view = *constants.find(product.rhs)->second.quantized;
  if (product.transposeRhs)
    view = transposeView(view);
  int64_t outputs = view.codes.shape()[1];
  auto outputOf = [=](int64_t i) { return i % outputs; };
  auto channelOf = [=](int64_t i) { return i / outputs; };
  std::optional<IntegerWeights> weights =
      makeIntegerWeights(view, {outputs, outputOf, channelOf}, input, product.alpha, reason);
  if (!weights)
    return false;
  IntegerForm form;
  form.axis = tensorOf(op->getResult(0)).getRank() - 1;
  form.scale = std::move(weights->scale);
  form.zeroPoint = std::move(weights->zeroPoint);
  if (!readLinearBias(product.bias, product.beta, outputs, form, reason))
    return false;
  Value rhs = product.transposeRhs ? makeWeights(op, product.rhs, weights->codes, {1, 0})
                                   : makeWeights(op, product.rhs, weights->codes);
  auto type = RankedTensorType::get(tensorOf(op->getResult(0)).getShape(), makeWidestType());
  return accumulate(op, qnn::MatMulOp::create(builder, op->getLoc(), type, input.codes, rhs), std::move(form), reason);
}

/// A product of two activations: zero points are subtracted before.
bool Converter::convertActivationProduct(Operation *op, const Product &product, IntegerForm lhs, IntegerForm rhs,
                                         std::string &reason) {
  int64_t rank = lhs.getType().getRank(), rhsRank = rhs.getType().getRank();
  if (product.transposeLhs || product.transposeRhs || product.bias || rank < 2 || (rhsRank != 2 && rhsRank != rank)) {
    reason = "it is a product of two activations that are transposed, have a bias, or ranks that differ";
    return false;
  }
  // One of them may vary along a dimension that stays.
  Location loc = op->getLoc();
  std::optional<IntegerForm> rows = alongAxis(loc, lhs, rank - 2, reason);
  std::optional<IntegerForm> columns =
      rows ? alongAxis(loc, rhs, rows->isPerTensor() ? rhsRank - 1 : -1, reason) : std::nullopt;
  if (!columns)
    return false;
  lhs = std::move(*rows);
  rhs = std::move(*columns);
  IntegerForm form;
  form.axis = lhs.isPerTensor() ? rank - 1 : rank - 2;
  form.zeroPoint = {0};
  for (size_t i = 0; i < std::max(lhs.scale.size(), rhs.scale.size()); ++i) {
    std::optional<double> scale = multiplyExactly(at(lhs.scale, i), at(rhs.scale, i));
    scale = scale ? multiplyExactly(*scale, product.alpha) : scale;
    if (!scale || *scale == 0) {
      reason = "the product of its scales and alpha is zero or needs more than 53 bits";
      return false;
    }
    form.scale.push_back(*scale);
  }
  Value a = center(loc, lhs), b = center(loc, rhs);
  auto type = RankedTensorType::get(tensorOf(op->getResult(0)).getShape(), makeWidestType());
  return accumulate(op, qnn::MatMulOp::create(builder, loc, type, a, b), std::move(form), reason);
}

bool Converter::convertLinear(Operation *op, std::string &reason) {
  std::optional<Product> product = readProduct(op);
  if (!product)
    return false;
  auto weights = constants.find(product->rhs);
  bool isMatrix = tensorOf(product->rhs).getRank() == 2;
  if (weights != constants.end() && isMatrix) {
    const IntegerForm *input = getForm(product->lhs);
    if (!input || !input->quantized || !weights->second.quantized) {
      reason = !input || !input->quantized ? "its input is not quantized" : "its weights are not quantized";
      return false;
    }
    int64_t last = input->getType().getRank() - 1;
    std::optional<IntegerForm> form = alongAxis(op->getLoc(), *input, last, reason);
    return form && convertWeightProduct(op, *product, *form, reason);
  }
  std::optional<IntegerForm> lhs = getQuantizedForm(product->lhs), rhs = getQuantizedForm(product->rhs);
  if (!lhs || !rhs) {
    reason = std::string("its ") + (lhs ? "right" : "left") + " operand is not quantized";
    return false;
  }
  return convertActivationProduct(op, *product, *lhs, *rhs, reason);
}

/// Numbers of equal bits of {0, 1}: the sum of (2a - 1)(2w - 1) and K, halved, is the sum of a (2w - 1), less that of
/// w, and K.
bool Converter::convertXnorPopcount(Operation *op, std::string &reason) {
  if (!isa<onnx::XnorPopcountMatMulOp>(op))
    return false;
  const IntegerForm *input = getForm(op->getOperand(0));
  auto weights = constants.find(op->getOperand(1));
  if (!input || weights == constants.end() || tensorOf(op->getOperand(1)).getRank() != 2) {
    reason = "its left operand is no integers, or its right one no constant matrix";
    return false;
  }
  qnn::Bounds bounds = qnn::unite(input->bounds);
  bool bits = input->quantized && input->isPerTensor() && input->scale[0] == 1 && input->zeroPoint[0] == 0 &&
              bounds.low >= 0 && bounds.high <= 1;
  const Tensor &matrix = weights->second.tensor;
  int64_t inputs = matrix.shape()[0], outputs = matrix.shape()[1];
  std::vector<int64_t> codes;
  IntegerForm form;
  form.zeroPoint.assign(outputs, -inputs);
  for (int64_t i = 0; i < matrix.size() && bits; ++i) {
    double bit = matrix.DoubleAt(i);
    bits &= bit == 0 || bit == 1;
    codes.push_back(bit == 1 ? 1 : -1);
    form.zeroPoint[i % outputs] += bit == 1;
  }
  if (!bits) {
    reason = "its operands are not the bits 0 and 1";
    return false;
  }
  form.quantized = true;
  form.scale = {1};
  form.axis = tensorOf(op->getResult(0)).getRank() - 1;
  Value rhs = makeCodes(op->getLoc(), *Tensor::FromIntegers(runtime::DataType::Bipolar(), matrix.shape(), codes));
  auto type = RankedTensorType::get(tensorOf(op->getResult(0)).getShape(), makeWidestType());
  return accumulate(op, qnn::MatMulOp::create(builder, op->getLoc(), type, input->codes, rhs), std::move(form), reason);
}

} // namespace qcompile
