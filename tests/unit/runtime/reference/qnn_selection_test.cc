// Tests carry the numbers of the rules in docs/Qnn.md.
#include <limits>

#include "tests/unit/runtime/reference/qnn_testing.h"

namespace qcompile::runtime::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

using List = std::vector<int64_t>;
const int64_t kHighest = std::numeric_limits<int64_t>::max();

NamedAttributes Pad(const List &low, const List &high, const List &values, int64_t axis, const std::string &type) {
  return {{"low", low}, {"high", high}, {"values", Int64s(values).tensor}, {"axis", axis}, {"result_type", type}};
}

TEST(QnnPad, PerChannelAndUneven) {
  const Value x = Integers(DataType::Unsigned(2), {1, 2, 2}, {1, 2, 3, 0});
  const Value y = Evaluate("qnn.pad", {x}, Pad({0, 0, 1}, {0, 0, 2}, {-1, 7}, 1, "int4"));
  EXPECT_EQ(y.tensor.shape(), (Shape{1, 2, 5}));
  EXPECT_EQ(y.tensor.type(), DataType::Signed(4));
  EXPECT_THAT(ToIntegers(y), ElementsAre(-1, 1, 2, -1, -1, 7, 3, 0, 7, 7));
  EXPECT_THAT(ToIntegers(Evaluate("qnn.pad", {x}, Pad({0, 1, 0}, {1, 0, 0}, {3}, 0, "uint2"))),
              ElementsAre(3, 3, 1, 2, 3, 0, 3, 3, 3, 3, 3, 3));
}

TEST(QnnPad, Formula) {
  std::mt19937 random(1);
  const Value x = RandomCodes(random, DataType::Signed(6), {2, 3, 4, 2});
  const List low = {1, 0, 2, 0}, high = {0, 0, 1, 3};
  const Value y = Evaluate("qnn.pad", {x}, Pad(low, high, {5, 6, 7}, 1, "int6"));
  List expected;
  ForEachIndex({3, 3, 7, 5}, [&](const Index &index) {
    Index from = index;
    bool inside = true;
    for (size_t d = 0; d < from.size(); ++d) {
      from[d] -= low[d];
      inside = inside && from[d] >= 0 && from[d] < x.tensor.shape()[d];
    }
    expected.push_back(inside ? At(x, from) : 5 + index[1]);
  });
  EXPECT_THAT(ToIntegers(y), ElementsAreArray(expected));
}

TEST(QnnPad, Empty) {
  const Value x = Integers(DataType::Signed(4), {0, 2}, {});
  EXPECT_THAT(ToIntegers(Evaluate("qnn.pad", {x}, Pad({1, 0}, {0, 0}, {3}, 0, "int4"))), ElementsAre(3, 3));
}

TEST(QnnPad, pad_c1) {
  const Value x = Integers(DataType::Signed(4), {1, 2}, {1, 2});
  for (const List &bad : {List{1}, List{0, -1}, List{0, kHighest}, List{}, List{0, 0, 0}}) {
    EXPECT_THAT(Failure("qnn.pad", {x}, Pad(bad, {0, 0}, {0}, 0, "int4")), HasSubstr("for low"));
    EXPECT_THAT(Failure("qnn.pad", {x}, Pad({0, 0}, bad, {0}, 0, "int4")), HasSubstr("for high"));
  }
  const int64_t large = (int64_t{1} << 31) - 1;
  EXPECT_THAT(Failure("qnn.pad", {x}, Pad({large, large}, {0, 0}, {0}, 0, "int4")), HasSubstr("expected at most"));
}

TEST(QnnPad, pad_c2) {
  const Value x = Integers(DataType::Signed(4), {1, 2}, {1, 2});
  EXPECT_THAT(Failure("qnn.pad", {x}, Pad({0, 0}, {1, 0}, {1, 2, 3}, 1, "int4")),
              HasSubstr("expected 1 or 2 pad values"));
  // The dimension of the values is padded itself.
  EXPECT_THAT(Failure("qnn.pad", {x}, Pad({0, 0}, {0, 1}, {1, 2}, 1, "int4")), HasSubstr("expected 1 or 3 pad values"));
}

TEST(QnnPad, pad_c3) {
  const Value x = Integers(DataType::Signed(4), {2}, {-1, 7});
  EXPECT_EQ(Failure("qnn.pad", {x}, Pad({0}, {0}, {0}, 0, "uint4")), "value -1 does not fit type uint4");
  EXPECT_EQ(Failure("qnn.pad", {x}, Pad({0}, {1}, {8}, 0, "int4")), "value 8 does not fit type int4");
  const Value b = Integers(DataType::Bipolar(), {1}, {1});
  EXPECT_EQ(Failure("qnn.pad", {b}, Pad({0}, {1}, {0}, 0, "bipolar")), "value 0 does not fit type bipolar");
}

NamedAttributes Slice(const List &offsets, const List &steps, const Shape &shape) {
  return {{"offsets", offsets}, {"steps", steps}, {"shape", shape}};
}

TEST(QnnSlice, OffsetsAndSteps) {
  const Value x = Integers(DataType::Signed(5), {2, 5}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  const Value y = Evaluate("qnn.slice", {x}, Slice({0, 1}, {1, 3}, {2, 2}));
  EXPECT_EQ(y.tensor.type(), DataType::Signed(5));
  EXPECT_THAT(ToIntegers(y), ElementsAre(1, 4, 6, 9));
  // One element is taken whatever the step, none at any place.
  EXPECT_THAT(ToIntegers(Evaluate("qnn.slice", {x}, Slice({1, 4}, {1 << 30, 1 << 30}, {1, 1}))), ElementsAre(9));
  EXPECT_EQ(Evaluate("qnn.slice", {x}, Slice({1 << 30, 0}, {1, 1}, {0, 5})).tensor.shape(), (Shape{0, 5}));
}

TEST(QnnSlice, slice_c1) {
  const Value x = Integers(DataType::Signed(5), {2, 2}, {1, 2, 3, 4});
  for (const auto &[offsets, steps, shape] : {std::tuple{List{0, 1}, List{1, 1}, Shape{2, 2}},
                                              {List{0, 0}, List{1, 2}, Shape{2, 2}},
                                              {List{2, 0}, List{1, 1}, Shape{1, 2}},
                                              {List{0, 0}, List{1, 1}, Shape{2}},
                                              {List{0, 0}, List{1 << 30, 1}, Shape{1 << 30, 1}}})
    EXPECT_THAT(Failure("qnn.slice", {x}, Slice(offsets, steps, shape)),
                HasSubstr("expected a slice inside of shape 2x2"));
  EXPECT_THAT(Failure("qnn.slice", {x}, Slice({0, -1}, {1, 1}, {1, 1})), HasSubstr("for offsets"));
  EXPECT_THAT(Failure("qnn.slice", {x}, Slice({0, 0}, {1, 0}, {1, 1})), HasSubstr("for steps"));
  EXPECT_THAT(Failure("qnn.slice", {x}, Slice({0, 0}, {1, 1}, {-1, 1})), HasSubstr("dimensions of at least 0"));
  EXPECT_THAT(Failure("qnn.slice", {x}, {{"offsets", List{0, 0}}, {"steps", List{1, 1}}}),
              HasSubstr("expected attribute 'shape'"));
}

NamedAttributes Concat(int64_t axis, const std::string &type) { return {{"axis", axis}, {"result_type", type}}; }

TEST(QnnConcat, WidensTypes) {
  const Value a = Integers(DataType::Unsigned(2), {2, 1, 2}, {1, 2, 3, 0});
  const Value b = Integers(DataType::Bipolar(), {2, 2, 2}, {-1, 1, -1, -1, 1, 1, -1, 1});
  const Value y = Evaluate("qnn.concat", {a, b}, Concat(1, "int3"));
  EXPECT_EQ(y.tensor.shape(), (Shape{2, 3, 2}));
  EXPECT_EQ(y.tensor.type(), DataType::Signed(3));
  EXPECT_THAT(ToIntegers(y), ElementsAre(1, 2, -1, 1, -1, -1, 3, 0, 1, 1, -1, 1));
}

TEST(QnnConcat, concat_c1) {
  const Value a = Integers(DataType::Signed(2), {1, 2}, {0, 1});
  EXPECT_THAT(Failure("qnn.concat", {}, Concat(0, "int2")), HasSubstr("at least 1 operand"));
  EXPECT_THAT(Failure("qnn.concat", {a, Integers(DataType::Signed(2), {2}, {0, 1})}, Concat(0, "int2")),
              HasSubstr("found 1x2 and 2"));
  EXPECT_THAT(Failure("qnn.concat", {a, Integers(DataType::Signed(2), {1, 1}, {0})}, Concat(0, "int2")),
              HasSubstr("agree except on axis 0"));
  EXPECT_THAT(Failure("qnn.concat", {a}, Concat(2, "int2")), HasSubstr("expected an axis"));
}

TEST(QnnConcat, concat_c2) {
  const Value a = Integers(DataType::Signed(3), {1}, {-3});
  EXPECT_EQ(Failure("qnn.concat", {a}, Concat(0, "uint3")), "value -3 does not fit type uint3");
}

NamedAttributes Gather(const List &indices, int64_t axis) { return {{"indices", indices}, {"axis", axis}}; }

TEST(QnnGather, NearestAndShuffle) {
  const Value x = Integers(DataType::Signed(4), {1, 2, 3}, {0, 1, 2, 3, 4, 5});
  const Value y = Evaluate("qnn.gather", {x}, Gather({0, 0, 1, 1, 2, 2}, 2));
  EXPECT_EQ(y.tensor.shape(), (Shape{1, 2, 6}));
  EXPECT_THAT(ToIntegers(y), ElementsAre(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5));
  EXPECT_THAT(ToIntegers(Evaluate("qnn.gather", {x}, Gather({1, 0}, 1))), ElementsAre(3, 4, 5, 0, 1, 2));
  EXPECT_EQ(Evaluate("qnn.gather", {x}, Gather({}, 1)).tensor.shape(), (Shape{1, 0, 3}));
}

TEST(QnnGather, gather_c1) {
  const Value x = Integers(DataType::Signed(4), {1, 2}, {0, 1});
  for (int64_t bad : {int64_t{-1}, int64_t{2}, kHighest})
    EXPECT_THAT(Failure("qnn.gather", {x}, Gather({0, bad}, 1)), HasSubstr("expected an index into 2 elements"));
  EXPECT_THAT(Failure("qnn.gather", {x}, Gather({0}, 2)), HasSubstr("expected an axis"));
}

TEST(QnnLookup, RowsAndNegativeIndices) {
  const Value table = Integers(DataType::Signed(4), {3, 2}, {0, 1, 2, 3, 4, 5});
  const Value y = Evaluate("qnn.lookup", {Integers(DataType::Signed(32), {1, 3}, {2, -3, -1}), table});
  EXPECT_EQ(y.tensor.shape(), (Shape{1, 3, 2}));
  EXPECT_EQ(y.tensor.type(), DataType::Signed(4));
  EXPECT_THAT(ToIntegers(y), ElementsAre(4, 5, 0, 1, 4, 5));
  // A scalar index gives one row.
  EXPECT_EQ(Evaluate("qnn.lookup", {Integers(DataType::Int64(), {}, {1}), table}).tensor.shape(), Shape{2});
}

TEST(QnnLookup, lookup_c1) {
  const Value table = Integers(DataType::Signed(4), {3, 1}, {0, 1, 2});
  for (int64_t bad : {int64_t{3}, int64_t{-4}, kHighest, -kHighest - 1})
    EXPECT_THAT(Failure("qnn.lookup", {Int64s({bad}), table}), HasSubstr("expected an index into 3 rows"));
  EXPECT_THAT(Failure("qnn.lookup", {Integers(DataType::Signed(8), {1}, {0}), table}),
              HasSubstr("type int64 or int32, found int8"));
  EXPECT_THAT(Failure("qnn.lookup", {Int64s({0}), Integers(DataType::Signed(4), {}, {1})}),
              HasSubstr("found a scalar"));
}

NamedAttributes Blocks(const List &blocks, const std::string &mode, int64_t axis = 1) {
  return {{"blocks", blocks}, {"mode", mode}, {"axis", axis}};
}

TEST(QnnDepthToSpace, ByHand) {
  // Eight channels of one position: position (r, s) of a 2 x 2 block takes number 2 r + s.
  const Value x = Integers(DataType::Unsigned(3), {1, 8, 1, 1}, {0, 1, 2, 3, 4, 5, 6, 7});
  EXPECT_THAT(ToIntegers(Evaluate("qnn.depth_to_space", {x}, Blocks({2, 2}, "DCR"))),
              ElementsAre(0, 2, 4, 6, 1, 3, 5, 7));
  EXPECT_THAT(ToIntegers(Evaluate("qnn.depth_to_space", {x}, Blocks({2, 2}, "CRD"))),
              ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
}

TEST(QnnDepthToSpace, IndexFormula) {
  std::mt19937 random(2);
  struct Case {
    Shape in;
    List blocks;
  };
  for (const auto &[in, blocks] : {Case{{2, 6, 3}, {3}}, Case{{1, 12, 2, 3}, {2, 3}}, Case{{2, 8, 3, 2}, {1, 4}},
                                   Case{{1, 16, 2, 1, 2}, {2, 2, 2}}, Case{{1, 0, 2}, {2}}}) {
    const Value x = RandomCodes(random, DataType::Signed(9), in);
    int64_t product = 1;
    Shape shape = in;
    for (size_t d = 0; d < blocks.size(); ++d) {
      product *= blocks[d];
      shape[d + 2] *= blocks[d];
    }
    shape[1] /= product;
    for (const std::string mode : {"DCR", "CRD"}) {
      // y[n, c, p * blocks + r] = x[n, c', p], written from the side of x.
      Value expected = Integers(DataType::Signed(9), shape, List(static_cast<size_t>(NumElements(shape)), 0));
      List codes = ToIntegers(expected);
      ForEachIndex(in, [&](const Index &from) {
        int64_t number = mode == "DCR" ? from[1] / shape[1] : from[1] % product;
        Index to{from[0], mode == "DCR" ? from[1] % shape[1] : from[1] / product};
        to.resize(from.size());
        for (size_t d = blocks.size(); d-- > 0;) {
          to[d + 2] = from[d + 2] * blocks[d] + number % blocks[d];
          number /= blocks[d];
        }
        int64_t position = 0;
        for (size_t d = 0; d < to.size(); ++d)
          position = position * shape[d] + to[d];
        codes[static_cast<size_t>(position)] = At(x, from);
      });
      expected = Integers(DataType::Signed(9), shape, codes);
      const Value y = Evaluate("qnn.depth_to_space", {x}, Blocks(blocks, mode));
      EXPECT_EQ(y.tensor, expected.tensor);
      const auto last = static_cast<int64_t>(in.size()) - 1;
      EXPECT_EQ(Evaluate("qnn.depth_to_space", {ChannelsLast(x)}, Blocks(blocks, mode, last)).tensor,
                ChannelsLast(expected).tensor);
    }
  }
}

TEST(QnnDepthToSpace, depth_to_space_c1) {
  const Value x = Integers(DataType::Signed(4), {1, 4, 1}, {0, 1, 2, 3});
  for (const List &bad : {List{}, List{0}, List{-2}, List{2, 2}, List{kHighest}})
    EXPECT_THAT(Failure("qnn.depth_to_space", {x}, Blocks(bad, "DCR")), HasSubstr("for blocks"));
  EXPECT_THAT(Failure("qnn.depth_to_space", {x}, Blocks({3}, "DCR")), HasSubstr("found 4 channels"));
  EXPECT_THAT(Failure("qnn.depth_to_space", {x}, Blocks({2}, "dcr")), HasSubstr("expected mode DCR or CRD"));
  EXPECT_THAT(Failure("qnn.depth_to_space", {x}, Blocks({2}, "DCR", 0)), HasSubstr("found axis 0"));
  const int64_t large = (int64_t{1} << 31) - 1;
  const Value wide = Integers(DataType::Signed(4), {1, 0, 1, 1, 1}, {});
  EXPECT_THAT(Failure("qnn.depth_to_space", {wide}, Blocks({large, large, large}, "DCR")),
              HasSubstr("found 0 channels"));
}

} // namespace
} // namespace qcompile::runtime::testing
