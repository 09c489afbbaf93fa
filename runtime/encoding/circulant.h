// Block-circulant weights (techniques.md 3): the matrix [outputs, length] is cut into blocks of k x
// k from its first element on, W_ij[r, c] = w_ij[(r - c) mod k]. Where k does not divide an extent,
// the last block is cut to the matrix: it is part of a circulant block. Blocks are stored row by
// row, each as its vector of k codes; a code of the vector that no element of a cut block shows is
// stored as zero bits. docs/Encodings.md specifies the bits.
#ifndef QCOMPILE_RUNTIME_ENCODING_CIRCULANT_H_
#define QCOMPILE_RUNTIME_ENCODING_CIRCULANT_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "runtime/core/data_type.h"
#include "runtime/encoding/matrix.h"

namespace qcompile::runtime::encoding {

// Fails, with the first element that differs from another on its diagonal, where the matrix is not
// block-circulant.
absl::Status CheckCirculant(int64_t block, MatrixShape shape, absl::Span<const int64_t> codes);

// Codes of all vectors: ceil(outputs / k) * ceil(length / k) * k.
int64_t CountCirculantCodes(int64_t block, MatrixShape shape);

// The vectors [block rows, block columns, k] of a matrix that is block-circulant; what no element
// shows is 0.
std::vector<int64_t> GetCirculantVectors(int64_t block, MatrixShape shape,
                                         absl::Span<const int64_t> codes);
// The matrix of the vectors.
std::vector<int64_t> ExpandCirculant(int64_t block, MatrixShape shape,
                                     absl::Span<const int64_t> vectors);

// The vectors' codes, `type.bits` each, filled with zero bits to whole bytes.
absl::StatusOr<std::vector<uint8_t>> EncodeCirculant(int64_t block, DataType type,
                                                     MatrixShape shape,
                                                     absl::Span<const int64_t> codes);
// The inverse, from any bytes. Fails where a code that no element shows is not zero bits.
absl::StatusOr<std::vector<int64_t>> DecodeCirculant(int64_t block, DataType type,
                                                     MatrixShape shape,
                                                     absl::Span<const uint8_t> bytes);

}  // namespace qcompile::runtime::encoding

#endif  // QCOMPILE_RUNTIME_ENCODING_CIRCULANT_H_
