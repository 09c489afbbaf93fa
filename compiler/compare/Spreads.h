//===- Spreads.h - What ends of operands make of results --------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_COMPARE_SPREADS_H
#define QCOMPILE_COMPILER_COMPARE_SPREADS_H

#include "compiler/compare/FunctionBounds.h"

namespace qcompile::compare {

/// Whether other programs may have another value than the exact reading.
bool isWide(const Interval *operand);

/// Results that are as they are, and those of which no bound is known.
std::vector<Interval> makePoints(std::vector<runtime::Value> middles);
std::vector<Interval> makeUnknown(std::vector<runtime::Value> middles);

/// The results of an operation at the ends of its operands, before it rounds itself.
std::vector<Interval> spreadEnds(mlir::Operation *op, const FunctionRule &rule,
                                 llvm::ArrayRef<const Interval *> operands, std::vector<runtime::Value> middles);

} // namespace qcompile::compare

#endif // QCOMPILE_COMPILER_COMPARE_SPREADS_H
