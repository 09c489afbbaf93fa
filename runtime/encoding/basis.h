// Weights as coefficients times a small basis (SmartDeal; techniques.md 2): each output is cut into
// vectors of n adjacent codes, the last one cut to the matrix; `length` adjacent vectors of an
// output share one basis B [n, n]; a vector is c B with coefficients c of 0 or +-2^e, 0 <= e <
// levels: shifts and additions. docs/Encodings.md specifies the bits.
#ifndef QCOMPILE_RUNTIME_ENCODING_BASIS_H_
#define QCOMPILE_RUNTIME_ENCODING_BASIS_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "runtime/encoding/matrix.h"

namespace qcompile::runtime::encoding {

constexpr int64_t kMaxBasisLevels = 15;
constexpr int64_t kMaxBasisBits = 16;
constexpr int64_t kMaxBasisSize = 64;

// What describes the parts beside the matrix.
struct BasisShape {
  int64_t n = 3;           // codes of a vector, 1 to 64
  int64_t length = 1;      // vectors that share a basis, at least 1
  int64_t levels = 7;      // exponents, 1 to 15
  int64_t basis_bits = 8;  // of an element of the basis, two's complement, 2 to 16

  int64_t Vectors(MatrixShape matrix) const { return (matrix.length + n - 1) / n; }
  int64_t Blocks(MatrixShape matrix) const { return (Vectors(matrix) + length - 1) / length; }
};

struct BasisFactors {
  std::vector<int64_t> coefficients;  // [outputs, vectors, n]: 0 or +-2^e
  std::vector<int64_t> basis;         // [outputs, blocks, n, n]
};

// Fails where a parameter is out of its range, a size does not fit, or an element is not one that
// can be stored.
absl::Status CheckBasis(const BasisShape& shape, MatrixShape matrix, const BasisFactors& factors);

// The codes [outputs, length] of factors that have been checked: sum over i of c[o, v, i] * B[o, v
// / length, i, j].
std::vector<int64_t> ExpandBasis(const BasisShape& shape, MatrixShape matrix,
                                 const BasisFactors& factors);

// Bits of the factors: per block n n basis_bits, a map bit per coefficient, 1 + ceil(log2 levels)
// per coefficient other than zero.
int64_t CountBasisBits(const BasisShape& shape, MatrixShape matrix, const BasisFactors& factors);

absl::StatusOr<std::vector<uint8_t>> EncodeBasis(const BasisShape& shape, MatrixShape matrix,
                                                 const BasisFactors& factors);
// The inverse, from any bytes.
absl::StatusOr<BasisFactors> DecodeBasis(const BasisShape& shape, MatrixShape matrix,
                                         absl::Span<const uint8_t> bytes);

}  // namespace qcompile::runtime::encoding

#endif  // QCOMPILE_RUNTIME_ENCODING_BASIS_H_
