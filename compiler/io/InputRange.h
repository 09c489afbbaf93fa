//===- InputRange.h - What random samples of an input may be ----*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_IO_INPUTRANGE_H
#define QCOMPILE_COMPILER_IO_INPUTRANGE_H

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>

namespace qcompile {

/// The numbers from `low` to `high` that an input may be for what the model does with it.
struct InputRange {
  int64_t low = INT64_MIN, high = INT64_MAX;
  bool isWhole = true; ///< whole numbers, of a float too
  std::string node;    ///< one that asks for them

  bool isEmpty() const { return low > high; }
  void intersect(const InputRange &other) {
    if (node.empty() || other.low > low || other.high < high)
      node = other.node;
    low = std::max(low, other.low);
    high = std::min(high, other.high);
    isWhole |= other.isWhole;
  }
};

/// By name of input; others may be anything.
using InputRanges = std::map<std::string, InputRange>;

} // namespace qcompile

#endif // QCOMPILE_COMPILER_IO_INPUTRANGE_H
