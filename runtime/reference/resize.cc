// Resize: to the nearest element (a selection), linear and cubic.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "runtime/reference/checks.h"
#include "runtime/reference/element_types.h"
#include "runtime/reference/fill.h"
#include "runtime/reference/lanes.h"
#include "runtime/reference/register.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

// One resized dimension. The real position of a result index is (index + 1/2) * in / scaled -
// 1/2 and the like, where `scaled` is the extent of the result before it is cut to an integer:
// multiplying first and dividing once keeps integers and halves exact.
struct ResizedAxis {
  int64_t in = 1;
  int64_t out = 1;
  double numerator = 1, denominator = 1;  // of the step in the operand: 1 / scale, or in / out
  double scaled = 1;
  double begin = 0, end = 1;  // region of interest
};

// How coordinates map. The names are those of the attribute.
enum class Transform {
  kHalfPixel,
  kHalfPixelSymmetric,
  kHalfPixelForNearest,  // of opset 11 alone
  kPytorchHalfPixel,
  kAlignCorners,
  kAsymmetric,
  kCropAndResize,
};

absl::StatusOr<Transform> ReadTransform(const Attributes& attributes) {
  QCOMPILE_ASSIGN_OR_RETURN(
      const std::string name,
      StringAttribute(attributes, "coordinate_transformation_mode", "half_pixel"));
  if (name == "half_pixel") return Transform::kHalfPixel;
  if (name == "half_pixel_symmetric") return Transform::kHalfPixelSymmetric;
  if (name == "tf_half_pixel_for_nn") return Transform::kHalfPixelForNearest;
  if (name == "pytorch_half_pixel") return Transform::kPytorchHalfPixel;
  if (name == "align_corners") return Transform::kAlignCorners;
  if (name == "asymmetric") return Transform::kAsymmetric;
  if (name == "tf_crop_and_resize") return Transform::kCropAndResize;
  return absl::InvalidArgumentError(
      absl::StrCat("expected a coordinate transformation mode of ONNX, found ", name));
}

// The place in the operand of result index `i`.
double Coordinate(const ResizedAxis& axis, Transform transform, int64_t i) {
  const double half = (static_cast<double>(i) + 0.5) * axis.numerator / axis.denominator - 0.5;
  const auto last = static_cast<double>(axis.in - 1);
  switch (transform) {
    case Transform::kHalfPixel:
      return half;
    case Transform::kHalfPixelSymmetric: {
      const double adjustment = static_cast<double>(axis.out) / axis.scaled;
      return static_cast<double>(axis.in) / 2 * (1 - adjustment) + half;
    }
    case Transform::kHalfPixelForNearest:
      return (static_cast<double>(i) + 0.5) * axis.numerator / axis.denominator;
    case Transform::kPytorchHalfPixel:
      return axis.out > 1 ? half : 0;
    case Transform::kAlignCorners:
      return axis.scaled == 1 || axis.out == 1 ? 0
                                               : static_cast<double>(i) * last / (axis.scaled - 1);
    case Transform::kAsymmetric:
      return static_cast<double>(i) * axis.numerator / axis.denominator;
    case Transform::kCropAndResize:
      if (axis.out == 1) return 0.5 * (axis.begin + axis.end) * last;
      return axis.begin * last + static_cast<double>(i) * (axis.end - axis.begin) * last /
                                     static_cast<double>(axis.out - 1);
  }
  return 0;
}

// Everything that the attributes and operands say.
struct Resizing {
  std::vector<ResizedAxis> axes;  // one per dimension of the operand
  Transform transform = Transform::kHalfPixel;
  Shape shape;
};

// The operand's dimensions that sizes, scales and region are given for.
absl::StatusOr<std::vector<int64_t>> ReadAxes(const Attributes& attributes, int64_t rank) {
  QCOMPILE_ASSIGN_OR_RETURN(std::optional<std::vector<int64_t>> axes,
                            IntsAttribute(attributes, "axes"));
  if (!axes) {
    axes.emplace(static_cast<size_t>(rank));
    std::iota(axes->begin(), axes->end(), 0);
    return *std::move(axes);
  }
  QCOMPILE_RETURN_IF_ERROR(NormalizeAxes(*axes, rank).status());
  for (int64_t& axis : *axes) axis += axis < 0 ? rank : 0;
  return *std::move(axes);
}

absl::Status WrongCount(absl::string_view what, size_t expected, int64_t found) {
  return absl::InvalidArgumentError(
      absl::StrCat("expected ", expected, " numbers for ", what, ", found ", found));
}

absl::Status ApplyScales(const Tensor& scales, const std::vector<int64_t>& axes,
                         Resizing& resizing) {
  QCOMPILE_RETURN_IF_ERROR(CheckFloat(scales, "scales"));
  if (scales.size() != static_cast<int64_t>(axes.size())) {
    return WrongCount("the scales", axes.size(), scales.size());
  }
  for (size_t i = 0; i < axes.size(); ++i) {
    ResizedAxis& axis = resizing.axes[static_cast<size_t>(axes[i])];
    const float scale = scales.Floats()[i];
    // In float32, as the shape inference of ONNX does.
    const float scaled = static_cast<float>(axis.in) * scale;
    if (!(scale > 0) || !(scaled <= static_cast<float>(kMaxElements))) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected finite and positive scales, found ", NumberToString(scale)));
    }
    axis.out = static_cast<int64_t>(std::floor(scaled));
    axis.scaled = static_cast<double>(axis.in) * scale;
    axis.denominator = scale;
  }
  return absl::OkStatus();
}

absl::Status ApplySizes(const Attributes& attributes, std::vector<int64_t> sizes,
                        const std::vector<int64_t>& axes, Resizing& resizing) {
  if (sizes.size() != axes.size()) {
    return WrongCount("the sizes", axes.size(), static_cast<int64_t>(sizes.size()));
  }
  QCOMPILE_ASSIGN_OR_RETURN(const std::string policy,
                            StringAttribute(attributes, "keep_aspect_ratio_policy", "stretch"));
  if (policy != "stretch" && policy != "not_larger" && policy != "not_smaller") {
    return absl::InvalidArgumentError(
        absl::StrCat("expected policy stretch, not_larger or not_smaller, found ", policy));
  }
  double scale = 0;
  for (size_t i = 0; i < axes.size(); ++i) {
    if (sizes[i] < 0 || sizes[i] > kMaxElements) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected sizes from 0 to ", kMaxElements, ", found ", sizes[i]));
    }
    const auto in = static_cast<double>(resizing.axes[static_cast<size_t>(axes[i])].in);
    const double own = static_cast<double>(sizes[i]) / std::max(in, 1.0);
    const bool first = i == 0;
    scale = first ? own : policy == "not_larger" ? std::min(scale, own) : std::max(scale, own);
  }
  for (size_t i = 0; i < axes.size(); ++i) {
    ResizedAxis& axis = resizing.axes[static_cast<size_t>(axes[i])];
    const auto in = static_cast<double>(axis.in);
    axis.out = sizes[i];
    axis.numerator = in;
    axis.denominator = axis.scaled = static_cast<double>(sizes[i]);
    if (policy == "stretch") continue;
    axis.out = static_cast<int64_t>(std::floor(scale * in + 0.5));
    axis.numerator = 1;
    axis.denominator = scale;
    axis.scaled = scale * in;
  }
  return absl::OkStatus();
}

absl::Status ApplyRegion(Operands operands, const std::vector<int64_t>& axes, Resizing& resizing) {
  if (resizing.transform != Transform::kCropAndResize) return absl::OkStatus();
  const Value* roi = OptionalOperand(operands, 1);
  const int64_t found = roi == nullptr ? 0 : roi->tensor.size();
  if (found != static_cast<int64_t>(2 * axes.size())) {
    return WrongCount("the region", 2 * axes.size(), found);
  }
  QCOMPILE_RETURN_IF_ERROR(CheckFloats(roi->tensor, "the region"));
  const std::vector<double> region = ToDoubles(roi->tensor);
  for (double value : region) {
    if (!(std::fabs(value) < 0x1p30)) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected a region of finite numbers, found ", NumberToString(value)));
    }
  }
  for (size_t i = 0; i < axes.size(); ++i) {
    ResizedAxis& axis = resizing.axes[static_cast<size_t>(axes[i])];
    axis.begin = region[i];
    axis.end = region[i + axes.size()];
  }
  return absl::OkStatus();
}

absl::StatusOr<Resizing> ReadResizing(const Attributes& attributes, Operands operands) {
  const Shape& x = operands[0]->tensor.shape();
  Resizing resizing;
  QCOMPILE_ASSIGN_OR_RETURN(resizing.transform, ReadTransform(attributes));
  for (int64_t extent : x) {
    ResizedAxis axis;
    axis.in = axis.out = extent;
    axis.scaled = static_cast<double>(extent);
    resizing.axes.push_back(axis);
  }
  QCOMPILE_ASSIGN_OR_RETURN(const std::vector<int64_t> axes,
                            ReadAxes(attributes, static_cast<int64_t>(x.size())));
  QCOMPILE_RETURN_IF_ERROR(ApplyRegion(operands, axes, resizing));
  const Value *scales = OptionalOperand(operands, 2), *sizes = OptionalOperand(operands, 3);
  // An empty list stands for an absent one.
  const bool by_scales = scales != nullptr && scales->tensor.size() > 0;
  const bool by_sizes = sizes != nullptr && sizes->tensor.size() > 0;
  if (by_scales == by_sizes) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected either scales or sizes, found ", by_sizes ? "both" : "none"));
  }
  if (by_scales) {
    QCOMPILE_RETURN_IF_ERROR(ApplyScales(scales->tensor, axes, resizing));
  } else {
    QCOMPILE_ASSIGN_OR_RETURN(std::vector<int64_t> list, IntegerList(*sizes, "the sizes"));
    QCOMPILE_RETURN_IF_ERROR(ApplySizes(attributes, std::move(list), axes, resizing));
  }
  for (const ResizedAxis& axis : resizing.axes) resizing.shape.push_back(axis.out);
  return resizing;
}

bool IsOutside(const ResizedAxis& axis, Transform transform, double at) {
  return transform == Transform::kCropAndResize &&
         (at < 0 || at > static_cast<double>(axis.in - 1));
}

using Rounding = double (*)(double);

absl::StatusOr<Rounding> ReadRounding(const Attributes& attributes) {
  QCOMPILE_ASSIGN_OR_RETURN(const std::string name,
                            StringAttribute(attributes, "nearest_mode", "round_prefer_floor"));
  if (name == "round_prefer_floor") return Rounding([](double x) { return std::ceil(x - 0.5); });
  if (name == "round_prefer_ceil") return Rounding([](double x) { return std::floor(x + 0.5); });
  if (name == "floor") return Rounding([](double x) { return std::floor(x); });
  if (name == "ceil") return Rounding([](double x) { return std::ceil(x); });
  return absl::InvalidArgumentError(absl::StrCat("expected a nearest mode of ONNX, found ", name));
}

Value Nearest(const Value& x, const Resizing& resizing, Rounding rounding,
              const Tensor& extrapolation) {
  std::vector<AxisSource> sources;
  for (const ResizedAxis& axis : resizing.axes) {
    AxisSource source;
    for (int64_t i = 0; i < axis.out; ++i) {
      const double at = Coordinate(axis, resizing.transform, i);
      const double nearest =
          std::clamp(rounding(at), 0.0, static_cast<double>(std::max<int64_t>(axis.in - 1, 0)));
      source.position.push_back(static_cast<int64_t>(nearest));
      if (resizing.transform == Transform::kCropAndResize) {
        source.filled.push_back(IsOutside(axis, resizing.transform, at));
      }
    }
    sources.push_back(std::move(source));
  }
  return RearrangeAndFill(x, ComposeAxes(x.tensor.shape(), sources), extrapolation);
}

// What stands outside of a region, as an element of the operand's type.
absl::StatusOr<Tensor> FillElement(DataType type, float extrapolation) {
  if (type.IsFloat()) return Tensor::FromReals(type, {}, {extrapolation});
  if (!(std::fabs(extrapolation) < 0x1p31f)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected an integer as extrapolation_value, found ", NumberToString(extrapolation)));
  }
  return Tensor::FromIntegers(type, {}, {static_cast<int64_t>(extrapolation)});
}

// The elements that one result position is made of along one dimension.
struct Taps {
  std::vector<int64_t> position;
  std::vector<double> weight;
};

// Weights by distance; `ratio` is how far the place is behind its lower neighbour.
std::vector<double> LinearWeights(double ratio, double) { return {1 - ratio, ratio}; }
std::vector<double> CubicWeights(double t, double a) {
  auto near = [a](double d) { return ((a + 2) * d - (a + 3)) * d * d + 1; };
  auto far = [a](double d) { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a; };
  return {far(t + 1), near(t), near(1 - t), far(2 - t)};
}

double LinearKernel(double d, double) { return std::max(0.0, 1 - std::fabs(d)); }
double CubicKernel(double d, double a) {
  const double x = std::fabs(d);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}

struct Interpolation {
  bool cubic = false;
  bool antialias = false;
  double cubic_coefficient = -0.75;
  bool exclude_outside = false;
  float extrapolation = 0;
};

// Where the operand has more elements than the result, a kernel as wide as a step of the result has
// weights for all elements below it.
std::vector<double> WideWeights(double ratio, double scale, const Interpolation& how) {
  // A step is at most as wide as the operand: `scale` is at least 1 / kMaxElements.
  const auto start = static_cast<int64_t>(std::floor((how.cubic ? -2 : -1) / scale)) + 1;
  std::vector<double> weights;
  double total = 0;
  for (int64_t i = start; i < 2 - start; ++i) {
    const double distance = (static_cast<double>(i) - ratio) * scale;
    weights.push_back((how.cubic ? CubicKernel : LinearKernel)(distance, how.cubic_coefficient));
    total += weights.back();
  }
  for (double& weight : weights) weight /= total;
  return weights;
}

Taps TapsAt(double at, const ResizedAxis& axis, const Interpolation& how) {
  const int64_t extent = axis.in;
  const double low = std::floor(at), scale = axis.denominator / axis.numerator;
  std::vector<double> weights =
      how.antialias && scale < 1
          ? WideWeights(at - low, scale, how)
          : (how.cubic ? CubicWeights : LinearWeights)(at - low, how.cubic_coefficient);
  const auto first = static_cast<int64_t>(low) + 1 - static_cast<int64_t>(weights.size() / 2);
  Taps taps;
  double total = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    const int64_t position = first + static_cast<int64_t>(i);
    if (how.exclude_outside && (position < 0 || position >= extent)) weights[i] = 0;
    taps.position.push_back(std::clamp<int64_t>(position, 0, extent - 1));
    total += weights[i];
  }
  for (double weight : weights) {
    taps.weight.push_back(how.exclude_outside ? weight / total : weight);
  }
  return taps;
}

// One dimension: products in ascending order, multiply then add, of weights and elements of type T.
template <typename T>
Tensor InterpolateAlong(const Tensor& x, size_t d, const ResizedAxis& axis, Transform transform,
                        const Interpolation& how) {
  Shape shape = x.shape();
  shape[d] = axis.out;
  Tensor result(x.type(), shape);
  const Lanes lanes = LanesAlong(x.shape(), static_cast<int64_t>(d));
  absl::Span<const T> in = x.Data<T>();
  absl::Span<T> out = result.MutableData<T>();
  for (int64_t i = 0; i < axis.out; ++i) {
    const double at = Coordinate(axis, transform, i);
    const bool outside = IsOutside(axis, transform, at);
    const Taps taps = outside ? Taps() : TapsAt(at, axis, how);
    for (int64_t outer = 0; outer < lanes.outer; ++outer) {
      for (int64_t inner = 0; inner < lanes.inner; ++inner) {
        T sum = outside ? how.extrapolation : 0;
        for (size_t k = 0; k < taps.weight.size(); ++k) {
          const T product = static_cast<T>(taps.weight[k]) *
                            in[(outer * lanes.extent + taps.position[k]) * lanes.inner + inner];
          sum += product;
        }
        out[(outer * axis.out + i) * lanes.inner + inner] = sum;
      }
    }
  }
  return result;
}

absl::StatusOr<Tensor> Interpolate(const Tensor& x, const Resizing& resizing,
                                   const Interpolation& how) {
  QCOMPILE_RETURN_IF_ERROR(CheckFloats(x, "an interpolated operand"));
  Tensor result = x;
  for (size_t d = 0; d < resizing.axes.size(); ++d) {
    const ResizedAxis& axis = resizing.axes[d];
    const bool whole = axis.begin == 0 && axis.end == 1;
    if (axis.in == axis.out && axis.numerator == axis.denominator && whole) continue;
    QCOMPILE_RETURN_IF_ERROR(CheckedSize(result.shape()).status());
    result = result.type() == DataType::Float64()
                 ? InterpolateAlong<double>(result, d, axis, resizing.transform, how)
                 : InterpolateAlong<float>(result, d, axis, resizing.transform, how);
  }
  return result;
}

Results Resize(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 4));
  const Value& x = *operands[0];
  QCOMPILE_ASSIGN_OR_RETURN(const std::string mode, StringAttribute(attributes, "mode", "nearest"));
  Interpolation how;
  QCOMPILE_ASSIGN_OR_RETURN(how.antialias, BoolAttribute(attributes, "antialias", false));
  QCOMPILE_ASSIGN_OR_RETURN(how.cubic_coefficient,
                            FloatAttribute(attributes, "cubic_coeff_a", -0.75f));
  QCOMPILE_ASSIGN_OR_RETURN(how.exclude_outside,
                            BoolAttribute(attributes, "exclude_outside", false));
  QCOMPILE_ASSIGN_OR_RETURN(how.extrapolation,
                            FloatAttribute(attributes, "extrapolation_value", 0));
  QCOMPILE_ASSIGN_OR_RETURN(const Resizing resizing, ReadResizing(attributes, operands));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t size, CheckedSize(resizing.shape));
  if (x.tensor.size() == 0 && size > 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected an operand with elements, found ", ShapeToString(x.tensor.shape())));
  }
  if (size == 0) return std::vector<Value>{Value(Tensor(x.tensor.type(), resizing.shape))};
  if (mode == "nearest") {
    QCOMPILE_ASSIGN_OR_RETURN(const Rounding rounding, ReadRounding(attributes));
    Tensor extrapolation;
    if (resizing.transform == Transform::kCropAndResize) {
      QCOMPILE_ASSIGN_OR_RETURN(extrapolation, FillElement(x.tensor.type(), how.extrapolation));
    }
    return std::vector<Value>{Nearest(x, resizing, rounding, extrapolation)};
  }
  how.cubic = mode == "cubic";
  if (!how.cubic && mode != "linear") {
    return absl::InvalidArgumentError(
        absl::StrCat("expected mode nearest, linear or cubic, found ", mode));
  }
  return Single(Interpolate(x.tensor, resizing, how));
}

}  // namespace

void RegisterResizes(ReferenceTable& table) { table["onnx.Resize"] = InFloat32<Resize>; }

}  // namespace qcompile::runtime
