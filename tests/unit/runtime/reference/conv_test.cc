// Conv and ConvTranspose.
#include <cmath>

#include "runtime/reference/convolution.h"
#include "tests/unit/runtime/reference/random_values.h"

namespace qcompile::runtime::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Ints = std::vector<int64_t>;

// Two-dimensional convolutions.
struct Geometry {
  int64_t groups = 1;
  Ints strides{1, 1}, dilations{1, 1}, pads{0, 0, 0, 0};

  NamedAttributes attributes() const {
    return {{"group", groups}, {"strides", strides}, {"dilations", dilations}, {"pads", pads}};
  }
};

const Geometry kGeometries[] = {
    {},
    {1, {2, 1}, {1, 1}, {1, 2, 0, 1}},
    {2, {1, 2}, {2, 1}, {2, 0, 1, 1}},
    {4, {2, 3}, {1, 2}, {0, 2, 3, 2}},
    {1, {3, 2}, {2, 2}, {3, 3, 2, 4}},
};

// The definition, by seven loops: element `i` of x and `j` of w meet in f(i, j, result).
template <typename F> Shape ForEachProduct(const Shape &x, const Shape &w, const Geometry &g, F f) {
  auto extent = [&](size_t d) {
    return (x[d + 2] + g.pads[d] + g.pads[d + 2] - g.dilations[d] * (w[d + 2] - 1) - 1) / g.strides[d] + 1;
  };
  const int64_t oh = extent(0), ow = extent(1), perGroup = w[0] / g.groups;
  for (int64_t n = 0; n < x[0]; ++n)
    for (int64_t m = 0; m < w[0]; ++m)
      for (int64_t oy = 0; oy < oh; ++oy)
        for (int64_t ox = 0; ox < ow; ++ox)
          for (int64_t c = 0; c < w[1]; ++c)
            for (int64_t ky = 0; ky < w[2]; ++ky)
              for (int64_t kx = 0; kx < w[3]; ++kx) {
                const int64_t y = oy * g.strides[0] - g.pads[0] + ky * g.dilations[0];
                const int64_t xx = ox * g.strides[1] - g.pads[1] + kx * g.dilations[1];
                if (y < 0 || y >= x[2] || xx < 0 || xx >= x[3])
                  continue;
                const int64_t channel = m / perGroup * w[1] + c;
                f(((n * x[1] + channel) * x[2] + y) * x[3] + xx, ((m * w[1] + c) * w[2] + ky) * w[3] + kx,
                  ((n * w[0] + m) * oh + oy) * ow + ox);
              }
  return {x[0], w[0], oh, ow};
}

// Sums in double, which are exact for dyadic parameters, rounded once.
std::vector<float> ExpectedSums(const Value &x, const Value &w, const Geometry &g, const Value *bias = nullptr) {
  std::vector<double> sums(1 << 14, 0.0);
  const Shape shape = ForEachProduct(x.tensor.shape(), w.tensor.shape(), g, [&](int64_t i, int64_t j, int64_t r) {
    sums[r] += Reading(x, i) * Reading(w, j);
  });
  std::vector<float> result;
  const int64_t plane = shape[2] * shape[3];
  for (int64_t r = 0; r < NumElements(shape); ++r) {
    const double addend = bias ? Reading(*bias, r / plane % shape[1]) : 0;
    result.push_back(static_cast<float>(sums[r] + addend) + 0.0f);
  }
  return result;
}

TEST(Conv, ExactSumsAgainstTheDefinition) {
  RandomValues random(1);
  for (const Geometry &g : kGeometries) {
    const Value x = random.quantized({2, 8, 7, 6}, random.dyadicScale(Ones(4)), Floats(Ones(4), {-3}));
    const Value w = random.quantized({4, 8 / g.groups, 3, 2}, random.dyadicScale({4, 1, 1, 1}), Floats(Ones(4), {2}));
    const Value bias = random.quantized({4}, random.dyadicScale({1}), Floats({1}, {0}));
    EXPECT_EQ(ToFloats(Evaluate("onnx.Conv", {x, w}, g.attributes())), ExpectedSums(x, w, g));
    EXPECT_EQ(ToFloats(Evaluate("onnx.Conv", {x, w, bias}, g.attributes())), ExpectedSums(x, w, g, &bias));
  }
}

TEST(Conv, ScalesMayChangeAlongTheSummedDimensions) {
  RandomValues random(2);
  const Geometry &g = kGeometries[2];
  for (const Shape &scale : {Shape{1, 8, 1, 1}, Shape{2, 8, 1, 1}, Shape{1, 1, 7, 6}, Shape{2, 8, 7, 6}}) {
    for (const Shape &weightScale : {Shape{4, 4, 1, 1}, Shape{1, 1, 3, 2}}) {
      const Value x = random.quantized({2, 8, 7, 6}, random.dyadicScale(scale), Floats(Ones(4), {5}));
      const Value w = random.quantized({4, 4, 3, 2}, random.dyadicScale(weightScale), Floats(Ones(4), {0}));
      EXPECT_EQ(ToFloats(Evaluate("onnx.Conv", {x, w}, g.attributes())), ExpectedSums(x, w, g));
    }
  }
}

TEST(Conv, ZeroPointsMayBeFractionalOrChange) {
  RandomValues random(3);
  const Geometry &g = kGeometries[1];
  const Value x = random.quantized({1, 2, 5, 5}, random.dyadicScale(Ones(4)), Floats({1, 2, 1, 1}, {0.5, 3}));
  const Value w =
      random.quantized({3, 2, 3, 2}, random.dyadicScale({3, 1, 1, 1}), Floats({3, 1, 1, 1}, {0.125, -7, 1e-3}));
  // 1e-3 is a dyadic number of 24 bits: sums of products with it are exact in double too.
  EXPECT_EQ(ToFloats(Evaluate("onnx.Conv", {x, w}, g.attributes())), ExpectedSums(x, w, g));
}

TEST(Conv, IntegerSumsEqualSumsOfProducts) {
  RandomValues random(4);
  ConvolutionShape shape{2, 2, 3, 5, false};
  Attributes attributes = MakeAttributes({{"pads", Ints{1, 0, 1, 2}}});
  for (bool transposed : {false, true}) {
    shape.transposed = transposed;
    const Value x = random.quantized({2, 6, 6, 5}, random.oddScale({2, 6, 1, 1}), Floats(Ones(4), {11}));
    const Shape weights = transposed ? Shape{6, 5, 3, 3} : Shape{10, 3, 3, 3};
    const Value w = random.quantized(weights, random.oddScale({weights[0], 1, 1, 1}), Floats(Ones(4), {-1}));
    const Value bias(random.oddScale({10}));
    const auto window = transposed ? ReadTransposedWindow(attributes, {2, 6, 6, 5}, {3, 3})
                                   : ReadWindow(attributes, {2, 6, 6, 5}, {3, 3});
    ASSERT_TRUE(window.ok());
    EXPECT_EQ(ExactConvolution(shape, *window, *x.quantized, *w.quantized, &bias),
              ExactConvolution(shape, *window, *x.quantized, *w.quantized, &bias, true));
  }
}

TEST(Conv, WideCodesAreSummedWithoutOverflow) {
  const int64_t big = (int64_t{1} << 31) - 1;
  const Value x =
      Quantized({1, 1, 4}, {big, big, big, -big}, Floats(Ones(3), {1}), Floats(Ones(3), {0}), DataType::Signed(32));
  // 3 * (2^31 - 1)^2 - ... stays below 2^62 only in parts: both ways must agree with 128 bits.
  const Value w =
      Quantized({1, 1, 3}, {big, big, -big}, Floats(Ones(3), {1}), Floats(Ones(3), {0}), DataType::Signed(32));
  const __int128 square = static_cast<__int128>(big) * big;
  EXPECT_THAT(ToFloats(Evaluate("onnx.Conv", {x, w})),
              ElementsAre(static_cast<float>(square), static_cast<float>(3 * square)));
}

TEST(Conv, ExactResultDoesNotDependOnTheOrderOfChannels) {
  RandomValues random(5);
  const Value x = random.quantized({1, 16, 5, 5}, random.oddScale(Ones(4)), Floats(Ones(4), {0}));
  const Value w = random.quantized({3, 16, 3, 3}, random.oddScale({3, 1, 1, 1}), Floats(Ones(4), {0}));
  Ints order;
  for (int64_t c = 0; c < 16; ++c)
    order.push_back(c * 7 % 16);
  const Value xs = Evaluate("onnx.Gather", {x, Int64s(order)}, {{"axis", int64_t{1}}});
  const Value ws = Evaluate("onnx.Gather", {w, Int64s(order)}, {{"axis", int64_t{1}}});
  EXPECT_EQ(Evaluate("onnx.Conv", {xs, ws}).tensor, Evaluate("onnx.Conv", {x, w}).tensor);
}

TEST(Conv, FloatSumsInAscendingOrderWithTheBiasLast) {
  // (1e8 + 1) - 1e8 is 0 in float32; in any other order the 1 would stay.
  const Value x = Floats({1, 3, 1}, {1e8f, 1, -1e8f}), w = Floats({1, 3, 1}, {1, 1, 1});
  EXPECT_THAT(ToFloats(Evaluate("onnx.Conv", {x, w, Floats({1}, {0.25})})), ElementsAre(0.25));
  const Value row = Floats({1, 1, 3}, {1e8f, 1, -1e8f}), taps = Floats({1, 1, 3}, {1, 1, 1});
  EXPECT_THAT(ToFloats(Evaluate("onnx.Conv", {row, taps})), ElementsAre(0));
}

TEST(Conv, OneSideQuantizedIsFloat) {
  const Value x = Floats({1, 1, 2}, {1.5, -2});
  const Value w = MakeQuantized({Integers(DataType::Signed(2), {1, 1, 1}, {1}).tensor, Floats(Ones(3), {0.5}).tensor,
                                 Floats(Ones(3), {0}).tensor});
  EXPECT_THAT(ToFloats(Evaluate("onnx.Conv", {x, w})), ElementsAre(0.75, -1));
}

TEST(Conv, InfiniteBiasIsTheResult) {
  const Value x = Quantized({1, 1, 2}, {1, 2}, Floats(Ones(3), {1}), Floats(Ones(3), {0}));
  const Value w = Quantized({2, 1, 1}, {1, 1}, Floats(Ones(3), {1}), Floats(Ones(3), {0}));
  EXPECT_THAT(ToFloats(Evaluate("onnx.Conv", {x, w, Floats({2}, {INFINITY, 1})})),
              ElementsAre(INFINITY, INFINITY, 2, 3));
}

TEST(Conv, AutomaticPaddingOfTheSpecification) {
  // Five elements, kernel 2, stride 2: 3 results and one element of padding.
  const Value x = Floats({1, 1, 5}, {1, 2, 3, 4, 5}), w = Floats({1, 1, 2}, {1, 10});
  auto run = [&](const char *mode) {
    return ToFloats(Evaluate("onnx.Conv", {x, w}, {{"auto_pad", std::string(mode)}, {"strides", Ints{2}}}));
  };
  EXPECT_THAT(run("SAME_UPPER"), ElementsAre(21, 43, 5));
  EXPECT_THAT(run("SAME_LOWER"), ElementsAre(10, 32, 54));
  EXPECT_THAT(run("VALID"), ElementsAre(21, 43));
}

TEST(Conv, ThreeDimensions) {
  std::vector<float> values;
  for (int i = 0; i < 27; ++i)
    values.push_back(static_cast<float>(i));
  const Value y =
      Evaluate("onnx.Conv", {Floats({1, 1, 3, 3, 3}, values), Floats({1, 1, 2, 2, 2}, std::vector<float>(8, 1))});
  EXPECT_EQ(y.tensor.shape(), (Shape{1, 1, 2, 2, 2}));
  // The corner i, and the other corners of its cube: 8 i + 4 (1 + 3 + 9).
  EXPECT_THAT(ToFloats(y), ElementsAre(52, 60, 76, 84, 124, 132, 148, 156));
}

TEST(Conv, Refusals) {
  const Value x = Floats({1, 4, 5}, std::vector<float>(20, 1));
  const Value w = Floats({2, 4, 3}, std::vector<float>(24, 1));
  EXPECT_THAT(Failure("onnx.Conv", {x, w}, {{"group", int64_t{3}}}), HasSubstr("agree in 3 groups"));
  EXPECT_THAT(Failure("onnx.Conv", {x, w}, {{"group", int64_t{0}}}), HasSubstr("agree in 0 groups"));
  EXPECT_THAT(Failure("onnx.Conv", {x, w}, {{"kernel_shape", Ints{2}}}), HasSubstr("kernel_shape"));
  EXPECT_THAT(Failure("onnx.Conv", {x, w}, {{"strides", Ints{0}}}), HasSubstr("strides"));
  EXPECT_THAT(Failure("onnx.Conv", {x, w}, {{"pads", Ints{1}}}), HasSubstr("expected 2 numbers"));
  EXPECT_THAT(Failure("onnx.Conv", {x, w}, {{"dilations", Ints{3}}}), HasSubstr("fits into"));
  EXPECT_THAT(Failure("onnx.Conv", {x, w}, {{"auto_pad", std::string("SOME")}}), HasSubstr("found SOME"));
  EXPECT_THAT(Failure("onnx.Conv", {x, w, Floats({1}, {1})}), HasSubstr("expected a bias"));
  EXPECT_THAT(Failure("onnx.Conv", {x, w}, {{"pads", Ints{1 << 30, 1 << 30}}}), HasSubstr("expected at most"));
}

TEST(ConvTranspose, ExampleOfTheSpecification) {
  const Value x = Floats({1, 1, 3, 3}, {0, 1, 2, 3, 4, 5, 6, 7, 8});
  const Value w = Floats({1, 2, 3, 3}, std::vector<float>(18, 1));
  const Value y = Evaluate("onnx.ConvTranspose", {x, w});
  const std::vector<float> plane = {0,  1,  3, 3,  2,  3,  8,  15, 12, 7,  9,  21, 36,
                                    27, 15, 9, 20, 33, 24, 13, 6,  13, 21, 15, 8};
  std::vector<float> expected = plane;
  expected.insert(expected.end(), plane.begin(), plane.end());
  EXPECT_EQ(y.tensor.shape(), (Shape{1, 2, 5, 5}));
  EXPECT_EQ(ToFloats(y), expected);
}

double InnerProduct(const Value &a, const Value &b) {
  EXPECT_EQ(a.tensor.shape(), b.tensor.shape());
  double sum = 0;
  for (int64_t i = 0; i < a.tensor.size(); ++i)
    sum += static_cast<double>(a.tensor.Floats()[i]) * b.tensor.Floats()[i];
  return sum;
}

// Every product and sum rounds: only one order of additions gives these bits.
TEST(Conv, MatrixProductsKeepTheOrderOfAdditions) {
  RandomValues random(11);
  for (const Geometry &g : kGeometries) {
    for (int64_t outputs : {8, 28}) {
      const Value x = random.oddScale({2, 8, 13, 11}), w = random.oddScale({outputs, 8 / g.groups, 3, 2});
      std::vector<float> expected;
      auto shape = ForEachProduct(x.tensor.shape(), w.tensor.shape(), g, [&](int64_t i, int64_t j, int64_t y) {
        if (expected.size() <= static_cast<size_t>(y))
          expected.resize(y + 1, 0.0f);
        const float product = x.tensor.Floats()[i] * w.tensor.Floats()[j];
        expected[y] += product;
      });
      expected.resize(NumElements(shape), 0.0f);
      const Value y = Evaluate("onnx.Conv", {x, w}, g.attributes());
      ASSERT_EQ(y.tensor.shape(), shape);
      EXPECT_EQ(ToFloats(y), expected);
    }
  }
}

TEST(ConvTranspose, IsTheAdjointOfConv) {
  RandomValues random(6);
  for (const Geometry &g : kGeometries) {
    const Value x = random.floats({2, 8, 9, 8}, 20), w = random.floats({4, 8 / g.groups, 3, 2}, 20);
    const Value forward = Evaluate("onnx.Conv", {x, w}, g.attributes());
    const Value y = random.floats(forward.tensor.shape(), 20);
    // What the division by the stride left over.
    Ints extra;
    for (size_t d = 0; d < 2; ++d)
      extra.push_back(
          (x.tensor.shape()[d + 2] + g.pads[d] + g.pads[d + 2] - g.dilations[d] * (w.tensor.shape()[d + 2] - 1) - 1) %
          g.strides[d]);
    NamedAttributes attributes = g.attributes();
    attributes.emplace_back("output_padding", extra);
    const Value back = Evaluate("onnx.ConvTranspose", {y, w}, attributes);
    EXPECT_EQ(InnerProduct(forward, y), InnerProduct(x, back));
    // Integers are quantized values of scale 1: the exact way gives the same.
    auto exact = [](const Value &value) {
      Ints codes(value.tensor.Floats().begin(), value.tensor.Floats().end());
      const Shape ones = Ones(value.tensor.shape().size());
      return Quantized(value.tensor.shape(), codes, Floats(ones, {1}), Floats(ones, {0}));
    };
    EXPECT_EQ(Evaluate("onnx.ConvTranspose", {exact(y), exact(w)}, attributes).tensor, back.tensor);
  }
}

TEST(ConvTranspose, PaddingForAGivenShape) {
  // Full result of (1, 10, 100) with (1, 2, 3, 4), stride 2: 1 2 13 24 130 240 300 400. Values of
  // ONNX Runtime.
  const Value x = Floats({1, 1, 3}, {1, 10, 100}), w = Floats({1, 1, 4}, {1, 2, 3, 4});
  auto run = [&](NamedAttributes attributes) {
    attributes.emplace_back("strides", Ints{2});
    return ToFloats(Evaluate("onnx.ConvTranspose", {x, w}, attributes));
  };
  EXPECT_THAT(run({}), ElementsAre(1, 2, 13, 24, 130, 240, 300, 400));
  EXPECT_THAT(run({{"output_shape", Ints{7}}}), ElementsAre(2, 13, 24, 130, 240, 300, 400));
  EXPECT_THAT(run({{"output_shape", Ints{7}}, {"auto_pad", std::string("SAME_UPPER")}}),
              ElementsAre(1, 2, 13, 24, 130, 240, 300));
  EXPECT_THAT(run({{"output_shape", Ints{9}}}), ElementsAre(1, 2, 13, 24, 130, 240, 300, 400, 0));
  EXPECT_THAT(run({{"auto_pad", std::string("SAME_LOWER")}}), ElementsAre(2, 13, 24, 130, 240, 300));
  EXPECT_THAT(run({{"pads", Ints{1, 2}}, {"output_padding", Ints{1}}}), ElementsAre(2, 13, 24, 130, 240, 300));
}

} // namespace
} // namespace qcompile::runtime::testing
