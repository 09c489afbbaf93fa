// Selections by index, by block and by range that convolutional networks use.
#include "tests/unit/runtime/reference/testing.h"

namespace qcompile::runtime::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Value PerChannel(Shape shape, std::vector<int64_t> codes, std::vector<float> scales) {
  Shape along(shape.size(), 1), ones(shape.size(), 1);
  along[1] = static_cast<int64_t>(scales.size());
  return Quantized(std::move(shape), std::move(codes), Floats(along, scales), Floats(ones, {0}));
}

TEST(Gather, EmbeddingWithNegativeIndices) {
  const Value table = Quantized({3, 2}, {1, 2, 3, 4, 5, 6}, Floats({3, 1}, {1, 2, 4}), Floats({1, 1}, {0}));
  const Value y = Evaluate("onnx.Gather", {table, Int64s({-1, 0})});
  EXPECT_THAT(Codes(y), ElementsAre(5, 6, 1, 2));
  EXPECT_THAT(ToFloats(Value(y.quantized->scale)), ElementsAre(4, 1));
  EXPECT_THAT(Failure("onnx.Gather", {table, Int64s({3})}), HasSubstr("found 3"));
}

TEST(GatherElements, ExampleOfTheSpecification) {
  const Value x = Floats({3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  const Value indices = Integers(DataType::Int64(), {2, 3}, {1, 2, 0, 2, 0, 0});
  EXPECT_THAT(ToFloats(Evaluate("onnx.GatherElements", {x, indices}, {{"axis", int64_t{0}}})),
              ElementsAre(4, 8, 3, 7, 2, 3));
}

TEST(GatherND, ExamplesOfTheSpecification) {
  const Value x = Integers(DataType::Int64(), {2, 2, 2}, {0, 1, 2, 3, 4, 5, 6, 7});
  const Value pairs = Integers(DataType::Int64(), {2, 2}, {0, 1, 1, 0});
  EXPECT_THAT(ToIntegers(Evaluate("onnx.GatherND", {x, pairs})), ElementsAre(2, 3, 4, 5));
  const Value ones = Integers(DataType::Int64(), {2, 1}, {1, 0});
  EXPECT_THAT(ToIntegers(Evaluate("onnx.GatherND", {x, ones}, {{"batch_dims", int64_t{1}}})), ElementsAre(2, 3, 4, 5));
}

TEST(Blocks, DepthToSpaceAndBack) {
  // Channels 0 to 3 of one pixel: y-x offsets 00, 01, 10, 11.
  const Value x = PerChannel({1, 8, 1, 1}, {0, 1, 2, 3, 4, 5, 6, 7}, {1, 2, 3, 4, 5, 6, 7, 8});
  const NamedAttributes two{{"blocksize", int64_t{2}}};
  const Value dcr = Evaluate("onnx.DepthToSpace", {x}, two);
  EXPECT_EQ(dcr.tensor.shape(), (Shape{1, 2, 2, 2}));
  EXPECT_THAT(Codes(dcr), ElementsAre(0, 2, 4, 6, 1, 3, 5, 7));
  EXPECT_THAT(ToFloats(Value(dcr.quantized->scale)), ElementsAre(1, 3, 5, 7, 2, 4, 6, 8));
  const Value crd = Evaluate("onnx.DepthToSpace", {x}, {{"blocksize", int64_t{2}}, {"mode", std::string("CRD")}});
  EXPECT_THAT(Codes(crd), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
  EXPECT_THAT(Codes(Evaluate("onnx.SpaceToDepth", {dcr}, two)), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
  EXPECT_THAT(Failure("onnx.DepthToSpace", {x}, {{"blocksize", int64_t{3}}}), HasSubstr("blocks of 3"));
}

TEST(Blocks, DepthToSpaceExampleOfTheSpecification) {
  // X[0, c, y, x] = 9 c + 3 y + x, in mode DCR: the first row of the result.
  std::vector<float> values;
  for (int i = 0; i < 72; ++i)
    values.push_back(static_cast<float>(i));
  const Value y = Evaluate("onnx.DepthToSpace", {Floats({1, 8, 3, 3}, values)}, {{"blocksize", int64_t{2}}});
  const std::vector<float> all = ToFloats(y);
  EXPECT_THAT(std::vector<float>(all.begin(), all.begin() + 12),
              ElementsAre(0, 18, 1, 19, 2, 20, 36, 54, 37, 55, 38, 56));
}

TEST(Split, EqualAndGivenParts) {
  const Value x = PerChannel({1, 5}, {1, 2, 3, 4, 5}, {1, 2, 3, 4, 5});
  const auto thirds = RunAll("onnx.Split", {&x}, {{"axis", int64_t{1}}, {"num_outputs", int64_t{3}}});
  ASSERT_TRUE(thirds.ok());
  EXPECT_THAT(Codes((*thirds)[1]), ElementsAre(3, 4));
  EXPECT_THAT(Codes((*thirds)[2]), ElementsAre(5));
  EXPECT_THAT(ToFloats(Value((*thirds)[1].quantized->scale)), ElementsAre(3, 4));
  const Value sizes = Int64s({1, 4});
  const auto given = RunAll("onnx.Split", {&x, &sizes}, {{"axis", int64_t{-1}}});
  ASSERT_TRUE(given.ok());
  EXPECT_THAT(Codes((*given)[1]), ElementsAre(2, 3, 4, 5));
  EXPECT_THAT(Failure("onnx.Split", {x, Int64s({3, 3})}, {{"axis", int64_t{1}}}), HasSubstr("add up to 5"));
  EXPECT_THAT(Failure("onnx.Split", {x}, {{"axis", int64_t{1}}, {"num_outputs", int64_t{6}}}), HasSubstr("found 6"));
}

TEST(Concat, DifferentCodeTypesAreWidened) {
  const Value a = Quantized({1, 2}, {-1, 1}, Floats({1, 1}, {0.5}), Floats({1, 1}, {0}), DataType::Bipolar());
  const Value b = Quantized({1, 1}, {200}, Floats({1, 1}, {0.25}), Floats({1, 1}, {3}), DataType::Unsigned(8));
  const Value y = Evaluate("onnx.Concat", {a, b}, {{"axis", int64_t{1}}});
  EXPECT_THAT(Codes(y), ElementsAre(-1, 1, 200));
  EXPECT_EQ(y.quantized->codes.type(), DataType::Signed(9));
  EXPECT_THAT(ToFloats(Value(y.quantized->scale)), ElementsAre(0.5, 0.5, 0.25));
  EXPECT_THAT(ToFloats(Value(y.quantized->zero_point)), ElementsAre(0, 0, 3));
  EXPECT_FALSE(Evaluate("onnx.Concat", {a, Floats({1, 1}, {1})}, {{"axis", int64_t{1}}}).quantized);
}

TEST(Tile, RepeatsCodes) {
  const Value x = PerChannel({1, 2}, {3, 4}, {1, 2});
  const Value y = Evaluate("onnx.Tile", {x, Int64s({2, 2})});
  EXPECT_THAT(Codes(y), ElementsAre(3, 4, 3, 4, 3, 4, 3, 4));
  EXPECT_EQ(y.quantized->scale.shape(), (Shape{1, 4}));
  EXPECT_THAT(Failure("onnx.Tile", {x, Int64s({2})}), HasSubstr("expected 2 repeats"));
  EXPECT_THAT(Failure("onnx.Tile", {x, Int64s({int64_t{1} << 40, 1})}), HasSubstr("at most"));
}

} // namespace
} // namespace qcompile::runtime::testing
