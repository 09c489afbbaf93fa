//===- BoundAccumulators.td - The qnn-bound-accumulators pass -*- tablegen -*-===//
#ifndef QCOMPILE_PASSES_BOUNDACCUMULATORS
#define QCOMPILE_PASSES_BOUNDACCUMULATORS

include "mlir/Pass/PassBase.td"

def BoundAccumulators : Pass<"qnn-bound-accumulators", "::mlir::func::FuncOp"> {
  let summary = "Give every accumulator the narrowest type that cannot overflow";
  let description = [{
    Computes, from the actual weights and the element type of the inputs, the bounds of every partial sum of
    every output in any order: with S+ and S- the sums of the positive weights and of the magnitudes of the
    negative ones, max = high * S+ - low * S-, min = low * S+ - high * S-, extended to contain 0. The accumulator
    becomes the narrowest integer type that holds them all. Exact.

    Requires `qnn`. Guarantees: no accumulator with constant weights can be narrower by its type bounds,
    unless its type is part of the function's signature.
  }];
}

#endif // QCOMPILE_PASSES_BOUNDACCUMULATORS
