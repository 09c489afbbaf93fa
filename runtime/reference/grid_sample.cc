// GridSample: elements of a picture (or volume) at places that a second tensor names, between
// neighbours by interpolation.
#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "runtime/reference/element_types.h"
#include "runtime/reference/register.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

enum class Padding { kZeros, kBorder, kReflection };
enum class Mode { kLinear, kNearest, kCubic };

struct Sampling {
  Mode mode = Mode::kLinear;
  Padding padding = Padding::kZeros;
  bool align_corners = false;
};

absl::StatusOr<Sampling> ReadSampling(const Attributes& attributes) {
  Sampling how;
  QCOMPILE_ASSIGN_OR_RETURN(const std::string mode, StringAttribute(attributes, "mode", "linear"));
  QCOMPILE_ASSIGN_OR_RETURN(const std::string padding,
                            StringAttribute(attributes, "padding_mode", "zeros"));
  QCOMPILE_ASSIGN_OR_RETURN(how.align_corners, BoolAttribute(attributes, "align_corners", false));
  // The names of version 16 are the same modes in two dimensions.
  if (mode == "nearest") {
    how.mode = Mode::kNearest;
  } else if (mode == "cubic" || mode == "bicubic") {
    how.mode = Mode::kCubic;
  } else if (mode != "linear" && mode != "bilinear") {
    return absl::InvalidArgumentError(
        absl::StrCat("expected mode linear, nearest or cubic, found ", mode));
  }
  if (padding == "border") {
    how.padding = Padding::kBorder;
  } else if (padding == "reflection") {
    how.padding = Padding::kReflection;
  } else if (padding != "zeros") {
    return absl::InvalidArgumentError(
        absl::StrCat("expected padding_mode zeros, border or reflection, found ", padding));
  }
  return how;
}

// From [-1, 1] to positions; corners are centres of elements, or their outer edges.
template <typename T>
T Denormalize(T at, int64_t extent, bool align_corners) {
  const auto n = static_cast<T>(extent);
  if (align_corners) return (at + 1) / 2 * (n - 1);
  return ((at + 1) * n - 1) / 2;
}

template <typename T>
T Reflect(T at, T low, T high) {
  const T range = high - low;
  if (range <= 0) return low;
  const T distance = at < low ? low - at : at > high ? at - high : T(-1);
  if (distance < 0) return at;
  const T folds = std::floor(distance / range), rest = distance - folds * range;
  const bool even = std::fmod(folds, T(2)) == 0;
  if (at < low) return even ? low + rest : high - rest;
  return even ? high - rest : low + rest;
}

// The weights of elements from `first` on along one dimension.
template <typename T>
struct Line {
  int64_t first;
  std::vector<T> weights;
};

template <typename T>
Line<T> LineAt(T at, Mode mode) {
  if (mode == Mode::kNearest) return {static_cast<int64_t>(std::nearbyint(at)), {T(1)}};
  const T low = std::floor(at), t = at - low;
  if (mode == Mode::kLinear) return {static_cast<int64_t>(low), {1 - t, t}};
  constexpr T a = T(-0.75);
  auto near = [](T d) { return ((a + 2) * d - (a + 3)) * d * d + 1; };
  auto far = [](T d) { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a; };
  return {static_cast<int64_t>(low) - 1, {far(t + 1), near(t), near(1 - t), far(2 - t)}};
}

// One plane of the operand.
template <typename T>
class Plane {
 public:
  Plane(const T* data, absl::Span<const int64_t> shape, const Sampling& how)
      : data_(data), shape_(shape), how_(how) {}

  // The value at a place given in [-1, 1]: the last dimension of the plane comes first.
  T Sample(const T* place) const {
    std::vector<Line<T>> lines(shape_.size());
    for (size_t d = 0; d < shape_.size(); ++d) {
      T at = Denormalize(place[shape_.size() - 1 - d], shape_[d], how_.align_corners);
      if (!std::isfinite(at) || std::fabs(at) > T(1e15)) at = T(-1e9);
      // Interpolation reads elements beyond the border as the padding says; but for cubic
      // interpolation the place itself is moved into the picture first.
      if (how_.padding == Padding::kBorder && how_.mode != Mode::kCubic) {
        at = std::clamp(at, T(0), static_cast<T>(shape_[d] - 1));
      } else if (how_.padding == Padding::kReflection && how_.mode != Mode::kCubic) {
        at = Reflected(at, d);
      }
      lines[d] = LineAt(at, how_.mode);
    }
    return Blend(lines, 0, 0);
  }

 private:
  T Reflected(T at, size_t d) const {
    const auto n = static_cast<T>(shape_[d]);
    return how_.align_corners ? Reflect(at, T(0), n - 1) : Reflect(at, T(-0.5), n - T(0.5));
  }

  // The element that stands for position `i`, or -1 where that is a zero.
  int64_t PositionOf(int64_t i, size_t d) const {
    const int64_t extent = shape_[d];
    if (i >= 0 && i < extent) return i;
    if (how_.padding == Padding::kZeros) return -1;
    if (how_.padding == Padding::kBorder) return std::clamp<int64_t>(i, 0, extent - 1);
    const T reflected = Reflected(static_cast<T>(i), d);
    return std::clamp<int64_t>(static_cast<int64_t>(std::nearbyint(reflected)), 0, extent - 1);
  }

  T Blend(const std::vector<Line<T>>& lines, size_t d, int64_t offset) const {
    if (d == lines.size()) return data_[offset];
    T sum = 0;
    for (size_t i = 0; i < lines[d].weights.size(); ++i) {
      const int64_t position = PositionOf(lines[d].first + static_cast<int64_t>(i), d);
      if (position < 0) continue;
      const T product = lines[d].weights[i] * Blend(lines, d + 1, offset * shape_[d] + position);
      sum += product;
    }
    return sum;
  }

  const T* data_;
  absl::Span<const int64_t> shape_;
  const Sampling& how_;
};

Results GridSample(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  const Tensor &x = operands[0]->tensor, &grid = operands[1]->tensor;
  QCOMPILE_ASSIGN_OR_RETURN(const Sampling how, ReadSampling(attributes));
  const int64_t dimensions = x.rank() - 2;
  const bool agrees = dimensions >= 1 && grid.rank() == x.rank() &&
                      grid.shape().back() == dimensions && grid.shape()[0] == x.shape()[0] &&
                      grid.type().IsFloat() && x.size() > 0;
  if (!agrees) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected a grid of places in an operand of shape ", ShapeToString(x.shape()),
                     ", found shape ", ShapeToString(grid.shape())));
  }
  Shape shape{x.shape()[0], x.shape()[1]};
  shape.insert(shape.end(), grid.shape().begin() + 1, grid.shape().end() - 1);
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t size, CheckedSize(shape));
  const auto plane = absl::MakeConstSpan(x.shape()).subspan(2);
  const int64_t plane_size = NumElements(plane);
  return Single(WithFloats(x.type(), [&](auto zero) -> absl::StatusOr<Tensor> {
    using T = decltype(zero);
    const std::vector<T> data = ToNumbers<T>(x);
    std::vector<T> places;
    for (double place : ToDoubles(grid)) places.push_back(static_cast<T>(place));
    std::vector<T> values(static_cast<size_t>(size));
    const int64_t per_plane = size / std::max<int64_t>(shape[0] * shape[1], 1);
    for (int64_t i = 0; i < size; ++i) {
      const int64_t channel = i / per_plane, batch = channel / shape[1];
      const Plane<T> source(data.data() + channel * plane_size, plane, how);
      const int64_t place = batch * per_plane + i % per_plane;
      values[static_cast<size_t>(i)] = source.Sample(places.data() + place * dimensions);
    }
    return FromNumbers(x.type(), shape, values);
  }));
}

}  // namespace

void RegisterGridSample(ReferenceTable& table) { table["onnx.GridSample"] = GridSample; }

}  // namespace qcompile::runtime
