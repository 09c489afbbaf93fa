//===- ExpandPq.td - The qnn-expand-pq pass ---------------*- tablegen -*-===//
#ifndef QCOMPILE_PASSES_EXPANDPQ
#define QCOMPILE_PASSES_EXPANDPQ

include "mlir/Pass/PassBase.td"

def ExpandPq : Pass<"qnn-expand-pq", "::mlir::func::FuncOp"> {
  let summary = "Write products by product quantization as operations that every backend has";
  let description = [{
    For backends without a unit for `qnn.pq`. Positions and sums are the same numbers:

    1. scores `-distance`, up to what is the same for all prototypes of a sub-space. Norm 2: a grouped convolution with a kernel of one
       position, whose weights are `2 * factor * prototype`, and an addition of `-(offset + |prototype|^2)`. Norm 1: every element once per
       prototype (`gather`), `|factor * x - prototype|` by a `table`, and a grouped convolution with weights -1;
    2. `arg_max` per sub-space: the first largest score is the first least distance; a `table` makes it the row of all tables;
    3. rows of all tables one after the other (`lookup`), added up by a `sum_pool`.

    Requires `qnn` with static shapes. Exact. Reports every layer [QC-P016]. A norm of 1 on inputs of more than 16 bits, and shapes without
    elements, stay as they are.
  }];
  let options = [Option<"maxElements", "max-elements", "int64_t", /*default=*/"0",
      "of scores and of look-ups at once: rows are worked on in parts (0: all at once)">];
  let dependentDialects = ["::qcompile::qnn::QnnDialect"];
}

#endif // QCOMPILE_PASSES_EXPANDPQ
