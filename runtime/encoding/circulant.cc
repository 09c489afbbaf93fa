#include "runtime/encoding/circulant.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "runtime/encoding/bit_stream.h"

namespace qcompile::runtime::encoding {
namespace {

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

// Where element (output, position) of the matrix stands among the vectors' codes.
struct VectorIndex {
  int64_t block;
  int64_t block_columns;

  VectorIndex(int64_t k, MatrixShape shape) : block(k), block_columns(CeilDiv(shape.length, k)) {}
  int64_t operator()(int64_t output, int64_t position) const {
    int64_t vector = output / block * block_columns + position / block;
    int64_t diagonal = (output % block - position % block + block) % block;
    return vector * block + diagonal;
  }
};

absl::Status CheckBlock(int64_t block, MatrixShape shape, size_t codes) {
  // No larger than the matrix: larger blocks would be the same with zeros behind every vector.
  if (block < 1 || block > std::max<int64_t>({shape.outputs, shape.length, 1})) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected a block from 1 to the larger extent of ", shape.outputs, "x",
                     shape.length, ", found ", block));
  }
  if (static_cast<int64_t>(codes) != shape.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected ", shape.size(), " codes, found ", codes));
  }
  return absl::OkStatus();
}

// Whether an element shows the code, for every code of the vectors.
std::vector<bool> FindShown(int64_t block, MatrixShape shape) {
  std::vector<bool> shown(static_cast<size_t>(CountCirculantCodes(block, shape)));
  VectorIndex index(block, shape);
  for (int64_t o = 0; o < shape.outputs; ++o) {
    for (int64_t p = 0; p < shape.length; ++p) shown[index(o, p)] = true;
  }
  return shown;
}

}  // namespace

absl::Status CheckCirculant(int64_t block, MatrixShape shape, absl::Span<const int64_t> codes) {
  absl::Status status = CheckBlock(block, shape, codes.size());
  if (!status.ok()) return status;
  std::vector<int64_t> vectors = GetCirculantVectors(block, shape, codes);
  VectorIndex index(block, shape);
  for (int64_t o = 0; o < shape.outputs; ++o) {
    for (int64_t p = 0; p < shape.length; ++p) {
      int64_t expected = vectors[index(o, p)];
      int64_t found = codes[o * shape.length + p];
      if (found == expected) continue;
      return absl::InvalidArgumentError(absl::StrCat(
          "expected blocks of ", block, "x", block, " to be circulant, found ", found,
          " at output ", o, ", position ", p, ", and ", expected, " elsewhere on its diagonal"));
    }
  }
  return absl::OkStatus();
}

int64_t CountCirculantCodes(int64_t block, MatrixShape shape) {
  return CeilDiv(shape.outputs, block) * CeilDiv(shape.length, block) * block;
}

std::vector<int64_t> GetCirculantVectors(int64_t block, MatrixShape shape,
                                         absl::Span<const int64_t> codes) {
  std::vector<int64_t> vectors(static_cast<size_t>(CountCirculantCodes(block, shape)));
  VectorIndex index(block, shape);
  for (int64_t o = 0; o < shape.outputs; ++o) {
    for (int64_t p = 0; p < shape.length; ++p) vectors[index(o, p)] = codes[o * shape.length + p];
  }
  return vectors;
}

std::vector<int64_t> ExpandCirculant(int64_t block, MatrixShape shape,
                                     absl::Span<const int64_t> vectors) {
  std::vector<int64_t> codes(static_cast<size_t>(shape.size()));
  VectorIndex index(block, shape);
  for (int64_t o = 0; o < shape.outputs; ++o) {
    for (int64_t p = 0; p < shape.length; ++p) codes[o * shape.length + p] = vectors[index(o, p)];
  }
  return codes;
}

absl::StatusOr<std::vector<uint8_t>> EncodeCirculant(int64_t block, DataType type,
                                                     MatrixShape shape,
                                                     absl::Span<const int64_t> codes) {
  absl::Status status = CheckCirculant(block, shape, codes);
  if (status.ok()) status = CheckCodes(type, codes);
  if (!status.ok()) return status;
  BitWriter writer;
  // A bipolar 0 is none of its values, but is written as the zero bit that is asked for.
  for (int64_t code : GetCirculantVectors(block, shape, codes)) PutCode(type, code, writer);
  return writer.Take();
}

absl::StatusOr<std::vector<int64_t>> DecodeCirculant(int64_t block, DataType type,
                                                     MatrixShape shape,
                                                     absl::Span<const uint8_t> bytes) {
  absl::Status status = CheckBlock(block, shape, static_cast<size_t>(shape.size()));
  if (!status.ok()) return status;
  std::vector<bool> shown = FindShown(block, shape);
  std::vector<int64_t> vectors(shown.size());
  const int64_t zero_bits = type.kind == TypeKind::kBipolar ? -1 : 0;
  BitReader reader(bytes);
  for (size_t i = 0; i < vectors.size(); ++i) {
    vectors[i] = GetCode(type, reader);
    if (!shown[i] && vectors[i] != zero_bits) {
      return absl::InvalidArgumentError(absl::StrCat(
          "expected zero bits for code ", static_cast<int64_t>(i) % block, " of block ",
          static_cast<int64_t>(i) / block, ", which no element shows, found ", vectors[i]));
    }
  }
  status = reader.Finish();
  if (!status.ok()) return status;
  return ExpandCirculant(block, shape, vectors);
}

}  // namespace qcompile::runtime::encoding
