//===- Goal.h - What a search has to reach ----------------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_COMPRESS_GOAL_H
#define QCOMPILE_COMPILER_COMPRESS_GOAL_H

#include <array>
#include <optional>
#include <string>

#include "compiler/compress/ModelCost.h"
#include "llvm/Support/Error.h"

namespace qcompile::compress {

/// What may be limited or minimised: how much worse the metric gets, the bits of all weights, bit operations, and
/// multiplications.
enum class Quantity { Drop, Size, Bops, Macs };
inline constexpr size_t kCosts = 3; ///< the quantities behind Drop

/// "drop", "size", "bops", "macs".
llvm::StringRef getQuantityName(Quantity quantity);
std::optional<Quantity> parseQuantity(llvm::StringRef name);
/// The cost number `cost` (0: size) of a model.
double getCost(const ModelCost &model, size_t cost);

/// A bound in the quantity's unit (size: bits), or a part of the source model's cost.
struct Limit {
  double value = 0;
  bool relative = false;
  double get(double source) const { return relative ? value * source : value; }
};

struct Goal {
  std::optional<double> maxDrop; ///< points, dB or mean squared error
  std::array<std::optional<Limit>, kCosts> maxCosts;
  /// What is minimised within the limits. By default the drop where it is not limited, else the first cost that is,
  /// else the size.
  std::optional<Quantity> minimise;

  bool isEmpty() const;
  Quantity getObjective() const;
  /// The cost that is minimised, else the first that is limited, else the size.
  size_t getMainCost() const;
};

/// "40%", or a number: bytes for the size.
llvm::Expected<Limit> parseLimit(Quantity quantity, llvm::StringRef text);

/// "1234 bytes (40.10 %)", "1200000 (12.30 %)": a cost beside the source model's.
std::string formatCost(size_t cost, double value, double source);

} // namespace qcompile::compress

#endif // QCOMPILE_COMPILER_COMPRESS_GOAL_H
