#include "runtime/encoding/basis.h"

#include <algorithm>

#include "absl/numeric/bits.h"
#include "absl/strings/str_cat.h"
#include "runtime/core/data_type.h"
#include "runtime/encoding/bit_stream.h"

namespace qcompile::runtime::encoding {
namespace {

absl::Status CheckRange(absl::string_view what, int64_t value, int64_t low, int64_t high) {
  if (value >= low && value <= high) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("expected ", what, " from ", low, " to ", high, ", found ", value));
}

absl::Status CheckShape(const BasisShape& shape) {
  absl::Status status = CheckRange("vectors", shape.n, 1, kMaxBasisSize);
  if (status.ok()) status = CheckRange("a length", shape.length, 1, int64_t{1} << 31);
  if (status.ok()) status = CheckRange("levels", shape.levels, 1, kMaxBasisLevels);
  if (status.ok()) status = CheckRange("basis_bits", shape.basis_bits, 2, kMaxBasisBits);
  return status;
}

absl::Status CheckSize(absl::string_view what, size_t found, int64_t expected) {
  if (static_cast<int64_t>(found) == expected) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("expected ", expected, " ", what, ", found ", found));
}

// Whether a coefficient is 0 or +-2^e, 0 <= e < levels.
bool IsCoefficient(int64_t value, int64_t levels) {
  uint64_t magnitude = value < 0 ? -static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
  return magnitude == 0 || (absl::has_single_bit(magnitude) && magnitude < uint64_t{1} << levels);
}

// Calls `body(first vector, end vector, block)` for every block of every output; vectors and blocks
// are counted through.
template <typename Body>
void ForEachBlock(const BasisShape& shape, MatrixShape matrix, Body body) {
  const int64_t vectors = shape.Vectors(matrix), blocks = shape.Blocks(matrix);
  for (int64_t output = 0; output < matrix.outputs; ++output) {
    for (int64_t block = 0; block < blocks; ++block) {
      int64_t end = std::min((block + 1) * shape.length, vectors);
      body(output * vectors + block * shape.length, output * vectors + end,
           output * blocks + block);
    }
  }
}

}  // namespace

absl::Status CheckBasis(const BasisShape& shape, MatrixShape matrix, const BasisFactors& factors) {
  absl::Status status = CheckShape(shape);
  if (!status.ok()) return status;
  const int64_t n = shape.n;
  status = CheckSize("coefficients", factors.coefficients.size(),
                     matrix.outputs * shape.Vectors(matrix) * n);
  if (!status.ok()) return status;
  status = CheckSize("elements of bases", factors.basis.size(),
                     matrix.outputs * shape.Blocks(matrix) * n * n);
  if (!status.ok()) return status;
  for (int64_t value : factors.coefficients) {
    if (!IsCoefficient(value, shape.levels)) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected coefficients of 0 or +-2^e, e from 0 to ", shape.levels - 1,
                       ", found ", value));
    }
  }
  return CheckCodes(DataType::Signed(static_cast<int>(shape.basis_bits)), factors.basis);
}

std::vector<int64_t> ExpandBasis(const BasisShape& shape, MatrixShape matrix,
                                 const BasisFactors& factors) {
  const int64_t n = shape.n, vectors = shape.Vectors(matrix);
  std::vector<int64_t> codes(static_cast<size_t>(matrix.size()));
  ForEachBlock(shape, matrix, [&](int64_t first, int64_t end, int64_t block) {
    const int64_t* basis = &factors.basis[block * n * n];
    for (int64_t vector = first; vector < end; ++vector) {
      const int64_t* coefficients = &factors.coefficients[vector * n];
      int64_t position = vector % vectors * n;
      int64_t* out = &codes[vector / vectors * matrix.length + position];
      for (int64_t j = 0; j < std::min(n, matrix.length - position); ++j) {
        int64_t sum = 0;
        for (int64_t i = 0; i < n; ++i) sum += coefficients[i] * basis[i * n + j];
        out[j] = sum;
      }
    }
  });
  return codes;
}

int64_t CountBasisBits(const BasisShape& shape, MatrixShape matrix, const BasisFactors& factors) {
  auto all = static_cast<int64_t>(factors.coefficients.size());
  int64_t stored = all - std::count(factors.coefficients.begin(), factors.coefficients.end(), 0);
  return matrix.outputs * shape.Blocks(matrix) * shape.n * shape.n * shape.basis_bits + all +
         stored * (1 + IndexBits(shape.levels));
}

absl::StatusOr<std::vector<uint8_t>> EncodeBasis(const BasisShape& shape, MatrixShape matrix,
                                                 const BasisFactors& factors) {
  absl::Status status = CheckBasis(shape, matrix, factors);
  if (!status.ok()) return status;
  const int64_t n = shape.n, exponent_bits = IndexBits(shape.levels);
  BitWriter writer;
  ForEachBlock(shape, matrix, [&](int64_t first, int64_t end, int64_t block) {
    for (int64_t i = 0; i < n * n; ++i) {
      writer.Put(static_cast<uint64_t>(factors.basis[block * n * n + i]), shape.basis_bits);
    }
    auto coefficients = absl::MakeSpan(factors.coefficients).subspan(first * n, (end - first) * n);
    for (int64_t value : coefficients) writer.Put(value != 0, 1);
    for (int64_t value : coefficients) {
      if (value == 0) continue;
      writer.Put(value < 0, 1);
      writer.Put(absl::countr_zero(static_cast<uint64_t>(value)), exponent_bits);
    }
  });
  return writer.Take();
}

absl::StatusOr<BasisFactors> DecodeBasis(const BasisShape& shape, MatrixShape matrix,
                                         absl::Span<const uint8_t> bytes) {
  absl::Status status = CheckShape(shape);
  if (!status.ok()) return status;
  const int64_t n = shape.n, exponent_bits = IndexBits(shape.levels);
  const DataType element = DataType::Signed(static_cast<int>(shape.basis_bits));
  BasisFactors out;
  out.coefficients.resize(static_cast<size_t>(matrix.outputs * shape.Vectors(matrix) * n));
  out.basis.resize(static_cast<size_t>(matrix.outputs * shape.Blocks(matrix) * n * n));
  BitReader reader(bytes);
  int64_t beyond = -1;
  ForEachBlock(shape, matrix, [&](int64_t first, int64_t end, int64_t block) {
    for (int64_t i = 0; i < n * n; ++i) out.basis[block * n * n + i] = GetCode(element, reader);
    auto coefficients = absl::MakeSpan(out.coefficients).subspan(first * n, (end - first) * n);
    for (int64_t& value : coefficients) value = static_cast<int64_t>(reader.Get(1));
    for (int64_t& value : coefficients) {
      if (value == 0) continue;
      bool negative = reader.Get(1) != 0;
      auto exponent = static_cast<int64_t>(reader.Get(exponent_bits));
      if (exponent >= shape.levels) beyond = exponent;
      value = negative ? -(int64_t{1} << exponent) : int64_t{1} << exponent;
    }
  });
  status = reader.Finish();
  if (!status.ok()) return status;
  if (beyond >= 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected exponents below ", shape.levels, ", found ", beyond));
  }
  return out;
}

}  // namespace qcompile::runtime::encoding
