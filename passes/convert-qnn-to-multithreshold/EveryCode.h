//===- EveryCode.h - An operation on all that it may see --------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_CONVERTQNNTOMULTITHRESHOLD_EVERYCODE_H
#define QCOMPILE_PASSES_CONVERTQNNTOMULTITHRESHOLD_EVERYCODE_H

#include "mlir/IR/Operation.h"
#include "runtime/core/tensor.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace qcompile {

/// Evaluates a pointwise operation of the integer form on every code that its operand may have, for each of `channels`
/// channels along `axis`. `visit(code, channel, results, i)` is called in ascending order of codes; element i is the
/// result. False where it returned false, or, with the reason, where there are too many codes.
bool evaluateOnCodes(mlir::Operation *op, int64_t axis, int64_t channels, std::string &reason,
                     llvm::function_ref<bool(int64_t, int64_t, const runtime::Tensor &, int64_t)> visit);

} // namespace qcompile

#endif // QCOMPILE_PASSES_CONVERTQNNTOMULTITHRESHOLD_EVERYCODE_H
