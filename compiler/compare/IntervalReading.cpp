//===- IntervalReading.cpp - A model in intervals -------------------------===//
#include "compiler/compare/IntervalReading.h"

#include <cmath>

#include "compiler/evaluator/Evaluator.h"
#include "compiler/frontend/export/ValueNames.h"
#include "dialects/data/DataDialect.h"
#include "llvm/ADT/StringSet.h"

using namespace llvm;
using qcompile::runtime::Tensor;
using qcompile::runtime::Value;

namespace qcompile::compare {

using Operands = SmallVector<const Interval *>;

static Expected<std::vector<Value>> evaluate(mlir::Operation *op, ArrayRef<const Interval *> operands,
                                             function_ref<const Value &(const Interval &, size_t)> choose) {
  SmallVector<const Value *> values;
  for (auto [i, operand] : enumerate(operands))
    values.push_back(operand ? &choose(*operand, i) : nullptr);
  return evaluateOperation(op, values);
}

//===----------------------------------------------------------------------===//
// Both ends
//===----------------------------------------------------------------------===//

template <typename T>
static void takeExtremes(const Tensor &part, Tensor &low, Tensor &high) {
  auto in = part.Data<T>();
  auto lower = low.MutableData<T>(), upper = high.MutableData<T>();
  for (size_t i = 0; i < in.size(); ++i) {
    lower[i] = std::min(lower[i], in[i]);
    upper[i] = std::max(upper[i], in[i]);
  }
}

/// Widens [low, high] to hold the elements of `part`.
static void include(const Tensor &part, Tensor &low, Tensor &high) {
  bool isNarrowFloat = part.type().IsFloat() && part.type().ContainerSize() < sizeof(float);
  if (part.type() != low.type() || part.shape() != low.shape() || isNarrowFloat)
    return;
  bool isUnsigned = part.type().kind == runtime::TypeKind::kUnsigned || part.type().kind == runtime::TypeKind::kBool;
  switch (part.type().ContainerSize()) {
  case 1:
    return isUnsigned ? takeExtremes<uint8_t>(part, low, high) : takeExtremes<int8_t>(part, low, high);
  case 2:
    return isUnsigned ? takeExtremes<uint16_t>(part, low, high) : takeExtremes<int16_t>(part, low, high);
  case 4:
    if (part.type().IsFloat())
      return takeExtremes<float>(part, low, high);
    return isUnsigned ? takeExtremes<uint32_t>(part, low, high) : takeExtremes<int32_t>(part, low, high);
  default:
    if (part.type().IsFloat())
      return takeExtremes<double>(part, low, high);
    return isUnsigned ? takeExtremes<uint64_t>(part, low, high) : takeExtremes<int64_t>(part, low, high);
  }
}

static bool isSame(const Value &a, const Value &b) {
  return a.tensor == b.tensor && (!a.quantized || !b.quantized || a.quantized->codes == b.quantized->codes);
}

/// The hull of several evaluations; the quantized form stays where all have it.
static Interval makeHull(const Value &middle, ArrayRef<Value> others) {
  Interval out{middle, std::pair(middle, middle)};
  auto &[low, high] = *out.ends;
  for (const Value &other : others) {
    include(other.tensor, low.tensor, high.tensor);
    if (low.quantized && other.quantized)
      include(other.quantized->codes, low.quantized->codes, high.quantized->codes);
    else
      low.quantized = high.quantized = std::nullopt;
  }
  if (isSame(low, high))
    out.ends.reset();
  return out;
}

/// Operations that do not rise or fall in all operands alike: every combination of ends is tried.
static bool isMixed(mlir::Operation *op) {
  static const StringSet<> mixed = {"Sub", "Mul", "Div", "Pow", "Less", "LessOrEqual", "Greater", "GreaterOrEqual"};
  return mixed.contains(op->getName().stripDialect());
}

/// A softmax rises in one element and falls in the others: with inputs off by d, it is off by a factor within e^(2d).
static std::optional<Interval> boundSoftmax(mlir::Operation *op, const Interval &operand, const Value &middle) {
  StringRef name = op->getName().stripDialect();
  if (name != "Softmax" && name != "LogSoftmax")
    return std::nullopt;
  double distance = 0;
  for (int64_t i = 0; i < operand.middle.tensor.size(); ++i)
    distance = std::max(distance, operand.high().tensor.DoubleAt(i) - operand.low().tensor.DoubleAt(i));
  std::vector<float> radius(size_t(middle.tensor.size()), float(2 * distance));
  for (size_t i = 0; name == "Softmax" && i < radius.size(); ++i)
    radius[i] = float(middle.tensor.DoubleAt(int64_t(i)) * std::expm1(2 * distance));
  Interval out{middle, std::nullopt};
  widen(out, Tensor::FromFloats(middle.tensor.shape(), radius));
  return out;
}

static Expected<std::vector<Interval>> evaluateEnds(mlir::Operation *op, ArrayRef<const Interval *> operands,
                                                    std::vector<Value> &middles) {
  SmallVector<size_t> wide;
  for (auto [i, operand] : enumerate(operands))
    if (operand && !operand->isPoint())
      wide.push_back(i);
  if (wide.size() == 1 && wide[0] == 0)
    if (std::optional<Interval> softmax = boundSoftmax(op, *operands[0], middles[0]))
      return std::vector<Interval>{std::move(*softmax)};
  // Bit k of a combination says whether the k-th wide operand stands at its upper end.
  unsigned all = (1u << std::min<size_t>(wide.size(), 31)) - 1;
  std::vector<std::vector<Value>> runs(middles.size());
  for (unsigned chosen = 0; chosen <= all; chosen += isMixed(op) && wide.size() <= 3 ? 1 : all) {
    auto results = evaluate(op, operands, [&](const Interval &operand, size_t i) -> const Value & {
      size_t k = size_t(find(wide, i) - wide.begin());
      return k < 31 && (chosen >> k & 1) ? operand.high() : operand.low();
    });
    if (!results)
      return results.takeError();
    for (auto [run, value] : zip(runs, *results))
      run.push_back(std::move(value));
  }
  std::vector<Interval> out;
  for (auto [middle, run] : zip(middles, runs))
    out.push_back(makeHull(middle, run));
  return out;
}

//===----------------------------------------------------------------------===//
// The walk
//===----------------------------------------------------------------------===//

Error IntervalReading::compute(mlir::Operation *op) {
  if (op->getNumRegions() || isa<mlir::func::CallOp>(op))
    return createStringError("operation '" + op->getName().getStringRef() + "' has no single formula");
  Operands operands;
  bool isConstant = true;
  for (mlir::Value operand : getFormalOperands(op)) {
    auto fixed = constants.find(operand), computed = values.find(operand);
    operands.push_back(!operand ? nullptr : computed != values.end() ? &computed->second : &fixed->second);
    isConstant &= !operand || fixed != constants.end();
  }
  Expected<std::vector<Value>> middles = evaluate(
      op, operands, [](const Interval &operand, size_t) -> const Value & { return operand.middle; });
  if (!middles)
    return middles.takeError();
  std::vector<Interval> results;
  bool isTotal = !isConstant && isSum(op, operands); // its operands' ends are part of the radius
  bool isWide = any_of(operands, [](const Interval *operand) { return operand && !operand->isPoint(); });
  if (isWide && !isTotal) {
    Expected<std::vector<Interval>> ends = evaluateEnds(op, operands, *middles);
    if (!ends)
      return ends.takeError();
    results = std::move(*ends);
  } else {
    for (Value &middle : *middles)
      results.push_back({std::move(middle), std::nullopt});
  }
  for (Interval &result : results)
    if (isTotal && &result == &results[0])
      widen(result, getSumRadius(op, operands, result.middle.tensor));
    else if (allowLibraries && !isConstant && !result.middle.quantized)
      widen(result, getLibraryRadius(op, operands, result.middle.tensor));
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
