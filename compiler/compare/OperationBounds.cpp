//===- OperationBounds.cpp - Intervals of results -------------------------===//
#include "compiler/compare/OperationBounds.h"

#include "compiler/compare/CompositeBounds.h"
#include "compiler/compare/LineBounds.h"
#include "compiler/compare/MagnitudeForm.h"
#include "compiler/compare/Spreads.h"
#include "compiler/compare/SumBounds.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using qcompile::runtime::Tensor;
using qcompile::runtime::Value;

namespace qcompile::compare {

/// The radii of the results of an operation that adds; nothing where no bound is known.
static std::optional<std::vector<Radius>> getOrderRadii(mlir::Operation *op, ArrayRef<const Interval *> operands,
                                                        ArrayRef<Value> middles, Accumulation accumulation) {
  if (isLineOperation(op))
    return getLineRadii(op, operands, middles, accumulation);
  if (middles.size() != 1 || operands.empty() || !isFloat(operands[0]) || !middles[0].tensor.type().IsFloat())
    return std::nullopt;
  const Tensor &result = middles[0].tensor;
  std::optional<Radius> radius = isSum(op, operands) ? getSumRadius(op, operands, result, accumulation)
                                 : isPolynomial(op)  ? getPolynomialRadius(op, operands, result, accumulation)
                                                     : getCompositeRadius(op, operands, result);
  return radius ? std::optional(std::vector<Radius>{std::move(*radius)}) : std::nullopt;
}

/// Integers are computed alike by all.
static bool isExact(ArrayRef<const Interval *> operands, ArrayRef<Value> middles) {
  auto isInteger = [](const Value &value) { return value.tensor.type().IsInteger(); };
  return all_of(middles, isInteger) && none_of(operands, [&](const Interval *operand) {
           return isWide(operand) || (operand && !isInteger(operand->middle));
         });
}

std::vector<Interval> boundResults(mlir::Operation *op, ArrayRef<const Interval *> operands, std::vector<Value> middles,
                                   bool allowLibraries) {
  if (isExact(operands, middles))
    return makePoints(std::move(middles));
  auto isKnown = [](const Interval *operand) { return !operand || (operand->isBounded && operand->doubt.empty()); };
  if (!all_of(operands, isKnown))
    return makeUnknown(std::move(middles));
  std::optional<FunctionRule> rule = isSum(op, operands) ? std::nullopt : findFunctionRule(op);
  if (rule) {
    std::vector<Interval> out = spreadEnds(op, *rule, operands, std::move(middles));
    if (allowLibraries && !out.empty() && !out[0].middle.quantized && out[0].isBounded)
      widen(out[0], getFunctionRadius(op, *rule, operands, out[0]));
    return out;
  }
  std::optional<std::vector<Radius>> radii = getOrderRadii(op, operands, middles, Accumulation::Wide);
  if (!radii)
    return makeUnknown(std::move(middles));
  // Some programs round every sum to half precision, which gives bounds that would hide all else.
  const bool isNarrow = getUnit(middles[0].tensor.type()) > 0x1p-24;
  std::optional<std::vector<Radius>> doubts =
      isNarrow ? getOrderRadii(op, operands, middles, Accumulation::Own) : std::nullopt;
  std::vector<Interval> out = makePoints(std::move(middles)); // ends of operands are part of the radius
  for (auto [i, interval] : enumerate(out)) {
    widen(interval, (*radii)[i]);
    if (doubts)
      interval.doubt = std::move((*doubts)[i]);
  }
  return out;
}

} // namespace qcompile::compare
