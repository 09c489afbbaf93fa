//===- ChooseLayout.td - The qnn-choose-layout pass ---------*- tablegen -*-===//
#ifndef QCOMPILE_PASSES_CHOOSELAYOUT
#define QCOMPILE_PASSES_CHOOSELAYOUT

include "mlir/Pass/PassBase.td"

def ChooseLayout : Pass<"qnn-choose-layout", "::mlir::func::FuncOp"> {
  let summary = "Bring spatial operations to one layout and move transposes out";
  let description = [{
    Decides for every value in which order its dimensions are stored. `qnn.conv`, `qnn.max_pool`, `qnn.sum_pool` and
    `qnn.depth_to_space` ask for the wanted layout of their channels; from them the layout spreads, in both directions, over
    operations that any order of dimensions suits: element by element (`threshold`, `table`, `requantize`, `quantize`, `dequantize`,
    `add`, `mul`), by position (`pad`, `slice`, `concat`, `gather`, `arg_max`, `top_k`), the rows of a matrix product, reshapes that
    split, join or drop dimensions in place, and transposes, which are an order of the same stored value and vanish.
    Function arguments and results, and operations of other dialects, keep their order. Where two orders meet, one transpose is made,
    shared by all users; one that moves dimensions of extent 1 only is a `qnn.reshape`. Constants are
    rearranged at compile time. A `qnn.reshape` that flattens for matrix products with constant weights keeps the stored order, and
    the rows of the weights are sorted instead.

    The transposes that remain stand at the borders: on the float side of quantizers (`border=floats`) or on the side of the
    codes (`border=codes`). With `report`, a remark [QC-P005] names each and one counts them. Exact.

    Requires operations of `qnn`, and tolerates all others. Guarantees: no spatial operation but `qnn.conv_transpose` has its
    channels elsewhere than wanted; types of the function are unchanged.
  }];
  let options = [
    Option<"layout", "layout", "::qcompile::ChannelLayout",
           /*default=*/"::qcompile::ChannelLayout::Last", "where spatial operations have their channels",
           [{::llvm::cl::values(
               clEnumValN(::qcompile::ChannelLayout::First, "channels-first", "dimension 1"),
               clEnumValN(::qcompile::ChannelLayout::Last, "channels-last", "the last dimension"))}]>,
    Option<"border", "border", "::qcompile::TransposeBorder",
           /*default=*/"::qcompile::TransposeBorder::Floats", "where transposes at quantizers stand",
           [{::llvm::cl::values(
               clEnumValN(::qcompile::TransposeBorder::Floats, "floats", "on the float side"),
               clEnumValN(::qcompile::TransposeBorder::Codes, "codes", "on the side of the codes"))}]>,
    Option<"report", "report", "bool", /*default=*/"false", "a remark per transpose that remains">
  ];
  let dependentDialects = ["::qcompile::qnn::QnnDialect", "::qcompile::onnx::OnnxDialect"];
}

#endif // QCOMPILE_PASSES_CHOOSELAYOUT
