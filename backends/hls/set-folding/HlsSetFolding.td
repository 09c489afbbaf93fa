//===- HlsSetFolding.td - The hls-set-folding pass ----------*- tablegen -*-===//
#ifndef QCOMPILE_BACKENDS_HLS_HLSSETFOLDING
#define QCOMPILE_BACKENDS_HLS_HLSSETFOLDING

include "mlir/Pass/PassBase.td"

def HlsSetFolding : Pass<"hls-set-folding", "::mlir::ModuleOp"> {
  let summary = "Choose the elements per clock of every stage";
  let description = [{
    Gives every stage the least folding below `target-cycles` clocks per sample: SIMD grows first, while the
    weights of a processing element take at most `weight-stream-bits` per clock, then PE, both through the
    divisors of the layer's shape. Where a stage misses the target, it sets the pace for the others. `folding`
    overrides the choice for matrix-vector units. SIMD behind windows divides the channels, so that the windows
    keep pace; PE divides the outputs of a group. Other stages get the least lanes that keep the pace of the
    slowest unit. Widths of streams follow, with converters between stages of different widths. Exact: the order
    of elements does not change.

    Requires designs as `convert-qnn-to-hls` or this pass makes them. Fails where a given folding does not
    divide the shape, or a word would have more than 4096 bits ([QC-B003]).
  }];
  let options = [
    Option<"targetCycles", "target-cycles", "int64_t", "1000",
           "clocks per sample that every stage stays below where it can">,
    Option<"weightStreamBits", "weight-stream-bits", "int64_t", "36",
           "bits of weights that a processing element takes per clock">,
    Option<"folding", "folding", "std::string", "\"\"",
           "PE:SIMD of every matrix-vector unit in order, separated by commas, '-' for the choice">,
    Option<"multiplier", "multiplier", "std::string", "\"lut\"",
           "what multiplies: lut or dsp">,
    Option<"weightMemory", "weight-memory", "std::string", "\"auto\"",
           "block, distributed, or auto: block memory for more than 128 words">,
  ];
  let dependentDialects = ["::qcompile::hls::HlsDialect"];
}

#endif // QCOMPILE_BACKENDS_HLS_HLSSETFOLDING
