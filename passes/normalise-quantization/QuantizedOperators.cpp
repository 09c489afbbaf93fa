//===- QuantizedOperators.cpp - QLinearConv and the like ------------------===//
//
// Read as what they approximate: the real numbers that the codes stand for, the operator on these, one quantizer
// (docs/Formats.md says where other programs round otherwise).
//
//===----------------------------------------------------------------------===//
#include <numeric>

#include "compiler/evaluator/Evaluator.h"
#include "dialects/onnx/OnnxOps.h"
#include "passes/normalise-quantization/Formats.h"
#include "passes/normalise-quantization/Operators.h"
#include "passes/normalise-quantization/PositiveScales.h"

using namespace mlir;

namespace qcompile::normalise {

namespace {

RankedTensorType typeOf(Value value) { return dyn_cast<RankedTensorType>(value.getType()); }

/// Operands by their place, null where absent.
class Formals {
public:
  explicit Formals(Operation *op) : operands(getFormalOperands(op)) {}
  Value operator[](size_t i) const { return i < operands.size() ? operands[i] : Value(); }
  size_t size() const { return operands.size(); }
  /// Codes, scale and zero point from place `i` on.
  Port port(size_t i, int64_t axis = 1) const { return {(*this)[i], (*this)[i + 1], (*this)[i + 2], axis}; }
  /// The parameters of a result from place `i` on.
  Port result(Value codes, size_t i, int64_t axis = 1) const { return {codes, (*this)[i], (*this)[i + 1], axis}; }

private:
  SmallVector<Value> operands;
};

/// Whether a bias is a constant of int32 codes, whose scale is one of the input times those of the weights, or absent.
bool isBias(OperatorRewriter &rewriter, Value bias, Value inputScale) {
  if (!bias)
    return true;
  if (getConstant(bias) && getConstant(inputScale).size() == 1)
    return true;
  leave(rewriter.op, Code::S008,
        getConstant(bias) ? "it has a bias, and several scales of its input"
                          : "its bias is computed while the model runs");
  return false;
}

void rewriteConv(OperatorRewriter &rewriter) {
  Operation *op = rewriter.op;
  makeScalesPositive(op, 3, makeAxis(0), /*bias=*/8);
  Formals in(op);
  Port x = in.port(0), w = in.port(3, /*axis=*/0), y = in.result(op->getResult(0), 6);
  Value bias = in[8];
  if (!rewriter.check(x) || !rewriter.check(w) || !rewriter.check(y) || !isBias(rewriter, bias, x.scale))
    return;
  SmallVector<Value> operands = {rewriter.getReal(x), rewriter.getReal(w)};
  if (bias)
    operands.push_back(rewriter.getBias(bias, x.scale, w.scale, /*axis=*/0));
  Value sum = rewriter.apply("Conv", operands,
                             takeAttributes(op, {"auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"}),
                             typeOf(y.codes));
  rewriter.finish(sum, y);
}

void rewriteMatMul(OperatorRewriter &rewriter) {
  Operation *op = rewriter.op;
  Formals in(op);
  if (!typeOf(in[0]) || !typeOf(in[3]))
    return;
  makeScalesPositive(op, 3, makeAxis(typeOf(in[3]).getRank() - 1));
  in = Formals(op);
  // Several scales go with rows of the left matrix and columns of the right one.
  Port a = in.port(0, std::max<int64_t>(typeOf(in[0]).getRank() - 2, 0)), b = in.port(3, typeOf(in[3]).getRank() - 1),
       y = in.result(op->getResult(0), 6);
  if (!rewriter.check(a) || !rewriter.check(b) || !rewriter.check(y))
    return;
  Value product = rewriter.apply("MatMul", {rewriter.getReal(a), rewriter.getReal(b)}, {}, typeOf(y.codes));
  rewriter.finish(product, y);
}

void rewriteGemm(OperatorRewriter &rewriter) {
  Operation *op = rewriter.op;
  auto gemm = cast<onnx::QGemmOp>(op);
  int64_t columns = gemm.getTransB() != 0 ? 0 : 1;
  bool hasBias = Formals(op)[6] != nullptr;
  makeScalesPositive(op, 3, makeAxis(columns), hasBias ? std::optional(6u) : std::nullopt);
  Formals in(op);
  Port a = in.port(0), b = in.port(3, columns);
  Value bias = in[6], result = op->getResult(0);
  bool quantizes = in[7] != nullptr;
  Port y = in.result(result, 7);
  if (!rewriter.check(a) || !rewriter.check(b) || !isBias(rewriter, bias, a.scale) || (quantizes && !rewriter.check(y)))
    return;
  SmallVector<Value> operands = {rewriter.getReal(a), rewriter.getReal(b)};
  if (bias)
    operands.push_back(
        rewriter.getBias(bias, a.scale, b.scale, typeOf(bias).getRank() - 1, gemm.getAlpha().convertToFloat()));
  Value sum = rewriter.apply("Gemm", operands, takeAttributes(op, {"alpha", "transA", "transB"}), typeOf(result));
  if (quantizes)
    return rewriter.finish(sum, y);
  result.replaceAllUsesWith(sum);
  rewriter.coded.finish(op);
}

/// An operator of `inputs` quantized operands and one quantized result, whose float twin is `name`.
void rewriteSimple(OperatorRewriter &rewriter, size_t inputs, StringRef name, ArrayRef<NamedAttribute> attributes) {
  Operation *op = rewriter.op;
  Formals in(op);
  Port y = in.result(op->getResult(0), 3 * inputs);
  bool fine = rewriter.check(y);
  for (size_t i = 0; i < inputs; ++i)
    fine = rewriter.check(in.port(3 * i)) && fine;
  if (!fine)
    return;
  SmallVector<Value> operands;
  for (size_t i = 0; i < inputs; ++i)
    operands.push_back(rewriter.getReal(in.port(3 * i)));
  rewriter.finish(rewriter.apply(name, operands, attributes, typeOf(y.codes)), y);
}

void rewriteConcat(OperatorRewriter &rewriter) {
  Operation *op = rewriter.op;
  Formals in(op);
  Port y = in.result(op->getResult(0), 0);
  bool fine = rewriter.check(y) && in.size() % 3 == 2;
  for (size_t i = 2; i + 2 < in.size(); i += 3)
    fine = fine && rewriter.check(in.port(i));
  if (!fine)
    return;
  SmallVector<Value> operands;
  for (size_t i = 2; i < in.size(); i += 3)
    operands.push_back(rewriter.getReal(in.port(i)));
  rewriter.finish(rewriter.apply("Concat", operands, takeAttributes(op, {"axis"}), typeOf(y.codes)), y);
}

/// Channels last, an average over the other dimensions but the first.
void rewriteGlobalPool(OperatorRewriter &rewriter) {
  auto pool = cast<onnx::QLinearGlobalAveragePoolOp>(rewriter.op);
  if (pool.getChannelsLast() == 0)
    return rewriteSimple(rewriter, 1, "GlobalAveragePool", {});
  Formals in(rewriter.op);
  Port x = in.port(0), y = in.result(pool->getResult(0), 3);
  if (!rewriter.check(x) || !rewriter.check(y))
    return;
  std::vector<int64_t> axes(typeOf(x.codes).getRank() - 2);
  std::iota(axes.begin(), axes.end(), 1);
  OpBuilder builder(rewriter.op);
  Value list = makeConstant(builder, rewriter.op->getLoc(), "axes",
                            *runtime::Tensor::FromIntegers(runtime::DataType::Int64(), {int64_t(axes.size())}, axes));
  rewriter.finish(rewriter.apply("ReduceMean", {rewriter.getReal(x), list}, {}, typeOf(y.codes)), y);
}

} // namespace

bool normaliseQuantizedOperator(Operation *op, CodedValues &coded, bool &ok) {
  OperatorRewriter rewriter(op, coded, ok);
  if (isa<onnx::QLinearConvOp>(op))
    rewriteConv(rewriter);
  else if (isa<onnx::QLinearMatMulOp>(op))
    rewriteMatMul(rewriter);
  else if (isa<onnx::QGemmOp>(op))
    rewriteGemm(rewriter);
  else if (isa<onnx::QLinearAddOp>(op))
    rewriteSimple(rewriter, 2, "Add", {});
  else if (isa<onnx::QLinearMulOp>(op))
    rewriteSimple(rewriter, 2, "Mul", {});
  else if (isa<onnx::QLinearSigmoidOp>(op))
    rewriteSimple(rewriter, 1, "Sigmoid", {});
  else if (isa<onnx::QLinearLeakyReluOp>(op))
    rewriteSimple(rewriter, 1, "LeakyRelu", takeAttributes(op, {"alpha"}));
  else if (isa<onnx::QLinearConcatOp>(op))
    rewriteConcat(rewriter);
  else if (isa<onnx::QLinearGlobalAveragePoolOp>(op))
    rewriteGlobalPool(rewriter);
  else
    return false;
  return true;
}

} // namespace qcompile::normalise
