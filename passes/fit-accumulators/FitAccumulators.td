//===- FitAccumulators.td - The onnx-fit-accumulators pass --*- tablegen -*-===//
#ifndef QCOMPILE_PASSES_FITACCUMULATORS
#define QCOMPILE_PASSES_FITACCUMULATORS

include "passes/compression/CompressionOptions.td"

def FitAccumulators : CompressionPass<"onnx-fit-accumulators", [
    Option<"bits", "bits", "int64_t", /*default=*/"0", "width of the accumulator of every layer, 2 to 48 (0: as it is)">,
    ListOption<"layerBits", "layer-bits", "std::string", "name:width of the accumulator of one layer">,
    Option<"tile", "tile", "int64_t", /*default=*/"0", "weights that are summed in an inner accumulator (0: no tiles)">,
    Option<"innerBits", "inner-bits", "int64_t", /*default=*/"0", "width of the inner accumulators, 2 to 48">,
    Option<"scale", "scale", "std::string", /*default=*/"\"search\"",
           "scales that an output may be given: search (any), power-of-two (multiples of its own), keep">]> {
  let summary = "Change quantized weights so that every sum fits a narrow accumulator";
  let description = [{
    For every selected layer with quantized weights and inputs, proves from the actual weights and the codes that may come in (of the integer
    form: zero point not subtracted, padding included) how wide its sums are. A layer that fits stays as it is, exactly. In others, the
    outputs whose sums are too wide get new codes on the quantizer's grid, on a scale per output: of scale raising, projection, greedy
    rounding with second-order correction and the same with shrinkage (AXE), each output takes what leaves the smallest error on the
    calibration data, or in its weights where there is none. Then the sums are proven again. A bias is not part of the
    sum: the integer form moves it into the thresholds behind it.

    With `tile`, every sum of so many consecutive weights (along channel, then kernel) also fits `inner-bits`, and the report says how wide the sum of
    all tiles is. Nothing is recorded in the model: `qnn-bound-accumulators` finds the width again from the weights.

    Approximate: reports the error of every layer [QC-P010]. Requires the normal form. Guarantees: no partial sum of a selected layer with
    an integer form, in any order, for any input, leaves its accumulator. Zeros of a recorded sparse structure stay zero; ties of a
    structure (circulant, basis) are refused, as is a width that holds no product of an input code and a weight of 1 or -1, with the
    nearest width that does. docs/AccumulatorBounds.md tells more.
  }];
  let dependentDialects = ["::qcompile::data::DataDialect", "::qcompile::onnx::OnnxDialect",
                           "::qcompile::qnn::QnnDialect"];
}

#endif // QCOMPILE_PASSES_FITACCUMULATORS
