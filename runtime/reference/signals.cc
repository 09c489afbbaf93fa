// Signals: DFT, STFT and MelWeightMatrix.
#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "runtime/reference/element_types.h"
#include "runtime/reference/lanes.h"
#include "runtime/reference/register.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr int64_t kMaxLength = int64_t{1} << 20;

template <typename T>
struct Complex {
  T re = 0, im = 0;
  friend Complex operator+(Complex a, Complex b) { return {a.re + b.re, a.im + b.im}; }
  friend Complex operator-(Complex a, Complex b) { return {a.re - b.re, a.im - b.im}; }
  friend Complex operator*(Complex a, Complex b) {
    const T rr = a.re * b.re, ii = a.im * b.im, ri = a.re * b.im, ir = a.im * b.re;
    return {rr - ii, ri + ir};
  }
};

// The transform of one length in T, one rounding per step, by the prime factors of the length from
// the smallest on: each pass joins the transforms of `factor` interleaved parts.
template <typename T>
class Fourier {
 public:
  Fourier(int64_t length, bool inverse) : length_(length), inverse_(inverse) {
    for (int64_t i = 0; i < length; ++i) {
      const double angle = 2 * kPi * static_cast<double>(i) / static_cast<double>(length);
      roots_.push_back({static_cast<T>(std::cos(angle)),
                        static_cast<T>(inverse ? std::sin(angle) : -std::sin(angle))});
    }
    int64_t rest = length;
    for (int64_t factor = 2; rest > 1; ++factor) {
      if (factor * factor > rest) factor = rest;
      for (; rest % factor == 0; rest /= factor) factors_.push_back(factor);
    }
  }

  // `x` is as long as the transform. The spectrum of a real signal mirrors its conjugate, rounding
  // or not.
  std::vector<Complex<T>> operator()(std::vector<Complex<T>> x, bool is_real) const {
    std::vector<Complex<T>> y(x.size());
    int64_t done = 1;  // product of the factors so far
    for (int64_t factor : factors_) {
      Pass(x, factor, done, y);
      std::swap(x, y);
      done *= factor;
    }
    for (Complex<T>& value : x) {
      if (inverse_)
        value = {value.re / static_cast<T>(length_), value.im / static_cast<T>(length_)};
    }
    for (int64_t k = 0; is_real && 2 * k <= length_; ++k) {
      Complex<T>& a = x[static_cast<size_t>(k)];
      Complex<T>& b = x[static_cast<size_t>((length_ - k) % length_)];
      const Complex<T> mean{(a.re + b.re) / 2, (a.im - b.im) / 2};
      a = mean;
      b = {mean.re, -mean.im};
    }
    return x;
  }

 private:
  // x is [done, factor, rest], y becomes [factor, done, rest], where done * factor * rest is the
  // length.
  void Pass(const std::vector<Complex<T>>& x, int64_t factor, int64_t done,
            std::vector<Complex<T>>& y) const {
    const int64_t rest = length_ / (done * factor);
    std::vector<Complex<T>> parts(static_cast<size_t>(factor));
    for (int64_t k = 0; k < done; ++k) {
      for (int64_t i = 0; i < rest; ++i) {
        for (int64_t j = 0; j < factor; ++j) {
          parts[static_cast<size_t>(j)] = x[static_cast<size_t>((k * factor + j) * rest + i)];
        }
        for (int64_t j = 0; j < factor; ++j) {
          const Complex<T> joined = Join(parts, j);
          const Complex<T> twiddle = roots_[static_cast<size_t>(i * j * done % length_)];
          y[static_cast<size_t>((j * done + k) * rest + i)] =
              i == 0 || j == 0 ? joined : joined * twiddle;
        }
      }
    }
  }

  // Element k of the transform of `parts`. Parts that lie opposite each other have conjugate roots,
  // so that they are added and subtracted first.
  Complex<T> Join(const std::vector<Complex<T>>& parts, int64_t k) const {
    const auto n = static_cast<int64_t>(parts.size());
    Complex<T> even = parts[0], odd;
    for (int64_t j = 1; 2 * j < n; ++j) {
      const Complex<T> a = parts[static_cast<size_t>(j)], b = parts[static_cast<size_t>(n - j)];
      const Complex<T> root = roots_[static_cast<size_t>(j * k % n * (length_ / n))];
      const Complex<T> sum = a + b, difference = a - b;
      const T re = root.re * sum.re, im = root.re * sum.im;
      even = even + Complex<T>{re, im};
      const T odd_re = root.im * difference.im, odd_im = root.im * difference.re;
      odd = odd + Complex<T>{-odd_re, odd_im};
    }
    if (n % 2 == 0) {
      const Complex<T> middle = parts[static_cast<size_t>(n / 2)];
      even = k % 2 == 0 ? even + middle : even - middle;
    }
    return even + odd;
  }

  int64_t length_;
  bool inverse_;
  std::vector<int64_t> factors_;
  std::vector<Complex<T>> roots_;
};

absl::StatusOr<int64_t> SingleInteger(const Value& operand, absl::string_view what) {
  QCOMPILE_RETURN_IF_ERROR(CheckSingle(operand.tensor, what));
  if (operand.tensor.type().IsInteger()) return operand.tensor.IntegerAt(0);
  return absl::InvalidArgumentError(
      absl::StrCat("expected an integer for ", what, ", found ", operand.tensor.type().ToString()));
}

// Prime factors of the length take a quadratic number of steps.
absl::Status CheckLength(int64_t length) {
  constexpr int64_t kMaxFactor = 1 << 14;
  int64_t rest = length >= 1 && length <= kMaxLength ? length : 0;
  for (int64_t factor = 2; factor <= kMaxFactor && rest > 1; ++factor) {
    while (rest % factor == 0) rest /= factor;
  }
  if (rest == 1) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("expected a length from 1 to ", kMaxLength,
                                                 " without prime factors above ", kMaxFactor,
                                                 ", found ", length));
}

// The last dimension is 1 for real signals, 2 for complex ones.
absl::Status CheckSignal(const Tensor& x) {
  const bool fits =
      x.type().IsFloat() && x.rank() >= 2 && (x.shape().back() == 1 || x.shape().back() == 2);
  if (fits) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("expected floats whose last dimension is 1 (real) or 2 (complex), found ",
                   x.type().ToString(), " of shape ", ShapeToString(x.shape())));
}

// What is behind the end is 0. Half of a spectrum stands for all of it where `mirrored`.
template <typename T>
std::vector<Complex<T>> ReadLane(const Tensor& x, int64_t first, int64_t step, int64_t extent,
                                 int64_t length, bool mirrored) {
  const int64_t parts = x.shape().back();
  std::vector<Complex<T>> lane(static_cast<size_t>(length));
  for (int64_t i = 0; i < std::min(extent, length); ++i) {
    const int64_t at = (first + i * step) * parts;
    lane[static_cast<size_t>(i)] = {static_cast<T>(x.DoubleAt(at)),
                                    parts == 2 ? static_cast<T>(x.DoubleAt(at + 1)) : T(0)};
  }
  for (int64_t i = extent; mirrored && i < length; ++i) {
    const Complex<T> opposite = lane[static_cast<size_t>(length - i)];
    lane[static_cast<size_t>(i)] = {opposite.re, -opposite.im};
  }
  return lane;
}

// What a transform along an axis takes and gives.
struct Transform {
  int64_t axis, length;
  bool inverse, mirrored;
  Shape shape;  // of the result
};

template <typename T>
absl::StatusOr<Tensor> TransformLanes(const Tensor& x, const Transform& how) {
  // Lanes count pairs, not numbers.
  const Shape places(x.shape().begin(), x.shape().end() - 1);
  const Shape results(how.shape.begin(), how.shape.end() - 1);
  const Lanes in = LanesAlong(places, how.axis), out = LanesAlong(results, how.axis);
  const Fourier<T> fourier(how.length, how.inverse);
  std::vector<T> values(static_cast<size_t>(NumElements(how.shape)));
  const int64_t parts = how.shape.back();
  int64_t lane = 0;
  in.ForEach([&](int64_t first, int64_t step) {
    const std::vector<Complex<T>> spectrum = fourier(
        ReadLane<T>(x, first, step, in.extent, how.length, how.mirrored), x.shape().back() == 1);
    const int64_t to = lane / in.inner * out.extent * out.inner + lane % in.inner;
    for (int64_t k = 0; k < out.extent; ++k) {
      T* at = values.data() + (to + k * out.inner) * parts;
      at[0] = spectrum[static_cast<size_t>(k)].re;
      if (parts == 2) at[1] = spectrum[static_cast<size_t>(k)].im;
    }
    ++lane;
  });
  return FromNumbers(x.type(), how.shape, values);
}

Results Dft(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 3));
  QCOMPILE_RETURN_IF_ERROR(RefuseAttribute(attributes, "axis"));
  const Tensor& x = operands[0]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckSignal(x));
  QCOMPILE_ASSIGN_OR_RETURN(const bool inverse, BoolAttribute(attributes, "inverse", false));
  QCOMPILE_ASSIGN_OR_RETURN(const bool onesided, BoolAttribute(attributes, "onesided", false));
  int64_t axis = -2;
  if (const Value* operand = OptionalOperand(operands, 2)) {
    QCOMPILE_ASSIGN_OR_RETURN(axis, SingleInteger(*operand, "the axis"));
  }
  QCOMPILE_ASSIGN_OR_RETURN(axis, NormalizeAxis(axis, x.rank()));
  if (axis == x.rank() - 1) {
    return absl::InvalidArgumentError("expected another axis than that of the parts");
  }
  const auto d = static_cast<size_t>(axis);
  Transform how{axis, x.shape()[d], inverse, inverse && onesided, x.shape()};
  if (how.mirrored) how.length = 2 * (x.shape()[d] - 1);
  if (const Value* operand = OptionalOperand(operands, 1)) {
    QCOMPILE_ASSIGN_OR_RETURN(how.length, SingleInteger(*operand, "the length"));
  }
  QCOMPILE_RETURN_IF_ERROR(CheckLength(how.length));
  how.shape[d] = onesided && !inverse ? how.length / 2 + 1 : how.length;
  how.shape.back() = how.mirrored ? 1 : 2;
  QCOMPILE_RETURN_IF_ERROR(CheckedSize(how.shape).status());
  return Single(
      WithFloats(x.type(), [&](auto zero) { return TransformLanes<decltype(zero)>(x, how); }));
}

// Spectra of windowed frames of a signal [batch, length, parts].
Results Stft(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 4));
  const Tensor& x = operands[0]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckSignal(x));
  if (x.rank() != 3) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected signals [batch, length, parts], found ", ShapeToString(x.shape())));
  }
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t step, SingleInteger(*operands[1], "the frame step"));
  QCOMPILE_ASSIGN_OR_RETURN(const bool onesided, BoolAttribute(attributes, "onesided", true));
  const Value *window = OptionalOperand(operands, 2), *given = OptionalOperand(operands, 3);
  if (window == nullptr && given == nullptr) {
    return absl::InvalidArgumentError("expected a window or a frame length, found neither");
  }
  int64_t length = window ? window->tensor.size() : 0;
  if (given != nullptr) {
    QCOMPILE_ASSIGN_OR_RETURN(length, SingleInteger(*given, "the frame length"));
  }
  QCOMPILE_RETURN_IF_ERROR(CheckLength(length));
  const int64_t extent = x.shape()[1], parts = x.shape()[2];
  if (step < 1 || length > extent ||
      (window != nullptr &&
       (window->tensor.size() != length || !window->tensor.type().IsFloat()))) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected a positive step and frames and a window of one length within ",
                     extent, ", found step ", step, ", length ", length));
  }
  const int64_t frames = 1 + (extent - length) / step, bins = onesided ? length / 2 + 1 : length;
  const Shape shape{x.shape()[0], frames, bins, 2};
  QCOMPILE_RETURN_IF_ERROR(CheckedSize(shape).status());
  return Single(WithFloats(x.type(), [&](auto zero) {
    using T = decltype(zero);
    const Fourier<T> fourier(length, false);
    std::vector<T> values;
    for (int64_t i = 0; i < shape[0] * frames; ++i) {
      std::vector<Complex<T>> frame;
      for (int64_t k = 0; k < length; ++k) {
        const int64_t at = (i / frames * extent + i % frames * step + k) * parts;
        const T weight = window != nullptr ? static_cast<T>(window->tensor.DoubleAt(k)) : T(1);
        frame.push_back(
            {weight * Load(x, at, T()), parts == 2 ? weight * Load(x, at + 1, T()) : T(0)});
      }
      const std::vector<Complex<T>> spectrum = fourier(std::move(frame), parts == 1);
      for (int64_t k = 0; k < bins; ++k) {
        values.push_back(spectrum[static_cast<size_t>(k)].re);
        values.push_back(spectrum[static_cast<size_t>(k)].im);
      }
    }
    return FromNumbers(x.type(), shape, values);
  }));
}

// Triangles over the bins of a spectrum whose corners are evenly spaced on the mel scale.
Results MelWeightMatrix(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 5, 5));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t bands, SingleInteger(*operands[0], "the mel bins"));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t length, SingleInteger(*operands[1], "the length"));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t rate, SingleInteger(*operands[2], "the sample rate"));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t number, IntAttribute(attributes, "output_datatype", 1));
  QCOMPILE_ASSIGN_OR_RETURN(const DataType type, FromOnnxType(number));
  for (size_t i : {3, 4}) {
    QCOMPILE_RETURN_IF_ERROR(CheckSingle(operands[i]->tensor, "an edge"));
  }
  QCOMPILE_RETURN_IF_ERROR(CheckLength(length));
  if (bands < 1 || bands > kMaxLength || rate < 1 || !type.IsFloat()) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected positive numbers of bins and samples and a float type, found ",
                     bands, ", ", rate, " and ", type.ToString()));
  }
  auto mel = [](double hertz) { return 2595 * std::log10(1 + hertz / 700); };
  const double low = mel(operands[3]->tensor.DoubleAt(0)),
               high = mel(operands[4]->tensor.DoubleAt(0));
  const int64_t rows = length / 2 + 1;
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t size, CheckedSize({rows, bands}));
  std::vector<int64_t> corners;
  for (int64_t i = 0; i < bands + 2; ++i) {
    const double at = low + static_cast<double>(i) * (high - low) / static_cast<double>(bands + 2);
    const double hertz = 700 * (std::pow(10.0, at / 2595) - 1);
    const double bin =
        std::floor(static_cast<double>(length + 1) * hertz / static_cast<double>(rate));
    if (!(bin >= 0 && bin < static_cast<double>(rows))) {
      return absl::InvalidArgumentError("expected edges within half of the sample rate");
    }
    corners.push_back(static_cast<int64_t>(bin));
  }
  std::vector<double> values(static_cast<size_t>(size), 0);
  for (int64_t band = 0; band < bands; ++band) {
    const auto b = static_cast<size_t>(band);
    const int64_t left = corners[b], centre = corners[b + 1], right = corners[b + 2];
    auto at = [&](int64_t row) -> double& {
      return values[static_cast<size_t>(row * bands + band)];
    };
    if (centre == left) at(centre) = 1;
    for (int64_t i = left; centre > left && i <= centre; ++i) {
      at(i) = static_cast<double>(i - left) / static_cast<double>(centre - left);
    }
    for (int64_t i = centre; i < right; ++i) {
      at(i) = static_cast<double>(right - i) / static_cast<double>(right - centre);
    }
  }
  return Single(absl::StatusOr<Tensor>(Tensor::FromReals(type, {rows, bands}, values)));
}

}  // namespace

void RegisterSignals(ReferenceTable& table) {
  table["onnx.DFT"] = Dft;
  table["onnx.MelWeightMatrix"] = MelWeightMatrix;
  table["onnx.STFT"] = Stft;
}

}  // namespace qcompile::runtime
