//===- ScaleCheck.cpp - Scales that quantizers cannot have ----------------===//
#include "compiler/inspect/ScaleCheck.h"

#include <cmath>

#include "compiler/evaluator/ProgramBuilder.h"
#include "compiler/inspect/ConstantValue.h"
#include "dialects/data/DataDialect.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/NodeLocation.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace qcompile::inspect {

/// Bigger ones are weights of their own, which are not read unasked.
static constexpr int64_t kMaxElements = 1 << 16;

/// The operands of an operator that are scales of codes.
static SmallVector<unsigned> getScaleOperands(StringRef name, unsigned count) {
  if (name == "QLinearConcat") { // scale and zero point of the result, then of every operand behind it
    SmallVector<unsigned> out = {0};
    for (unsigned i = 3; i < count; i += 3)
      out.push_back(i);
    return out;
  }
  return llvm::StringSwitch<SmallVector<unsigned>>(name)
      .Cases({"QuantizeLinear", "DequantizeLinear", "Quant", "IntQuant", "BipolarQuant", "FloatQuant", "LinearQuant",
              "Trunc_v1"},
             {1})
      .Case("Trunc", {1, 4})
      .Cases({"QLinearConv", "QLinearMatMul", "QLinearAdd", "QLinearMul"}, {1, 4, 6})
      .Case("QGemm", {1, 4, 7})
      .Cases({"QLinearGlobalAveragePool", "QLinearAveragePool", "QLinearLeakyRelu", "QLinearSigmoid"}, {1, 3})
      .Default({});
}

/// Whether the scale is one of constant codes, which have a twin of positive scales
/// (passes/normalise-quantization/PositiveScales.h).
static bool isOfConstant(StringRef name, ArrayRef<Value> operands, unsigned index,
                         const llvm::DenseSet<Value> &constants) {
  bool mayBe = (name == "DequantizeLinear" && index == 1) ||
               (llvm::is_contained({"QLinearConv", "QLinearMatMul", "QGemm"}, name) && index == 4);
  return mayBe && constants.contains(operands[index - 1]);
}

static void checkScale(Operation *op, Value operand, bool anySign) {
  std::optional<runtime::Value> value = evaluateConstant(operand, kMaxElements);
  if (!value)
    return;
  for (int64_t i = 0; i < value->tensor.size(); ++i) {
    // As the float32 that the quantizer computes with.
    float scale = float(value->tensor.DoubleAt(i));
    if (std::isfinite(scale) && (anySign || scale > 0))
      continue;
    std::string found;
    llvm::raw_string_ostream(found) << llvm::format("%g", std::isnan(scale) ? NAN : double(scale)); // no sign
    emitWarning(op->getLoc(), Code::S002)
        << "node '" << onnx::describe(op) << "': expected finite and positive scales, found " << found << " at index "
        << i << "; the model will not compile";
    return;
  }
}

void checkScales(func::FuncOp function) {
  const llvm::DenseSet<Value> constants = findConstants(function);
  function.walk([&](Operation *op) {
    if (op->getName().getDialectNamespace() != "onnx")
      return;
    StringRef name = op->getName().stripDialect();
    SmallVector<Value> operands = getFormalOperands(op);
    for (unsigned index : getScaleOperands(name, unsigned(operands.size())))
      if (index < operands.size() && operands[index])
        checkScale(op, operands[index], isOfConstant(name, operands, index, constants));
  });
}

} // namespace qcompile::inspect
