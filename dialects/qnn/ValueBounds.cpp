//===- ValueBounds.cpp - Bounds of integer dot products -------------------===//
#include "dialects/qnn/ValueBounds.h"

#include <algorithm>

#include "dialects/data/ElementStorage.h"
#include "llvm/ADT/bit.h"

namespace qcompile::qnn {

runtime::DataType Bounds::narrowestType() const {
  if (low >= 0)
    return runtime::DataType::Unsigned(std::max(1, llvm::bit_width(uint64_t(high))));
  uint64_t magnitude = std::max(uint64_t(-(low + 1)), high < 0 ? 0 : uint64_t(high));
  return runtime::DataType::Signed(1 + llvm::bit_width(magnitude));
}

Bounds getTypeBounds(mlir::Type elementType) {
  runtime::DataType type = *data::getDataType(elementType);
  return {type.MinValue(), type.MaxValue()};
}

/// A 128-bit value as 62-bit bound; nothing where it does not fit.
static std::optional<Bounds> narrow(__int128 low, __int128 high) {
  constexpr __int128 limit = __int128{1} << 62;
  if (low < -limit || high >= limit)
    return std::nullopt;
  return Bounds{int64_t(low), int64_t(high)};
}

Bounds unite(Bounds a, Bounds b) { return {std::min(a.low, b.low), std::max(a.high, b.high)}; }

Bounds unite(llvm::ArrayRef<Bounds> bounds) {
  Bounds all = bounds.empty() ? Bounds{} : bounds.front();
  for (Bounds b : bounds)
    all = unite(all, b);
  return all;
}

namespace {
/// Per output, the sums of positive weights and of the magnitudes of negative ones.
struct SignedSums {
  explicit SignedSums(int64_t outputs) : positive(outputs), negative(outputs) {}
  void add(int64_t output, int64_t weight) {
    (weight > 0 ? positive : negative)[output] += weight > 0 ? weight : -__int128(weight);
  }
  std::vector<__int128> positive, negative;
};
} // namespace

static std::optional<std::vector<Bounds>> getBounds(Bounds input, const SignedSums &sums) {
  std::vector<Bounds> out;
  for (auto [positive, negative] : llvm::zip(sums.positive, sums.negative)) {
    // Any subset of the terms may have been added: each term contributes its extreme or nothing.
    __int128 high =
        std::max<__int128>(input.high, 0) * positive + std::max<__int128>(-__int128(input.low), 0) * negative;
    __int128 low =
        std::min<__int128>(input.low, 0) * positive + std::min<__int128>(-__int128(input.high), 0) * negative;
    std::optional<Bounds> bounds = narrow(low, high);
    if (!bounds)
      return std::nullopt;
    out.push_back(*bounds);
  }
  return out;
}

std::optional<std::vector<Bounds>> getDotProductBounds(Bounds input, const runtime::Tensor &weights, int64_t outputs,
                                                       llvm::function_ref<int64_t(int64_t)> outputOf) {
  SignedSums sums(outputs);
  for (int64_t i = 0; i < weights.size(); ++i)
    sums.add(outputOf(i), weights.IntegerAt(i));
  return getBounds(input, sums);
}

/// Weights of one byte, the common case, in rows of `inner` elements for one output each: networks have millions.
template <typename T>
static void addBytes(const runtime::Tensor &weights, int64_t outputs, int64_t inner, SignedSums &sums) {
  const T *row = weights.Data<T>().data();
  for (int64_t r = 0; r < weights.size() / inner; ++r, row += inner) {
    int64_t sum = 0, magnitude = 0;
    for (int64_t i = 0; i < inner; ++i) {
      sum += row[i];
      magnitude += row[i] < 0 ? -row[i] : row[i];
    }
    sums.positive[r % outputs] += (magnitude + sum) / 2;
    sums.negative[r % outputs] += (magnitude - sum) / 2;
  }
}

std::optional<std::vector<Bounds>> getDotProductBounds(Bounds input, const runtime::Tensor &weights, int64_t axis) {
  int64_t outputs = weights.shape()[axis];
  int64_t inner = 1;
  for (int64_t d = axis + 1; d < weights.rank(); ++d)
    inner *= weights.shape()[d];
  SignedSums sums(outputs);
  if (weights.type().ContainerSize() == 1 && weights.size() > 0) {
    if (weights.type().kind == runtime::TypeKind::kUnsigned)
      addBytes<uint8_t>(weights, outputs, inner, sums);
    else
      addBytes<int8_t>(weights, outputs, inner, sums);
  } else {
    for (int64_t i = 0; i < weights.size(); ++i)
      sums.add(i / inner % outputs, weights.IntegerAt(i));
  }
  return getBounds(input, sums);
}

/// The interval of products, as exact 128-bit numbers: factors have at most 64 bits.
static std::pair<__int128, __int128> multiply(Bounds lhs, Bounds rhs) {
  __int128 products[] = {__int128(lhs.low) * rhs.low, __int128(lhs.low) * rhs.high, __int128(lhs.high) * rhs.low,
                         __int128(lhs.high) * rhs.high};
  return {*std::min_element(products, products + 4), *std::max_element(products, products + 4)};
}

std::optional<Bounds> getDotProductBounds(Bounds lhs, Bounds rhs, int64_t count) {
  auto [low, high] = multiply(lhs, rhs);
  // Refuse before multiplying by the count.
  if (!narrow(low, high))
    return std::nullopt;
  return narrow(std::min<__int128>(low, 0) * count, std::max<__int128>(high, 0) * count);
}

std::optional<Bounds> getProductBounds(Bounds lhs, Bounds rhs) {
  auto [low, high] = multiply(lhs, rhs);
  return narrow(low, high);
}

std::optional<Bounds> getSumBounds(Bounds lhs, Bounds rhs) {
  Bounds either = unite(unite(lhs, rhs), Bounds{});
  return narrow(std::min<__int128>(either.low, __int128(lhs.low) + rhs.low),
                std::max<__int128>(either.high, __int128(lhs.high) + rhs.high));
}

} // namespace qcompile::qnn
