#include "runtime/reference/window.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_join.h"
#include "runtime/reference/checks.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

// Products of two such numbers are far from overflow.
constexpr int64_t kLargestAttribute = (int64_t{1} << 31) - 1;
// More taps than any kernel has; a table is kept for them.
constexpr int64_t kMaxTaps = int64_t{1} << 24;

enum class AutoPad { kNotSet, kValid, kSameUpper, kSameLower };

absl::StatusOr<AutoPad> ReadAutoPad(const Attributes& attributes) {
  QCOMPILE_ASSIGN_OR_RETURN(const std::string name,
                            StringAttribute(attributes, "auto_pad", "NOTSET"));
  if (name == "NOTSET" || name.empty()) return AutoPad::kNotSet;
  if (name == "VALID") return AutoPad::kValid;
  if (name == "SAME_UPPER") return AutoPad::kSameUpper;
  if (name == "SAME_LOWER") return AutoPad::kSameLower;
  return absl::InvalidArgumentError(absl::StrCat(
      "expected auto_pad to be NOTSET, VALID, SAME_UPPER or SAME_LOWER, found ", name));
}

// A list attribute with one entry per `count`, each from `least` on; absent: all `otherwise`.
absl::StatusOr<std::vector<int64_t>> ReadList(const Attributes& attributes, absl::string_view name,
                                              size_t count, int64_t least, int64_t otherwise) {
  QCOMPILE_ASSIGN_OR_RETURN(std::optional<std::vector<int64_t>> list,
                            IntsAttribute(attributes, name));
  // Some exporters write an empty list for an absent one.
  if (!list || list->empty()) return std::vector<int64_t>(count, otherwise);
  const bool sound =
      list->size() == count && std::all_of(list->begin(), list->end(), [least](int64_t v) {
        return v >= least && v <= kLargestAttribute;
      });
  if (sound) return *std::move(list);
  return absl::InvalidArgumentError(absl::StrCat("expected ", count, " numbers from ", least,
                                                 " on for ", name, ", found [",
                                                 absl::StrJoin(*list, ","), "]"));
}

int64_t KernelExtent(const WindowDimension& d) { return d.dilation * (d.kernel - 1) + 1; }

// What ordinary and transposed windows have in common; pads are set where they are explicit.
absl::StatusOr<std::vector<WindowDimension>> ReadDimensions(const Attributes& attributes,
                                                            const Shape& x,
                                                            absl::Span<const int64_t> kernel,
                                                            AutoPad auto_pad) {
  if (x.size() < 3 || x.size() > 5) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected a batch, channels and 1 to 3 dimensions, found shape ", ShapeToString(x)));
  }
  const size_t rank = x.size() - 2;
  QCOMPILE_ASSIGN_OR_RETURN(const auto own, ReadList(attributes, "kernel_shape", rank, 1, 0));
  QCOMPILE_ASSIGN_OR_RETURN(const auto strides, ReadList(attributes, "strides", rank, 1, 1));
  QCOMPILE_ASSIGN_OR_RETURN(const auto dilations, ReadList(attributes, "dilations", rank, 1, 1));
  QCOMPILE_ASSIGN_OR_RETURN(const auto pads, ReadList(attributes, "pads", 2 * rank, 0, 0));
  if (kernel.empty() && own[0] == 0) {
    return absl::InvalidArgumentError("expected attribute 'kernel_shape', found none");
  }
  std::vector<WindowDimension> result(rank);
  int64_t taps = 1;
  for (size_t i = 0; i < rank; ++i) {
    WindowDimension& d = result[i];
    d.in = x[i + 2];
    d.kernel = kernel.empty() ? own[i] : kernel[i];
    if (own[i] != 0 && own[i] != d.kernel) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected kernel_shape to be that of the "
                       "weights, found ",
                       own[i], " and ", d.kernel));
    }
    d.stride = strides[i];
    d.dilation = dilations[i];
    if (auto_pad == AutoPad::kNotSet) {
      d.pad_begin = pads[i];
      d.pad_end = pads[i + rank];
    }
    if (__builtin_mul_overflow(taps, d.kernel, &taps) || taps > kMaxTaps || taps < 1) {
      return absl::InvalidArgumentError(absl::StrCat("expected a kernel of 1 to ", kMaxTaps,
                                                     " positions, found a larger or empty one"));
    }
  }
  return result;
}

void SplitPadding(WindowDimension& d, int64_t total, bool more_at_end) {
  const int64_t small = total / 2;
  d.pad_begin = more_at_end ? small : total - small;
  d.pad_end = total - d.pad_begin;
}

int64_t CeilDivide(int64_t a, int64_t b) { return a >= 0 ? (a + b - 1) / b : -(-a / b); }

}  // namespace

Window::Run Window::MakeRun(const WindowDimension& d, int64_t tap, bool transposed) {
  const int64_t strided = transposed ? d.in : d.out;  // the side that moves by the stride
  const int64_t dense = transposed ? d.out : d.in;
  const int64_t offset = tap * d.dilation - d.pad_begin;
  const int64_t first = std::max<int64_t>(0, CeilDivide(-offset, d.stride));
  const int64_t end = std::min(strided, CeilDivide(dense - offset, d.stride));
  const int64_t position = first * d.stride + offset;
  return transposed ? Run{first, position, end - first} : Run{position, first, end - first};
}

Window::Window(std::vector<WindowDimension> dimensions, bool transposed)
    : dimensions_(std::move(dimensions)) {
  const size_t missing = 3 - dimensions_.size();
  for (size_t i = 0; i < 3; ++i) {
    const WindowDimension d = i < missing ? WindowDimension() : dimensions_[i - missing];
    in_[i] = d.in;
    out_[i] = d.out;
    kernel_[i] = d.kernel;
    (transposed ? out_step_ : in_step_)[i] = d.stride;
    for (int64_t tap = 0; tap < d.kernel; ++tap) runs_[i].push_back(MakeRun(d, tap, transposed));
    taps_ *= d.kernel;
    in_size_ *= d.in;
    out_size_ *= d.out;
  }
}

Shape Window::OutShape() const {
  Shape shape;
  for (const WindowDimension& d : dimensions_) shape.push_back(d.out);
  return shape;
}

bool Window::EveryResultMeets() const {
  return std::all_of(dimensions_.begin(), dimensions_.end(), [](const WindowDimension& d) {
    for (int64_t o = 0; o < d.out; ++o) {
      // The first tap that is not in the padding in front.
      const int64_t begin = o * d.stride - d.pad_begin;
      const int64_t tap = std::max<int64_t>(0, CeilDivide(-begin, d.dilation));
      if (tap >= d.kernel || begin + tap * d.dilation >= d.in) return false;
    }
    return true;
  });
}

absl::StatusOr<Window> ReadWindow(const Attributes& attributes, const Shape& x,
                                  absl::Span<const int64_t> kernel) {
  QCOMPILE_ASSIGN_OR_RETURN(const AutoPad auto_pad, ReadAutoPad(attributes));
  QCOMPILE_ASSIGN_OR_RETURN(const bool ceil, BoolAttribute(attributes, "ceil_mode", false));
  QCOMPILE_ASSIGN_OR_RETURN(std::vector<WindowDimension> dimensions,
                            ReadDimensions(attributes, x, kernel, auto_pad));
  for (WindowDimension& d : dimensions) {
    if (auto_pad == AutoPad::kSameUpper || auto_pad == AutoPad::kSameLower) {
      const int64_t out = CeilDivide(d.in, d.stride);
      const int64_t total = (out - 1) * d.stride + KernelExtent(d) - d.in;
      SplitPadding(d, std::max<int64_t>(total, 0), auto_pad == AutoPad::kSameUpper);
    }
    const int64_t room = d.in + d.pad_begin + d.pad_end - KernelExtent(d);
    if (room < 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "expected an operand that the kernel fits into, found extent ", d.in, " with padding ",
          d.pad_begin, " and ", d.pad_end, " for a kernel of extent ", KernelExtent(d)));
    }
    d.out = (ceil ? CeilDivide(room, d.stride) : room / d.stride) + 1;
    // No window starts in the padding at the end.
    if (ceil && (d.out - 1) * d.stride >= d.in + d.pad_begin) --d.out;
  }
  return Window(std::move(dimensions), false);
}

absl::StatusOr<Window> ReadTransposedWindow(const Attributes& attributes, const Shape& x,
                                            absl::Span<const int64_t> kernel) {
  QCOMPILE_ASSIGN_OR_RETURN(const AutoPad auto_pad, ReadAutoPad(attributes));
  QCOMPILE_ASSIGN_OR_RETURN(std::vector<WindowDimension> dimensions,
                            ReadDimensions(attributes, x, kernel, auto_pad));
  const size_t rank = dimensions.size();
  QCOMPILE_ASSIGN_OR_RETURN(const auto extra, ReadList(attributes, "output_padding", rank, 0, 0));
  QCOMPILE_ASSIGN_OR_RETURN(const auto shape, ReadList(attributes, "output_shape", rank, 0, -1));
  for (size_t i = 0; i < rank; ++i) {
    WindowDimension& d = dimensions[i];
    const int64_t full = d.stride * (d.in - 1) + extra[i] + KernelExtent(d);
    const bool same = auto_pad == AutoPad::kSameUpper || auto_pad == AutoPad::kSameLower;
    if (shape[i] >= 0 || same) {
      d.out = shape[i] >= 0 ? shape[i] : d.in * d.stride;
      // Only SAME_UPPER takes more off at the end.
      SplitPadding(d, std::max<int64_t>(full - d.out, 0), auto_pad == AutoPad::kSameUpper);
    } else {
      d.out = full - d.pad_begin - d.pad_end;
    }
    if (d.out < 0 || d.in == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected a result with elements, found extent ", d.out));
    }
  }
  return Window(std::move(dimensions), true);
}

absl::StatusOr<Window> GlobalWindow(const Shape& x) {
  if (x.size() < 3) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected a batch, channels and dimensions to pool, found shape ", ShapeToString(x)));
  }
  WindowDimension all;
  for (size_t i = 2; i < x.size(); ++i) all.in *= x[i];
  all.kernel = all.in;
  if (all.kernel < 1 || all.kernel > kMaxTaps) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected 1 to ", kMaxTaps, " elements to pool, found ", all.kernel));
  }
  return Window({all}, false);
}

}  // namespace qcompile::runtime
