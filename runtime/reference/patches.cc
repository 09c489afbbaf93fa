// Patches of pictures: Col2Im, DeformConv, MaxUnpool.
#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "runtime/reference/broadcast.h"
#include "runtime/reference/element_types.h"
#include "runtime/reference/register.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

// One number per spatial dimension (two for padding), or `otherwise` where the attribute is absent.
absl::StatusOr<std::vector<int64_t>> ReadList(const Attributes& attributes, absl::string_view name,
                                              size_t count, int64_t otherwise, int64_t lowest) {
  QCOMPILE_ASSIGN_OR_RETURN(auto list, IntsAttribute(attributes, name));
  if (!list) return std::vector<int64_t>(count, otherwise);
  bool fits = list->size() == count;
  for (int64_t v : *list) fits = fits && v >= lowest && v <= kMaxElements;
  if (fits) return *std::move(list);
  return absl::InvalidArgumentError(
      absl::StrCat("expected ", count, " numbers from ", lowest, " on for attribute '", name, "'"));
}

// Where a block of a picture lies.
struct Blocks {
  std::vector<int64_t> image, block, strides, pads, dilations;
  Shape places;  // how many of them along each dimension

  // The picture's element under tap `tap` of block `place`, or -1 in the padding.
  int64_t ElementOf(int64_t place, int64_t tap) const {
    int64_t element = 0, place_stride = 1, tap_stride = 1, image_stride = 1;
    for (size_t d = image.size(); d-- > 0;) {
      const int64_t at = place / place_stride % places[d] * strides[d] +
                         tap / tap_stride % block[d] * dilations[d] - pads[d];
      if (at < 0 || at >= image[d]) return -1;
      element += at * image_stride;
      place_stride *= places[d];
      tap_stride *= block[d];
      image_stride *= image[d];
    }
    return element;
  }
};

absl::StatusOr<Blocks> ReadBlocks(const Attributes& attributes, Operands operands) {
  Blocks blocks;
  QCOMPILE_ASSIGN_OR_RETURN(blocks.image, IntegerList(*operands[1], "the shape of the picture"));
  QCOMPILE_ASSIGN_OR_RETURN(blocks.block, IntegerList(*operands[2], "the shape of the blocks"));
  const size_t n = blocks.image.size();
  QCOMPILE_RETURN_IF_ERROR(CheckedSize(blocks.image).status());
  QCOMPILE_RETURN_IF_ERROR(CheckedSize(blocks.block).status());
  QCOMPILE_ASSIGN_OR_RETURN(blocks.strides, ReadList(attributes, "strides", n, 1, 1));
  QCOMPILE_ASSIGN_OR_RETURN(blocks.pads, ReadList(attributes, "pads", 2 * n, 0, 0));
  QCOMPILE_ASSIGN_OR_RETURN(blocks.dilations, ReadList(attributes, "dilations", n, 1, 1));
  if (blocks.block.size() != n) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected blocks of ", n, " dimensions, found ", blocks.block.size()));
  }
  for (size_t d = 0; d < n; ++d) {
    const int64_t room = blocks.image[d] + blocks.pads[d] + blocks.pads[n + d] -
                         blocks.dilations[d] * (blocks.block[d] - 1) - 1;
    blocks.places.push_back(room < 0 ? 0 : room / blocks.strides[d] + 1);
  }
  return blocks;
}

// Columns of block elements added into a picture.
Results Col2Im(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 3, 3));
  const Tensor& x = operands[0]->tensor;
  QCOMPILE_ASSIGN_OR_RETURN(const Blocks blocks, ReadBlocks(attributes, operands));
  const int64_t taps = NumElements(blocks.block), places = NumElements(blocks.places);
  if (x.rank() != 3 || taps == 0 || x.shape()[1] % taps != 0 || x.shape()[2] != places) {
    return absl::InvalidArgumentError(absl::StrCat("expected columns [batch, channels * ", taps,
                                                   ", ", places, "], found shape ",
                                                   ShapeToString(x.shape())));
  }
  Shape shape{x.shape()[0], x.shape()[1] / taps};
  shape.insert(shape.end(), blocks.image.begin(), blocks.image.end());
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t size, CheckedSize(shape));
  const int64_t plane = NumElements(blocks.image);
  absl::StatusOr<Tensor> result;
  QCOMPILE_RETURN_IF_ERROR(VisitNumbers(x.type(), [&](auto zero) {
    using T = decltype(zero);
    const std::vector<T> columns = ToNumbers<T>(x);
    std::vector<T> picture(static_cast<size_t>(size), T(0));
    for (int64_t c = 0; c < shape[0] * shape[1]; ++c) {
      for (int64_t tap = 0; tap < taps; ++tap) {
        for (int64_t place = 0; place < places; ++place) {
          const int64_t element = blocks.ElementOf(place, tap);
          if (element < 0) continue;
          T& to = picture[static_cast<size_t>(c * plane + element)];
          to = static_cast<T>(to + columns[static_cast<size_t>((c * taps + tap) * places + place)]);
        }
      }
    }
    result = FromNumbers(x.type(), shape, std::move(picture));
  }));
  return Single(std::move(result));
}

// A value between four elements; outside the picture there are zeros.
template <typename T>
T Between(const T* plane, int64_t height, int64_t width, T y, T x) {
  if (!(y > -1 && y < static_cast<T>(height) && x > -1 && x < static_cast<T>(width))) return 0;
  const T top = std::floor(y), left = std::floor(x), ly = y - top, lx = x - left;
  T sum = 0;
  for (int i = 0; i < 2; ++i) {
    for (int j = 0; j < 2; ++j) {
      const int64_t row = static_cast<int64_t>(top) + i, column = static_cast<int64_t>(left) + j;
      if (row < 0 || row >= height || column < 0 || column >= width) continue;
      const T weight = (i ? ly : 1 - ly) * (j ? lx : 1 - lx);
      const T product = weight * plane[row * width + column];
      sum += product;
    }
  }
  return sum;
}

struct Deformed {
  int64_t groups, offset_groups;
  std::vector<int64_t> strides, pads, dilations;
  Shape shape;  // of the result
};

absl::StatusOr<Deformed> ReadDeformed(const Attributes& attributes, Operands operands) {
  const Shape &x = operands[0]->tensor.shape(), &w = operands[1]->tensor.shape(),
              &offset = operands[2]->tensor.shape();
  Deformed how{};
  QCOMPILE_ASSIGN_OR_RETURN(how.groups, IntAttribute(attributes, "group", 1));
  QCOMPILE_ASSIGN_OR_RETURN(how.offset_groups, IntAttribute(attributes, "offset_group", 1));
  QCOMPILE_ASSIGN_OR_RETURN(how.strides, ReadList(attributes, "strides", 2, 1, 1));
  QCOMPILE_ASSIGN_OR_RETURN(how.pads, ReadList(attributes, "pads", 4, 0, 0));
  QCOMPILE_ASSIGN_OR_RETURN(how.dilations, ReadList(attributes, "dilations", 2, 1, 1));
  if (x.size() != 4) {
    return absl::UnimplementedError(
        absl::StrCat("expected pictures of two dimensions, found shape ", ShapeToString(x)));
  }
  const bool agrees = w.size() == 4 && how.groups >= 1 && how.offset_groups >= 1 &&
                      x[1] == w[1] * how.groups && w[0] % how.groups == 0 &&
                      x[1] % how.offset_groups == 0 && NumElements(w) > 0;
  if (!agrees) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected weights that agree with an operand of shape ", ShapeToString(x),
                     " in ", how.groups, " groups, found shape ", ShapeToString(w)));
  }
  how.shape = {x[0], w[0]};
  for (size_t d = 0; d < 2; ++d) {
    const int64_t room =
        x[2 + d] + how.pads[d] + how.pads[2 + d] - how.dilations[d] * (w[2 + d] - 1) - 1;
    how.shape.push_back(room < 0 ? 0 : room / how.strides[d] + 1);
  }
  QCOMPILE_RETURN_IF_ERROR(CheckedSize(how.shape).status());
  const int64_t taps = w[2] * w[3];
  const Shape expected{x[0], how.offset_groups * taps * 2, how.shape[2], how.shape[3]};
  Shape masks = expected;
  masks[1] /= 2;
  const Value *bias = OptionalOperand(operands, 3), *mask = OptionalOperand(operands, 4);
  if (offset != expected || (bias && bias->tensor.shape() != Shape{w[0]}) ||
      (mask && mask->tensor.shape() != masks)) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected offsets of shape ", ShapeToString(expected), ", a bias of shape ",
                     w[0], " and a mask of shape ", ShapeToString(masks), ", found others"));
  }
  return how;
}

template <typename T>
absl::StatusOr<Tensor> Deform(const Deformed& how, Operands operands) {
  const Tensor &x = operands[0]->tensor, &w = operands[1]->tensor;
  auto optional = [&](size_t i, int64_t size, T otherwise) {
    const Value* operand = OptionalOperand(operands, i);
    return operand ? ToNumbers<T>(operand->tensor)
                   : std::vector<T>(static_cast<size_t>(size), otherwise);
  };
  const std::vector<T> data = ToNumbers<T>(x), weights = ToNumbers<T>(w),
                       offsets = ToNumbers<T>(operands[2]->tensor);
  const std::vector<T> bias = optional(3, w.shape()[0], 0);
  const std::vector<T> mask = optional(4, operands[2]->tensor.size() / 2, 1);
  const int64_t height = x.shape()[2], width = x.shape()[3], in = w.shape()[1],
                channels = x.shape()[1];
  const int64_t rows = w.shape()[2], columns = w.shape()[3], taps = rows * columns;
  const int64_t out_height = how.shape[2], out_width = how.shape[3],
                places = out_height * out_width;
  const int64_t out = how.shape[1], per_group = out / how.groups;
  std::vector<T> values(static_cast<size_t>(NumElements(how.shape)));
  for (int64_t i = 0; i < static_cast<int64_t>(values.size()); ++i) {
    const int64_t place = i % places, m = i / places % out, n = i / places / out;
    const int64_t oy = place / out_width, ox = place % out_width;
    T sum = 0;
    for (int64_t c = 0; c < in; ++c) {
      const int64_t channel = m / per_group * in + c;
      const int64_t group = channel / (channels / how.offset_groups);
      const T* plane = data.data() + (n * channels + channel) * height * width;
      for (int64_t tap = 0; tap < taps; ++tap) {
        const int64_t row = (n * how.offset_groups + group) * taps + tap;
        const T y =
            static_cast<T>(oy * how.strides[0] - how.pads[0] + tap / columns * how.dilations[0]) +
            offsets[static_cast<size_t>(2 * row * places + place)];
        const T at =
            static_cast<T>(ox * how.strides[1] - how.pads[1] + tap % columns * how.dilations[1]) +
            offsets[static_cast<size_t>((2 * row + 1) * places + place)];
        const T sample =
            Between(plane, height, width, y, at) * mask[static_cast<size_t>(row * places + place)];
        const T product = sample * weights[static_cast<size_t>((m * in + c) * taps + tap)];
        sum += product;
      }
    }
    values[static_cast<size_t>(i)] = sum + bias[static_cast<size_t>(m)];
  }
  return FromNumbers(x.type(), how.shape, values);
}

Results DeformConv(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 3, 5));
  const DataType type = operands[0]->tensor.type();
  for (const Value* operand : operands) {
    if (operand) QCOMPILE_RETURN_IF_ERROR(CheckType(operand->tensor, type, "operands"));
  }
  QCOMPILE_ASSIGN_OR_RETURN(const Deformed how, ReadDeformed(attributes, operands));
  return Single(WithFloats(type, [&](auto zero) { return Deform<decltype(zero)>(how, operands); }));
}

// Maxima go back to the places that their indices name, in a picture of the size that was pooled.
Results MaxUnpool(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 3));
  const Tensor &x = operands[0]->tensor, &indices = operands[1]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckType(indices, DataType::Int64(), "indices"));
  if (x.rank() < 3 || indices.shape() != x.shape()) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected an operand of rank 3 or more and as many indices, found shapes ",
                     ShapeToString(x.shape()), " and ", ShapeToString(indices.shape())));
  }
  const size_t n = x.shape().size() - 2;
  QCOMPILE_ASSIGN_OR_RETURN(const auto kernel, ReadList(attributes, "kernel_shape", n, 1, 1));
  QCOMPILE_ASSIGN_OR_RETURN(const auto strides, ReadList(attributes, "strides", n, 1, 1));
  QCOMPILE_ASSIGN_OR_RETURN(const auto pads, ReadList(attributes, "pads", 2 * n, 0, 0));
  Shape pooled{x.shape()[0], x.shape()[1]};
  for (size_t d = 0; d < n; ++d) {
    pooled.push_back((x.shape()[2 + d] - 1) * strides[d] - pads[d] - pads[n + d] + kernel[d]);
  }
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t size, CheckedSize(pooled));
  Shape shape = pooled;
  if (const Value* operand = OptionalOperand(operands, 2)) {
    QCOMPILE_ASSIGN_OR_RETURN(shape, IntegerList(*operand, "the shape of the result"));
  }
  bool fits = shape.size() == pooled.size();
  for (size_t d = 0; fits && d < shape.size(); ++d) fits = shape[d] >= pooled[d];
  if (!fits) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected a result of at least ", ShapeToString(pooled), ", found ", ShapeToString(shape)));
  }
  QCOMPILE_ASSIGN_OR_RETURN(Tensor result, NewTensor(x.type(), shape));
  const std::vector<int64_t> places = StridedIndices(pooled, RowMajorStrides(shape), 0);
  const size_t width = x.type().ContainerSize();
  uint8_t* out = result.MutableBytes().data();
  for (int64_t i = 0; i < x.size(); ++i) {
    const int64_t index = indices.IntegerAt(i);
    if (index < 0 || index >= size) {
      return absl::OutOfRangeError(
          absl::StrCat("expected an index into ", size, " elements, found ", index));
    }
    std::copy_n(x.bytes().data() + static_cast<size_t>(i) * width, width,
                out + static_cast<size_t>(places[static_cast<size_t>(index)]) * width);
  }
  return Single(absl::StatusOr<Tensor>(std::move(result)));
}

}  // namespace

void RegisterPatches(ReferenceTable& table) {
  table["onnx.Col2Im"] = Col2Im;
  table["onnx.DeformConv"] = DeformConv;
  table["onnx.MaxUnpool"] = MaxUnpool;
}

}  // namespace qcompile::runtime
