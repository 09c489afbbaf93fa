#include "runtime/reference/exact_linear.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "runtime/reference/quantized_view.h"

namespace qcompile::runtime {
namespace {

template <typename T>
std::vector<int32_t> WidenedFrom(const Tensor& codes) {
  absl::Span<const T> in = codes.Data<T>();
  return std::vector<int32_t>(in.begin(), in.end());
}

std::vector<int32_t> Widened(const Tensor& codes) {
  const bool is_unsigned = codes.type().kind == TypeKind::kUnsigned;
  switch (codes.type().ContainerSize()) {
    case 1:
      return is_unsigned ? WidenedFrom<uint8_t>(codes) : WidenedFrom<int8_t>(codes);
    case 2:
      return is_unsigned ? WidenedFrom<uint16_t>(codes) : WidenedFrom<int16_t>(codes);
    default:
      return WidenedFrom<int32_t>(codes);
  }
}

// Bits of the magnitude of every code: |code| <= 2^bits.
int MagnitudeBits(DataType type) {
  if (type.kind == TypeKind::kUnsigned) return type.bits;
  return type.kind == TypeKind::kSigned ? type.bits - 1 : 0;
}

// Whether the parameter (scale or zero point) is the same for all k, whatever the dimension is
// that k runs along: no element may move when k does.
bool ConstantAlongK(const Tensor& parameter, const Shape& codes, int64_t k_stride) {
  if (parameter.size() == 1) return true;
  const std::vector<int64_t> strides = RowMajorStrides(codes);
  for (size_t d = 0; d < codes.size(); ++d) {
    if (strides[d] == k_stride && codes[d] != 1 && parameter.shape()[d] != 1) return false;
  }
  return true;
}

bool IsZero(const Tensor& tensor) {
  absl::Span<const float> values = tensor.Floats();
  return std::all_of(values.begin(), values.end(), [](float v) { return v == 0; });
}

}  // namespace

ExactBias::ExactBias(const LinearTerms& terms, const Shape& result)
    : bias_(terms.beta == 0 ? nullptr : terms.bias), beta_(terms.beta) {
  if (bias_ == nullptr) return;
  values_.emplace(bias_->tensor.shape(), result);
  if (bias_->quantized) {
    scales_.emplace(bias_->quantized->scale.shape(), result);
    zeros_.emplace(bias_->quantized->zero_point.shape(), result);
  }
}

std::optional<float> ExactBias::NonFinite(int64_t i) const {
  if (bias_ == nullptr || bias_->quantized) return std::nullopt;
  const float value = bias_->tensor.Floats()[(*values_)(i)];
  if (std::isfinite(value)) return std::nullopt;
  return value * static_cast<float>(beta_);
}

void ExactBias::AddTo(ExactSum& sum, int64_t i) const {
  if (bias_ == nullptr) return;
  const int64_t at = (*values_)(i);
  if (!bias_->quantized) {
    sum.Add(ExactProduct(1).Times(bias_->tensor.Floats()[at]).Times(beta_));
    return;
  }
  const QuantizedView& view = *bias_->quantized;
  AddReading(view.codes.IntegerAt(at), view.scale.Floats()[(*scales_)(i)],
             view.zero_point.Floats()[(*zeros_)(i)], beta_, sum);
}

ExactMatrixProduct::Side ExactMatrixProduct::MakeSide(const QuantizedView& view,
                                                      MatrixLayout layout) {
  return Side{view, ReadingElements(view), layout, {}, !IsZero(view.zero_point)};
}

ExactMatrixProduct::ExactMatrixProduct(const QuantizedView& a, MatrixLayout a_layout,
                                       const QuantizedView& b, MatrixLayout b_layout, int64_t k)
    : a_(MakeSide(a, a_layout)), b_(MakeSide(b, b_layout)), k_(k) {
  const int a_bits = MagnitudeBits(a.codes.type()), b_bits = MagnitudeBits(b.codes.type());
  int k_bits = 0;
  while (k_bits < 62 && (int64_t{1} << k_bits) < k) ++k_bits;
  fast_ = a_bits <= 31 && b_bits <= 31 && a_bits + b_bits + k_bits <= 62;
  narrow_ = a_bits + b_bits + k_bits <= 30;
  for (const Side* side : {&a_, &b_}) {
    const Shape& shape = side->view.codes.shape();
    fast_ = fast_ && ConstantAlongK(side->view.scale, shape, side->layout.k_stride) &&
            ConstantAlongK(side->view.zero_point, shape, side->layout.k_stride);
  }
  if (fast_) {
    a_.codes = Widened(a.codes);
    b_.codes = Widened(b.codes);
  }
}

// Integer sums do not depend on their order, so the compiler may vectorize them.
template <typename Sum>
void ExactMatrixProduct::SumProducts(const int32_t* row, const int32_t* b, Sum* sums) const {
  const int64_t n = b_.layout.vectors;
  const int64_t a_step = a_.layout.k_stride;
  std::fill_n(sums, n, 0);
  if (b_.layout.k_stride == 1) {
    for (int64_t v = 0; v < n; ++v) {
      const int32_t* column = b + v * b_.layout.vector_stride;
      Sum sum = 0;
      if (a_step == 1) {
        for (int64_t k = 0; k < k_; ++k) sum += Sum{row[k]} * column[k];
      } else {
        for (int64_t k = 0; k < k_; ++k) sum += Sum{row[k * a_step]} * column[k];
      }
      sums[v] = sum;
    }
    return;
  }
  // The columns lie side by side (their stride is 1): walk the rows of b, which are contiguous.
  for (int64_t k = 0; k < k_; ++k) {
    const Sum factor = row[k * a_step];
    const int32_t* line = b + k * b_.layout.k_stride;
    for (int64_t v = 0; v < n; ++v) sums[v] += factor * line[v];
  }
}

std::vector<int64_t> ExactMatrixProduct::SumCodes(const Side& side, int64_t offset) const {
  std::vector<int64_t> sums(static_cast<size_t>(side.layout.vectors), 0);
  const int32_t* codes = side.codes.data() + offset;
  const bool along_k = side.layout.k_stride == 1;
  const int64_t lines = along_k ? side.layout.vectors : k_;
  const int64_t length = along_k ? k_ : side.layout.vectors;
  const int64_t line_stride = along_k ? side.layout.vector_stride : side.layout.k_stride;
  for (int64_t i = 0; i < lines; ++i, codes += line_stride) {
    if (along_k) {
      sums[i] = std::accumulate(codes, codes + length, int64_t{0});
    } else {
      for (int64_t v = 0; v < length; ++v) sums[v] += codes[v];
    }
  }
  return sums;
}

// alpha sa sb (sum of products - zb (sum of a) - za (sum of b) + k za zb)
void ExactMatrixProduct::AddFast(int64_t a_at, int64_t b_at, int64_t products, int64_t a_sum,
                                 int64_t b_sum, float alpha, ExactSum& sum) const {
  ExactProduct scale(1);
  scale.Times(alpha).Times(a_.elements.Scale(a_at)).Times(b_.elements.Scale(b_at));
  sum.Add(ExactProduct(scale).TimesInteger(products));
  if (!a_.has_zero_points && !b_.has_zero_points) return;
  const double za = a_.elements.ZeroPoint(a_at), zb = b_.elements.ZeroPoint(b_at);
  sum.Add(ExactProduct(scale).Times(zb).TimesInteger(a_sum).Negate());
  sum.Add(ExactProduct(scale).Times(za).TimesInteger(b_sum).Negate());
  sum.Add(ExactProduct(scale).Times(za).Times(zb).TimesInteger(k_));
}

// The sum over k of alpha sa sb (qa - za) (qb - zb)
void ExactMatrixProduct::AddSlow(int64_t a_at, int64_t b_at, float alpha, ExactSum& sum) const {
  for (int64_t k = 0; k < k_; ++k) {
    AddProduct(a_.elements, a_at + k * a_.layout.k_stride, b_.elements,
               b_at + k * b_.layout.k_stride, alpha, sum);
  }
}

void ExactMatrixProduct::Compute(int64_t a_offset, int64_t b_offset, float alpha,
                                 const ExactBias& bias, absl::Span<float> out) const {
  const int64_t rows = a_.layout.vectors, columns = b_.layout.vectors;
  std::vector<int64_t> sums(static_cast<size_t>(columns));
  std::vector<int32_t> narrow_sums(static_cast<size_t>(columns));
  std::vector<int64_t> a_sums(static_cast<size_t>(rows), 0), b_sums(sums);
  if (fast_ && k_ > 0 && b_.has_zero_points) a_sums = SumCodes(a_, a_offset);
  if (fast_ && k_ > 0 && a_.has_zero_points) b_sums = SumCodes(b_, b_offset);
  ExactSum sum;
  for (int64_t m = 0; m < rows; ++m) {
    const int64_t a_at = a_offset + a_.At(m, 0);
    if (fast_ && k_ > 0) {
      const int32_t *row = a_.codes.data() + a_at, *matrix = b_.codes.data() + b_offset;
      if (narrow_) {
        SumProducts(row, matrix, narrow_sums.data());
        std::copy(narrow_sums.begin(), narrow_sums.end(), sums.begin());
      } else {
        SumProducts(row, matrix, sums.data());
      }
    }
    for (int64_t n = 0; n < columns; ++n) {
      const int64_t i = m * columns + n, b_at = b_offset + b_.At(n, 0);
      if (std::optional<float> special = bias.NonFinite(i)) {
        out[i] = *special;
        continue;
      }
      sum.Clear();
      // Without terms there are no first elements to take the scales from.
      if (fast_ && k_ > 0) AddFast(a_at, b_at, sums[n], a_sums[m], b_sums[n], alpha, sum);
      if (!fast_) AddSlow(a_at, b_at, alpha, sum);
      bias.AddTo(sum, i);
      out[i] = sum.RoundToFloat();
    }
  }
}

}  // namespace qcompile::runtime
