// Operators that few quantized networks have: values by hand, and what they refuse. The ONNX node tests
// (conformance-node-tests) cover their attributes.
#include <cmath>
#include <limits>

#include "tests/unit/runtime/reference/testing.h"

namespace qcompile::runtime::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<Value> All(const std::string &name, const std::vector<Value> &operands,
                       const NamedAttributes &attributes = {}) {
  std::vector<const Value *> pointers;
  for (const Value &operand : operands)
    pointers.push_back(&operand);
  auto results = RunAll(name, pointers, attributes);
  EXPECT_TRUE(results.ok()) << results.status();
  return results.ok() ? *std::move(results) : std::vector<Value>();
}

Value Unsigned64(std::vector<uint64_t> values) {
  Tensor tensor(DataType::Unsigned(64), {static_cast<int64_t>(values.size())});
  std::copy(values.begin(), values.end(), tensor.MutableData<uint64_t>().begin());
  return Value(std::move(tensor));
}

TEST(Numbers, Unsigned64KeepsItsHighestBit) {
  const uint64_t high = uint64_t{1} << 63;
  const Value a = Unsigned64({high, 1}), b = Unsigned64({1, high});
  EXPECT_THAT(ToIntegers(Evaluate("onnx.Greater", {a, b})), ElementsAre(1, 0));
  EXPECT_EQ(Evaluate("onnx.Max", {a, b}).tensor.Data<uint64_t>()[1], high);
  EXPECT_EQ(Evaluate("onnx.Div", {a, Unsigned64({2, 1})}).tensor.Data<uint64_t>()[0], high / 2);
  EXPECT_EQ(Evaluate("onnx.Cast", {a}, {{"to", int64_t{1}}}).tensor.Floats()[0], 0x1p63f);
}

TEST(Numbers, RemaindersTakeTheSignOfTheDivisorOrOfTheDividend) {
  const Value x = Int64s({-4, 7, 5, 4, -7, 8}), y = Int64s({2, -3, 8, -2, 3, 5});
  EXPECT_THAT(ToIntegers(Evaluate("onnx.Mod", {x, y})), ElementsAre(0, -2, 5, 0, 2, 3));
  EXPECT_THAT(ToIntegers(Evaluate("onnx.Mod", {x, y}, {{"fmod", int64_t{1}}})), ElementsAre(0, 1, 5, 0, -1, 3));
  EXPECT_THAT(Failure("onnx.Mod", {x, Int64s({0, 1, 1, 1, 1, 1})}), HasSubstr("other than 0"));
}

TEST(Numbers, ShiftsBeyondTheWidthLeaveNothing) {
  const Value x = Integers(DataType::Unsigned(8), {3}, {200, 1, 255});
  const Value steps = Integers(DataType::Unsigned(8), {3}, {1, 7, 200});
  EXPECT_THAT(ToIntegers(Evaluate("onnx.BitShift", {x, steps}, {{"direction", std::string("LEFT")}})),
              ElementsAre(144, 128, 0));
  EXPECT_THAT(ToIntegers(Evaluate("onnx.BitShift", {x, steps}, {{"direction", std::string("RIGHT")}})),
              ElementsAre(100, 0, 0));
}

TEST(Scatter, CombinesInOrder) {
  const Value data = Floats({4}, {1, 2, 3, 4}), indices = Int64s({1, -1, 1});
  const Value updates = Floats({3}, {10, 20, 30});
  EXPECT_THAT(ToFloats(Evaluate("onnx.ScatterElements", {data, indices, updates})), ElementsAre(1, 30, 3, 20));
  EXPECT_THAT(ToFloats(Evaluate("onnx.ScatterElements", {data, indices, updates}, {{"reduction", std::string("add")}})),
              ElementsAre(1, 42, 3, 24));
  const Value rows = Integers(DataType::Int64(), {2, 1}, {3, 0});
  EXPECT_THAT(ToFloats(Evaluate("onnx.ScatterND", {data, rows, Floats({2}, {7, 8})})), ElementsAre(8, 2, 3, 7));
  EXPECT_THAT(Failure("onnx.ScatterElements", {data, Int64s({4}), Floats({1}, {0})}), HasSubstr("found 4"));
}

TEST(Cumulate, ExclusiveAndReverse) {
  const Value x = Int64s({1, 2, 3}), axis = Integers(DataType::Int64(), {}, {0});
  EXPECT_THAT(ToIntegers(Evaluate("onnx.CumSum", {x, axis})), ElementsAre(1, 3, 6));
  EXPECT_THAT(ToIntegers(Evaluate("onnx.CumSum", {x, axis}, {{"exclusive", int64_t{1}}, {"reverse", int64_t{1}}})),
              ElementsAre(5, 3, 0));
  EXPECT_THAT(ToIntegers(Evaluate("onnx.CumProd", {x, axis}, {{"exclusive", int64_t{1}}})), ElementsAre(1, 1, 2));
}

TEST(DataDependent, UniqueGivesFirstPlacesInverseAndCounts) {
  const std::vector<Value> sorted = All("onnx.Unique", {Floats({6}, {2, 1, 1, 3, 4, 3})});
  ASSERT_EQ(sorted.size(), 4u);
  EXPECT_THAT(ToFloats(sorted[0]), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(ToIntegers(sorted[1]), ElementsAre(1, 0, 3, 4));
  EXPECT_THAT(ToIntegers(sorted[2]), ElementsAre(1, 0, 0, 2, 3, 2));
  EXPECT_THAT(ToIntegers(sorted[3]), ElementsAre(2, 1, 2, 1));
  const std::vector<Value> found = All("onnx.Unique", {Floats({3}, {2, 1, 2})}, {{"sorted", int64_t{0}}});
  EXPECT_THAT(ToFloats(found[0]), ElementsAre(2, 1));
}

TEST(DataDependent, NonZeroAndCompress) {
  const Value x = Floats({2, 2}, {1, 0, NAN, 4});
  const Value places = Evaluate("onnx.NonZero", {x});
  EXPECT_EQ(places.tensor.shape(), (Shape{2, 3}));
  EXPECT_THAT(ToIntegers(places), ElementsAre(0, 1, 1, 0, 0, 1));
  EXPECT_THAT(ToFloats(Evaluate("onnx.Compress", {Floats({3}, {5, 6, 7}), Bools({2}, {0, 1})})), ElementsAre(6));
}

TEST(Matrices, DeterminantsTrianglesAndMarks) {
  // 0 1 / 2 3: a pivot of 0 first.
  EXPECT_THAT(ToFloats(Evaluate("onnx.Det", {Floats({2, 2}, {0, 1, 2, 3})})), ElementsAre(-2));
  EXPECT_THAT(ToFloats(Evaluate("onnx.Trilu", {Floats({2, 2}, {1, 2, 3, 4})})), ElementsAre(1, 2, 0, 4));
  EXPECT_THAT(ToFloats(Evaluate("onnx.Hardmax", {Floats({4}, {3, 0, 3, 2})})), ElementsAre(1, 0, 0, 0));
  EXPECT_THAT(
      ToIntegers(Evaluate("onnx.OneHot", {Int64s({-1, 5, 0}), Integers(DataType::Int64(), {}, {2}), Int64s({2, 9})})),
      ElementsAre(2, 9, 2, 2, 9, 2));
}

TEST(Einsum, SumsOverIndicesThatTheResultLacks) {
  const Value a = Floats({2, 2}, {1, 2, 3, 4}), v = Floats({2}, {10, 1});
  auto run = [](const char *equation, std::vector<Value> operands) {
    return Evaluate("onnx.Einsum", operands, {{"equation", std::string(equation)}});
  };
  EXPECT_THAT(ToFloats(run("ij,j->i", {a, v})), ElementsAre(12, 34));
  EXPECT_THAT(ToFloats(run("ii", {a})), ElementsAre(5));
  EXPECT_THAT(ToFloats(run("...j->...", {a})), ElementsAre(3, 7));
  EXPECT_THAT(ToFloats(run("i,j", {v, v})), ElementsAre(100, 10, 10, 1));
  EXPECT_THAT(Failure("onnx.Einsum", {a}, {{"equation", std::string("ij->ik")}}), HasSubstr("indices of the result"));
}

// One unit, one input, weights 1: h' = relu(x + h).
TEST(Recurrent, LengthsEndSequencesEarly) {
  const Value x = Floats({3, 2, 1}, {1, 1, 2, 2, 4, 4}), one = Floats({1, 1, 1}, {1});
  const Value bias = Floats({1, 2}, {0, 0}), lengths = Integers(DataType::Signed(32), {2}, {3, 1});
  const std::vector<Value> results =
      All("onnx.RNN", {x, one, one, bias, lengths}, {{"activations", std::vector<std::string>{"Relu"}}});
  EXPECT_THAT(ToFloats(results[0]), ElementsAre(1, 1, 3, 0, 7, 0));
  EXPECT_THAT(ToFloats(results[1]), ElementsAre(7, 1));
}

TEST(Norms, ZeroHasNoDirection) {
  EXPECT_THAT(ToFloats(Evaluate("onnx.LpNormalization", {Floats({2, 2}, {3, 4, 0, 0})})),
              ElementsAre(0.6f, 0.8f, 0, 0));
  // Windows |3|+|4|, |4|+|5|.
  EXPECT_THAT(ToFloats(Evaluate("onnx.LpPool", {Floats({1, 1, 3}, {3, -4, 5})},
                                {{"kernel_shape", std::vector<int64_t>{2}}, {"p", int64_t{1}}})),
              ElementsAre(7, 9));
}

// The spectrum of an impulse at 1 of 3 samples: the powers of a root of unity.
TEST(Signals, TransformsOfPrimeAndComposedLengthsInvert) {
  const Value impulse = Floats({1, 3, 1}, {0, 1, 0});
  const std::vector<float> spectrum = ToFloats(Evaluate("onnx.DFT", {impulse}));
  const float half = 0.5f, root = std::sqrt(0.75f);
  const std::vector<float> expected = {1, 0, -half, -root, -half, root};
  for (size_t i = 0; i < expected.size(); ++i)
    EXPECT_NEAR(spectrum[i], expected[i], 1e-6);
  for (int64_t length : {1, 2, 4, 6, 7, 12, 30}) {
    std::vector<float> signal;
    for (int64_t i = 0; i < 2 * length; ++i)
      signal.push_back(float(i * i % 11));
    const Value x = Floats({1, length, 2}, signal);
    const Value back = Evaluate("onnx.DFT", {Evaluate("onnx.DFT", {x})}, {{"inverse", int64_t{1}}});
    for (size_t i = 0; i < signal.size(); ++i)
      EXPECT_NEAR(ToFloats(back)[i], signal[i], 1e-5) << length;
  }
}

TEST(Boxes, SuppressesWhatOverlapsABetterBox) {
  const Value boxes = Floats({1, 3, 4}, {0, 0, 1, 1, 0, 0.1f, 1, 1.1f, 0, 10, 1, 11});
  const Value scores = Floats({1, 1, 3}, {0.9f, 0.95f, 0.5f});
  const Value found =
      Evaluate("onnx.NonMaxSuppression", {boxes, scores, Int64s({3}), Floats({1}, {0.5f}), Floats({1}, {0})});
  EXPECT_EQ(found.tensor.shape(), (Shape{2, 3}));
  EXPECT_THAT(ToIntegers(found), ElementsAre(0, 0, 1, 0, 0, 2));
}

TEST(GridSample, BetweenFourElementsAndBeyondTheBorder) {
  const Value x = Floats({1, 1, 2, 2}, {1, 2, 3, 4});
  // The centre, and a corner of the picture, of whose four neighbours three are outside.
  const Value grid = Floats({1, 1, 2, 2}, {0, 0, -1, -1});
  EXPECT_THAT(ToFloats(Evaluate("onnx.GridSample", {x, grid})), ElementsAre(2.5f, 0.25f));
  EXPECT_THAT(ToFloats(Evaluate("onnx.GridSample", {x, grid}, {{"padding_mode", std::string("border")}})),
              ElementsAre(2.5f, 1));
}

TEST(QuantizedOperators, SumsOfCodesWrapAtThirtyTwoBits) {
  const Value a = Integers(DataType::Unsigned(8), {1, 2}, {11, 7}), b = Integers(DataType::Unsigned(8), {2, 1}, {1, 4}),
              zero = Integers(DataType::Unsigned(8), {}, {12});
  const Value product = Evaluate("onnx.MatMulInteger", {a, b, zero});
  EXPECT_EQ(product.tensor.type(), DataType::Signed(32));
  EXPECT_THAT(ToIntegers(product), ElementsAre(-21)); // -1 * 1 + -5 * 4
}

// 0.5 is half a step: half to even gives 0, and the zero point is added then.
TEST(QuantizeDequantize, ZeroPointsAreAddedAfterRounding) {
  const Value x = Floats({3}, {0.5f, 1.5f, 300}), scale = Float(1), zero = Integers(DataType::Unsigned(8), {}, {1});
  const Value codes = Evaluate("onnx.QuantizeLinear", {x, scale, zero});
  EXPECT_THAT(ToIntegers(codes), ElementsAre(1, 3, 255));
  const Value read = Evaluate("onnx.DequantizeLinear", {codes, scale, zero});
  EXPECT_THAT(ToFloats(read), ElementsAre(0, 2, 254));
  EXPECT_THAT(Codes(read), ElementsAre(1, 3, 255));
}

TEST(QuantizeDequantize, BlocksAlongAnAxis) {
  const Value x = Integers(DataType::Signed(8), {1, 5}, {1, 1, 1, 1, 1}), scale = Floats({1, 3}, {1, 2, 4});
  const Value read = Evaluate("onnx.DequantizeLinear", {x, scale}, {{"axis", int64_t{1}}, {"block_size", int64_t{2}}});
  EXPECT_THAT(ToFloats(read), ElementsAre(1, 1, 2, 2, 4));
}

} // namespace
} // namespace qcompile::runtime::testing
