// Numpy broadcasting, and index maps for operations that only move elements.
#ifndef QCOMPILE_RUNTIME_REFERENCE_BROADCAST_H_
#define QCOMPILE_RUNTIME_REFERENCE_BROADCAST_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "runtime/core/tensor.h"

namespace qcompile::runtime {

// The shape that both broadcast to, checked to be of reasonable size.
absl::StatusOr<Shape> BroadcastShapes(absl::Span<const int64_t> a, absl::Span<const int64_t> b);
// Whether `from` broadcasts to exactly `to`.
bool BroadcastsTo(absl::Span<const int64_t> from, absl::Span<const int64_t> to);

// Elements between neighbours along each dimension, in row-major order.
std::vector<int64_t> RowMajorStrides(absl::Span<const int64_t> shape);
// offset + sum of index * stride for every index of `shape`, in row-major order.
std::vector<int64_t> StridedIndices(absl::Span<const int64_t> shape,
                                    absl::Span<const int64_t> strides, int64_t offset);

// Where element i of the broadcast result comes from.
class BroadcastIndex {
 public:
  // Requires BroadcastsTo(from, to).
  BroadcastIndex(absl::Span<const int64_t> from, absl::Span<const int64_t> to);
  int64_t operator()(int64_t i) const {
    if (extent_ == 1) return 0;
    return table_.empty() ? i / inner_ % extent_ : table_[static_cast<size_t>(i)];
  }

 private:
  // The dimensions that are not repeated mostly stand together (a scale per channel): then
  // their `extent_` elements are each repeated `inner_` times, over and over. Otherwise the table
  // has an entry for every element.
  int64_t extent_ = 1;
  int64_t inner_ = 1;
  std::vector<int64_t> table_;
};

}  // namespace qcompile::runtime

#endif  // QCOMPILE_RUNTIME_REFERENCE_BROADCAST_H_
