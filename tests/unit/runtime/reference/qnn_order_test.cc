// Tests carry the numbers of the rules in docs/Qnn.md.
#include "tests/unit/runtime/reference/qnn_testing.h"

namespace qcompile::runtime::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

using List = std::vector<int64_t>;

TEST(QnnArgMax, TiesGoToTheFirstOrLast) {
  const Value x = Integers(DataType::Signed(8), {2, 4}, {1, 5, 5, 2, -3, -3, -3, -3});
  const Value y = Evaluate("qnn.arg_max", {x}, {{"axis", int64_t{1}}});
  EXPECT_EQ(y.tensor.shape(), (Shape{2, 1}));
  EXPECT_EQ(y.tensor.type(), DataType::Int64());
  EXPECT_THAT(ToIntegers(y), ElementsAre(1, 0));
  EXPECT_THAT(ToIntegers(Evaluate("qnn.arg_max", {x}, {{"axis", int64_t{1}}, {"select_last", int64_t{1}}})),
              ElementsAre(2, 3));
  EXPECT_THAT(ToIntegers(Evaluate("qnn.arg_max", {x}, {{"axis", int64_t{0}}})), ElementsAre(0, 0, 0, 0));
}

TEST(QnnArgMax, arg_max_c1) {
  const Value x = Integers(DataType::Signed(8), {1, 0}, {});
  EXPECT_THAT(Failure("qnn.arg_max", {x}, {{"axis", int64_t{1}}}), HasSubstr("expected an axis with elements"));
  EXPECT_THAT(Failure("qnn.arg_max", {x}, {{"axis", int64_t{2}}}), HasSubstr("expected an axis"));
  EXPECT_THAT(Failure("qnn.arg_max", {Float(1)}, {{"axis", int64_t{0}}}), HasSubstr("integer type"));
}

// `shapes` of two results of one shape.
List Twice(const Shape &shape) {
  List list;
  for (int i = 0; i < 2; ++i) {
    list.push_back(static_cast<int64_t>(shape.size()));
    list.insert(list.end(), shape.begin(), shape.end());
  }
  return list;
}

std::pair<Value, Value> TopK(const Value &x, int64_t axis, bool smallest, const Shape &shape) {
  auto results = RunAll("qnn.top_k", {&x}, {{"axis", axis}, {"smallest", int64_t{smallest}}, {"shapes", Twice(shape)}});
  if (!results.ok() || results->size() != 2) {
    ADD_FAILURE() << results.status();
    return {};
  }
  return {(*results)[0], (*results)[1]};
}

TEST(QnnTopK, OrderAndTies) {
  const Value x = Integers(DataType::Unsigned(4), {1, 6}, {3, 9, 3, 9, 1, 3});
  const auto [values, positions] = TopK(x, 1, false, {1, 4});
  EXPECT_EQ(values.tensor.type(), DataType::Unsigned(4));
  EXPECT_EQ(positions.tensor.type(), DataType::Int64());
  EXPECT_THAT(ToIntegers(values), ElementsAre(9, 9, 3, 3));
  EXPECT_THAT(ToIntegers(positions), ElementsAre(1, 3, 0, 2));
  const auto [least, where] = TopK(x, 1, true, {1, 3});
  EXPECT_THAT(ToIntegers(least), ElementsAre(1, 3, 3));
  EXPECT_THAT(ToIntegers(where), ElementsAre(4, 0, 2));
  EXPECT_EQ(TopK(x, 1, true, {1, 0}).first.tensor.shape(), (Shape{1, 0}));
}

TEST(QnnTopK, InnerAxisBySelection) {
  // Taking the best remaining element again and again.
  std::mt19937 random(1);
  const Value x = RandomCodes(random, DataType::Signed(3), {2, 7, 3});
  for (bool smallest : {false, true}) {
    const auto [values, positions] = TopK(x, 1, smallest, {2, 5, 3});
    List expected_values(30), expected_positions(30);
    ForEachIndex({2, 3}, [&](const Index &index) {
      std::vector<bool> taken(7);
      for (int64_t k = 0; k < 5; ++k) {
        int64_t best = -1;
        for (int64_t i = 0; i < 7; ++i) {
          if (taken[static_cast<size_t>(i)])
            continue;
          const int64_t code = At(x, {index[0], i, index[1]});
          const int64_t other = best < 0 ? 0 : At(x, {index[0], best, index[1]});
          if (best < 0 || (smallest ? code < other : code > other))
            best = i;
        }
        taken[static_cast<size_t>(best)] = true;
        const auto to = static_cast<size_t>((index[0] * 5 + k) * 3 + index[1]);
        expected_values[to] = At(x, {index[0], best, index[1]});
        expected_positions[to] = best;
      }
    });
    EXPECT_THAT(ToIntegers(values), ElementsAreArray(expected_values));
    EXPECT_THAT(ToIntegers(positions), ElementsAreArray(expected_positions));
  }
}

TEST(QnnTopK, top_k_c1) {
  const Value x = Integers(DataType::Signed(4), {1, 2}, {1, 2});
  auto failure = [&](const List &shapes, int64_t axis = 1) {
    return Failure("qnn.top_k", {x}, {{"axis", axis}, {"shapes", shapes}});
  };
  EXPECT_THAT(failure(Twice({1, 3})), HasSubstr("at most 2 elements along axis 1"));
  EXPECT_THAT(failure(Twice({2, 2})), HasSubstr("expected two results of one shape"));
  EXPECT_THAT(failure({2, 1, 2}), HasSubstr("found 1 results"));
  EXPECT_THAT(failure({2, 1, 2, 2, 1, 1}), HasSubstr("expected two results of one shape"));
  EXPECT_THAT(failure({}), HasSubstr("found 0 results"));
  EXPECT_THAT(failure({2, 1, 2, 5, 1, 2}), HasSubstr("expected ranks and dimensions"));
  EXPECT_THAT(failure({-1, 1, 2}), HasSubstr("expected ranks and dimensions"));
  EXPECT_THAT(failure(Twice({1, -1})), HasSubstr("dimensions of at least 0"));
  EXPECT_THAT(failure(Twice({1, 2}), 2), HasSubstr("expected an axis"));
  EXPECT_THAT(Failure("qnn.top_k", {x}, {{"axis", int64_t{1}}}), HasSubstr("expected attribute 'shapes'"));
}

} // namespace
} // namespace qcompile::runtime::testing
