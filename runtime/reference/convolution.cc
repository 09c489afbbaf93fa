#include "runtime/reference/convolution.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <type_traits>
#include <vector>

#include "runtime/kernels/float_product.h"
#include "runtime/reference/exact_linear.h"
#include "runtime/reference/integer_reading.h"
#include "runtime/reference/quantized_view.h"

namespace qcompile::runtime {
namespace {

Shape ResultShape(const ConvolutionShape& shape, const Window& window) {
  Shape result{shape.batch, shape.groups * shape.out};
  for (int64_t d : window.OutShape()) result.push_back(d);
  return result;
}

// Calls f(batch, group, m, first element of the plane) for every plane of the result.
template <typename F>
void ForEachPlane(const ConvolutionShape& shape, const Window& window, F f) {
  int64_t first = 0;
  for (int64_t n = 0; n < shape.batch; ++n) {
    for (int64_t g = 0; g < shape.groups; ++g) {
      for (int64_t m = 0; m < shape.out; ++m, first += window.out_size()) f(n, g, m, first);
    }
  }
}

// The first element of the operand's plane for channel `c` of a group.
int64_t PlaneOf(const ConvolutionShape& shape, const Window& window, int64_t n, int64_t g,
                int64_t c) {
  return ((n * shape.groups + g) * shape.in + c) * window.in_size();
}

// Integers whose products may be summed, and the scales that are left outside the sums.
class IntegerConvolution {
 public:
  // Channels of one group, [begin, end), whose products share one scale.
  struct Segment {
    int64_t begin, end;
    double x_scale, weight_scale;
  };

  static std::optional<IntegerConvolution> Make(const ConvolutionShape& shape, const Window& window,
                                                const QuantizedView& x,
                                                const QuantizedView& weights) {
    if (!IsConstantFrom(x.scale, 2) || !IsConstantFrom(weights.scale, 2)) return std::nullopt;
    std::optional<IntegerReading> a = ReadIntegers(x);
    if (!a) return std::nullopt;
    std::optional<IntegerReading> b = ReadIntegers(weights);
    if (!b) return std::nullopt;
    const double largest = static_cast<double>(a->largest) * static_cast<double>(b->largest) *
                           static_cast<double>(std::max<int64_t>(1, shape.in * window.taps()));
    if (!(largest < 0x1p62)) return std::nullopt;
    return IntegerConvolution(shape, window, x, weights, *std::move(a), *std::move(b),
                              largest < 0x1p30);
  }

  // Maximal runs of channels with equal scales.
  std::vector<Segment> Segments(int64_t n, int64_t g, int64_t m) const {
    std::vector<Segment> result;
    for (int64_t c = 0; c < shape_.in; ++c) {
      const double a = x_elements_.Scale(PlaneOf(shape_, window_, n, g, c));
      const double b = weight_elements_.Scale(shape_.WeightRow(g, m, c) * window_.taps());
      const bool same =
          !result.empty() && result.back().x_scale == a && result.back().weight_scale == b;
      if (!same) result.push_back({c, c, a, b});
      result.back().end = c + 1;
    }
    return result;
  }

  // The products of one segment for every element of a plane.
  void Sum(int64_t n, int64_t g, int64_t m, const Segment& segment, absl::Span<int64_t> sums) {
    if (!narrow_) return SumInto(n, g, m, segment, sums.data());
    narrow_sums_.resize(sums.size());
    SumInto(n, g, m, segment, narrow_sums_.data());
    std::copy(narrow_sums_.begin(), narrow_sums_.end(), sums.begin());
  }

  // sum of products * the segment's scales.
  ExactProduct Scaled(const Segment& segment, int64_t sum) const {
    ExactProduct product(sum);
    product.Times(segment.x_scale).Times(segment.weight_scale);
    if (shift_ != 0) product.Times(std::ldexp(1.0, -shift_));
    return product;
  }

 private:
  IntegerConvolution(const ConvolutionShape& shape, const Window& window, const QuantizedView& x,
                     const QuantizedView& weights, IntegerReading a, IntegerReading b, bool narrow)
      : shape_(shape),
        window_(window),
        x_elements_(x),
        weight_elements_(weights),
        x_(std::move(a.values)),
        weights_(std::move(b.values)),
        shift_(a.shift + b.shift),
        narrow_(narrow) {}

  // Integer sums do not depend on their order, and nothing is lost by passing over zeros.
  template <typename T>
  void SumInto(int64_t n, int64_t g, int64_t m, const Segment& segment, T* sums) const {
    std::fill_n(sums, window_.out_size(), 0);
    for (int64_t c = segment.begin; c < segment.end; ++c) {
      const int32_t* plane = x_.data() + PlaneOf(shape_, window_, n, g, c);
      const int32_t* row = weights_.data() + shape_.WeightRow(g, m, c) * window_.taps();
      for (int64_t tap = 0; tap < window_.taps(); ++tap) {
        if (row[tap] != 0) window_.AddTap<int32_t, T>(tap, row[tap], plane, sums);
      }
    }
  }

  const ConvolutionShape& shape_;
  const Window& window_;
  ReadingElements x_elements_, weight_elements_;
  std::vector<int32_t> x_, weights_, narrow_sums_;
  int shift_;
  bool narrow_;  // every sum fits 32 bits
};

// Rounds the exact sums of one plane, which `add(sum, element of the plane)` adds, with the bias.
template <typename F>
void RoundPlane(const ExactBias& bias, int64_t first, absl::Span<float> plane, F add) {
  ExactSum sum;
  for (size_t o = 0; o < plane.size(); ++o) {
    const int64_t i = first + static_cast<int64_t>(o);
    if (std::optional<float> special = bias.NonFinite(i)) {
      plane[o] = *special;
      continue;
    }
    sum.Clear();
    add(sum, static_cast<int64_t>(o));
    bias.AddTo(sum, i);
    plane[o] = sum.RoundToFloat();
  }
}

void FastConvolution(IntegerConvolution& integers, const ConvolutionShape& shape,
                     const Window& window, const ExactBias& bias, absl::Span<float> out) {
  const auto size = static_cast<size_t>(window.out_size());
  std::vector<int64_t> sums;
  ForEachPlane(shape, window, [&](int64_t n, int64_t g, int64_t m, int64_t first) {
    const auto segments = integers.Segments(n, g, m);
    sums.resize(segments.size() * size);
    for (size_t s = 0; s < segments.size(); ++s) {
      integers.Sum(n, g, m, segments[s], absl::MakeSpan(sums).subspan(s * size, size));
    }
    RoundPlane(bias, first, out.subspan(static_cast<size_t>(first), size),
               [&](ExactSum& sum, int64_t o) {
                 for (size_t s = 0; s < segments.size(); ++s) {
                   sum.Add(integers.Scaled(segments[s], sums[s * size + static_cast<size_t>(o)]));
                 }
               });
  });
}

void SlowConvolution(const ConvolutionShape& shape, const Window& window, const QuantizedView& x,
                     const QuantizedView& weights, const ExactBias& bias, absl::Span<float> out) {
  const ReadingElements a(x), b(weights);
  const auto size = static_cast<size_t>(window.out_size());
  std::vector<ExactSum> sums(size);
  ForEachPlane(shape, window, [&](int64_t n, int64_t g, int64_t m, int64_t first) {
    for (ExactSum& sum : sums) sum.Clear();
    for (int64_t c = 0; c < shape.in; ++c) {
      const int64_t plane = PlaneOf(shape, window, n, g, c);
      for (int64_t tap = 0; tap < window.taps(); ++tap) {
        const int64_t j = shape.WeightRow(g, m, c) * window.taps() + tap;
        window.ForEachRow(tap, [&](int64_t in, int64_t to, int64_t count) {
          for (int64_t i = 0; i < count; ++i) {
            AddProduct(a, plane + in + i * window.in_step(), b, j, 1,
                       sums[static_cast<size_t>(to + i * window.out_step())]);
          }
        });
      }
    }
    RoundPlane(bias, first, out.subspan(static_cast<size_t>(first), size),
               [&](ExactSum& sum, int64_t o) { sum = sums[static_cast<size_t>(o)]; });
  });
}

}  // namespace

namespace {

// Result elements that are computed at a time, and rows of their operands.
constexpr int64_t kColumns = 64, kRows = 512;

// The operand elements that the positions [first, first + kColumns) of a result plane meet, as a
// matrix of one row for each (channel, tap) in [begin, begin + rows), with zeros in the padding.
class ColumnGatherer {
 public:
  ColumnGatherer(const Window& window, int64_t first)
      : taps_(window.taps()), step_(window.in_step()) {
    runs_.resize(static_cast<size_t>(taps_));
    for (int64_t tap = 0; tap < taps_; ++tap) {
      window.ForEachRowWithin(tap, first, kColumns, [&](int64_t in, int64_t out, int64_t count) {
        runs_[static_cast<size_t>(tap)].push_back({in, out - first, count});
      });
    }
  }
  void Gather(const float* operand, int64_t plane_size, int64_t begin, int64_t rows,
              float* matrix) const {
    std::fill_n(matrix, rows * kColumns, 0.0f);
    for (int64_t row = 0; row < rows; ++row, matrix += kColumns) {
      const float* plane = operand + (begin + row) / taps_ * plane_size;
      for (const Run& run : runs_[static_cast<size_t>((begin + row) % taps_)]) {
        for (int64_t i = 0; i < run.count; ++i) matrix[run.out + i] = plane[run.in + i * step_];
      }
    }
  }

 private:
  struct Run {
    int64_t in, out, count;
  };
  int64_t taps_, step_;
  std::vector<std::vector<Run>> runs_;
};

// Tap by tap: any weights, and windows in which the operand moves.
template <typename T>
void ConvolveTaps(const ConvolutionShape& shape, const Window& window, const T* x, const T* weights,
                  T* out) {
  ForEachPlane(shape, window, [&](int64_t n, int64_t g, int64_t m, int64_t first) {
    for (int64_t c = 0; c < shape.in; ++c) {
      const T* plane = x + PlaneOf(shape, window, n, g, c);
      const T* row = weights + shape.WeightRow(g, m, c) * window.taps();
      for (int64_t tap = 0; tap < window.taps(); ++tap) {
        window.AddTap<T, T>(tap, row[tap], plane, out + first);
      }
    }
  });
}

// As matrix products. A product with the 0 of the padding adds a zero to a sum that is never -0, so
// that the results are those of ConvolveTaps for finite weights.
void ConvolveColumns(const ConvolutionShape& shape, const Window& window, const float* x,
                     const float* weights, float* out) {
  const int64_t k = shape.in * window.taps();
  std::vector<float> matrix(kRows * kColumns), sums(static_cast<size_t>(shape.out * kColumns));
  for (int64_t first = 0; first < window.out_size(); first += kColumns) {
    const ColumnGatherer gatherer(window, first);
    const int64_t count = std::min(kColumns, window.out_size() - first);
    for (int64_t plane = 0; plane < shape.batch * shape.groups; ++plane) {
      const float* rows_of_group = weights + plane % shape.groups * shape.out * k;
      std::fill(sums.begin(), sums.end(), 0.0f);
      for (int64_t begin = 0; begin < k; begin += kRows) {
        const int64_t rows = std::min(kRows, k - begin);
        gatherer.Gather(x + plane * shape.in * window.in_size(), window.in_size(), begin, rows,
                        matrix.data());
        qcrt_float_product(rows_of_group + begin, k, matrix.data(), kColumns, sums.data(), kColumns,
                           shape.out, rows, kColumns);
      }
      for (int64_t m = 0; m < shape.out; ++m) {
        std::copy_n(sums.data() + m * kColumns, count,
                    out + (plane * shape.out + m) * window.out_size() + first);
      }
    }
  }
}

template <typename T>
void AddBias(const ConvolutionShape& shape, const Window& window, const T* bias, T* out) {
  ForEachPlane(shape, window, [&](int64_t, int64_t g, int64_t m, int64_t first) {
    const T addend = bias[g * shape.out + m];
    for (int64_t o = 0; o < window.out_size(); ++o) out[first + o] += addend;
  });
}

// Depthwise convolutions have no rows to share a column for.
bool HasColumns(const ConvolutionShape& shape, absl::Span<const float> weights) {
  return !shape.transposed && shape.out >= 4 &&
         std::all_of(weights.begin(), weights.end(), [](float v) { return std::isfinite(v); });
}

}  // namespace

Tensor FloatConvolution(const ConvolutionShape& shape, const Window& window, const Tensor& x,
                        const Tensor& weights, const Tensor* bias, bool slow) {
  Tensor result(x.type(), ResultShape(shape, window));
  auto convolve = [&](auto zero) {
    using T = decltype(zero);
    T* out = result.MutableData<T>().data();
    const T *from = x.Data<T>().data(), *w = weights.Data<T>().data();
    bool columns = false;
    if constexpr (std::is_same_v<T, float>) {
      columns = !slow && HasColumns(shape, weights.Floats());
      if (columns) ConvolveColumns(shape, window, from, w, out);
    }
    if (!columns) ConvolveTaps(shape, window, from, w, out);
    if (bias != nullptr) AddBias(shape, window, bias->Data<T>().data(), out);
  };
  x.type() == DataType::Float64() ? convolve(double()) : convolve(float());
  return result;
}

Tensor ExactConvolution(const ConvolutionShape& shape, const Window& window, const QuantizedView& x,
                        const QuantizedView& weights, const Value* bias, bool slow) {
  Tensor result(DataType::Float32(), ResultShape(shape, window));
  if (result.size() == 0) return result;
  Value channels;  // the bias along dimension 1
  LinearTerms terms;
  if (bias != nullptr) {
    Shape along(result.shape().size(), 1);
    along[1] = shape.groups * shape.out;
    channels = Rearrange(*bias, Rearrangement{std::move(along), {}, true});
    terms.bias = &channels;
  }
  const ExactBias exact_bias(terms, result.shape());
  absl::Span<float> out = result.MutableData<float>();
  std::optional<IntegerConvolution> integers =
      slow ? std::nullopt : IntegerConvolution::Make(shape, window, x, weights);
  if (integers) {
    FastConvolution(*integers, shape, window, exact_bias, out);
  } else {
    SlowConvolution(shape, window, x, weights, exact_bias, out);
  }
  return result;
}

}  // namespace qcompile::runtime
