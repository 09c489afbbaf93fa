// Tests carry the numbers of the rules in docs/Qnn.md.
#include <limits>

#include "tests/unit/runtime/reference/qnn_testing.h"

namespace qcompile::runtime::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

NamedAttributes Type(const std::string &name) { return {{"result_type", name}}; }

TEST(QnnMatmul, Batches) {
  std::mt19937 random(1);
  struct Case {
    Shape a, b, y;
  };
  for (const auto &[a, b, y] :
       {Case{{2, 3, 4}, {2, 4, 5}, {2, 3, 5}}, Case{{2, 1, 3, 4}, {1, 3, 4, 2}, {2, 3, 3, 2}},
        Case{{1, 3, 4}, {5, 4, 1}, {5, 3, 1}}, Case{{2, 3, 4}, {4, 5}, {2, 3, 5}}, Case{{4}, {4, 5}, {5}},
        Case{{2, 3, 0}, {2, 0, 2}, {2, 3, 2}}, Case{{0, 3, 4}, {1, 4, 2}, {0, 3, 2}}}) {
    for (DataType type : {DataType::Signed(3), DataType::Bipolar(), DataType::Signed(25)}) {
      const Value left = RandomCodes(random, type, a), right = RandomCodes(random, type, b);
      std::vector<int64_t> expected;
      ForEachIndex(y, [&](const Index &index) {
        __int128 sum = 0;
        for (int64_t k = 0; k < a.back(); ++k) {
          Index i = index, j = index;
          i.back() = k;
          j = b.size() == 2 ? Index{k, index.back()} : j;
          j[j.size() - 2] = k;
          // Extents of 1 are broadcast.
          for (size_t d = 0; d + 2 < a.size() && b.size() > 2; ++d) {
            i[d] = a[d] == 1 ? 0 : i[d];
            j[d] = b[d] == 1 ? 0 : j[d];
          }
          sum += static_cast<__int128>(At(left, i)) * At(right, j);
        }
        expected.push_back(static_cast<int64_t>(sum));
      });
      const Value result = Evaluate("qnn.matmul", {left, right}, Type("int60"));
      EXPECT_EQ(result.tensor.shape(), y);
      EXPECT_THAT(ToIntegers(result), ElementsAreArray(expected));
    }
  }
}

TEST(QnnMatmul, matmul_c1_batch) {
  const Value a = Integers(DataType::Signed(2), {2, 1, 1}, {1, 1});
  const Value b = Integers(DataType::Signed(2), {3, 1, 1}, {1, 1, 1});
  EXPECT_THAT(Failure("qnn.matmul", {a, b}, Type("int8")), HasSubstr("expected shapes that broadcast"));
  const Value c = Integers(DataType::Signed(2), {1, 1, 1, 1}, {1});
  EXPECT_THAT(Failure("qnn.matmul", {a, c}, Type("int8")), HasSubstr("inner dimensions agree"));
  const Value vector = Integers(DataType::Signed(2), {1}, {1});
  EXPECT_THAT(Failure("qnn.matmul", {vector, vector}, Type("int8")), HasSubstr("inner dimensions agree"));
}

NamedAttributes Multipliers(int64_t left, int64_t right, const std::string &type) {
  return {{"lhs_multiplier", left}, {"rhs_multiplier", right}, {"result_type", type}};
}

TEST(QnnAdd, WeightedAndBroadcast) {
  const Value a = Integers(DataType::Unsigned(2), {2, 1}, {1, 3});
  const Value b = Integers(DataType::Signed(2), {3}, {-2, 0, 1});
  const Value y = Evaluate("qnn.add", {a, b}, Multipliers(3, -5, "int6"));
  EXPECT_EQ(y.tensor.shape(), (Shape{2, 3}));
  EXPECT_EQ(y.tensor.type(), DataType::Signed(6));
  EXPECT_THAT(ToIntegers(y), ElementsAre(13, 3, -2, 19, 9, 4));
}

TEST(QnnAdd, add_c1) {
  EXPECT_THAT(Failure("qnn.add", {Int64s({1, 2}), Int64s({1, 2, 3})}, Multipliers(1, 1, "int8")),
              HasSubstr("expected shapes that broadcast"));
  EXPECT_THAT(Failure("qnn.add", {Float(1), Int64s({1})}, Multipliers(1, 1, "int8")),
              HasSubstr("left operand of an integer type"));
}

TEST(QnnAdd, add_c2) {
  EXPECT_EQ(Failure("qnn.add", {Int64s({1}), Int64s({1})}, Multipliers(0, 1, "int8")),
            "expected multipliers that are not 0, found 0 and 1");
  EXPECT_EQ(Failure("qnn.add", {Int64s({1}), Int64s({1})}, Multipliers(2, 0, "int8")),
            "expected multipliers that are not 0, found 2 and 0");
}

TEST(QnnAdd, add_c3) {
  EXPECT_EQ(Failure("qnn.add", {Int64s({100}), Int64s({28})}, Multipliers(1, 1, "int8")),
            "value 128 does not fit type int8");
  const int64_t highest = std::numeric_limits<int64_t>::max();
  EXPECT_THAT(Failure("qnn.add", {Int64s({2}), Int64s({1})}, Multipliers(highest, -1, "int64")),
              HasSubstr("at most 64 bits"));
}

TEST(QnnMul, Products) {
  const Value a = Integers(DataType::Bipolar(), {2, 1}, {-1, 1});
  const Value b = Integers(DataType::Signed(8), {1, 2}, {-128, 5});
  const Value y = Evaluate("qnn.mul", {a, b}, Type("int9"));
  EXPECT_EQ(y.tensor.shape(), (Shape{2, 2}));
  EXPECT_THAT(ToIntegers(y), ElementsAre(128, -5, -128, 5));
}

TEST(QnnMul, mul_c1) {
  EXPECT_THAT(Failure("qnn.mul", {Int64s({1, 2}), Int64s({1, 2, 3})}, Type("int8")),
              HasSubstr("expected shapes that broadcast"));
}

TEST(QnnMul, mul_c2) {
  EXPECT_EQ(Failure("qnn.mul", {Int64s({-128}), Int64s({-1})}, Type("int8")), "value 128 does not fit type int8");
  const int64_t lowest = std::numeric_limits<int64_t>::min();
  EXPECT_THAT(Failure("qnn.mul", {Int64s({lowest}), Int64s({-1})}, Type("int64")), HasSubstr("at most 64 bits"));
}

} // namespace
} // namespace qcompile::runtime::testing
