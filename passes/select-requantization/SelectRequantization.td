//===- SelectRequantization.td - The qnn-select-requantization pass -*- tablegen -*-===//
#ifndef QCOMPILE_PASSES_SELECTREQUANTIZATION
#define QCOMPILE_PASSES_SELECTREQUANTIZATION

include "mlir/Pass/PassBase.td"

def SelectRequantization : Pass<"qnn-select-requantization", "::mlir::func::FuncOp"> {
  let summary = "Replace many thresholds by a multiplication and a shift, or a table";
  let description = [{
    A `qnn.threshold` of integers with many levels becomes a `qnn.requantize` where that is proven to give the same code for every value that
    its operand may take: per channel, the pairs of multiplier and offset that reproduce all thresholds are the integer points of a
    polygon, which is searched exactly, for the smallest shift that has one in every channel and then for the smallest
    multiplier. Thresholds out of the range of the operand do not count. Rounding is `FLOOR` where possible (multiply, add and shift),
    else `ROUND` (ties of power-of-two scales go to even codes, which no plain shift can do), else one of the other modes. Products stay
    within `product-bits`.

    Where no such numbers exist, the thresholds become a `qnn.table` if the operand has at most 2^`max-table-bits` values and the table
    at most `max-table-elements` elements; else they stay. Equality is proven, not sampled; the proof uses the
    accumulator's bounds from the actual weights. Exact.

    A remark [QC-P007] says for each layer of `min-levels` or more thresholds what it became, with the bits of the multipliers and the shift,
    and one the share of layers.

    Requires `qnn`. Guarantees: results keep their types. Leaves thresholds of floats and small ones alone.
  }];
  let options = [
    Option<"minLevels", "min-levels", "int64_t", /*default=*/"15",
           "fewest thresholds of a layer that is looked at (15: outputs of 4 bits)">,
    Option<"productBits", "product-bits", "int64_t", /*default=*/"47",
           "most bits, sign included, of a product and of its sum with the offset">,
    Option<"maxTableBits", "max-table-bits", "int64_t", /*default=*/"12",
           "most bits of an operand that is looked up in a table; 0 for no tables, at most 16">,
    Option<"maxTableElements", "max-table-elements", "int64_t", /*default=*/"262144",
           "most elements of a table over all channels">
  ];
  let dependentDialects = ["::qcompile::qnn::QnnDialect"];
}

#endif // QCOMPILE_PASSES_SELECTREQUANTIZATION
