// Tests carry the numbers of the rules in docs/Qnn.md.
#include <limits>

#include "tests/unit/runtime/reference/qnn_testing.h"

namespace qcompile::runtime::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

using List = std::vector<int64_t>;

struct Geometry {
  Shape in;      // batch, channels, spatial
  Shape weights; // as the operation wants them where channels are dimension 1
  List strides, dilations;
  int64_t groups = 1;
};

NamedAttributes Window(const List &strides, const List &dilations, const std::string &type, int64_t axis = 1) {
  return {{"axis", axis}, {"strides", strides}, {"dilations", dilations}, {"result_type", type}};
}

NamedAttributes Conv(const Geometry &g, const std::string &type, int64_t axis = 1) {
  NamedAttributes attributes = Window(g.strides, g.dilations, type, axis);
  attributes.push_back({"groups", g.groups});
  return attributes;
}

NamedAttributes ConvTranspose(const Geometry &g, const List &offsets, const Shape &result, const std::string &type) {
  return {{"strides", g.strides}, {"dilations", g.dilations}, {"offsets", offsets},
          {"groups", g.groups},   {"shape", result},          {"result_type", type}};
}

NamedAttributes Pool(const List &kernel, const List &strides, const List &dilations, int64_t axis,
                     const std::string &type) {
  NamedAttributes attributes = Window(strides, dilations, type, axis);
  attributes.push_back({"kernel", kernel});
  return attributes;
}

Shape Kernel(const Geometry &g) { return Shape(g.weights.begin() + 2, g.weights.end()); }

Shape OutShape(const Shape &in, int64_t channels, const Shape &kernel, const List &strides, const List &dilations) {
  Shape out{in[0], channels};
  for (size_t d = 0; d < kernel.size(); ++d) {
    int64_t count = 0; // the formula of the document, counted
    while (count * strides[d] + dilations[d] * (kernel[d] - 1) < in[d + 2])
      ++count;
    out.push_back(count);
  }
  return out;
}

// The sum over taps as docs/Qnn.md writes it.
std::vector<int64_t> ConvFormula(const Geometry &g, const Value &x, const Value &w) {
  const int64_t outputs = g.weights[0], per_group = g.weights[1];
  std::vector<int64_t> result;
  ForEachIndex(OutShape(g.in, outputs, Kernel(g), g.strides, g.dilations), [&](const Index &y) {
    __int128 sum = 0;
    for (int64_t c = 0; c < per_group; ++c) {
      ForEachIndex(Kernel(g), [&](const Index &tap) {
        Index from{y[0], y[1] / (outputs / g.groups) * per_group + c};
        Index weight{y[1], c};
        for (size_t d = 0; d < tap.size(); ++d) {
          from.push_back(y[d + 2] * g.strides[d] + tap[d] * g.dilations[d]);
          weight.push_back(tap[d]);
        }
        sum += static_cast<__int128>(At(x, from)) * At(w, weight);
      });
    }
    result.push_back(static_cast<int64_t>(sum));
  });
  return result;
}

std::vector<Geometry> Geometries() {
  return {
      {{2, 3, 7}, {4, 3, 3}, {1}, {1}},
      {{1, 4, 9}, {6, 2, 2}, {2}, {3}, 2},
      {{1, 2, 5, 6}, {3, 2, 3, 3}, {1, 1}, {1, 1}},
      {{2, 4, 7, 5}, {4, 1, 3, 2}, {2, 1}, {1, 2}, 4},
      {{1, 4, 6, 6}, {8, 2, 1, 1}, {1, 1}, {1, 1}, 2},
      {{1, 4, 6, 5}, {8, 4, 1, 1}, {3, 2}, {1, 1}},
      {{1, 2, 4, 3, 5}, {2, 2, 2, 1, 3}, {1, 1, 2}, {2, 1, 1}},
      {{1, 1, 1, 1}, {1, 1, 1, 1}, {5, 5}, {7, 7}},
  };
}

TEST(QnnConv, SumsOverTaps) {
  std::mt19937 random(1);
  for (const Geometry &g : Geometries()) {
    for (DataType type : {DataType::Unsigned(2), DataType::Bipolar(), DataType::Signed(17), DataType::Signed(27)}) {
      // Sums of 17 bits times 8 need 64-bit sums, 27 bits times 30 more than 32-bit products.
      const DataType weight_type = type.bits == 27 ? DataType::Signed(30) : DataType::Signed(8);
      const Value x = RandomCodes(random, type, g.in);
      const Value w = RandomCodes(random, weight_type, g.weights);
      const std::vector<int64_t> expected = ConvFormula(g, x, w);
      const Value y = Evaluate("qnn.conv", {x, w}, Conv(g, "int62"));
      EXPECT_EQ(y.tensor.shape(), OutShape(g.in, g.weights[0], Kernel(g), g.strides, g.dilations));
      EXPECT_THAT(ToIntegers(y), ElementsAreArray(expected));
      // Channels last is the same with transposed operands and a transposed result.
      const Value last = Evaluate("qnn.conv", {ChannelsLast(x), ChannelsLast(w)},
                                  Conv(g, "int62", static_cast<int64_t>(g.in.size()) - 1));
      EXPECT_EQ(last.tensor, ChannelsLast(y).tensor);
    }
  }
}

TEST(QnnConv, ByHand) {
  // 1 2 3    1 0
  // 4 5 6    0 1   gives 1 + 5, 2 + 6, 4 + 8, 5 + 9.
  // 7 8 9
  const Value x = Integers(DataType::Unsigned(4), {1, 1, 3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  const Value w = Integers(DataType::Unsigned(1), {1, 1, 2, 2}, {1, 0, 0, 1});
  const Value y = Evaluate("qnn.conv", {x, w}, Conv({{}, {}, {1, 1}, {1, 1}}, "uint5"));
  EXPECT_EQ(y.tensor.type(), DataType::Unsigned(5));
  EXPECT_THAT(ToIntegers(y), ElementsAre(6, 8, 12, 14));
}

TEST(QnnConv, WidthsOfSums) {
  const Geometry g{{1, 2, 1}, {1, 2, 1}, {1}, {1}};
  auto sum = [&](int64_t a, int64_t b, int64_t v, int64_t w) {
    return std::pair{Integers(DataType::Int64(), g.in, {a, b}), Integers(DataType::Int64(), g.weights, {v, w})};
  };
  // Just inside and outside of what 32-bit sums hold, both ways.
  for (int64_t a : {int64_t{1} << 15, (int64_t{1} << 15) - 1, -(int64_t{1} << 15)}) {
    const auto [x, w] = sum(a, a, 1 << 15, 1 << 15);
    EXPECT_THAT(ToIntegers(Evaluate("qnn.conv", {x, w}, Conv(g, "int48"))), ElementsAre(2 * a * (1 << 15)));
  }
  // One product needs all 63 bits.
  const int64_t highest = std::numeric_limits<int64_t>::max();
  const auto [x, w] = sum(highest, 5, 1, 0);
  EXPECT_THAT(ToIntegers(Evaluate("qnn.conv", {x, w}, Conv(g, "int64"))), ElementsAre(highest));
  const auto [large, twice] = sum(highest, 1, 1, 1);
  EXPECT_EQ(Failure("qnn.conv", {large, twice}, Conv(g, "int64")),
            "expected sums of at most 64 bits, found a larger one");
}

TEST(QnnConv, EmptyBatch) {
  const Geometry g{{0, 2, 3}, {1, 2, 1}, {1}, {1}};
  std::mt19937 random(2);
  const Value x = RandomCodes(random, DataType::Signed(4), g.in);
  const Value w = RandomCodes(random, DataType::Signed(4), g.weights);
  EXPECT_EQ(Evaluate("qnn.conv", {x, w}, Conv(g, "int8")).tensor.shape(), (Shape{0, 1, 3}));
}

TEST(QnnConv, conv_w1) {
  const Value x = Integers(DataType::Signed(4), {1, 1, 1, 1}, {1});
  for (int64_t axis : {-1, 0, 2, 4})
    EXPECT_THAT(Failure("qnn.conv", {x, x}, Conv({{}, {}, {1, 1}, {1, 1}}, "int8", axis)),
                HasSubstr("expected channels in dimension 1 or the last one"));
  const Value flat = Integers(DataType::Signed(4), {1, 1}, {1});
  EXPECT_THAT(Failure("qnn.conv", {flat, flat}, Conv({{}, {}, {}, {}}, "int8")), HasSubstr("rank 3 to 5"));
}

TEST(QnnConv, conv_w2) {
  const Value x = Integers(DataType::Signed(4), {1, 1, 1, 1}, {1});
  const int64_t huge = std::numeric_limits<int64_t>::max();
  for (const List &bad : {List{1}, List{0, 1}, List{-1, 1}, List{1, huge}, List{}}) {
    EXPECT_THAT(Failure("qnn.conv", {x, x}, Conv({{}, {}, bad, {1, 1}}, "int8")), HasSubstr("for strides"));
    EXPECT_THAT(Failure("qnn.conv", {x, x}, Conv({{}, {}, {1, 1}, bad}, "int8")), HasSubstr("for dilations"));
  }
}

TEST(QnnConv, conv_w3) {
  const Value x = Integers(DataType::Signed(4), {1, 1, 4}, {1, 1, 1, 1});
  const Value w = Integers(DataType::Signed(4), {1, 1, 2}, {1, 1});
  EXPECT_EQ(Failure("qnn.conv", {x, w}, Conv({{}, {}, {1}, {4}}, "int8")),
            "expected an operand that the kernel fits into, found extent 4 for a kernel of extent "
            "5");
}

TEST(QnnConv, conv_c1) {
  const Value x = Integers(DataType::Signed(4), {1, 2, 1}, {1, 1});
  const Value w = Integers(DataType::Signed(4), {2, 2, 1}, {1, 1, 1, 1});
  const int64_t huge = std::numeric_limits<int64_t>::max();
  for (int64_t groups : {int64_t{0}, int64_t{-1}, int64_t{2}, int64_t{3}, huge})
    EXPECT_THAT(Failure("qnn.conv", {x, w}, Conv({{}, {}, {1}, {1}, groups}, "int8")),
                HasSubstr("expected channels that agree"));
  EXPECT_THAT(Failure("qnn.conv", {x, Floats({2, 2, 1}, {1, 1, 1, 1})}, Conv({{}, {}, {1}, {1}}, "int8")),
              HasSubstr("expected weights of an integer type"));
  const Value flat = Integers(DataType::Signed(4), {2, 2}, {1, 1, 1, 1});
  EXPECT_THAT(Failure("qnn.conv", {x, flat}, Conv({{}, {}, {1}, {1}}, "int8")), HasSubstr("the operand's rank"));
  const Value empty = Integers(DataType::Signed(4), {2, 2, 0}, {});
  EXPECT_THAT(Failure("qnn.conv", {x, empty}, Conv({{}, {}, {1}, {1}}, "int8")),
              HasSubstr("expected a kernel of 1 to"));
}

TEST(QnnConv, conv_c3) {
  const Value x = Integers(DataType::Signed(8), {1, 1, 1}, {100});
  EXPECT_EQ(Failure("qnn.conv", {x, x}, Conv({{}, {}, {1}, {1}}, "int8")), "value 10000 does not fit type int8");
}

// y[n, o, q] = sum of the x * w whose p * strides + i * dilations is q + offsets.
std::vector<int64_t> ConvTransposeFormula(const Geometry &g, const List &offsets, const Shape &result, const Value &x,
                                          const Value &w) {
  const int64_t inputs = g.weights[0] / g.groups, per_group = g.weights[1];
  const Shape positions(g.in.begin() + 2, g.in.end());
  std::vector<int64_t> expected;
  ForEachIndex(result, [&](const Index &y) {
    __int128 sum = 0;
    const int64_t group = y[1] / per_group;
    ForEachIndex(positions, [&](const Index &p) {
      ForEachIndex(Kernel(g), [&](const Index &tap) {
        for (size_t d = 0; d < tap.size(); ++d)
          if (p[d] * g.strides[d] + tap[d] * g.dilations[d] != y[d + 2] + offsets[d])
            return;
        for (int64_t c = 0; c < inputs; ++c) {
          Index from{y[0], group * inputs + c}, weight{group * inputs + c, y[1] % per_group};
          from.insert(from.end(), p.begin(), p.end());
          weight.insert(weight.end(), tap.begin(), tap.end());
          sum += static_cast<__int128>(At(x, from)) * At(w, weight);
        }
      });
    });
    expected.push_back(static_cast<int64_t>(sum));
  });
  return expected;
}

TEST(QnnConvTranspose, SumsOverTaps) {
  struct Case {
    Geometry g;
    List offsets;
    Shape result;
  };
  const std::vector<Case> cases = {
      {{{2, 2, 4}, {2, 3, 3}, {2}, {1}}, {0}, {2, 3, 9}},
      {{{1, 4, 3}, {4, 2, 2}, {3}, {2}, 2}, {1}, {1, 4, 12}}, // reaches beyond what is summed
      {{{1, 2, 3, 4}, {2, 3, 4, 4}, {2, 2}, {1, 1}}, {1, 1}, {1, 3, 6, 8}},
      {{{1, 3, 2, 3}, {3, 1, 2, 3}, {1, 3}, {2, 1}, 3}, {0, 2}, {1, 3, 4, 5}},
      {{{1, 1, 2, 2, 2}, {1, 2, 2, 2, 2}, {2, 1, 2}, {1, 1, 1}}, {0, 0, 0}, {1, 2, 4, 3, 4}},
      {{{1, 1, 3}, {1, 1, 1}, {1}, {1}}, {9}, {1, 1, 2}}, // nothing but zeros
  };
  std::mt19937 random(3);
  for (const auto &[g, offsets, result] : cases) {
    for (DataType type : {DataType::Unsigned(3), DataType::Signed(24)}) {
      const Value x = RandomCodes(random, type, g.in);
      const Value w = RandomCodes(random, type, g.weights);
      const Value y = Evaluate("qnn.conv_transpose", {x, w}, ConvTranspose(g, offsets, result, "int60"));
      EXPECT_EQ(y.tensor.shape(), result);
      EXPECT_THAT(ToIntegers(y), ElementsAreArray(ConvTransposeFormula(g, offsets, result, x, w)));
    }
  }
}

TEST(QnnConvTranspose, AdjointOfConv) {
  // <conv(a, w), b> = <a, conv_transpose(b, w)> with the weights in the same layout.
  std::mt19937 random(4);
  for (const Geometry &g : Geometries()) {
    const Value a = RandomCodes(random, DataType::Signed(7), g.in);
    const Value w = RandomCodes(random, DataType::Signed(5), g.weights);
    const Value forward = Evaluate("qnn.conv", {a, w}, Conv(g, "int32"));
    const Value b = RandomCodes(random, DataType::Signed(7), forward.tensor.shape());
    const Value backward =
        Evaluate("qnn.conv_transpose", {b, w}, ConvTranspose(g, List(g.strides.size(), 0), g.in, "int32"));
    auto dot = [](const Value &u, const Value &v) {
      const std::vector<int64_t> left = ToIntegers(u), right = ToIntegers(v);
      int64_t sum = 0;
      for (size_t i = 0; i < left.size(); ++i)
        sum += left[i] * right[i];
      return sum;
    };
    EXPECT_EQ(dot(forward, b), dot(a, backward));
  }
}

TEST(QnnConvTranspose, conv_transpose_c1) {
  const Value x = Integers(DataType::Signed(4), {1, 2, 1}, {1, 1});
  const Value w = Integers(DataType::Signed(4), {3, 1, 1}, {1, 1, 1});
  EXPECT_THAT(Failure("qnn.conv_transpose", {x, w}, ConvTranspose({{}, {}, {1}, {1}}, {0}, {1, 1, 1}, "int8")),
              HasSubstr("expected channels that agree"));
  const Value v = Integers(DataType::Signed(4), {2, 1, 1}, {1, 1});
  for (int64_t groups : {int64_t{0}, int64_t{3}, std::numeric_limits<int64_t>::max()})
    EXPECT_THAT(
        Failure("qnn.conv_transpose", {x, v}, ConvTranspose({{}, {}, {1}, {1}, groups}, {0}, {1, 1, 1}, "int8")),
        HasSubstr("expected channels that agree"));
  const Value flat = Integers(DataType::Signed(4), {1, 2}, {1, 1});
  EXPECT_THAT(Failure("qnn.conv_transpose", {flat, flat}, ConvTranspose({{}, {}, {}, {}}, {}, {1, 1}, "int8")),
              HasSubstr("rank from 3 to 5"));
}

TEST(QnnConvTranspose, conv_transpose_c2) {
  const Value x = Integers(DataType::Signed(4), {1, 1, 1}, {1});
  EXPECT_THAT(Failure("qnn.conv_transpose", {x, x}, ConvTranspose({{}, {}, {1}, {1}}, {-1}, {1, 1, 1}, "int8")),
              HasSubstr("for offsets"));
  EXPECT_THAT(Failure("qnn.conv_transpose", {x, x}, ConvTranspose({{}, {}, {0}, {1}}, {0}, {1, 1, 1}, "int8")),
              HasSubstr("for strides"));
  for (const Shape &shape : {Shape{1, 1}, Shape{2, 1, 1}, Shape{1, 2, 1}})
    EXPECT_THAT(Failure("qnn.conv_transpose", {x, x}, ConvTranspose({{}, {}, {1}, {1}}, {0}, shape, "int8")),
                HasSubstr("expected a result of batch 1 with 1 channels"));
  EXPECT_THAT(Failure("qnn.conv_transpose", {x, x}, ConvTranspose({{}, {}, {1}, {1}}, {0}, {1, 1, -1}, "int8")),
              HasSubstr("dimensions of at least 0"));
}

TEST(QnnConvTranspose, conv_transpose_c3) {
  const Value x = Integers(DataType::Signed(8), {1, 1, 1}, {100});
  EXPECT_EQ(Failure("qnn.conv_transpose", {x, x}, ConvTranspose({{}, {}, {1}, {1}}, {0}, {1, 1, 1}, "int8")),
            "value 10000 does not fit type int8");
}

TEST(QnnPools, WindowFormula) {
  std::mt19937 random(5);
  for (const Geometry &g : Geometries()) {
    const Shape kernel = Kernel(g);
    for (DataType type : {DataType::Signed(4), DataType::Bipolar(), DataType::Signed(40)}) {
      const Value x = RandomCodes(random, type, g.in);
      const Shape shape = OutShape(g.in, g.in[1], kernel, g.strides, g.dilations);
      std::vector<int64_t> largest, sums;
      ForEachIndex(shape, [&](const Index &y) {
        int64_t best = std::numeric_limits<int64_t>::min(), sum = 0;
        ForEachIndex(kernel, [&](const Index &tap) {
          Index from{y[0], y[1]};
          for (size_t d = 0; d < tap.size(); ++d)
            from.push_back(y[d + 2] * g.strides[d] + tap[d] * g.dilations[d]);
          best = std::max(best, At(x, from));
          sum += At(x, from);
        });
        largest.push_back(best);
        sums.push_back(sum);
      });
      const auto last = static_cast<int64_t>(g.in.size()) - 1;
      for (const auto &[name, result_type, expected] :
           {std::tuple{"qnn.max_pool", type, largest}, std::tuple{"qnn.sum_pool", DataType::Signed(50), sums}}) {
        const Value y = Evaluate(name, {x}, Pool(kernel, g.strides, g.dilations, 1, result_type.ToString()));
        EXPECT_EQ(y.tensor, Integers(result_type, shape, expected).tensor);
        const Value z =
            Evaluate(name, {ChannelsLast(x)}, Pool(kernel, g.strides, g.dilations, last, result_type.ToString()));
        EXPECT_EQ(z.tensor, ChannelsLast(y).tensor);
      }
    }
  }
}

TEST(QnnPools, max_pool_w2) {
  const Value x = Integers(DataType::Signed(4), {1, 1, 2}, {1, 2});
  const int64_t huge = std::numeric_limits<int64_t>::max();
  for (const List &kernel : {List{}, List{0}, List{-1}, List{1, 1}, List{huge}})
    EXPECT_THAT(Failure("qnn.max_pool", {x}, Pool(kernel, {1}, {1}, 1, "int4")), HasSubstr("for kernel"));
  EXPECT_THAT(Failure("qnn.max_pool", {x}, Pool({1 << 30}, {1}, {1}, 1, "int4")),
              HasSubstr("expected a kernel of 1 to"));
}

TEST(QnnPools, max_pool_w3) {
  const Value x = Integers(DataType::Signed(4), {1, 1, 2}, {1, 2});
  EXPECT_THAT(Failure("qnn.max_pool", {x}, Pool({3}, {1}, {1}, 1, "int4")), HasSubstr("kernel fits into"));
}

TEST(QnnPools, sum_pool_c2) {
  const Value x = Integers(DataType::Signed(4), {1, 1, 2}, {7, 7});
  EXPECT_EQ(Failure("qnn.sum_pool", {x}, Pool({2}, {1}, {1}, 1, "int4")), "value 14 does not fit type int4");
}

} // namespace
} // namespace qcompile::runtime::testing
