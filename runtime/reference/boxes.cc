// Boxes in pictures: NonMaxSuppression and RoiAlign.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "absl/strings/str_cat.h"
#include "runtime/reference/element_types.h"
#include "runtime/reference/register.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

// Corners in order, and the area between them.
struct Box {
  float y1, x1, y2, x2;
  float Area() const { return (y2 - y1) * (x2 - x1); }
};

Box ReadBox(const float* b, bool by_center) {
  if (by_center) {
    const float half_width = b[2] / 2, half_height = b[3] / 2;
    return {b[1] - half_height, b[0] - half_width, b[1] + half_height, b[0] + half_width};
  }
  return {std::min(b[0], b[2]), std::min(b[1], b[3]), std::max(b[0], b[2]), std::max(b[1], b[3])};
}

float Overlap(const Box& a, const Box& b) {
  const float height = std::min(a.y2, b.y2) - std::max(a.y1, b.y1);
  const float width = std::min(a.x2, b.x2) - std::max(a.x1, b.x1);
  if (!(height > 0) || !(width > 0)) return 0;
  const float common = height * width;
  return common / (a.Area() + b.Area() - common);
}

// The number that an optional operand of one element holds.
absl::StatusOr<double> SingleOr(Operands operands, size_t i, double otherwise,
                                absl::string_view what) {
  const Value* operand = OptionalOperand(operands, i);
  if (operand == nullptr) return otherwise;
  QCOMPILE_RETURN_IF_ERROR(CheckSingle(operand->tensor, what));
  return operand->tensor.DoubleAt(0);
}

// Per class the best boxes that overlap no better one by more than the threshold.
Results NonMaxSuppression(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 5));
  const Tensor &boxes = operands[0]->tensor, &scores = operands[1]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckFloat(boxes, "boxes"));
  QCOMPILE_RETURN_IF_ERROR(CheckFloat(scores, "scores"));
  QCOMPILE_ASSIGN_OR_RETURN(const bool by_center,
                            BoolAttribute(attributes, "center_point_box", false));
  QCOMPILE_ASSIGN_OR_RETURN(const double limit, SingleOr(operands, 2, 0, "the number of boxes"));
  QCOMPILE_ASSIGN_OR_RETURN(const double overlap, SingleOr(operands, 3, 0, "the overlap"));
  QCOMPILE_ASSIGN_OR_RETURN(
      const double lowest,
      SingleOr(operands, 4, -std::numeric_limits<double>::infinity(), "the lowest score"));
  const bool agrees = boxes.rank() == 3 && scores.rank() == 3 && boxes.shape()[2] == 4 &&
                      boxes.shape()[0] == scores.shape()[0] &&
                      boxes.shape()[1] == scores.shape()[2];
  if (!agrees) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected boxes [batch, boxes, 4] and scores [batch, classes, boxes], found ",
                     ShapeToString(boxes.shape()), " and ", ShapeToString(scores.shape())));
  }
  const int64_t batches = scores.shape()[0], classes = scores.shape()[1], count = scores.shape()[2];
  std::vector<int64_t> selected;
  for (int64_t row = 0; row < batches * classes; ++row) {
    const float* score = scores.Floats().data() + row * count;
    const float* box = boxes.Floats().data() + row / classes * count * 4;
    std::vector<int64_t> order;
    for (int64_t i = 0; i < count; ++i) {
      if (score[i] > lowest) order.push_back(i);
    }
    std::sort(order.begin(), order.end(), [score](int64_t a, int64_t b) {
      return score[a] > score[b] || (score[a] == score[b] && a < b);
    });
    std::vector<Box> kept;
    for (int64_t i : order) {
      if (static_cast<double>(kept.size()) >= limit) break;
      const Box candidate = ReadBox(box + 4 * i, by_center);
      const bool hidden = std::any_of(kept.begin(), kept.end(), [&](const Box& better) {
        return Overlap(candidate, better) > overlap;
      });
      if (hidden) continue;
      kept.push_back(candidate);
      selected.insert(selected.end(), {row / classes, row % classes, i});
    }
  }
  const auto rows = static_cast<int64_t>(selected.size() / 3);
  return Single(Tensor::FromIntegers(DataType::Int64(), {rows, 3}, selected));
}

// A picture of one channel.
template <typename T>
struct Picture {
  const T* data;
  int64_t height, width;
};

// Four neighbours and their weights; none outside the picture.
template <typename T>
struct Neighbours {
  int64_t at[4] = {0, 0, 0, 0};
  T weight[4] = {0, 0, 0, 0};
};

template <typename T>
Neighbours<T> NeighboursOf(T y, T x, int64_t height, int64_t width) {
  Neighbours<T> result;
  if (y < -1 || y > static_cast<T>(height) || x < -1 || x > static_cast<T>(width)) return result;
  auto split = [](T at, int64_t extent, int64_t& low, int64_t& high) {
    at = std::max(at, T(0));
    low = static_cast<int64_t>(at);
    high = low + 1;
    if (low >= extent - 1) {
      low = high = extent - 1;
      at = static_cast<T>(low);
    }
    return at - static_cast<T>(low);
  };
  int64_t top, bottom, left, right;
  const T ly = split(y, height, top, bottom), lx = split(x, width, left, right);
  const T hy = 1 - ly, hx = 1 - lx;
  const int64_t at[] = {top * width + left, top * width + right, bottom * width + left,
                        bottom * width + right};
  const T weight[] = {hy * hx, hy * lx, ly * hx, ly * lx};
  std::copy_n(at, 4, result.at);
  std::copy_n(weight, 4, result.weight);
  return result;
}

struct RoiSettings {
  int64_t height, width, sampling;
  float scale;
  bool half_pixel, maximum;
};

absl::StatusOr<RoiSettings> ReadRoiSettings(const Attributes& attributes) {
  RoiSettings settings{};
  QCOMPILE_ASSIGN_OR_RETURN(settings.height, IntAttribute(attributes, "output_height", 1));
  QCOMPILE_ASSIGN_OR_RETURN(settings.width, IntAttribute(attributes, "output_width", 1));
  QCOMPILE_ASSIGN_OR_RETURN(settings.sampling, IntAttribute(attributes, "sampling_ratio", 0));
  QCOMPILE_ASSIGN_OR_RETURN(settings.scale, FloatAttribute(attributes, "spatial_scale", 1));
  QCOMPILE_ASSIGN_OR_RETURN(const std::string mode, StringAttribute(attributes, "mode", "avg"));
  QCOMPILE_ASSIGN_OR_RETURN(
      const std::string transform,
      StringAttribute(attributes, "coordinate_transformation_mode", "half_pixel"));
  if ((mode != "avg" && mode != "max") ||
      (transform != "half_pixel" && transform != "output_half_pixel")) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected mode avg or max and transformation half_pixel or output_half_pixel, found ", mode,
        " and ", transform));
  }
  settings.maximum = mode == "max";
  settings.half_pixel = transform == "half_pixel";
  if (settings.sampling < 0 || settings.sampling > 4096) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected a sampling ratio from 0 to 4096, found ", settings.sampling));
  }
  return settings;
}

template <typename T>
T PoolBin(const Picture<T>& picture, T y, T x, T bin_height, T bin_width, int64_t rows,
          int64_t columns, bool maximum) {
  T result = 0;
  bool first = true;
  for (int64_t i = 0; i < rows; ++i) {
    const T sample_y = y + (static_cast<T>(i) + T(0.5)) * bin_height / static_cast<T>(rows);
    for (int64_t j = 0; j < columns; ++j) {
      const T sample_x = x + (static_cast<T>(j) + T(0.5)) * bin_width / static_cast<T>(columns);
      const Neighbours<T> near = NeighboursOf(sample_y, sample_x, picture.height, picture.width);
      for (int k = 0; k < 4; ++k) {
        const T product = near.weight[k] * picture.data[near.at[k]];
        // The maximum is that of the weighted neighbours.
        result = maximum ? (first ? product : std::max(result, product)) : result + product;
        first = false;
      }
    }
  }
  return maximum ? result : result / static_cast<T>(std::max<int64_t>(rows * columns, 1));
}

Results RoiAlign(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 3, 3));
  const Tensor &x = operands[0]->tensor, &rois = operands[1]->tensor;
  QCOMPILE_ASSIGN_OR_RETURN(const RoiSettings how, ReadRoiSettings(attributes));
  QCOMPILE_ASSIGN_OR_RETURN(const std::vector<int64_t> batches,
                            IntegerList(*operands[2], "the batch indices"));
  QCOMPILE_RETURN_IF_ERROR(CheckType(rois, x.type(), "regions"));
  bool agrees = x.rank() == 4 && rois.rank() == 2 && rois.shape()[1] == 4 &&
                static_cast<int64_t>(batches.size()) == rois.shape()[0] && x.size() > 0;
  for (int64_t b : batches) agrees = agrees && b >= 0 && b < x.shape()[0];
  if (!agrees) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected regions [count, 4] with batch indices in an operand of shape ",
                     ShapeToString(x.shape()), ", found ", ShapeToString(rois.shape())));
  }
  const Shape shape{rois.shape()[0], x.shape()[1], how.height, how.width};
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t size, CheckedSize(shape));
  return Single(WithFloats(x.type(), [&](auto zero) -> absl::StatusOr<Tensor> {
    using T = decltype(zero);
    const std::vector<T> data = ToNumbers<T>(x), regions = ToNumbers<T>(rois);
    const int64_t height = x.shape()[2], width = x.shape()[3];
    std::vector<T> values(static_cast<size_t>(size));
    for (int64_t i = 0; i < size; ++i) {
      const int64_t bin_x = i % how.width, bin_y = i / how.width % how.height;
      const int64_t channel = i / (how.width * how.height) % shape[1];
      const int64_t roi = i / (how.width * how.height * shape[1]);
      const T* region = regions.data() + roi * 4;
      const T offset = how.half_pixel ? T(0.5) : T(0), scale = T(how.scale);
      const T left = region[0] * scale - offset, top = region[1] * scale - offset;
      T roi_width = region[2] * scale - offset - left,
        roi_height = region[3] * scale - offset - top;
      if (!how.half_pixel) {
        roi_width = std::max(roi_width, T(1));
        roi_height = std::max(roi_height, T(1));
      }
      const T bin_width = roi_width / static_cast<T>(how.width);
      const T bin_height = roi_height / static_cast<T>(how.height);
      if (!(std::fabs(bin_width) < 4096) || !(std::fabs(bin_height) < 4096)) {
        return absl::InvalidArgumentError("expected bins below 4096 elements, found larger ones");
      }
      auto samples = [&](T bin) {
        return how.sampling > 0 ? how.sampling : static_cast<int64_t>(std::ceil(bin));
      };
      const int64_t plane = batches[static_cast<size_t>(roi)] * shape[1] + channel;
      const Picture<T> picture{data.data() + plane * height * width, height, width};
      values[static_cast<size_t>(i)] =
          PoolBin(picture, top + static_cast<T>(bin_y) * bin_height,
                  left + static_cast<T>(bin_x) * bin_width, bin_height, bin_width,
                  samples(bin_height), samples(bin_width), how.maximum);
    }
    return FromNumbers(x.type(), shape, values);
  }));
}

}  // namespace

void RegisterBoxes(ReferenceTable& table) {
  table["onnx.NonMaxSuppression"] = NonMaxSuppression;
  table["onnx.RoiAlign"] = RoiAlign;
}

}  // namespace qcompile::runtime
