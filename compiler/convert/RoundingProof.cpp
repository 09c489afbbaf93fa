//===- RoundingProof.cpp - Roundings that do not matter -------------------===//
#include "compiler/convert/RoundingProof.h"

#include "dialects/qnn/QnnDialect.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Pass/PassManager.h"
#include "passes/convert-onnx-to-qnn/ConvertOnnxToQnn.h"
#include "passes/rewriting/OnnxSteps.h"
#include "passes/rewriting/QuantizerRounding.h"

using namespace mlir;

namespace qcompile::convert {

/// The quantizers that the target would round otherwise, in order.
static SmallVector<Operation *> collectCandidates(ModuleOp module, bool toQonnx) {
  SmallVector<Operation *> out;
  module.walk([&](Operation *op) {
    std::optional<Quantizer> quantizer = readQuantizer(op);
    if (!quantizer || getConstant(quantizer->input))
      return;
    Quantizer whole = foldRounding(*quantizer);
    if (toQonnx ? addsZeroPointLast(whole) && hasWidth(whole) : !roundsAsQuantizeLinear(whole))
      out.push_back(op);
  });
  return out;
}

/// Replaces a quantizer by one that takes the same value and rounds as the target does.
static void roundAsTarget(Operation *op, bool toQonnx) {
  Quantizer quantizer = foldRounding(*readQuantizer(op));
  quantizer.roundsFirst = !toQonnx;
  quantizer.rounding = runtime::RoundingMode::kHalfEven;
  OnnxSteps steps(op);
  finishQuantizer(steps, quantizer);
}

static Location makeMark(MLIRContext *context, size_t index) {
  return NameLoc::get(StringAttr::get(context, "candidate " + std::to_string(index)));
}

/// What each candidate became in the integer form: its operations, in order.
using Forms = llvm::MapVector<Attribute, SmallVector<Operation *>>;

static Forms collectForms(ModuleOp module) {
  Forms out;
  module.walk([&](Operation *op) {
    auto name = dyn_cast<NameLoc>(op->getLoc());
    if (name && name.getName().getValue().starts_with("candidate ") && !isa<qnn::ConstantOp>(op))
      out[name.getName()].push_back(op);
  });
  return out;
}

/// Whether two operations compute the same of their operands. Constants of equal bytes under one name are one.
static bool areAlike(Operation *a, Operation *b) {
  return a->getName() == b->getName() && a->getAttrDictionary() == b->getAttrDictionary() &&
         a->getResultTypes() == b->getResultTypes() && a->getOperandTypes() == b->getOperandTypes();
}

static bool isProven(const Forms &source, const Forms &target, Attribute mark) {
  auto a = source.find(mark), b = target.find(mark);
  if (a == source.end() || b == target.end() || a->second.size() != b->second.size())
    return false;
  for (auto [left, right] : llvm::zip(a->second, b->second))
    // A float quantizer that stays as it is says nothing.
    if (!isa<qnn::QnnDialect>(left->getDialect()) || !areAlike(left, right))
      return false;
  return true;
}

void proveRoundings(ModuleOp module, bool toQonnx) {
  SmallVector<Operation *> candidates = collectCandidates(module, toQonnx);
  if (candidates.empty())
    return;
  MLIRContext *context = module.getContext();
  OwningOpRef<ModuleOp> forms[2];
  for (bool asTarget : {false, true}) {
    OwningOpRef<ModuleOp> clone = module.clone();
    SmallVector<Operation *> cloned = collectCandidates(*clone, toQonnx);
    for (auto [i, op] : llvm::enumerate(cloned)) {
      op->setLoc(makeMark(context, i));
      // Both in one form, so that they differ in their rounding only.
      if (asTarget)
        roundAsTarget(op, toQonnx);
    }
    ScopedDiagnosticHandler silence(context, [](Diagnostic &) {});
    PassManager pm(context, ModuleOp::getOperationName());
    pm.nest<func::FuncOp>().addPass(createConvertOnnxToQnn());
    if (failed(pm.run(*clone)))
      return;
    forms[asTarget] = std::move(clone);
  }
  Forms source = collectForms(*forms[0]), target = collectForms(*forms[1]);
  for (auto [i, op] : llvm::enumerate(candidates))
    if (isProven(source, target, StringAttr::get(context, "candidate " + std::to_string(i))))
      op->setAttr(kRoundsAlikeAttr, UnitAttr::get(context));
}

} // namespace qcompile::convert
