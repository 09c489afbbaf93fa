//===- LayerProduct.h - Codebooks and tables of one layer -------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_PRODUCTQUANTIZE_LAYERPRODUCT_H
#define QCOMPILE_PASSES_PRODUCTQUANTIZE_LAYERPRODUCT_H

#include "passes/compression/Method.h"
#include "passes/product-quantize/InputGrid.h"
#include "passes/product-quantize/Tables.h"

namespace qcompile::pq {

/// The pass's own options.
struct Settings {
  CodebookOptions codebooks;
  bool weighted = true, group = true, layerScale = false, refit = true;
  int tableBits = 8, inputBits = 8;
};

/// What PqMatMul computes with in place of a layer.
struct LayerProduct {
  InputGrid grid;
  std::vector<int64_t> order; ///< column i of the product is column order[i] of the layer; empty: the same
  runtime::Codebooks codebooks;
  std::vector<int64_t> tables; ///< [space][prototype][output]
  std::vector<double> scale, bias;
  bool exact = false;     ///< the layer's own result, for every input
  double outputError = 0; ///< relative, on calibration data; 0 without them
  int64_t rows = 0;       ///< of calibration data
};

/// The bias of a Conv or Gemm (times beta), one number per output, zeros where there is none; nothing where it is not
/// constant or has another shape.
std::optional<std::vector<double>> readBias(const compression::Layer &layer);

/// Designs the product for a layer without groups. `data` may be null where all patterns of the inputs are prototypes:
/// else it fails.
llvm::Expected<LayerProduct> designProduct(const compression::Layer &layer, const InputGrid &grid,
                                           const compression::LayerData *data, compression::Correction correction,
                                           const Settings &settings);

} // namespace qcompile::pq

#endif // QCOMPILE_PASSES_PRODUCTQUANTIZE_LAYERPRODUCT_H
