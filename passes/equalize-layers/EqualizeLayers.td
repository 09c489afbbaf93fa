//===- EqualizeLayers.td - The onnx-equalize-layers pass ----*- tablegen -*-===//
#ifndef QCOMPILE_PASSES_EQUALIZELAYERS
#define QCOMPILE_PASSES_EQUALIZELAYERS

include "passes/compression/CompressionOptions.td"

def EqualizeLayers : CompressionPass<"onnx-equalize-layers", [
  Option<"powerOfTwo", "power-of-two", "bool", /*default=*/"false", "scales are powers of two: exact">,
  Option<"iterations", "iterations", "int64_t", /*default=*/"20", "rounds over all pairs">,
]> {
  let summary = "Give the channels of neighbouring layers the same ranges on both sides";
  let description = [{
    Where channel i goes from one layer to the next through operations f with f(s x) = s f(x) for s > 0 alone, its outgoing weights and
    bias are divided by s_i and its incoming weights multiplied by it. With r1 and r2 the largest magnitudes of the two, s = sqrt(r1 r2) / r2
    makes both sqrt(r1 r2), so that one scale per tensor serves all channels better (Nagel et al. 2019, "cross-layer equalization").
    Pairs that share a layer are visited again until ranges no longer change or `iterations` rounds are over.

    f may be Relu, LeakyRelu, PRelu, pools, Identity, Dropout, Flatten and Reshape of the features, and the addition of a constant bias, which
    is divided too. **Approximate** by rounding of float32 weights only; with `power-of-two` exact unless numbers become subnormal.

    Requires `onnx`. Leaves alone: layers whose weights are quantized, or recorded as circulant or decomposed; pairs whose
    values have other uses. Refuses `calibration`, and with it every `correction` but `none`. Reports each layer that it changes ([QC-P010],
    `compression.report`), without an error.
  }];
}

#endif // QCOMPILE_PASSES_EQUALIZELAYERS
