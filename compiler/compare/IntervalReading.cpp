//===- IntervalReading.cpp - A model in intervals -------------------------===//
#include "compiler/compare/IntervalReading.h"

#include "compiler/compare/OperationBounds.h"
#include "compiler/compare/Spreads.h"
#include "compiler/evaluator/Evaluator.h"
#include "compiler/frontend/export/ValueNames.h"
#include "dialects/data/DataDialect.h"

using namespace llvm;
using qcompile::runtime::Tensor;
using qcompile::runtime::Value;

namespace qcompile::compare {

Error IntervalReading::compute(mlir::Operation *op) {
  if (op->getNumRegions() || isa<mlir::func::CallOp>(op))
    return createStringError("operation '" + op->getName().getStringRef() + "' has no single formula");
  Operands operands;
  SmallVector<const Value *> exact;
  bool isConstant = true;
  for (mlir::Value operand : getFormalOperands(op)) {
    auto fixed = constants.find(operand), computed = values.find(operand);
    operands.push_back(!operand ? nullptr : computed != values.end() ? &computed->second : &fixed->second);
    exact.push_back(operand ? &operands.back()->middle : nullptr);
    isConstant &= !operand || fixed != constants.end();
  }
  Expected<std::vector<Value>> middles = evaluateOperation(op, exact);
  if (!middles)
    return middles.takeError();
  std::vector<Interval> results =
      isConstant ? makePoints(std::move(*middles)) : boundResults(op, operands, std::move(*middles), allowLibraries);
  for (auto [result, interval] : zip(op->getResults(), results))
    (isConstant ? constants : values)[result] = std::move(interval);
  return Error::success();
}

Expected<IntervalReading> IntervalReading::create(mlir::func::FuncOp function) {
  if (!function.getBody().hasOneBlock())
    return createStringError("the function has no single block");
  IntervalReading out(function);
  for (mlir::Operation &op : function.front().without_terminator()) {
    if (data::ConstantAttr held = getHeldConstant(&op)) {
      out.constants[op.getResult(0)] = {held.getTensor(), std::nullopt};
      continue;
    }
    if (all_of(op.getOperands(), [&](mlir::Value v) { return out.constants.contains(v); }))
      if (Error error = out.compute(&op))
        return std::move(error);
  }
  return out;
}

Error IntervalReading::run(ArrayRef<Tensor> inputs) {
  values.clear();
  for (auto [argument, input] : zip(source.getArguments(), inputs))
    values[argument] = {input, std::nullopt};
  for (mlir::Operation &op : source.front().without_terminator()) {
    if (getHeldConstant(&op))
      continue;
    bool isConstant = all_of(op.getResults(), [&](mlir::Value v) { return constants.contains(v); });
    if (!isConstant)
      if (Error error = compute(&op))
        return error;
    for (mlir::OpResult result : op.getResults()) {
      Interval interval = isConstant ? constants[result] : values[result];
      if (onResult)
        onResult(result, interval);
      values[result] = std::move(interval);
    }
  }
  return Error::success();
}

} // namespace qcompile::compare
