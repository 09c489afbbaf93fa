// Positions of a window one after the other.
#ifndef QCOMPILE_RUNTIME_KERNELS_WINDOW_H_
#define QCOMPILE_RUNTIME_KERNELS_WINDOW_H_

#include "runtime/kernels/spatial_kernels.h"

// Walks the positions of a window in order. In a class because a position is many counters;
// in an unnamed namespace because tiers must not share code.
namespace {

class WindowWalker {
 public:
  explicit WindowWalker(const qcrt_window& window) : window_(window) {}

  // Element of the input at which the window of the current position begins.
  int64_t origin() const { return origin_; }

  void Advance() {
    for (int64_t d = window_.rank - 1; d >= 0; --d) {
      origin_ += window_.strides[d];
      if (++index_[d] < window_.extents[d]) return;
      origin_ -= window_.strides[d] * window_.extents[d];
      index_[d] = 0;
    }
  }

 private:
  const qcrt_window& window_;
  int64_t index_[QCRT_WINDOW_RANK] = {};
  int64_t origin_ = 0;
};

inline int64_t CountPositions(const qcrt_window& window) {
  int64_t count = 1;
  for (int64_t d = 0; d < window.rank; ++d) count *= window.extents[d];
  return count;
}

}  // namespace

#endif  // QCOMPILE_RUNTIME_KERNELS_WINDOW_H_
