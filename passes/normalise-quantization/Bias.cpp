//===- Bias.cpp - Do the scales of a bias go with its layer? --------------===//
#include <cmath>

#include "dialects/onnx/NodeLocation.h"
#include "dialects/onnx/OnnxOps.h"
#include "passes/normalise-quantization/Formats.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile::normalise {

/// The scale of what quantizes a value, or null.
static data::ConstantAttr getScale(Value value) {
  Operation *op = value.getDefiningOp();
  bool quantizes = op && isa<onnx::QuantOp, onnx::LinearQuantOp, onnx::BipolarQuantOp, onnx::DequantizeLinearOp>(op);
  return quantizes ? getConstant(op->getOperand(1)) : nullptr;
}

static float at(const Tensor &scale, int64_t i) { return float(scale.DoubleAt(scale.size() == 1 ? 0 : i)); }

void checkBias(Operation *op) {
  if (!isa<onnx::ConvOp, onnx::GemmOp>(op) || op->getNumOperands() < 3)
    return;
  auto bias = op->getOperand(2).getDefiningOp<onnx::DequantizeLinearOp>();
  data::ConstantAttr codes = bias ? getConstant(bias->getOperand(0)) : nullptr;
  if (!codes || codes.getTensor().type() != runtime::DataType::Signed(32))
    return;
  data::ConstantAttr own = getScale(op->getOperand(2)), input = getScale(op->getOperand(0)),
                     weights = getScale(op->getOperand(1));
  if (!own || !input || !weights || input.size() != 1)
    return;
  Tensor found = own.getTensor(), x = input.getTensor(), w = weights.getTensor();
  int64_t count = std::max(found.size(), w.size());
  if ((found.size() != 1 && found.size() != count) || (w.size() != 1 && w.size() != count))
    return;
  for (int64_t i = 0; i < count; ++i) {
    double expected = double(at(x, 0)) * at(w, i);
    // A few roundings are what exporters do.
    if (std::abs(at(found, i) - expected) <= 0x1p-20 * expected)
      continue;
    emitWarning(op->getLoc(), Code::S007)
        << "node '" << onnx::describe(op) << "': expected a bias of scale " << llvm::formatv("{0:e6}", expected).str()
        << " (of its input times that of its weights) at index " << i << ", found "
        << llvm::formatv("{0:e6}", at(found, i)).str() << "; it is read as it is written";
    return;
  }
}

} // namespace qcompile::normalise
