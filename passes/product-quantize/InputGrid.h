//===- InputGrid.h - The integers that a layer's input stands for *- C++ -*-===//
#ifndef QCOMPILE_PASSES_PRODUCTQUANTIZE_INPUTGRID_H
#define QCOMPILE_PASSES_PRODUCTQUANTIZE_INPUTGRID_H

#include "mlir/IR/Value.h"
#include "passes/compression/LayerwiseRun.h"
#include "passes/compression/Matrix.h"
#include "passes/product-quantize/Codebooks.h"

namespace qcompile::pq {

/// An input is scale * u, u an integer of the range.
struct InputGrid {
  float scale = 1;
  CodeRange codes;
  bool own = false; ///< the model has no such quantizer yet
};

/// The grid of a value that a Quant or BipolarQuant with one scale and integer zero point gives, also behind operations
/// that only select or move elements; nothing for any other value.
std::optional<InputGrid> findInputGrid(mlir::Value value);

/// A grid of `bits` bits for values as they are on calibration data: from 0 where none is negative, else symmetric; the
/// largest magnitude is the largest code.
InputGrid makeInputGrid(const compression::LayerwiseRun::Batches &values, int bits);

/// Rows of inputs as codes of the grid.
CodeMatrix encodeInputs(const compression::Activations &rows, const InputGrid &grid);

} // namespace qcompile::pq

#endif // QCOMPILE_PASSES_PRODUCTQUANTIZE_INPUTGRID_H
