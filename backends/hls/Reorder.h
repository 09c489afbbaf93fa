// Nested loops over the elements of a sample, and the plan by which library/Reorder.h walks them.
// Plain C++: no MLIR.
#ifndef QCOMPILE_BACKENDS_HLS_REORDER_H
#define QCOMPILE_BACKENDS_HLS_REORDER_H

#include <cstddef>
#include <cstdint>
#include <vector>

namespace qcompile::hls {

/// Element (i0, i1, ...) of the result, in row-major order, is element start + sum of i * stride of
/// the operand. Loop `listed`, where there is one, has positions in place of a stride.
struct LoopNest {
  int64_t start = 0;
  /// Outermost first; at least one loop.
  std::vector<int64_t> extents, strides;
  int listed = -1;
  std::vector<int64_t> positions;

  /// Elements of the result, and the position of the first.
  int64_t elements() const;
  int64_t first() const;
  /// The same with as few loops as possible, and without a list where positions are regular.
  LoopNest simplified() const;
  /// Whether the result is an operand of so many elements itself. Of a simplified nest.
  bool isIdentity(int64_t elements) const;
  /// The number that lanes must divide, where the operand has so many elements: words move as a
  /// whole.
  int64_t laneUnit(int64_t elements) const;
  /// The nest over words of so many lanes.
  LoopNest inWords(int64_t lanes) const;
  /// Whether all positions lie in an operand of so many elements.
  bool fits(int64_t elements) const;

  /// The address changes of library/Reorder.h.
  std::vector<int64_t> jumps() const;
  std::vector<int64_t> listJumps() const;

private:
  int64_t offset(size_t loop, int64_t i) const;
  int64_t rewind(size_t loop) const;
};

/// How a nest over words is walked.
struct ReorderPlan {
  int64_t inWords = 0, outWords = 0;
  /// Words read before the first leaves.
  int64_t lead = 0;
  /// Words of the buffer.
  int64_t depth = 1;
  /// Steps behind the lead and the buffer's latency.
  int64_t pace = 0;

  int64_t steps() const;
};

/// Iterations that a word stays in the buffer at least (library/Reorder.h, bufferLatency).
inline constexpr int64_t kBufferLatency = 3;

/// The least lead that brings every word in time, and the buffer that goes with it.
ReorderPlan planReorder(const LoopNest &nest, int64_t inWords);

} // namespace qcompile::hls

#endif // QCOMPILE_BACKENDS_HLS_REORDER_H
