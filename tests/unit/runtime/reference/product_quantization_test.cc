// Tests carry the numbers of the rules in docs/Qnn.md.
#include <limits>

#include "tests/unit/runtime/reference/qnn_testing.h"

namespace qcompile::runtime::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Tensor Signed8(Shape shape, std::vector<int64_t> values) {
  return Integers(DataType::Signed(8), std::move(shape), std::move(values)).tensor;
}

// Two sub-spaces of two elements with two prototypes each, three outputs.
NamedAttributes Example() {
  return {{"prototypes", Signed8({2, 2, 2}, {0, 0, 3, 3, 0, 2, 4, 0})},
          {"offsets", Signed8({2, 2}, {0, 0, 0, 0})},
          {"tables", Signed8({2, 2, 3}, {1, 2, 3, 10, 20, 30, 0, 0, -1, 100, 0, 1})},
          {"factor", int64_t{1}},
          {"norm", int64_t{2}},
          {"result_type", std::string("int9")}};
}

NamedAttributes With(NamedAttributes attributes, const std::string &name, AttributeValue value) {
  for (auto &[key, old] : attributes)
    if (key == name)
      old = std::move(value);
  return attributes;
}

// Row 0: |(1,1)|^2 = 2 < |(2,2)|^2 = 8 and |(0,2) - (0,2)| = 0: entries 0 and 0.
// Row 1: (3,1): 10 and 4; (3,0): 9 + 4 = 13 and 1: entries 1 and 1.
TEST(QnnPq, AddsTheRowsOfTheNearestPrototypes) {
  const Value x = Integers(DataType::Unsigned(3), {2, 4}, {1, 1, 0, 2, 3, 1, 3, 0});
  const Value y = Evaluate("qnn.pq", {x}, Example());
  EXPECT_EQ(y.tensor.shape(), (Shape{2, 3}));
  EXPECT_THAT(ToIntegers(y), ElementsAre(1, 2, 2, 110, 20, 31));
}

// (3, 0) lies between (0, 0) and (3, 3): squares 9 and 9, magnitudes 3 and 3.
TEST(QnnPq, TiesGoToTheLowestPrototype) {
  const Value x = Integers(DataType::Unsigned(3), {1, 4}, {3, 0, 2, 1});
  // (2,1): 4 + 1 = 5 and 4 + 1 = 5.
  EXPECT_THAT(ToIntegers(Evaluate("qnn.pq", {x}, Example())), ElementsAre(1, 2, 2));
  EXPECT_THAT(ToIntegers(Evaluate("qnn.pq", {x}, With(Example(), "norm", int64_t{1}))), ElementsAre(1, 2, 2));
  const NamedAttributes nearer = With(Example(), "offsets", Signed8({2, 2}, {0, -1, 0, -1}));
  EXPECT_THAT(ToIntegers(Evaluate("qnn.pq", {x}, nearer)), ElementsAre(110, 20, 31));
}

// (0, 3) to (2, 2): squares 4 + 1 = 5, magnitudes 3; to (0, 0): 9 and 3, the lower one.
TEST(QnnPq, NormsDiffer) {
  NamedAttributes attributes = {{"prototypes", Signed8({1, 2, 2}, {0, 0, 2, 2})},
                                {"offsets", Signed8({1, 2}, {0, 0})},
                                {"tables", Signed8({1, 2, 1}, {5, 7})},
                                {"factor", int64_t{1}},
                                {"norm", int64_t{2}},
                                {"result_type", std::string("int9")}};
  const Value x = Integers(DataType::Unsigned(2), {2}, {0, 3});
  EXPECT_THAT(ToIntegers(Evaluate("qnn.pq", {x}, attributes)), ElementsAre(7));
  attributes[4].second = int64_t{1};
  EXPECT_THAT(ToIntegers(Evaluate("qnn.pq", {x}, attributes)), ElementsAre(5));
  // In halves: |2 x - p|: (0, 6) to (0, 0) is 6, to (2, 2) is 6.
  attributes[3].second = int64_t{2};
  EXPECT_THAT(ToIntegers(Evaluate("qnn.pq", {x}, attributes)), ElementsAre(5));
}

// A row of three elements: the last sub-vector is (x[2]), and prototypes behind it count nothing.
TEST(QnnPq, LastSubVectorMayBeShorter) {
  const Value x = Integers(DataType::Unsigned(3), {1, 3}, {0, 0, 3});
  // 3 to 0: 9; 3 to 4: 1.
  EXPECT_THAT(ToIntegers(Evaluate("qnn.pq", {x}, Example())), ElementsAre(101, 2, 4));
}

TEST(QnnPq, pq_c1) {
  const Value x = Integers(DataType::Unsigned(3), {1, 5}, {0, 0, 0, 0, 0});
  EXPECT_THAT(Failure("qnn.pq", {x}, Example()), HasSubstr("expected rows of 3 to 4 elements"));
  const Value four = Integers(DataType::Unsigned(3), {1, 4}, {0, 0, 0, 0});
  EXPECT_THAT(Failure("qnn.pq", {four}, With(Example(), "tables", Signed8({2, 1, 1}, {1, 1}))),
              HasSubstr("expected tables of shape [2, 2, outputs]"));
  EXPECT_THAT(Failure("qnn.pq", {four}, With(Example(), "offsets", Signed8({4}, {0, 0, 0, 0}))),
              HasSubstr("expected offsets of shape [2, 2]"));
  EXPECT_THAT(Failure("qnn.pq", {four}, With(Example(), "prototypes", Signed8({4}, {0, 0, 0, 0}))),
              HasSubstr("expected prototypes of shape"));
}

TEST(QnnPq, pq_c3) {
  const Value x = Integers(DataType::Unsigned(3), {1, 4}, {0, 0, 0, 0});
  EXPECT_THAT(Failure("qnn.pq", {x}, With(Example(), "norm", int64_t{3})), HasSubstr("expected norm 1 or 2"));
  EXPECT_THAT(Failure("qnn.pq", {x}, With(Example(), "factor", int64_t{0})),
              HasSubstr("expected a factor from 1 to 2^30"));
  const Value large = Integers(DataType::Signed(62), {1, 4}, {0, int64_t{1} << 40, 0, 0});
  EXPECT_THAT(Failure("qnn.pq", {large}, Example()), HasSubstr("expected distances below"));
}

TEST(QnnPq, pq_c4) {
  const Value x = Integers(DataType::Unsigned(3), {1, 4}, {3, 3, 4, 0});
  EXPECT_THAT(Failure("qnn.pq", {x}, With(Example(), "result_type", std::string("int6"))), HasSubstr("110"));
}

std::vector<Value> Operands(Value x) {
  return {std::move(x),
          Float(0.5f),
          Value(Signed8({2, 2, 2}, {0, 0, 3, 3, 0, 2, 4, 0})),
          Integers(DataType::Signed(32), {2, 2}, {0, 0, 0, 0}),
          Value(Signed8({2, 2, 3}, {1, 2, 3, 10, 20, 30, 0, 0, -1, 100, 0, 1})),
          Value(Tensor::FromDoubles({3}, {0.25, 1.0, 0.1})),
          Value(Tensor::FromDoubles({1}, {0.5}))};
}
const NamedAttributes kCodes = {
    {"low", int64_t{0}}, {"high", int64_t{7}}, {"factor", int64_t{1}}, {"norm", int64_t{2}}};

// Codes round half to even and clamp: 0.75 / 0.5 = 1.5 -> 2, 0.25 / 0.5 -> 0, -3 -> 0, 9 / 0.5 -> 7. So (2, 0): 4 and 1
// + 9, entry 0; (0, 7): 25 and 16 + 49, entry 0. Sums (1, 2, 2), times (1/4, 1, 0.1) plus a half.
TEST(PqMatMul, RoundsOnceBehindTheSum) {
  const Value y = Evaluate("onnx.PqMatMul", Operands(Floats({1, 4}, {0.75f, 0.25f, -3, 9})), kCodes);
  EXPECT_EQ(y.tensor.shape(), (Shape{1, 3}));
  EXPECT_THAT(y.tensor.Floats(), ElementsAre(0.75f, 2.5f, static_cast<float>(2 * 0.1 + 0.5)));
}

TEST(PqMatMul, NanIsTheLowestCode) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Value y = Evaluate("onnx.PqMatMul", Operands(Floats({1, 4}, {nan, nan, 0, 1})), kCodes);
  EXPECT_THAT(y.tensor.Floats()[0], 0.75f);
}

TEST(PqMatMul, Refusals) {
  const auto refusal = [](size_t operand, Value value, NamedAttributes attributes = kCodes) {
    std::vector<Value> operands = Operands(Floats({1, 4}, {0, 0, 0, 0}));
    operands[operand] = std::move(value);
    return Failure("onnx.PqMatMul", operands, attributes);
  };
  EXPECT_THAT(refusal(1, Float(0)), HasSubstr("expected one finite positive input scale"));
  EXPECT_THAT(refusal(5, Value(Tensor::FromDoubles({2}, {1, 1}))), HasSubstr("expected 1 or 3 elements of scales"));
  EXPECT_THAT(refusal(6, Value(Tensor::FromDoubles({1}, {1 / 0.0}))), HasSubstr("expected finite biases"));
  // Element 1 of the last sub-space lies behind a row of three.
  EXPECT_THAT(refusal(0, Floats({1, 3}, {0, 0, 0})), HasSubstr("behind the last input of a row"));
  NamedAttributes wide = kCodes;
  wide[1].second = int64_t{1} << 20;
  EXPECT_THAT(refusal(1, Float(1), wide), HasSubstr("expected distances below 2147483647"));
}

} // namespace
} // namespace qcompile::runtime::testing
