// Tests carry the numbers of the rules in docs/Qnn.md.
#include <cmath>
#include <limits>

#include "tests/unit/runtime/reference/testing.h"

namespace qcompile::runtime::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const float kNaN = std::numeric_limits<float>::quiet_NaN();
const float kInfinity = std::numeric_limits<float>::infinity();

NamedAttributes With(NamedAttributes base, const NamedAttributes &changes) {
  base.insert(base.end(), changes.begin(), changes.end());
  return base;
}

const NamedAttributes kQuantize = {{"scale", Floats({1}, {0.5}).tensor},
                                   {"zero_point", Floats({1}, {0}).tensor},
                                   {"low", int64_t{-2}},
                                   {"high", int64_t{1}},
                                   {"rounding", std::string("ROUND")},
                                   {"result_type", std::string("int2")}};

TEST(QnnQuantize, Codes) {
  const Value y = Evaluate("qnn.quantize", {Floats({5}, {0.25, 0.5, -9, 9, kNaN})}, kQuantize);
  EXPECT_EQ(y.tensor.type(), DataType::Signed(2));
  EXPECT_THAT(ToIntegers(y), ElementsAre(0, 1, -2, 1, -2));
}

TEST(QnnQuantize, quantize_c1) {
  EXPECT_THAT(Failure("qnn.quantize", {Int64s({1})}, kQuantize), HasSubstr("found int64"));
  EXPECT_THAT(Failure("qnn.quantize", {Floats({1}, {1})}, With(kQuantize, {{"result_type", std::string("float32")}})),
              HasSubstr("expected an integer result type"));
}

TEST(QnnQuantize, quantize_c2) {
  for (float scale : {0.0f, -1.0f, kNaN, kInfinity}) {
    EXPECT_THAT(Failure("qnn.quantize", {Floats({1}, {1})}, With(kQuantize, {{"scale", Floats({1}, {scale}).tensor}})),
                HasSubstr("finite and positive"));
  }
}

TEST(QnnQuantize, quantize_c3) {
  EXPECT_THAT(Failure("qnn.quantize", {Floats({1}, {1})}, With(kQuantize, {{"high", int64_t{2}}})),
              HasSubstr("expected ordered bounds of type int2, found -2 and 2"));
}

TEST(QnnQuantize, quantize_c4) {
  EXPECT_THAT(Failure("qnn.quantize", {Floats({2, 1}, {1, 2})}, kQuantize), HasSubstr("expected scales of rank 2"));
}

NamedAttributes Dequantize(std::vector<double> scale, std::vector<int64_t> zero_point, std::vector<double> bias,
                           int64_t axis) {
  const auto n = static_cast<int64_t>(scale.size()), b = static_cast<int64_t>(bias.size());
  return {{"scale", Tensor::FromDoubles({n}, scale)},
          {"zero_point", Int64s(std::move(zero_point)).tensor},
          {"bias", Tensor::FromDoubles({b}, bias)},
          {"axis", axis}};
}

TEST(QnnDequantize, PerChannel) {
  const Value x = Integers(DataType::Signed(8), {2, 2}, {1, 2, 3, 4});
  EXPECT_THAT(ToFloats(Evaluate("qnn.dequantize", {x}, Dequantize({0.5, 2}, {1}, {0, 10}, 1))),
              ElementsAre(0, 12, 1, 16));
  EXPECT_THAT(ToFloats(Evaluate("qnn.dequantize", {x}, Dequantize({0.5, -2}, {0, 1}, {0}, 0))),
              ElementsAre(0.5, 1, -4, -6));
}

TEST(QnnDequantize, OneRounding) {
  // 3 * (1/3 as double, which is 2^-54 / 3 below) - 1 = -2^-54; double arithmetic would give 0.
  const Value x = Integers(DataType::Signed(8), {1}, {3});
  EXPECT_THAT(ToFloats(Evaluate("qnn.dequantize", {x}, Dequantize({1.0 / 3}, {0}, {-1}, 0))), ElementsAre(-0x1p-54f));
  // 2^24 + 1 + 2^-60 lies just above a tie that double would see as the tie itself.
  const Value y = Integers(DataType::Signed(32), {1}, {16777217});
  EXPECT_THAT(ToFloats(Evaluate("qnn.dequantize", {y}, Dequantize({1}, {0}, {0x1p-60}, 0))), ElementsAre(16777218.0f));
}

TEST(QnnDequantize, ProductsBesideTies) {
  // code * scale lies so near the middle of 1 and the next float that a product in double would often be that middle;
  // the fused operation tells on which side it lies.
  constexpr double kMiddle = 1 + 0x1p-24;
  for (int64_t code = 3; code < 4000; ++code) {
    const double scale = kMiddle / static_cast<double>(code);
    const double rest = std::fma(static_cast<double>(code), scale, -kMiddle);
    const float expected = rest > 0 ? 1 + 0x1p-23f : 1.0f;
    for (double sign : {1.0, -1.0}) {
      EXPECT_THAT(ToFloats(Evaluate("qnn.dequantize", {Int64s({code})}, Dequantize({sign * scale}, {0}, {0}, 0))),
                  ElementsAre(static_cast<float>(sign) * expected))
          << code;
    }
  }
}

TEST(QnnDequantize, BipolarAndExtremes) {
  const Value x = Integers(DataType::Bipolar(), {2}, {-1, 1});
  EXPECT_THAT(ToFloats(Evaluate("qnn.dequantize", {x}, Dequantize({0.25}, {0}, {0}, 0))), ElementsAre(-0.25, 0.25));
  const int64_t lowest = std::numeric_limits<int64_t>::min();
  const int64_t highest = std::numeric_limits<int64_t>::max();
  EXPECT_THAT(ToFloats(Evaluate("qnn.dequantize", {Int64s({lowest})}, Dequantize({1}, {highest}, {0}, 0))),
              ElementsAre(-0x1p64f));
}

TEST(QnnDequantize, dequantize_c1) {
  EXPECT_THAT(Failure("qnn.dequantize", {Float(1)}, Dequantize({1}, {0}, {0}, 0)), HasSubstr("integer type"));
}

TEST(QnnDequantize, dequantize_c2) {
  EXPECT_THAT(Failure("qnn.dequantize", {Int64s({1})}, Dequantize({0}, {0}, {0}, 0)),
              HasSubstr("finite and not zero, found 0"));
  EXPECT_THAT(Failure("qnn.dequantize", {Int64s({1})}, Dequantize({1}, {0}, {INFINITY}, 0)),
              HasSubstr("biases to be finite"));
}

TEST(QnnDequantize, dequantize_c3) {
  EXPECT_EQ(Failure("qnn.dequantize", {Int64s({1, 2, 3})}, Dequantize({1, 2}, {0}, {0}, 0)),
            "expected 1 or 3 scales for axis 0 of shape 3, found 2");
}

TEST(QnnDequantize, Divisor) {
  // code / divisor, below 2^20 and 2^10: a quotient is a tie of float32 exactly, or away from it by
  // more than the error of a double quotient, so that this rounds once in effect.
  std::vector<int64_t> codes;
  for (int64_t code = -1000000; code < 1000000; code += 9973)
    codes.push_back(code);
  const Value x = Int64s(codes);
  for (int64_t divisor : {1, 2, 3, 7, 9, 49, 64, 1000}) {
    std::vector<float> expected;
    for (int64_t code : codes)
      expected.push_back(static_cast<float>(static_cast<double>(code) / static_cast<double>(divisor)));
    NamedAttributes attributes = {{"scale", Tensor::FromDoubles({1}, {1.0})},
                                  {"zero_point", Int64s({0}).tensor},
                                  {"axis", int64_t{0}},
                                  {"divisor", divisor}};
    EXPECT_THAT(ToFloats(Evaluate("qnn.dequantize", {x}, attributes)), ::testing::ElementsAreArray(expected));
  }
  // (1 + 2^-24) * 3 / 3 is a tie, which goes to the even 1; its neighbour above is none.
  for (const auto &[scale, expected] : {std::pair{0x1.000001p0, 1.0f}, {0x1.0000010000001p0, 0x1.000002p0f}}) {
    NamedAttributes attributes = {{"scale", Tensor::FromDoubles({1}, {scale})},
                                  {"zero_point", Int64s({4}).tensor},
                                  {"axis", int64_t{0}},
                                  {"divisor", int64_t{3}}};
    EXPECT_THAT(ToFloats(Evaluate("qnn.dequantize", {Int64s({7})}, attributes)), ElementsAre(expected));
  }
}

TEST(QnnDequantize, dequantize_c4) {
  NamedAttributes plain = {
      {"scale", Tensor::FromDoubles({1}, {1.0})}, {"zero_point", Int64s({0}).tensor}, {"axis", int64_t{0}}};
  for (int64_t divisor : {int64_t{0}, int64_t{-3}, (int64_t{1} << 31) + 1})
    EXPECT_THAT(Failure("qnn.dequantize", {Int64s({1})}, With(plain, {{"divisor", divisor}})),
                HasSubstr("expected a divisor from 1 to 2147483648"));
  EXPECT_THAT(Failure("qnn.dequantize", {Int64s({1})}, With(Dequantize({1}, {0}, {1}, 0), {{"divisor", int64_t{2}}})),
              HasSubstr("expected a divisor from 1 to 1, found 2"));
}

TEST(QnnMatmul, Codes) {
  const Value a = Integers(DataType::Unsigned(2), {2, 1, 2}, {1, 2, 3, 0});
  const Value b = Integers(DataType::Bipolar(), {2, 2}, {1, -1, 1, 1});
  const Value y = Evaluate("qnn.matmul", {a, b}, {{"result_type", std::string("int4")}});
  EXPECT_EQ(y.tensor.shape(), (Shape{2, 1, 2}));
  EXPECT_EQ(y.tensor.type(), DataType::Signed(4));
  EXPECT_THAT(ToIntegers(y), ElementsAre(3, 1, 3, -3));
}

TEST(QnnMatmul, WideCodes) {
  // Types whose products could leave 64 bits, with values that stay inside.
  const Value a = Int64s({int64_t{1} << 40, -5});
  const Value b = Integers(DataType::Int64(), {2, 1}, {128, 3});
  const Value y = Evaluate("qnn.matmul", {a, b}, {{"result_type", std::string("int48")}});
  EXPECT_THAT(ToIntegers(y), ElementsAre((int64_t{1} << 47) - 15));
  EXPECT_THAT(Failure("qnn.matmul", {a, Integers(DataType::Int64(), {2, 1}, {1 << 30, 0})},
                      {{"result_type", std::string("int48")}}),
              HasSubstr("at most 64 bits"));
}

TEST(QnnMatmul, matmul_c1) {
  const NamedAttributes type = {{"result_type", std::string("int8")}};
  EXPECT_THAT(Failure("qnn.matmul", {Floats({1, 1}, {1}), Floats({1, 1}, {1})}, type), HasSubstr("integer type"));
  EXPECT_THAT(Failure("qnn.matmul", {Int64s({1, 2}), Integers(DataType::Int64(), {1, 1}, {1})}, type),
              HasSubstr("found shapes 2 and 1x1"));
}

TEST(QnnMatmul, matmul_c3) {
  EXPECT_EQ(Failure("qnn.matmul", {Int64s({100}), Integers(DataType::Int64(), {1, 1}, {2})},
                    {{"result_type", std::string("int8")}}),
            "value 200 does not fit type int8");
}

NamedAttributes Thresholds(Tensor table, std::vector<int64_t> directions, int64_t low, int64_t step, std::string type,
                           int64_t axis = 1) {
  return {{"thresholds", std::move(table)},
          {"directions", std::move(directions)},
          {"low", low},
          {"step", step},
          {"axis", axis},
          {"result_type", std::move(type)}};
}

TEST(QnnThreshold, DirectionsPerChannel) {
  const Tensor table = Integers(DataType::Signed(8), {2, 3}, {-1, 0, 4, 4, 0, -1}).tensor;
  const Value x = Integers(DataType::Signed(16), {3, 2}, {-2, -2, 0, 0, 9, 9});
  // Channel 0 counts thresholds at most x, channel 1 those at least x.
  EXPECT_THAT(ToIntegers(Evaluate("qnn.threshold", {x}, Thresholds(table, {1, -1}, 0, 1, "uint2"))),
              ElementsAre(0, 3, 2, 2, 3, 0));
  EXPECT_THAT(ToIntegers(Evaluate("qnn.threshold", {x}, Thresholds(table, {1, -1}, 3, -1, "uint2"))),
              ElementsAre(3, 0, 1, 1, 0, 3));
}

TEST(QnnThreshold, OneRowForAllAndBipolar) {
  const Tensor table = Integers(DataType::Signed(8), {1, 1}, {2}).tensor;
  const Value x = Int64s({1, 2, 3});
  EXPECT_THAT(ToIntegers(Evaluate("qnn.threshold", {x}, Thresholds(table, {1}, -1, 2, "bipolar", 0))),
              ElementsAre(-1, 1, 1));
}

TEST(QnnThreshold, FloatsAtTheBorder) {
  const Tensor table = Floats({1, 2}, {-0.5, kInfinity}).tensor;
  const Value x = Floats({4}, {-0.5, std::nextafter(-0.5f, -1.0f), kNaN, kInfinity});
  EXPECT_THAT(ToIntegers(Evaluate("qnn.threshold", {x}, Thresholds(table, {1}, 0, 1, "uint2", 0))),
              ElementsAre(1, 0, 0, 2));
}

TEST(QnnThreshold, threshold_c1) {
  const Value x = Int64s({1});
  EXPECT_THAT(Failure("qnn.threshold", {x}, Thresholds(Int64s({1}).tensor, {1}, 0, 1, "uint2", 0)),
              HasSubstr("1 to 255 thresholds"));
  EXPECT_THAT(Failure("qnn.threshold", {x}, Thresholds(Floats({1, 1}, {1}).tensor, {1}, 0, 1, "uint2", 0)),
              HasSubstr("found float32 for int64"));
  EXPECT_THAT(Failure("qnn.threshold", {Float(1)}, Thresholds(Floats({1, 1}, {kNaN}).tensor, {1}, 0, 1, "uint2", 0)),
              HasSubstr("found nan"));
  const Tensor two = Integers(DataType::Int64(), {2, 1}, {1, 2}).tensor;
  EXPECT_THAT(Failure("qnn.threshold", {Int64s({1, 2, 3})}, Thresholds(two, {1, 1}, 0, 1, "uint2", 0)),
              HasSubstr("expected 1 or 3 threshold rows"));
}

TEST(QnnThreshold, threshold_c2) {
  const Tensor table = Integers(DataType::Int64(), {1, 1}, {1}).tensor;
  EXPECT_EQ(Failure("qnn.threshold", {Int64s({1})}, Thresholds(table, {1, 1}, 0, 1, "uint2", 0)),
            "expected 1 directions, found 2");
  EXPECT_EQ(Failure("qnn.threshold", {Int64s({1})}, Thresholds(table, {0}, 0, 1, "uint2", 0)),
            "expected directions of 1 or -1, found 0");
}

TEST(QnnThreshold, threshold_c3) {
  const Tensor ascending = Integers(DataType::Int64(), {1, 3}, {1, 1, 2}).tensor;
  EXPECT_EQ(Failure("qnn.threshold", {Int64s({1})}, Thresholds(ascending, {1}, 0, 1, "uint2", 0)), "ok");
  EXPECT_THAT(Failure("qnn.threshold", {Int64s({1})}, Thresholds(ascending, {-1}, 0, 1, "uint2", 0)),
              HasSubstr("unsorted ones in row 0"));
}

TEST(QnnThreshold, threshold_c4) {
  const Tensor table = Integers(DataType::Int64(), {1, 3}, {1, 2, 3}).tensor;
  const Value x = Int64s({1});
  for (const auto &[low, step, type] : {std::tuple{int64_t{1}, int64_t{1}, "uint2"},
                                        {int64_t{0}, int64_t{0}, "uint2"},
                                        {int64_t{0}, std::numeric_limits<int64_t>::max(), "uint2"},
                                        {int64_t{-1}, int64_t{2}, "bipolar"}}) {
    EXPECT_THAT(Failure("qnn.threshold", {x}, Thresholds(table, {1}, low, step, type, 0)),
                HasSubstr("expected levels of type"));
  }
}

TEST(QnnReshape, reshape_c2) {
  const Value x = Integers(DataType::Signed(3), {2, 2}, {1, 2, 3, -4});
  const Value y = Evaluate("qnn.reshape", {x}, {{"shape", std::vector<int64_t>{4}}});
  EXPECT_EQ(y.tensor.shape(), Shape{4});
  EXPECT_EQ(y.tensor.type(), DataType::Signed(3));
  EXPECT_THAT(Failure("qnn.reshape", {x}, {{"shape", std::vector<int64_t>{3}}}),
              HasSubstr("expected a shape for 4 elements"));
}

TEST(QnnTranspose, transpose_c1) {
  const Value x = Integers(DataType::Signed(3), {1, 2}, {1, -2});
  EXPECT_EQ(Evaluate("qnn.transpose", {x}, {{"perm", std::vector<int64_t>{1, 0}}}).tensor.shape(), (Shape{2, 1}));
  EXPECT_THAT(Failure("qnn.transpose", {x}, {{"perm", std::vector<int64_t>{0}}}), HasSubstr("expected a permutation"));
  EXPECT_THAT(Failure("qnn.transpose", {x}), HasSubstr("'perm'"));
}

} // namespace
} // namespace qcompile::runtime::testing
