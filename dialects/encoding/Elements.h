//===- Elements.h - Elements as the matrix of a structure -------*- C++ -*-===//
//
// Private to the encodings.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_DIALECTS_ENCODING_ELEMENTS_H
#define QCOMPILE_DIALECTS_ENCODING_ELEMENTS_H

#include "dialects/encoding/EncodingDialect.h"
#include "runtime/encoding/matrix.h"

namespace qcompile::encoding {

/// The elements of a tensor as the matrix of a structure.
struct MatrixElements {
  runtime::encoding::MatrixShape shape;
  std::vector<int64_t> elements; ///< codes; of floats numbers that are equal, and zero, where the floats are
};

/// The shape under which `encoding` sees weights of shape `shape`. Fails (C1) where they do not fit.
absl::StatusOr<runtime::Shape> getViewedShape(EncodingAttr encoding, const runtime::Shape &shape);

absl::StatusOr<MatrixElements> getElements(EncodingAttr encoding, const runtime::Tensor &tensor);

/// C1, as far as it can be checked without weights.
mlir::LogicalResult verifyArrangement(llvm::function_ref<mlir::InFlightDiagnostic()> emitError,
                                      llvm::ArrayRef<int64_t> order, int64_t rows, llvm::ArrayRef<int64_t> shape);

/// A status as a diagnostic.
mlir::LogicalResult report(llvm::function_ref<mlir::InFlightDiagnostic()> emitError, const absl::Status &status);

} // namespace qcompile::encoding

#endif // QCOMPILE_DIALECTS_ENCODING_ELEMENTS_H
