// Tests carry the numbers of the rules in docs/Qnn.md.
#include <limits>

#include "tests/unit/runtime/reference/qnn_testing.h"

namespace qcompile::runtime::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

const int64_t kLowest = std::numeric_limits<int64_t>::min();
const int64_t kHighest = std::numeric_limits<int64_t>::max();

NamedAttributes Table(Tensor values, int64_t low, const std::string &type, int64_t axis = 1) {
  return {{"values", std::move(values)}, {"low", low}, {"axis", axis}, {"result_type", type}};
}

TEST(QnnTable, RowsAndClamping) {
  const Tensor rows = Integers(DataType::Unsigned(3), {2, 3}, {7, 0, 5, 1, 2, 3}).tensor;
  const Value x = Integers(DataType::Signed(8), {3, 2}, {-100, -100, -1, 0, 1, 100});
  // low -1: position 0 for everything up to -1, 2 for everything from 1 on.
  const Value y = Evaluate("qnn.table", {x}, Table(rows, -1, "uint3"));
  EXPECT_EQ(y.tensor.type(), DataType::Unsigned(3));
  EXPECT_THAT(ToIntegers(y), ElementsAre(7, 1, 7, 2, 5, 3));
  const Tensor row = Integers(DataType::Bipolar(), {1, 2}, {-1, 1}).tensor;
  EXPECT_THAT(ToIntegers(Evaluate("qnn.table", {x}, Table(row, 0, "bipolar"))), ElementsAre(-1, -1, -1, -1, 1, 1));
}

TEST(QnnTable, Extremes) {
  const Tensor row = Integers(DataType::Unsigned(2), {1, 3}, {1, 2, 3}).tensor;
  const Value x = Int64s({kLowest, 0, kHighest});
  EXPECT_THAT(ToIntegers(Evaluate("qnn.table", {x}, Table(row, kLowest, "uint2", 0))), ElementsAre(1, 3, 3));
  EXPECT_THAT(ToIntegers(Evaluate("qnn.table", {x}, Table(row, kHighest - 1, "uint2", 0))), ElementsAre(1, 1, 2));
}

TEST(QnnTable, table_c1) {
  const Value x = Integers(DataType::Signed(8), {1, 3}, {1, 2, 3});
  for (const Shape &shape : {Shape{1, 0}, Shape{2}, Shape{1, 65537}, Shape{1, 1, 1}})
    EXPECT_THAT(Failure("qnn.table", {x}, Table(Tensor(DataType::Unsigned(2), shape), 0, "uint2")),
                HasSubstr("expected a table of 1 to 65536 values per channel"));
  EXPECT_THAT(Failure("qnn.table", {x}, Table(Tensor(DataType::Unsigned(2), Shape{2, 4}), 0, "uint2")),
              HasSubstr("expected 1 or 3 table rows"));
  EXPECT_THAT(Failure("qnn.table", {x}, Table(Tensor(DataType::Unsigned(2), Shape{1, 4}), 0, "uint3")),
              HasSubstr("expected values of type uint3, found uint2"));
}

NamedAttributes Requantize(std::vector<int64_t> multipliers, std::vector<int64_t> offsets, int64_t shift,
                           const std::string &mode, int64_t low, int64_t high, const std::string &type,
                           int64_t axis = 0) {
  return {{"multipliers", Int64s(std::move(multipliers)).tensor},
          {"offsets", Int64s(std::move(offsets)).tensor},
          {"shift", shift},
          {"rounding", mode},
          {"low", low},
          {"high", high},
          {"result_type", type},
          {"axis", axis}};
}

// Rounds value / 2^shift by distances: the nearest integers on both sides of the rational number.
int64_t RoundByDistance(__int128 value, int64_t shift, const std::string &mode) {
  const __int128 one = static_cast<__int128>(1) << shift;
  const __int128 towards_zero = value / one; // C++ truncates
  const bool exact = towards_zero * one == value;
  const __int128 away = exact ? towards_zero : towards_zero + (value < 0 ? -1 : 1);
  const __int128 upper = std::max(towards_zero, away), lower = std::min(towards_zero, away);
  if (mode == "CEIL")
    return static_cast<int64_t>(upper);
  if (mode == "FLOOR")
    return static_cast<int64_t>(lower);
  if (mode == "UP")
    return static_cast<int64_t>(away);
  if (mode == "DOWN")
    return static_cast<int64_t>(towards_zero);
  const __int128 up = upper * one - value, down = value - lower * one;
  if (up != down)
    return static_cast<int64_t>(up < down ? upper : lower);
  if (mode == "HALF_UP")
    return static_cast<int64_t>(away);
  if (mode == "HALF_DOWN")
    return static_cast<int64_t>(towards_zero);
  return static_cast<int64_t>(upper % 2 == 0 ? upper : lower);
}

const std::vector<std::string> kModes = {"ROUND", "CEIL", "FLOOR", "UP", "DOWN", "HALF_UP", "HALF_DOWN"};

TEST(QnnRequantize, AllModesAroundZero) {
  // x / 4 for x in -8 to 8: exact, ties, and both other quarters, of both signs.
  std::vector<int64_t> x;
  for (int64_t i = -8; i <= 8; ++i)
    x.push_back(i);
  for (const std::string &mode : kModes) {
    std::vector<int64_t> expected;
    for (int64_t i : x)
      expected.push_back(RoundByDistance(i, 2, mode));
    EXPECT_THAT(ToIntegers(Evaluate("qnn.requantize", {Int64s(x)}, Requantize({1}, {0}, 2, mode, -100, 100, "int8"))),
                ElementsAreArray(expected))
        << mode;
  }
  // The same by hand for half to even: -2, -7/4, -3/2, -5/4, -1, -3/4, -1/2, -1/4, 0, ...
  EXPECT_THAT(ToIntegers(Evaluate("qnn.requantize", {Int64s(x)}, Requantize({1}, {0}, 2, "ROUND", -100, 100, "int8"))),
              ElementsAre(-2, -2, -2, -1, -1, -1, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2));
}

TEST(QnnRequantize, ExactRationalRounding) {
  std::mt19937 random(1);
  for (const std::string &mode : kModes) {
    for (int64_t shift : {0, 1, 2, 7, 31, 61, 62}) {
      std::vector<int64_t> x, expected;
      const auto multiplier = static_cast<int64_t>(random() % 2000001) - 1000000;
      const int64_t offset = static_cast<int64_t>(random()) - (int64_t{1} << 31);
      for (int i = 0; i < 50; ++i)
        x.push_back(static_cast<int64_t>(random()) - (int64_t{1} << 31));
      for (int64_t i : x)
        expected.push_back(RoundByDistance(static_cast<__int128>(i) * multiplier + offset, shift, mode));
      const Value y = Evaluate("qnn.requantize", {Int64s(x)},
                               Requantize({multiplier}, {offset}, shift, mode, kLowest, kHighest, "int64"));
      EXPECT_THAT(ToIntegers(y), ElementsAreArray(expected)) << mode << " " << shift;
    }
  }
}

TEST(QnnRequantize, TiesOfLargeShifts) {
  // 2^61 / 2^62 is a half.
  const int64_t half = int64_t{1} << 61;
  for (const auto &[mode, up, down] :
       {std::tuple{"ROUND", 0, 0}, std::tuple{"HALF_UP", 1, -1}, std::tuple{"HALF_DOWN", 0, 0},
        std::tuple{"CEIL", 1, 0}, std::tuple{"FLOOR", 0, -1}, std::tuple{"UP", 1, -1}, std::tuple{"DOWN", 0, 0}})
    EXPECT_THAT(
        ToIntegers(Evaluate("qnn.requantize", {Int64s({half, -half})}, Requantize({1}, {0}, 62, mode, -1, 1, "int2"))),
        ElementsAre(up, down))
        << mode;
}

TEST(QnnRequantize, PerChannelAndClamped) {
  const Value x = Integers(DataType::Signed(8), {2, 2}, {4, 4, -5, 100});
  const Value y = Evaluate("qnn.requantize", {x}, Requantize({1, -3}, {2}, 1, "FLOOR", 0, 6, "uint3", 1));
  // (4 + 2) / 2, (-12 + 2) / 2, (-5 + 2) / 2, (-300 + 2) / 2
  EXPECT_THAT(ToIntegers(y), ElementsAre(3, 0, 0, 0));
  EXPECT_THAT(ToIntegers(Evaluate("qnn.requantize", {x}, Requantize({1}, {2, -8}, 1, "FLOOR", -6, 6, "int4", 1))),
              ElementsAre(3, -2, -2, 6));
}

TEST(QnnRequantize, requantize_c1) {
  const Value x = Int64s({1, 2, 3});
  EXPECT_THAT(Failure("qnn.requantize", {x}, Requantize({1, 2}, {0}, 1, "ROUND", 0, 1, "uint1")),
              HasSubstr("expected 1 or 3 multipliers"));
  EXPECT_THAT(Failure("qnn.requantize", {x}, Requantize({1}, {0, 1}, 1, "ROUND", 0, 1, "uint1")),
              HasSubstr("expected 1 or 3 offsets"));
  for (int64_t shift : {int64_t{-1}, int64_t{63}, kLowest, kHighest})
    EXPECT_THAT(Failure("qnn.requantize", {x}, Requantize({1}, {0}, shift, "ROUND", 0, 1, "uint1")),
                HasSubstr("expected a shift from 0 to 62"));
}

TEST(QnnRequantize, requantize_c2) {
  const int64_t limit = int64_t{1} << 62;
  for (int64_t x : {limit, -limit - 1, kLowest, kHighest})
    EXPECT_THAT(Failure("qnn.requantize", {Int64s({x})}, Requantize({1}, {0}, 1, "ROUND", 0, 1, "uint1")),
                HasSubstr("at most 62 bits"));
  for (int64_t x : {limit - 1, -limit})
    EXPECT_EQ(Failure("qnn.requantize", {Int64s({x})}, Requantize({1}, {0}, 1, "ROUND", 0, 1, "uint1")), "ok");
  EXPECT_THAT(
      Failure("qnn.requantize", {Int64s({kLowest})}, Requantize({kLowest}, {kLowest}, 1, "ROUND", 0, 1, "uint1")),
      HasSubstr("at most 62 bits"));
}

TEST(QnnRequantize, requantize_c3) {
  EXPECT_THAT(Failure("qnn.requantize", {Int64s({1})}, Requantize({1}, {0}, 1, "ROUND", 1, 0, "uint1")),
              HasSubstr("expected ordered bounds of type uint1, found 1 and 0"));
  EXPECT_THAT(Failure("qnn.requantize", {Int64s({1})}, Requantize({1}, {0}, 1, "ROUND", 0, 2, "uint1")),
              HasSubstr("expected ordered bounds"));
  EXPECT_THAT(Failure("qnn.requantize", {Int64s({1})}, Requantize({1}, {0}, 1, "ROUND", -1, 1, "bipolar")),
              HasSubstr("expected ordered bounds"));
}

TEST(QnnThreshold, ManyLevels) {
  // Counting by comparison, for rows in both directions with equal neighbours.
  std::mt19937 random(2);
  std::vector<int64_t> row(255);
  for (int64_t &t : row)
    t = static_cast<int64_t>(random() % 200) - 100;
  for (int64_t direction : {1, -1}) {
    std::sort(row.begin(), row.end(), [&](int64_t a, int64_t b) { return direction == 1 ? a < b : a > b; });
    std::vector<int64_t> x, expected;
    for (int64_t i = -110; i <= 110; ++i) {
      x.push_back(i);
      int64_t reached = 0;
      for (int64_t t : row)
        reached += direction == 1 ? i >= t : i <= t;
      expected.push_back(reached);
    }
    const NamedAttributes attributes = {{"thresholds", Integers(DataType::Signed(8), {1, 255}, row).tensor},
                                        {"directions", std::vector<int64_t>{direction}},
                                        {"low", int64_t{0}},
                                        {"step", int64_t{1}},
                                        {"axis", int64_t{0}},
                                        {"result_type", std::string("uint8")}};
    EXPECT_THAT(ToIntegers(Evaluate("qnn.threshold", {Int64s(x)}, attributes)), ElementsAreArray(expected));
  }
}

} // namespace
} // namespace qcompile::runtime::testing
