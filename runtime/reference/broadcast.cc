#include "runtime/reference/broadcast.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "runtime/reference/checks.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

// Dimension `i` of a shape that is extended to `rank` with ones in front.
int64_t ExtendedDimension(absl::Span<const int64_t> shape, size_t rank, size_t i) {
  const size_t missing = rank - shape.size();
  return i < missing ? 1 : shape[i - missing];
}

}  // namespace

absl::StatusOr<Shape> BroadcastShapes(absl::Span<const int64_t> a, absl::Span<const int64_t> b) {
  const size_t rank = std::max(a.size(), b.size());
  Shape result(rank);
  for (size_t i = 0; i < rank; ++i) {
    const int64_t da = ExtendedDimension(a, rank, i);
    const int64_t db = ExtendedDimension(b, rank, i);
    if (da != db && da != 1 && db != 1) {
      return absl::InvalidArgumentError(absl::StrCat("expected shapes that broadcast, found ",
                                                     ShapeToString(a), " and ", ShapeToString(b)));
    }
    result[i] = da == 1 ? db : da;
  }
  QCOMPILE_RETURN_IF_ERROR(CheckedSize(result).status());
  return result;
}

bool BroadcastsTo(absl::Span<const int64_t> from, absl::Span<const int64_t> to) {
  if (from.size() > to.size()) return false;
  for (size_t i = 0; i < to.size(); ++i) {
    const int64_t d = ExtendedDimension(from, to.size(), i);
    if (d != 1 && d != to[i]) return false;
  }
  return true;
}

std::vector<int64_t> RowMajorStrides(absl::Span<const int64_t> shape) {
  std::vector<int64_t> strides(shape.size());
  int64_t stride = 1;
  for (size_t i = shape.size(); i-- > 0;) {
    strides[i] = stride;
    // An empty tensor has no neighbours; 1 keeps the products of absurd shapes in range.
    stride = shape[i] == 0 ? 1 : stride * shape[i];
  }
  return strides;
}

std::vector<int64_t> StridedIndices(absl::Span<const int64_t> shape,
                                    absl::Span<const int64_t> strides, int64_t offset) {
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return {};
  std::vector<int64_t> result(static_cast<size_t>(NumElements(shape)));
  std::vector<int64_t> index(shape.size(), 0);
  int64_t source = offset;
  for (int64_t& entry : result) {
    entry = source;
    for (size_t d = shape.size(); d-- > 0;) {
      source += strides[d];
      if (++index[d] < shape[d]) break;
      source -= strides[d] * shape[d];
      index[d] = 0;
    }
  }
  return result;
}

BroadcastIndex::BroadcastIndex(absl::Span<const int64_t> from, absl::Span<const int64_t> to) {
  const size_t missing = to.size() - from.size();
  size_t first = from.size(), last = 0;  // of the dimensions that are not 1
  for (size_t i = 0; i < from.size(); ++i) {
    if (from[i] == 1) continue;
    first = std::min(first, i);
    last = i;
  }
  if (first == from.size()) return;
  const auto run = from.subspan(first, last - first + 1);
  if (run == to.subspan(missing + first, run.size())) {
    extent_ = NumElements(run);
    inner_ = NumElements(to.subspan(missing + last + 1));
    // An empty result has no elements to ask for; 1 keeps the arithmetic defined.
    inner_ = std::max<int64_t>(inner_, 1);
    return;
  }
  extent_ = 0;
  const std::vector<int64_t> own = RowMajorStrides(from);
  std::vector<int64_t> strides(to.size(), 0);
  for (size_t i = 0; i < from.size(); ++i) {
    if (from[i] != 1) strides[missing + i] = own[i];
  }
  table_ = StridedIndices(to, strides, 0);
}

}  // namespace qcompile::runtime
