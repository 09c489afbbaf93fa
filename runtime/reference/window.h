// Sliding windows: which elements of an operand meet which elements of a result under each tap of
// a kernel. Convolutions, transposed convolutions and pools share it.
#ifndef QCOMPILE_RUNTIME_REFERENCE_WINDOW_H_
#define QCOMPILE_RUNTIME_REFERENCE_WINDOW_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "runtime/core/attributes.h"
#include "runtime/core/tensor.h"

namespace qcompile::runtime {

// One spatial dimension. Tap k of result element o meets operand element
// o * stride - pad_begin + k * dilation, where that exists: padding is not an element. In a
// transposed window operand and result change places.
struct WindowDimension {
  int64_t in = 1;
  int64_t out = 1;
  int64_t kernel = 1;
  int64_t stride = 1;
  int64_t dilation = 1;
  int64_t pad_begin = 0;
  int64_t pad_end = 0;
};

// The elements of a plane (one batch index, one channel) in row-major order.
class Window {
 public:
  // At most three dimensions.
  Window(std::vector<WindowDimension> dimensions, bool transposed);

  const std::vector<WindowDimension>& dimensions() const { return dimensions_; }
  Shape OutShape() const;
  int64_t taps() const { return taps_; }
  // Whether every element of the result meets one of the operand: padding alone is in no window.
  bool EveryResultMeets() const;
  int64_t in_size() const { return in_size_; }
  int64_t out_size() const { return out_size_; }

  // Calls f(in, out, count) for rows of elements that meet under `tap`: element
  // in + i * in_step() of the operand meets out + i * out_step() of the result for all i < count.
  // Taps count in row-major order; no result element is met twice by one tap.
  template <typename F>
  void ForEachRow(int64_t tap, F f) const {
    const Run& x = Runs(2)[tap % kernel_[2]];
    const Run& y = Runs(1)[tap / kernel_[2] % kernel_[1]];
    const Run& z = Runs(0)[tap / kernel_[2] / kernel_[1]];
    if (x.count <= 0) return;
    for (int64_t i = 0; i < z.count; ++i) {
      const int64_t in_plane = (z.in + i * in_step_[0]) * in_[1];
      const int64_t out_plane = (z.out + i * out_step_[0]) * out_[1];
      for (int64_t j = 0; j < y.count; ++j) {
        f((in_plane + y.in + j * in_step_[1]) * in_[2] + x.in,
          (out_plane + y.out + j * out_step_[1]) * out_[2] + x.out, x.count);
      }
    }
  }
  // Calls f(in, out, count) for the parts of these rows whose result elements lie in [first, first
  // + extent).
  template <typename F>
  void ForEachRowWithin(int64_t tap, int64_t first, int64_t extent, F f) const {
    ForEachRow(tap, [&](int64_t in, int64_t out, int64_t count) {
      const int64_t begin = std::max<int64_t>(0, (first - out + out_step() - 1) / out_step());
      const int64_t end = std::min(count, (first + extent - out + out_step() - 1) / out_step());
      if (out + (count - 1) * out_step() < first || out >= first + extent || begin >= end) return;
      f(in + begin * in_step(), out + begin * out_step(), end - begin);
    });
  }
  int64_t in_step() const { return in_step_[2]; }
  int64_t out_step() const { return out_step_[2]; }

  // sums[r] += weight * x[i] for every pair that meets under `tap`.
  template <typename T, typename Sum>
  void AddTap(int64_t tap, Sum weight, const T* x, Sum* sums) const {
    ForEachRow(tap, [&](int64_t in, int64_t out, int64_t count) {
      const T* from = x + in;
      Sum* to = sums + out;
      // The steps are mostly 1: said apart, so that the compiler may vectorize.
      if (in_step_[2] == 1 && out_step_[2] == 1) {
        for (int64_t i = 0; i < count; ++i) to[i] += weight * Sum{from[i]};
      } else {
        for (int64_t i = 0; i < count; ++i)
          to[i * out_step_[2]] += weight * Sum{from[i * in_step_[2]]};
      }
    });
  }

 private:
  struct Run {
    int64_t in, out, count;
  };
  static Run MakeRun(const WindowDimension& dimension, int64_t tap, bool transposed);
  const Run* Runs(size_t d) const { return runs_[d].data(); }

  std::vector<WindowDimension> dimensions_;
  // Three dimensions, those that are missing in front.
  std::array<int64_t, 3> in_{1, 1, 1}, out_{1, 1, 1}, kernel_{1, 1, 1};
  std::array<int64_t, 3> in_step_{1, 1, 1}, out_step_{1, 1, 1};
  std::array<std::vector<Run>, 3> runs_;
  int64_t taps_ = 1, in_size_ = 1, out_size_ = 1;
};

// Reads kernel_shape (equal to `kernel` where that is not empty), strides, dilations, pads,
// auto_pad and ceil_mode for an operand of shape `x` (batch, channels, 1 to 3 dimensions).
absl::StatusOr<Window> ReadWindow(const Attributes& attributes, const Shape& x,
                                  absl::Span<const int64_t> kernel);
// The window of a transposed convolution: also output_padding and output_shape.
absl::StatusOr<Window> ReadTransposedWindow(const Attributes& attributes, const Shape& x,
                                            absl::Span<const int64_t> kernel);
// The window that covers all of an operand of shape `x`, whatever its rank from 3 on.
absl::StatusOr<Window> GlobalWindow(const Shape& x);

}  // namespace qcompile::runtime

#endif  // QCOMPILE_RUNTIME_REFERENCE_WINDOW_H_
