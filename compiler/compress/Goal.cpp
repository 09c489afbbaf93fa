//===- Goal.cpp - What a search has to reach ------------------------------===//
#include "compiler/compress/Goal.h"

#include <cmath>

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace qcompile::compress {

static constexpr StringLiteral kNames[] = {"drop", "size", "bops", "macs"};

StringRef getQuantityName(Quantity quantity) { return kNames[size_t(quantity)]; }

std::optional<Quantity> parseQuantity(StringRef name) {
  for (auto [index, known] : enumerate(kNames))
    if (known == name)
      return Quantity(index);
  return std::nullopt;
}

double getCost(const ModelCost &model, size_t cost) {
  return cost == 0 ? model.bits : cost == 1 ? model.bops : model.macs;
}

bool Goal::isEmpty() const {
  return !maxDrop && none_of(maxCosts, [](const auto &limit) { return limit.has_value(); });
}

Quantity Goal::getObjective() const {
  if (minimise)
    return *minimise;
  if (!maxDrop)
    return Quantity::Drop;
  for (size_t cost = 0; cost < kCosts; ++cost)
    if (maxCosts[cost])
      return Quantity(cost + 1);
  return Quantity::Size;
}

size_t Goal::getMainCost() const {
  if (Quantity objective = getObjective(); objective != Quantity::Drop)
    return size_t(objective) - 1;
  for (size_t cost = 0; cost < kCosts; ++cost)
    if (maxCosts[cost])
      return cost;
  return 0;
}

Expected<Limit> parseLimit(Quantity quantity, StringRef text) {
  StringRef number = text.trim();
  Limit out;
  out.relative = number.consume_back("%");
  if (number.getAsDouble(out.value) || !std::isfinite(out.value) || out.value < 0)
    return createStringError(
        "expected " + Twine(quantity == Quantity::Size ? "bytes or a part like 40%" : "a number or a part like 40%") +
        ", found '" + text + "'");
  if (out.relative)
    out.value /= 100;
  else if (quantity == Quantity::Size)
    out.value *= 8;
  return out;
}

std::string formatCost(size_t cost, double value, double source) {
  std::string out;
  raw_string_ostream os(out);
  os << format("%.0f", cost == 0 ? std::ceil(value / 8) : value) << (cost == 0 ? " bytes" : "");
  if (source > 0)
    os << format(" (%.2f %%)", 100 * value / source);
  return out;
}

} // namespace qcompile::compress
