//===- FunctionBounds.h - Bounds of element by element ----------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_COMPARE_FUNCTIONBOUNDS_H
#define QCOMPILE_COMPILER_COMPARE_FUNCTIONBOUNDS_H

#include "compiler/compare/Interval.h"
#include "mlir/IR/Operation.h"

namespace qcompile::compare {

/// How the ends of operands become ends of results.
enum class Spread {
  Unknown,
  Ends,     ///< results rise with every operand: at all lower and at all upper ends
  Corners,  ///< monotone in every operand, up or down: every choice of ends
  Even,     ///< results rise, or fall, with the magnitude of the operand: at its least and its largest one
  Lipschitz ///< results move by at most a factor more than the first operand
};

/// An operation that chooses, moves or computes elements without sums.
struct FunctionRule {
  Spread spread = Spread::Unknown;
  /// The largest number, for an element x of the first operand and the result y, that is rounded on the way from one to
  /// the other by the usual formulas; null where nothing is rounded.
  double (*size)(double x, double y) = nullptr;
  double factor = 1;   ///< of Spread::Lipschitz
  unsigned wide = ~0u; ///< the operands, as bits, whose ends the spread holds for
};

/// The rule of an operation; nothing for those that are not known to have one.
std::optional<FunctionRule> findFunctionRule(mlir::Operation *op);

/// What eight roundings, more than libraries need, make of the result of such an operation.
Radius getFunctionRadius(mlir::Operation *op, const FunctionRule &rule, llvm::ArrayRef<const Interval *> operands,
                         const Interval &result);

} // namespace qcompile::compare

#endif // QCOMPILE_COMPILER_COMPARE_FUNCTIONBOUNDS_H
