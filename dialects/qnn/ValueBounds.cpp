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

std::optional<std::vector<Bounds>> getDotProductBounds(Bounds input,
                                                       const runtime::Tensor &weights) {
  int64_t rows = weights.shape()[0], columns = weights.shape()[1];
  std::vector<__int128> positive(columns), negative(columns);
  for (int64_t i = 0; i < rows * columns; ++i) {
    int64_t w = weights.IntegerAt(i);
    (w > 0 ? positive : negative)[i % columns] += w > 0 ? w : -__int128(w);
  }
  std::vector<Bounds> out;
  for (int64_t m = 0; m < columns; ++m) {
    // Any subset of the terms may have been added: each term contributes its extreme or nothing.
    __int128 high = std::max<__int128>(input.high, 0) * positive[m] +
                    std::max<__int128>(-__int128(input.low), 0) * negative[m];
    __int128 low = std::min<__int128>(input.low, 0) * positive[m] +
                   std::min<__int128>(-__int128(input.high), 0) * negative[m];
    std::optional<Bounds> bounds = narrow(low, high);
    if (!bounds)
      return std::nullopt;
    out.push_back(*bounds);
  }
  return out;
}

std::optional<Bounds> getDotProductBounds(Bounds lhs, Bounds rhs, int64_t count) {
  __int128 products[] = {__int128(lhs.low) * rhs.low, __int128(lhs.low) * rhs.high,
                         __int128(lhs.high) * rhs.low, __int128(lhs.high) * rhs.high};
  __int128 high = std::max<__int128>(*std::max_element(products, products + 4), 0);
  __int128 low = std::min<__int128>(*std::min_element(products, products + 4), 0);
  // Products have at most 126 bits; refuse before multiplying by the count.
  constexpr __int128 limit = __int128{1} << 62;
  if (high >= limit || -low >= limit)
    return std::nullopt;
  return narrow(low * count, high * count);
}

} // namespace qcompile::qnn
