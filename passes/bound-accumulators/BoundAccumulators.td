//===- BoundAccumulators.td - The qnn-bound-accumulators pass -*- tablegen -*-===//
#ifndef QCOMPILE_PASSES_BOUNDACCUMULATORS
#define QCOMPILE_PASSES_BOUNDACCUMULATORS

include "mlir/Pass/PassBase.td"

def BoundAccumulators : Pass<"qnn-bound-accumulators", "::mlir::func::FuncOp"> {
  let summary = "Give every accumulator the narrowest type that cannot overflow";
  let description = [{
    Every operation that accumulates (products, convolutions, sums, pools) takes the narrowest integer type that holds its bounds
    (`BoundsOpInterface`): those of every partial sum of every output in any order, from the actual weights where they are
    constant and from the values that the operands may take. With S+ and S- the sums of the positive weights and of the
    magnitudes of the negative ones of an output, max = high * S+ - low * S-, min = low * S+ - high * S-, extended
    to contain 0. Padding values are among the operand's. Works in program order, so that a narrower operand narrows what
    follows; operations that select, move or pad codes take the element type of their operands. Exact.

    Requires `qnn`. Guarantees: no accumulator can be narrower by its bounds, unless its type is part of the function's
    signature or used by an operation outside of `qnn`.
  }];
}

#endif // QCOMPILE_PASSES_BOUNDACCUMULATORS
