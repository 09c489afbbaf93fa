// Weights of any rank as a matrix [outputs, length]: `order` is a permutation of the dimensions,
// the first `rows` of which are the outputs and the others, in this order, the accumulated
// direction.
#ifndef QCOMPILE_RUNTIME_ENCODING_MATRIX_H_
#define QCOMPILE_RUNTIME_ENCODING_MATRIX_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "runtime/core/tensor.h"

namespace qcompile::runtime::encoding {

struct MatrixShape {
  int64_t outputs = 0;
  int64_t length = 0;  // of an output: the weights that are accumulated
  int64_t size() const { return outputs * length; }
};

// Fails unless `order` is a permutation of the dimensions and 1 <= rows < rank.
absl::Status CheckOrder(int64_t rank, absl::Span<const int64_t> order, int64_t rows);

// The matrix of a tensor of that shape; `order` and `rows` are valid.
MatrixShape GetMatrixShape(absl::Span<const int64_t> shape, absl::Span<const int64_t> order,
                           int64_t rows);

// For element i of the matrix, in row-major order, its position in the row-major tensor.
std::vector<int64_t> GetMatrixPositions(absl::Span<const int64_t> shape,
                                        absl::Span<const int64_t> order);

// The elements of an integer tensor in the order of the matrix.
std::vector<int64_t> ToMatrix(const Tensor& tensor, absl::Span<const int64_t> order);
// The inverse. Fails where an element is not a value of the type.
absl::StatusOr<Tensor> FromMatrix(DataType type, const Shape& shape,
                                  absl::Span<const int64_t> order,
                                  absl::Span<const int64_t> elements);

}  // namespace qcompile::runtime::encoding

#endif  // QCOMPILE_RUNTIME_ENCODING_MATRIX_H_
