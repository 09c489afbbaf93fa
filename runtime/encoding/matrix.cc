#include "runtime/encoding/matrix.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace qcompile::runtime::encoding {

absl::Status CheckOrder(int64_t rank, absl::Span<const int64_t> order, int64_t rows) {
  std::vector<bool> seen(static_cast<size_t>(rank));
  bool valid = static_cast<int64_t>(order.size()) == rank;
  for (int64_t d : order) {
    valid = valid && d >= 0 && d < rank && !seen[d];
    if (valid) seen[d] = true;
  }
  if (!valid) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected an order of ", rank, " dimensions, found [", absl::StrJoin(order, ", "), "]"));
  }
  if (rows < 1 || rows >= rank) {
    return absl::InvalidArgumentError(absl::StrCat("expected rows from 1 to ", rank - 1, " for ",
                                                   rank, " dimensions, found ", rows));
  }
  return absl::OkStatus();
}

MatrixShape GetMatrixShape(absl::Span<const int64_t> shape, absl::Span<const int64_t> order,
                           int64_t rows) {
  MatrixShape out{1, 1};
  for (size_t i = 0; i < order.size(); ++i) {
    (static_cast<int64_t>(i) < rows ? out.outputs : out.length) *= shape[order[i]];
  }
  return out;
}

std::vector<int64_t> GetMatrixPositions(absl::Span<const int64_t> shape,
                                        absl::Span<const int64_t> order) {
  std::vector<int64_t> strides(shape.size(), 1);
  for (size_t d = shape.size(); d-- > 1;) strides[d - 1] = strides[d] * shape[d];
  std::vector<int64_t> positions(static_cast<size_t>(NumElements(shape)));
  std::vector<int64_t> index(shape.size(), 0);
  int64_t at = 0;
  for (int64_t& position : positions) {
    position = at;
    for (size_t i = order.size(); i-- > 0;) {
      int64_t d = order[i];
      at += strides[d];
      if (++index[i] < shape[d]) break;
      at -= index[i] * strides[d];
      index[i] = 0;
    }
  }
  return positions;
}

std::vector<int64_t> ToMatrix(const Tensor& tensor, absl::Span<const int64_t> order) {
  std::vector<int64_t> out = GetMatrixPositions(tensor.shape(), order);
  for (int64_t& element : out) element = tensor.IntegerAt(element);
  return out;
}

absl::StatusOr<Tensor> FromMatrix(DataType type, const Shape& shape,
                                  absl::Span<const int64_t> order,
                                  absl::Span<const int64_t> elements) {
  std::vector<int64_t> positions = GetMatrixPositions(shape, order);
  if (positions.size() != elements.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected ", positions.size(), " elements, found ", elements.size()));
  }
  std::vector<int64_t> out(elements.size());
  for (size_t i = 0; i < elements.size(); ++i) out[positions[i]] = elements[i];
  return Tensor::FromIntegers(type, shape, out);
}

}  // namespace qcompile::runtime::encoding
