//===- Spreads.cpp - What ends of operands make of results ----------------===//
#include "compiler/compare/Spreads.h"

#include <cmath>

#include "compiler/evaluator/Evaluator.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using qcompile::runtime::Tensor;
using qcompile::runtime::Value;

namespace qcompile::compare {

std::vector<Interval> makePoints(std::vector<Value> middles) {
  std::vector<Interval> out;
  for (Value &middle : middles)
    out.push_back({std::move(middle), std::nullopt});
  return out;
}

std::vector<Interval> makeUnknown(std::vector<Value> middles) {
  std::vector<Interval> out = makePoints(std::move(middles));
  for (Interval &interval : out)
    interval.isBounded = false;
  return out;
}

bool isWide(const Interval *operand) { return operand && !operand->isPoint(); }

/// Results of several evaluations.
using Runs = std::vector<std::vector<Value>>;

/// The results with one value for each operand; nothing where there are none.
static std::optional<std::vector<Value>> evaluate(mlir::Operation *op, ArrayRef<const Interval *> operands,
                                                  function_ref<const Value &(const Interval &, size_t)> choose) {
  SmallVector<const Value *> values;
  for (auto [i, operand] : enumerate(operands))
    values.push_back(operand ? &choose(*operand, i) : nullptr);
  Expected<std::vector<Value>> results = evaluateOperation(op, values);
  if (results)
    return std::move(*results);
  consumeError(results.takeError());
  return std::nullopt;
}

/// Evaluations at ends of the wide operands: bit k of a combination says whether the k-th stands at its upper end.
static std::optional<Runs> evaluateEnds(mlir::Operation *op, ArrayRef<const Interval *> operands, bool allCorners) {
  SmallVector<size_t> wide;
  for (auto [i, operand] : enumerate(operands))
    if (isWide(operand))
      wide.push_back(i);
  if (allCorners && wide.size() > 3)
    return std::nullopt;
  Runs runs;
  const unsigned corners = allCorners ? 1u << wide.size() : 2;
  for (unsigned chosen = 0; chosen < corners; ++chosen) {
    auto results = evaluate(op, operands, [&](const Interval &operand, size_t i) -> const Value & {
      const unsigned k = allCorners ? unsigned(find(wide, i) - wide.begin()) : 0;
      return isWide(&operand) && (chosen >> k & 1) ? operand.high() : operand.low();
    });
    if (!results)
      return std::nullopt;
    runs.push_back(std::move(*results));
  }
  return runs;
}

/// The numbers of an interval that are nearest to 0 and farthest from it.
static std::pair<Value, Value> getMagnitudeEnds(const Interval &operand) {
  const Tensor &low = operand.low().tensor, &high = operand.high().tensor;
  std::vector<double> near(size_t(low.size())), far(near);
  for (size_t i = 0; i < near.size(); ++i) {
    double a = low.DoubleAt(int64_t(i)), b = high.DoubleAt(int64_t(i));
    near[i] = a > 0 ? a : b < 0 ? b : 0;
    far[i] = std::fabs(a) > std::fabs(b) ? a : b;
  }
  return {Tensor::FromReals(low.type(), low.shape(), near), Tensor::FromReals(low.type(), low.shape(), far)};
}

static std::optional<Runs> evaluateMagnitudes(mlir::Operation *op, ArrayRef<const Interval *> operands) {
  auto [near, far] = getMagnitudeEnds(*operands[0]);
  Runs runs;
  for (const Value *end : {&near, &far}) {
    auto results = evaluate(op, operands, [&](const Interval &operand, size_t i) -> const Value & {
      return i == 0 ? *end : operand.middle;
    });
    if (!results)
      return std::nullopt;
    runs.push_back(std::move(*results));
  }
  return runs;
}

static std::vector<Interval> makeHulls(std::vector<Value> middles, ArrayRef<std::vector<Value>> runs) {
  std::vector<Interval> out;
  for (auto [i, middle] : enumerate(middles)) {
    std::vector<Value> others;
    for (const std::vector<Value> &run : runs)
      others.push_back(run[i]);
    out.push_back(makeHull(middle, others));
  }
  return out;
}

/// Whether an interval of divisors holds zero, where a quotient has no ends.
static bool holdsZero(const Interval &divisor) {
  for (int64_t i = 0; i < divisor.middle.tensor.size(); ++i)
    if (divisor.low().tensor.DoubleAt(i) <= 0 && divisor.high().tensor.DoubleAt(i) >= 0)
      return true;
  return false;
}

static bool isNegative(const Interval &operand) {
  for (int64_t i = 0; i < operand.middle.tensor.size(); ++i)
    if (operand.low().tensor.DoubleAt(i) < 0)
      return true;
  return false;
}

/// Whether all exponents of a power are positive whole numbers with the remainder `parity` by two: then it is even or
/// odd.
static bool haveParity(const Interval *exponents, double parity) {
  if (!exponents || !exponents->isPoint())
    return false;
  for (int64_t i = 0; i < exponents->middle.tensor.size(); ++i)
    if (double exponent = exponents->middle.tensor.DoubleAt(i); exponent <= 0 || std::fmod(exponent, 2) != parity)
      return false;
  return true;
}

/// Operations whose rule holds for some operands only: a quotient has ends where its divisor keeps its sign, a power
/// where its base is not negative.
static bool isSpreadKnown(mlir::Operation *op, const FunctionRule &rule, ArrayRef<const Interval *> operands) {
  StringRef name = op->getName().stripDialect();
  for (auto [i, operand] : enumerate(operands)) {
    if (!isWide(operand))
      continue;
    if (!(rule.wide >> std::min<size_t>(i, 31) & 1))
      return false;
    bool isDivisor = ((name == "Div" || name == "QuantizeLinear") && i == 1) || name == "Reciprocal";
    if ((isDivisor && holdsZero(*operand)) ||
        (name == "Pow" && rule.spread != Spread::Even && isNegative(*operands[0]) && !haveParity(operands[1], 1)) ||
        (name == "PRelu" && isNegative(*operands[1])))
      return false;
  }
  return true;
}

/// A boolean is one of two.
static Interval makeBoolean(const Value &middle) {
  Interval out{middle, std::pair(middle, middle)};
  for (uint8_t &value : out.ends->first.tensor.MutableBytes())
    value = 0;
  for (uint8_t &value : out.ends->second.tensor.MutableBytes())
    value = 1;
  return out;
}

std::vector<Interval> spreadEnds(mlir::Operation *op, const FunctionRule &known, ArrayRef<const Interval *> operands,
                                 std::vector<Value> middles) {
  FunctionRule rule = known;
  if (op->getName().stripDialect() == "Pow" && haveParity(operands[1], 0))
    rule = {Spread::Even, rule.size, 1, 0b1};
  if (none_of(operands, isWide))
    return makePoints(std::move(middles));
  if (all_of(middles, [](const Value &middle) { return middle.tensor.type() == runtime::DataType::Bool(); })) {
    std::vector<Interval> out;
    for (const Value &middle : middles)
      out.push_back(makeBoolean(middle));
    return out;
  }
  if (rule.spread == Spread::Unknown || !isSpreadKnown(op, rule, operands))
    return makeUnknown(std::move(middles));
  if (rule.spread == Spread::Lipschitz) {
    Radius radius = getRadius(*operands[0]);
    for (double &r : radius)
      r *= rule.factor;
    std::vector<Interval> out = makePoints(std::move(middles));
    widen(out[0], radius);
    return out;
  }
  const bool isEven = rule.spread == Spread::Even;
  auto runs = isEven ? evaluateMagnitudes(op, operands) : evaluateEnds(op, operands, rule.spread == Spread::Corners);
  if (!runs)
    return makeUnknown(std::move(middles));
  std::vector<Interval> out = makeHulls(std::move(middles), *runs);
  StringRef name = op->getName().stripDialect();
  if (name == "TopK" || name == "MaxPool") // places of elements jump
    for (Interval &places : MutableArrayRef(out).drop_front())
      places = {std::move(places.middle), std::nullopt, false};
  return out;
}

} // namespace qcompile::compare
