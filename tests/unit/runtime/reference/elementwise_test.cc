#include <cmath>
#include <limits>

#include "tests/unit/runtime/reference/testing.h"

namespace qcompile::runtime::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const float kInfinity = std::numeric_limits<float>::infinity();
const float kNaN = std::numeric_limits<float>::quiet_NaN();

TEST(Registry, NamesAreSortedAndFound) {
  const std::vector<absl::string_view> names = ReferenceNames();
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  for (absl::string_view name : names)
    EXPECT_NE(FindReference(name), nullptr) << name;
  EXPECT_EQ(FindReference("onnx.Nothing"), nullptr);
}

// No operation may fail badly without operands or with absent ones.
TEST(Registry, EveryOperationRefusesMissingOperands) {
  for (absl::string_view name : ReferenceNames()) {
    const auto none = RunAll(std::string(name), {});
    EXPECT_FALSE(none.ok()) << name;
    const auto absent = RunAll(std::string(name), {nullptr, nullptr, nullptr, nullptr});
    EXPECT_FALSE(absent.ok()) << name;
  }
}

// Nor with operands of odd types, ranks and sizes.
TEST(Registry, EveryOperationSurvivesOddOperands) {
  const std::vector<Value> odd = {
      Float(1),
      Floats({0}, {}),
      Floats({2, 0, 3}, {}),
      Floats({2, 2}, {1, kNaN, -kInfinity, 0}),
      Int64s({}),
      Int64s({std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()}),
      Integers(DataType::Bipolar(), {2}, {-1, 1}),
      Integers(DataType::Unsigned(64), {1}, {7}),
      Bools({2}, {0, 1}),
      Value(Tensor::FromDoubles({2}, {1e300, -0.0})),
      Quantized({2, 2}, {1, -2, 3, 4}, Floats({1, 1}, {0.5}), Floats({1, 1}, {0.25})),
      Quantized({2, 0}, {}, Floats({1, 1}, {0.5}), Floats({1, 1}, {0})),
  };
  const std::vector<NamedAttributes> attributes = {
      {},
      {{"axis", int64_t{1}}, {"perm", std::vector<int64_t>{1, 0}}, {"to", int64_t{7}}},
      {{"axis", int64_t{-9}}, {"perm", std::vector<int64_t>{0, 0}}, {"to", int64_t{99}}},
      {{"axis", 1.5f}, {"keepdims", int64_t{7}}, {"shape", std::vector<int64_t>{-1, 2}}},
      {{"result_type", std::string("int40")},
       {"scale", Tensor::FromDoubles({}, {0.5})},
       {"zero_point", Int64s({3}).tensor.Reshaped({})},
       {"shape", std::vector<int64_t>{4}}},
  };
  for (absl::string_view name : ReferenceNames()) {
    const ReferenceFunction function = FindReference(name);
    for (const NamedAttributes &named : attributes) {
      const Attributes set = MakeAttributes(named);
      for (const Value &a : odd) {
        (void)function(set, {&a});
        for (const Value &b : odd) {
          (void)function(set, {&a, &b});
          for (const Value &c : odd)
            (void)function(set, {&a, &b, &c});
        }
        const Value *many[] = {&a, &a, &a, &a, &a, &a};
        for (size_t count = 4; count <= 6; ++count) {
          (void)function(set, absl::MakeConstSpan(many, count));
        }
      }
    }
  }
}

TEST(Elementwise, BroadcastsLikeNumpy) {
  const Value y = Evaluate("onnx.Add", {Floats({2, 1}, {1, 2}), Floats({3}, {10, 20, 30})});
  EXPECT_EQ(y.tensor.shape(), (Shape{2, 3}));
  EXPECT_THAT(ToFloats(y), ElementsAre(11, 21, 31, 12, 22, 32));
  EXPECT_EQ(Failure("onnx.Add", {Floats({2}, {1, 2}), Floats({3}, {1, 2, 3})}),
            "expected shapes that broadcast, found 2 and 3");
  EXPECT_EQ(Failure("onnx.Add", {Float(1), Int64s({1})}), "expected operands of one type, found float32 and int64");
}

TEST(Elementwise, RepeatsDimensionsThatStandApart) {
  // y[i][j][k] = a[i][k] + b[j].
  const Value y = Evaluate("onnx.Add", {Floats({2, 1, 2}, {0, 1, 2, 3}), Floats({2, 1}, {10, 20})});
  EXPECT_EQ(y.tensor.shape(), (Shape{2, 2, 2}));
  EXPECT_THAT(ToFloats(y), ElementsAre(10, 11, 20, 21, 12, 13, 22, 23));
}

TEST(Elementwise, Arithmetic) {
  const Value a = Floats({3}, {7, -3, 0.5}), b = Floats({3}, {2, 2, 0.25});
  EXPECT_THAT(ToFloats(Evaluate("onnx.Sub", {a, b})), ElementsAre(5, -5, 0.25));
  EXPECT_THAT(ToFloats(Evaluate("onnx.Mul", {a, b})), ElementsAre(14, -6, 0.125));
  EXPECT_THAT(ToFloats(Evaluate("onnx.Div", {a, b})), ElementsAre(3.5, -1.5, 2));
  EXPECT_THAT(ToFloats(Evaluate("onnx.Pow", {a, b})), ElementsAre(49, 9, std::sqrt(std::sqrt(0.5f))));
  EXPECT_THAT(ToFloats(Evaluate("onnx.Pow", {a, Int64s({2})})), ElementsAre(49, 9, 0.25));
}

TEST(Elementwise, IntegersDivideTowardsZeroAndWrap) {
  EXPECT_THAT(ToIntegers(Evaluate("onnx.Div", {Int64s({7, -7}), Int64s({2})})), ElementsAre(3, -3));
  EXPECT_EQ(Failure("onnx.Div", {Int64s({7}), Int64s({0})}), "expected integer divisors other than 0, found 0");
  const DataType int32 = DataType::Signed(32);
  EXPECT_THAT(ToIntegers(Evaluate("onnx.Add", {Integers(int32, {1}, {2147483647}), Integers(int32, {1}, {1})})),
              ElementsAre(-2147483648));
  const int64_t lowest = std::numeric_limits<int64_t>::min();
  EXPECT_THAT(ToIntegers(Evaluate("onnx.Div", {Int64s({lowest}), Int64s({-1})})), ElementsAre(lowest));
  EXPECT_THAT(ToIntegers(Evaluate("onnx.Neg", {Int64s({lowest, 5})})), ElementsAre(lowest, -5));
  EXPECT_THAT(ToIntegers(Evaluate("onnx.Pow", {Int64s({3, -2}), Int64s({4, 3})})), ElementsAre(81, -8));
}

TEST(Elementwise, Unary) {
  EXPECT_THAT(ToFloats(Evaluate("onnx.Sqrt", {Floats({2}, {9, 2})})), ElementsAre(3, std::sqrt(2.0f)));
  EXPECT_THAT(ToFloats(Evaluate("onnx.Round", {Floats({5}, {0.5, 1.5, 2.5, -1.5, -2.5})})),
              ElementsAre(0, 2, 2, -2, -2));
  EXPECT_THAT(ToFloats(Evaluate("onnx.Floor", {Floats({2}, {1.5, -1.5})})), ElementsAre(1, -2));
  EXPECT_THAT(ToFloats(Evaluate("onnx.Ceil", {Floats({2}, {1.5, -1.5})})), ElementsAre(2, -1));
  EXPECT_THAT(ToFloats(Evaluate("onnx.Sign", {Floats({3}, {-4, 0, 9})})), ElementsAre(-1, 0, 1));
  EXPECT_THAT(ToFloats(Evaluate("onnx.Reciprocal", {Floats({2}, {4, -0.0f})})), ElementsAre(0.25, -kInfinity));
  EXPECT_THAT(ToFloats(Evaluate("onnx.Abs", {Floats({2}, {-4, 3})})), ElementsAre(4, 3));
  EXPECT_THAT(ToFloats(Evaluate("onnx.Exp", {Floats({2}, {0, 1})})), ElementsAre(1, 2.7182818f));
  EXPECT_THAT(ToFloats(Evaluate("onnx.Erf", {Floats({2}, {0, 1})})), ElementsAre(0, 0.84270079f));
}

TEST(Elementwise, SumOfQuantizedTensorsIsExact) {
  // 0.1f * 1 + 0.2f * 1 and 0.1f * 3 - 0.3f * 1, by way of double, where both are exact.
  const Value a = Quantized({2}, {1, 3}, Floats({1}, {0.1f}), Floats({1}, {0}));
  const Value b = Quantized({2}, {1, 1}, Floats({2}, {0.2f, 0.3f}), Floats({1}, {0}));
  const double x = 0.1f, y = 0.2f, z = 0.3f;
  EXPECT_THAT(ToFloats(Evaluate("onnx.Add", {a, b})),
              ElementsAre(static_cast<float>(x + y), static_cast<float>(3 * x + z)));
  // In float32 steps 3 * 0.1f rounds to 0.3f + 2^-25 and the difference is lost or doubled.
  EXPECT_THAT(ToFloats(Evaluate("onnx.Sub", {a, b})),
              ElementsAre(static_cast<float>(x - y), static_cast<float>(3 * x - z)));
}

TEST(Elementwise, ExactZeroIsPositive) {
  const Value a = Quantized({1}, {-3}, Floats({1}, {0.1f}), Floats({1}, {0}));
  const Value y = Evaluate("onnx.Sub", {a, a});
  EXPECT_FALSE(std::signbit(ToFloats(y)[0]));
}

TEST(Elementwise, ZeroPointsCount) {
  const Value a = Quantized({1}, {5}, Floats({1}, {0.5f}), Floats({1}, {2}));      // 1.5
  const Value b = Quantized({1}, {-1}, Floats({1}, {0.25f}), Floats({1}, {0.5f})); // -0.375
  EXPECT_THAT(ToFloats(Evaluate("onnx.Add", {a, b})), ElementsAre(1.125));
  EXPECT_THAT(ToFloats(Evaluate("onnx.Sub", {a, b})), ElementsAre(1.875));
}

TEST(Compare, ComparisonsAndLogic) {
  const Value a = Floats({3}, {1, 2, kNaN}), b = Floats({}, {2});
  EXPECT_THAT(ToIntegers(Evaluate("onnx.Equal", {a, b})), ElementsAre(0, 1, 0));
  EXPECT_THAT(ToIntegers(Evaluate("onnx.Less", {a, b})), ElementsAre(1, 0, 0));
  EXPECT_THAT(ToIntegers(Evaluate("onnx.LessOrEqual", {a, b})), ElementsAre(1, 1, 0));
  EXPECT_THAT(ToIntegers(Evaluate("onnx.Greater", {Int64s({3, 2}), Int64s({2})})), ElementsAre(1, 0));
  EXPECT_THAT(ToIntegers(Evaluate("onnx.GreaterOrEqual", {Int64s({3, 1}), Int64s({2})})), ElementsAre(1, 0));
  const Value p = Bools({4}, {0, 0, 1, 1}), q = Bools({4}, {0, 1, 0, 1});
  EXPECT_THAT(ToIntegers(Evaluate("onnx.And", {p, q})), ElementsAre(0, 0, 0, 1));
  EXPECT_THAT(ToIntegers(Evaluate("onnx.Or", {p, q})), ElementsAre(0, 1, 1, 1));
  EXPECT_THAT(ToIntegers(Evaluate("onnx.Not", {p})), ElementsAre(1, 1, 0, 0));
  EXPECT_EQ(Evaluate("onnx.Not", {p}).tensor.type(), DataType::Bool());
}

TEST(Compare, WhereBroadcasts) {
  const Value y = Evaluate("onnx.Where", {Bools({2, 1}, {1, 0}), Int64s({1, 2}), Int64s({9})});
  EXPECT_EQ(y.tensor.shape(), (Shape{2, 2}));
  EXPECT_THAT(ToIntegers(y), ElementsAre(1, 2, 9, 9));
}

TEST(Cast, BetweenKinds) {
  auto cast = [](Value x, int64_t to) { return Evaluate("onnx.Cast", {std::move(x)}, {{"to", to}}); };
  EXPECT_THAT(ToIntegers(cast(Floats({3}, {1.9f, -1.9f, 0}), 7)), ElementsAre(1, -1, 0));
  EXPECT_THAT(ToIntegers(cast(Floats({3}, {0.5f, 0, kNaN}), 9)), ElementsAre(1, 0, 1));
  EXPECT_THAT(ToIntegers(cast(Int64s({300, -1}), 2)), ElementsAre(44, 255));
  // 2^24 + 1 and, beyond double's precision, 2^60 + 2^36 + 1 (just above a float32 tie).
  const int64_t wide = (int64_t{1} << 60) + (int64_t{1} << 36) + 1;
  EXPECT_THAT(ToFloats(cast(Int64s({16777217, wide}), 1)), ElementsAre(16777216.0f, 0x1p60f + 0x1p37f));
  EXPECT_EQ(cast(Float(0.1f), 11).tensor.Data<double>()[0], static_cast<double>(0.1f));
  EXPECT_EQ(Failure("onnx.Cast", {Float(300)}, {{"to", int64_t{3}}}), "value 300 does not fit type int8");
  EXPECT_THAT(Failure("onnx.Cast", {Float(kNaN)}, {{"to", int64_t{7}}}), HasSubstr("found nan"));
  EXPECT_THAT(Failure("onnx.Cast", {Float(1)}, {{"to", int64_t{8}}}), HasSubstr("number 8"));
}

} // namespace
} // namespace qcompile::runtime::testing
