// qnn.conv, qnn.conv_transpose, qnn.max_pool and qnn.sum_pool. Check numbers are those of
// docs/Qnn.md. Elements are brought into the order batch, channel, position and back, so that
// there is one way to compute for both places of the channels.
#include <algorithm>
#include <limits>

#include "runtime/reference/convolution.h"
#include "runtime/reference/qnn_support.h"
#include "runtime/reference/status_macros.h"
#include "runtime/reference/window.h"

namespace qcompile::runtime {
namespace {

// [outer, a, b] as [outer, b, a].
std::vector<int64_t> SwapInner(std::vector<int64_t> values, int64_t a, int64_t b) {
  if (a == 1 || b == 1) return values;
  std::vector<int64_t> result(values.size());
  const auto block = static_cast<size_t>(a * b);
  for (size_t o = 0; o < values.size(); o += block) {
    for (int64_t i = 0; i < a; ++i) {
      for (int64_t j = 0; j < b; ++j) {
        result[o + static_cast<size_t>(j * a + i)] = values[o + static_cast<size_t>(i * b + j)];
      }
    }
  }
  return result;
}

// The position of the channels, and shapes as [batch, channels, spatial...].
struct Layout {
  bool channels_last = false;

  // W1
  static absl::StatusOr<Layout> Read(const Attributes& attributes, const Shape& x) {
    QCOMPILE_ASSIGN_OR_RETURN(const int64_t axis, IntAttribute(attributes, "axis", std::nullopt));
    const auto rank = static_cast<int64_t>(x.size());
    if (rank < 3 || rank > 5 || (axis != 1 && axis != rank - 1)) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected channels in dimension 1 or the last one of a tensor of rank 3 to "
                       "5, found axis ",
                       axis, " of shape ", ShapeToString(x)));
    }
    return Layout{axis != 1};
  }
  Shape ChannelsFirst(Shape shape) const {
    if (channels_last) std::rotate(shape.begin() + 1, shape.end() - 1, shape.end());
    return shape;
  }
  Shape AsStored(Shape shape) const {
    if (channels_last) std::rotate(shape.begin() + 1, shape.begin() + 2, shape.end());
    return shape;
  }
  // `shape` is channels first.
  std::vector<int64_t> ReadCodes(const Tensor& x, const Shape& shape) const {
    const int64_t positions = NumElements(absl::MakeConstSpan(shape).subspan(2));
    std::vector<int64_t> codes = x.ToIntegers();
    return channels_last ? SwapInner(std::move(codes), positions, shape[1]) : codes;
  }
  Results MakeResult(DataType type, const Shape& shape, std::vector<int64_t> codes) const {
    const int64_t positions = NumElements(absl::MakeConstSpan(shape).subspan(2));
    if (channels_last) codes = SwapInner(std::move(codes), shape[1], positions);
    return Single(Tensor::FromIntegers(type, AsStored(shape), codes));
  }
};

// More taps than any kernel has; a table is kept for them.
constexpr int64_t kMaxTaps = int64_t{1} << 24;

absl::Status CheckTaps(absl::Span<const int64_t> kernel) {
  int64_t taps = 1;
  for (int64_t extent : kernel) {
    if (extent < 1 || __builtin_mul_overflow(taps, extent, &taps) || taps > kMaxTaps) {
      return absl::InvalidArgumentError(absl::StrCat("expected a kernel of 1 to ", kMaxTaps,
                                                     " positions, found ", ShapeToString(kernel)));
    }
  }
  return absl::OkStatus();
}

// W2 and W3 for a shape in the order batch, channels, spatial.
absl::StatusOr<Window> MakeWindow(const Attributes& attributes, const Shape& x,
                                  absl::Span<const int64_t> kernel) {
  const auto rank = static_cast<int64_t>(x.size()) - 2;
  QCOMPILE_RETURN_IF_ERROR(CheckTaps(kernel));
  QCOMPILE_ASSIGN_OR_RETURN(const auto strides, ListAttribute(attributes, "strides", rank, 1));
  QCOMPILE_ASSIGN_OR_RETURN(const auto dilations, ListAttribute(attributes, "dilations", rank, 1));
  std::vector<WindowDimension> dimensions(static_cast<size_t>(rank));
  for (size_t i = 0; i < dimensions.size(); ++i) {
    WindowDimension& d = dimensions[i];
    d.in = x[i + 2];
    d.kernel = kernel[i];
    d.stride = strides[i];
    d.dilation = dilations[i];
    const int64_t reach = d.dilation * (d.kernel - 1) + 1;
    if (reach > d.in) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected an operand that the kernel fits into, found extent ", d.in,
                       " for a kernel of extent ", reach));
    }
    d.out = (d.in - reach) / d.stride + 1;
  }
  return Window(std::move(dimensions), false);
}

// Long rows for what has no window: 1x1 convolutions see a plane as one row.
Window Flattened(Window window) {
  for (const WindowDimension& d : window.dimensions()) {
    if (d.kernel != 1 || d.in != d.out) return window;
  }
  WindowDimension all;
  all.in = all.out = window.in_size();
  return Window({all}, false);
}

absl::Status CheckChannels(bool agree, const Shape& x, const Shape& weights, int64_t groups) {
  if (agree) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("expected channels that agree in ", groups,
                                                 " groups, found shapes ", ShapeToString(x),
                                                 " and ", ShapeToString(weights)));
}

template <typename T, typename Sum>
void AddConvolution(const ConvolutionShape& shape, const Window& window, const T* x,
                    const T* weights, Sum* sums) {
  for (int64_t n = 0; n < shape.batch; ++n) {
    for (int64_t g = 0; g < shape.groups; ++g) {
      for (int64_t m = 0; m < shape.out; ++m, sums += window.out_size()) {
        for (int64_t c = 0; c < shape.in; ++c) {
          const T* plane = x + ((n * shape.groups + g) * shape.in + c) * window.in_size();
          const T* row = weights + shape.WeightRow(g, m, c) * window.taps();
          for (int64_t tap = 0; tap < window.taps(); ++tap) {
            if (row[tap] != 0) window.AddTap(tap, Sum{row[tap]}, plane, sums);
          }
        }
      }
    }
  }
}

// The sums of a convolution whose result has shape `result`.
absl::StatusOr<std::vector<int64_t>> Convolve(const ConvolutionShape& shape, const Window& window,
                                              const std::vector<int64_t>& x,
                                              const std::vector<int64_t>& weights,
                                              const Shape& result) {
  return SumProducts(
      x, weights, shape.in * window.taps(), NumElements(result),
      [&](const auto* a, const auto* b, auto* sums) { AddConvolution(shape, window, a, b, sums); });
}

Shape ResultShapeOf(int64_t batch, int64_t channels, const Window& window) {
  Shape shape{batch, channels};
  for (int64_t extent : window.OutShape()) shape.push_back(extent);
  return shape;
}

Results Conv(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  const Tensor &x = operands[0]->tensor, &weights = operands[1]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckInteger(x, "the operand"));  // conv_c1
  QCOMPILE_RETURN_IF_ERROR(CheckInteger(weights, "weights"));
  QCOMPILE_ASSIGN_OR_RETURN(const DataType type, IntegerResultType(attributes));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t groups, IntAttribute(attributes, "groups", 1));
  QCOMPILE_ASSIGN_OR_RETURN(const Layout layout, Layout::Read(attributes, x.shape()));
  if (weights.rank() != x.rank()) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected weights of the operand's rank, found shapes ",
                     ShapeToString(x.shape()), " and ", ShapeToString(weights.shape())));
  }
  const Shape in = layout.ChannelsFirst(x.shape()), w = layout.ChannelsFirst(weights.shape());
  QCOMPILE_RETURN_IF_ERROR(CheckChannels(groups >= 1 && w[1] >= 1 && in[1] % groups == 0 &&
                                             in[1] / groups == w[1] && w[0] % groups == 0,
                                         x.shape(), weights.shape(), groups));
  QCOMPILE_ASSIGN_OR_RETURN(Window window,
                            MakeWindow(attributes, in, absl::MakeConstSpan(w).subspan(2)));
  const Shape result = ResultShapeOf(in[0], w[0], window);  // conv_c2
  QCOMPILE_RETURN_IF_ERROR(CheckedSize(result).status());
  const ConvolutionShape shape{in[0], groups, w[1], w[0] / groups, false};
  QCOMPILE_ASSIGN_OR_RETURN(std::vector<int64_t> sums,
                            Convolve(shape, Flattened(std::move(window)), layout.ReadCodes(x, in),
                                     layout.ReadCodes(weights, w), result));
  return layout.MakeResult(type, result, std::move(sums));  // conv_c3
}

Results ConvTranspose(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  const Tensor &x = operands[0]->tensor, &weights = operands[1]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckInteger(x, "the operand"));  // conv_transpose_c1
  QCOMPILE_RETURN_IF_ERROR(CheckInteger(weights, "weights"));
  QCOMPILE_ASSIGN_OR_RETURN(const DataType type, IntegerResultType(attributes));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t groups, IntAttribute(attributes, "groups", 1));
  const Shape &in = x.shape(), &w = weights.shape();
  if (x.rank() < 3 || x.rank() > 5 || weights.rank() != x.rank()) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected an operand and weights of one rank from 3 to 5, found shapes ",
                     ShapeToString(in), " and ", ShapeToString(w)));
  }
  int64_t channels = 0;
  QCOMPILE_RETURN_IF_ERROR(CheckChannels(groups >= 1 && w[0] >= 1 && in[1] == w[0] &&
                                             w[0] % groups == 0 &&
                                             !__builtin_mul_overflow(groups, w[1], &channels),
                                         in, w, groups));
  const auto kernel = absl::MakeConstSpan(w).subspan(2);
  QCOMPILE_RETURN_IF_ERROR(CheckTaps(kernel));  // conv_transpose_c2
  const int64_t rank = x.rank() - 2;
  QCOMPILE_ASSIGN_OR_RETURN(const auto strides, ListAttribute(attributes, "strides", rank, 1));
  QCOMPILE_ASSIGN_OR_RETURN(const auto dilations, ListAttribute(attributes, "dilations", rank, 1));
  QCOMPILE_ASSIGN_OR_RETURN(const auto offsets, ListAttribute(attributes, "offsets", rank, 0));
  QCOMPILE_ASSIGN_OR_RETURN(const Shape result, ResultShape(attributes));
  if (result.size() != in.size() || result[0] != in[0] || result[1] != channels) {
    return absl::InvalidArgumentError(absl::StrCat("expected a result of batch ", in[0], " with ",
                                                   channels, " channels, found shape ",
                                                   ShapeToString(result)));
  }
  std::vector<WindowDimension> dimensions(static_cast<size_t>(rank));
  for (size_t i = 0; i < dimensions.size(); ++i) {
    dimensions[i] = {in[i + 2], result[i + 2], kernel[i], strides[i], dilations[i], offsets[i], 0};
  }
  const ConvolutionShape shape{in[0], groups, w[0] / groups, w[1], true};
  QCOMPILE_ASSIGN_OR_RETURN(const std::vector<int64_t> sums,
                            Convolve(shape, Window(std::move(dimensions), true), x.ToIntegers(),
                                     weights.ToIntegers(), result));
  return Single(Tensor::FromIntegers(type, result, sums));  // conv_transpose_c3
}

// What the pools read.
struct Pool {
  Layout layout;
  Shape in, result;  // channels first
  Window window;
};

absl::StatusOr<Pool> ReadPool(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Tensor& x = operands[0]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckInteger(x, "the operand"));
  QCOMPILE_ASSIGN_OR_RETURN(const Layout layout, Layout::Read(attributes, x.shape()));
  const Shape in = layout.ChannelsFirst(x.shape());
  QCOMPILE_ASSIGN_OR_RETURN(const auto kernel,
                            ListAttribute(attributes, "kernel", x.rank() - 2, 1));
  QCOMPILE_ASSIGN_OR_RETURN(Window window, MakeWindow(attributes, in, kernel));
  Shape result = ResultShapeOf(in[0], in[1], window);
  return Pool{layout, in, std::move(result), std::move(window)};
}

Results MaxPool(const Attributes& attributes, Operands operands) {
  QCOMPILE_ASSIGN_OR_RETURN(const Pool pool, ReadPool(attributes, operands));
  const Tensor& x = operands[0]->tensor;
  const Window& window = pool.window;
  const std::vector<int64_t> codes = pool.layout.ReadCodes(x, pool.in);
  std::vector<int64_t> best(static_cast<size_t>(NumElements(pool.result)),
                            std::numeric_limits<int64_t>::min());
  for (int64_t plane = 0; plane < pool.in[0] * pool.in[1]; ++plane) {
    const int64_t* from = codes.data() + plane * window.in_size();
    int64_t* to = best.data() + plane * window.out_size();
    for (int64_t tap = 0; tap < window.taps(); ++tap) {
      window.ForEachRow(tap, [&](int64_t in, int64_t out, int64_t count) {
        for (int64_t i = 0; i < count; ++i) {
          to[out + i] = std::max(to[out + i], from[in + i * window.in_step()]);
        }
      });
    }
  }
  return pool.layout.MakeResult(x.type(), pool.result, std::move(best));  // max_pool_c1
}

// A convolution of every channel by itself with weights of 1.
Results SumPool(const Attributes& attributes, Operands operands) {
  QCOMPILE_ASSIGN_OR_RETURN(const DataType type, IntegerResultType(attributes));
  QCOMPILE_ASSIGN_OR_RETURN(const Pool pool, ReadPool(attributes, operands));
  const std::vector<int64_t> ones(static_cast<size_t>(pool.window.taps()), 1);
  const ConvolutionShape planes{pool.in[0] * pool.in[1], 1, 1, 1, false};
  QCOMPILE_ASSIGN_OR_RETURN(
      std::vector<int64_t> sums,
      Convolve(planes, pool.window, pool.layout.ReadCodes(operands[0]->tensor, pool.in), ones,
               pool.result));
  return pool.layout.MakeResult(type, pool.result, std::move(sums));  // sum_pool_c2
}

}  // namespace

void RegisterQnnWindows(ReferenceTable& table) {
  table["qnn.conv"] = Conv;
  table["qnn.conv_transpose"] = ConvTranspose;
  table["qnn.max_pool"] = MaxPool;
  table["qnn.sum_pool"] = SumPool;
}

}  // namespace qcompile::runtime
