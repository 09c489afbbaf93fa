//===- PruneWeights.td - The onnx-prune-weights pass --------*- tablegen -*-===//
#ifndef QCOMPILE_PASSES_PRUNEWEIGHTS
#define QCOMPILE_PASSES_PRUNEWEIGHTS

include "passes/compression/CompressionOptions.td"

def PruneWeights : CompressionPass<"onnx-prune-weights", [
    Option<"pattern", "pattern", "std::string", /*default=*/"",
           "N:m: at most N weights other than zero of m consecutive ones, along (channel, kernel position)">,
    Option<"density", "density", "double", /*default=*/"0", "the part of the weights that stays, between 0 and 1">,
    Option<"scope", "scope", "std::string", /*default=*/"\"layer\"",
           "layer: the density holds in each layer; global: in all of them together, by magnitude">,
    Option<"filters", "filters", "double", /*default=*/"0", "the part of the outputs that stays">,
    Option<"rows", "rows", "double", /*default=*/"0",
           "the part of the kernel rows (adjacent weights of one channel) that stays">,
    Option<"permute", "permute", "bool", /*default=*/"false",
           "with a pattern: first put input channels in an order in which it keeps more">,
  ]> {
  let dependentDialects = ["::qcompile::data::DataDialect", "::qcompile::encoding::EncodingDialect",
                           "::qcompile::onnx::OnnxDialect"];
  let summary = "Set weights to zero, by a pattern or down to a density";
  let description = [{
    Chooses weights that become zero, and new values for those that stay. Exactly one of `pattern`, `density`, `filters` and
    `rows` says which. **Approximate**: changes the function, and reports for each layer the error of weights and outputs ([QC-P010],
    `compression.report`). docs/Pruning.md has definitions, sources and measured figures.

    With `correction=second-order` (the default where there is calibration data) a weight is worth what the layer's outputs lose
    without it when the others make up for it, and those that stay take their least-squares values; else it is worth its
    magnitude, and the others stay as they are. Weights behind a quantizer stay on its grid. `filters` goes by the mean square of the outputs, or without
    data by the norm of the weights.

    `permute=true` is exact for quantized layers: the layer before gives its channels in the new order. Where other
    operations see that order it is not done, which a remark says; the order of additions of float layers changes.

    Records `#encoding.n_m` for a pattern, else `#encoding.coo`, on the constant of the weights. Weights that a recorded structure
    keeps at zero stay so; on a layer with a structure that zeros would break (circulant, basis) it fails [QC-P010].

    Requires: constants folded, quantizers normalised. Guarantees: the recorded structure holds.

    Example: without data, `pattern=1:2` makes weights 1, 2, 3, -4
    ```mlir
    %w = onnx.Constant() {encoding.structure = #encoding.n_m<n = 1, m = 2, order = [1, 0], rows = 1>,
                          value = #data.constant<"w", [0.0, 2.0, 0.0, -4.0] : tensor<4x1xf32>>} : () -> tensor<4x1xf32>
    ```
  }];
}

#endif // QCOMPILE_PASSES_PRUNEWEIGHTS
