//===- IntegerProofs.cpp - What the integer form says of a model ----------===//
#include "compiler/convert/IntegerProofs.h"

#include "dialects/onnx/OnnxOps.h"
#include "dialects/qnn/QnnDialect.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Pass/PassManager.h"
#include "passes/convert-onnx-to-qnn/ConvertOnnxToQnn.h"
#include "passes/rewriting/OnnxSteps.h"
#include "passes/rewriting/QuantizerRounding.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;

namespace qcompile::convert {

namespace {

using Select = llvm::function_ref<bool(Operation *)>;

SmallVector<Operation *> collect(ModuleOp module, Select select) {
  SmallVector<Operation *> out;
  module.walk([&](Operation *op) {
    if (select(op))
      out.push_back(op);
  });
  return out;
}

/// The integer form of a copy of a model, in which selected operations have been marked.
class MarkedForm {
public:
  /// `change` may replace a marked operation of the copy.
  MarkedForm(ModuleOp source, Select select, llvm::function_ref<void(Operation *)> change)
      : context(source.getContext()), module(source.clone()) {
    for (auto [i, op] : llvm::enumerate(collect(*module, select))) {
      op->setLoc(NameLoc::get(getMark(i)));
      change(op);
    }
    ScopedDiagnosticHandler silence(context, [](mlir::Diagnostic &) {});
    PassManager pm(context, ModuleOp::getOperationName());
    pm.nest<func::FuncOp>().addPass(createConvertOnnxToQnn());
    if (failed(pm.run(*module)))
      return;
    module->walk([&](Operation *op) {
      auto name = dyn_cast<NameLoc>(op->getLoc());
      if (name && !isa<qnn::ConstantOp>(op))
        operations[name.getName()].push_back(op);
    });
  }

  /// What marked operation `index` became, in order; nothing where it became part of others.
  ArrayRef<Operation *> get(size_t index) const {
    auto it = operations.find(getMark(index));
    return it == operations.end() ? ArrayRef<Operation *>() : ArrayRef(it->second);
  }

private:
  StringAttr getMark(size_t index) const {
    return StringAttr::get(context, "quantizer " + std::to_string(index) + " of a proof");
  }

  MLIRContext *context;
  OwningOpRef<ModuleOp> module;
  llvm::MapVector<Attribute, SmallVector<Operation *>> operations;
};

/// Whether two operations compute the same of their operands. Constants of equal bytes under one name are one.
bool areAlike(Operation *a, Operation *b) {
  return isa<qnn::QnnDialect>(a->getDialect()) && a->getName() == b->getName() &&
         a->getAttrDictionary() == b->getAttrDictionary() && a->getResultTypes() == b->getResultTypes() &&
         a->getOperandTypes() == b->getOperandTypes();
}

bool areAlike(ArrayRef<Operation *> a, ArrayRef<Operation *> b) {
  return !a.empty() && a.size() == b.size() &&
         llvm::all_of(llvm::zip(a, b), [](auto pair) { return areAlike(std::get<0>(pair), std::get<1>(pair)); });
}

} // namespace

void proveRoundings(ModuleOp module, bool toQonnx) {
  auto differs = [&](Operation *op) {
    std::optional<Quantizer> quantizer = readQuantizer(op);
    if (!quantizer || getConstant(quantizer->input))
      return false;
    Quantizer whole = foldRounding(*quantizer);
    return toQonnx ? addsZeroPointLast(whole) && hasWidth(whole) : !roundsAsQuantizeLinear(whole);
  };
  // Takes the value before any rounding, and rounds as the target does.
  auto roundAsTarget = [&](Operation *op) {
    Quantizer quantizer = foldRounding(*readQuantizer(op));
    quantizer.roundsFirst = !toQonnx;
    quantizer.rounding = runtime::RoundingMode::kHalfEven;
    OnnxSteps steps(op);
    finishQuantizer(steps, quantizer);
  };
  SmallVector<Operation *> candidates = collect(module, differs);
  if (candidates.empty())
    return;
  MarkedForm source(module, differs, [](Operation *) {}), target(module, differs, roundAsTarget);
  for (auto [i, op] : llvm::enumerate(candidates))
    if (areAlike(source.get(i), target.get(i)))
      op->setAttr(kRoundsAlikeAttr, UnitAttr::get(op->getContext()));
}

/// The codes that an output width leaves, of the version that limits to it.
static std::optional<qnn::Bounds> getWidthBounds(Operation *op) {
  auto trunc = dyn_cast<onnx::TruncOp>(op);
  data::ConstantAttr width = trunc ? getConstant(op->getOperand(op->getNumOperands() - 1)) : nullptr;
  if (!width || width.size() != 1)
    return std::nullopt;
  double bits = width.getTensor().DoubleAt(0);
  if (!(bits >= 1 && bits <= 32))
    return std::nullopt;
  auto flag = [&](StringRef name, bool otherwise) {
    auto attribute = op->getAttrOfType<IntegerAttr>(name);
    return attribute ? attribute.getInt() != 0 : otherwise;
  };
  bool narrow = flag("narrow", false), isSigned = flag("signed_", true);
  int64_t values = int64_t{1} << int(bits);
  return isSigned ? qnn::Bounds{-values / 2 + narrow, values / 2 - 1} : qnn::Bounds{0, values - 1 - narrow};
}

/// The codes that one of the operations gives, the last one first.
static std::optional<qnn::Bounds> getCodeBounds(ArrayRef<Operation *> operations) {
  for (Operation *op : llvm::reverse(operations)) {
    auto type = op->getNumResults() == 1 ? dyn_cast<RankedTensorType>(op->getResult(0).getType()) : nullptr;
    if (type && qnn::isCodeType(type.getElementType()))
      return qnn::getValueBounds(op->getResult(0));
  }
  return std::nullopt;
}

void noteTruncatedCodes(ModuleOp module) {
  auto truncates = [](Operation *op) { return isa<onnx::TruncOp, onnx::Truncv1Op>(op); };
  SmallVector<Operation *> operations = collect(module, truncates);
  if (operations.empty())
    return;
  MarkedForm form(module, truncates, [](Operation *) {});
  for (auto [i, op] : llvm::enumerate(operations)) {
    std::optional<qnn::Bounds> bounds = getCodeBounds(form.get(i));
    if (!bounds)
      bounds = getWidthBounds(op);
    if (bounds)
      op->setAttr(kCodesAttr, DenseI64ArrayAttr::get(op->getContext(), {bounds->low, bounds->high}));
  }
}

} // namespace qcompile::convert
