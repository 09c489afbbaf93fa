// Random networks of all operations, many of them compiled into one program.
#include "tests/unit/hls/Network.h"

#include <gtest/gtest.h>

using namespace mlir;

namespace qcompile::hls {
namespace {

using namespace testing;

/// Adds random operations to values of rank 4 (channels second) until there are enough.
class Grower {
public:
  explicit Grower(Network &net) : net(net) {}

  void grow() {
    const DataType types[] = {DataType::Bipolar(), DataType::Unsigned(2), DataType::Signed(4), DataType::Unsigned(8)};
    values = {
        net.begin({net.pick(1, 2), net.pick(1, 6), net.pick(1, 7), net.pick(1, 7)}, net.code(types[net.pick(0, 3)]))};
    for (int i = 0; i < 7; ++i)
      if (Value value = addOperation(net.pick(0, 16)))
        values.push_back(requantized(value));
    SmallVector<Value> results = {values.back()};
    if (net.pick(0, 1))
      results.push_back(net.argMax(values[net.pick(0, values.size() - 1)], net.pick(0, 3), net.pick(0, 1)));
    if (net.pick(0, 2) == 0)
      results.push_back(any());
    net.finish(results);
  }

private:
  Value any() { return values[values.size() - 1 - net.pick(0, std::min<int64_t>(2, values.size() - 1))]; }
  int64_t extent(Value x, int d) { return net.shape(x)[d]; }
  DataType weightType() {
    const DataType types[] = {DataType::Bipolar(), DataType::Signed(2), DataType::Signed(4), DataType::Unsigned(3),
                              DataType::Signed(8)};
    return types[net.pick(0, 4)];
  }
  DataType codeType() {
    const DataType types[] = {DataType::Unsigned(1), DataType::Unsigned(4), DataType::Signed(3), DataType::Signed(8)};
    return types[net.pick(0, 3)];
  }

  Network::Window window(Value x) {
    Network::Window out;
    for (int d : {2, 3}) {
      const int64_t dilation = net.pick(1, 2);
      const int64_t most = (extent(x, d) - 1) / dilation + 1;
      out.kernel.push_back(net.pick(1, std::min<int64_t>(3, most)));
      out.strides.push_back(net.pick(1, 2));
      out.dilations.push_back(dilation);
    }
    return out;
  }

  /// Codes again, where an operation gave wide numbers.
  Value requantized(Value x) {
    if (net.type(x).bits <= 8)
      return x;
    const char *modes[] = {"ROUND", "CEIL", "FLOOR", "UP", "DOWN", "HALF_UP", "HALF_DOWN"};
    switch (net.pick(0, 3)) {
    case 0:
      return net.threshold(x, 1, 1, DataType::Bipolar(), net.pick(0, 1));
    case 1:
      return net.threshold(x, net.pick(0, 3), 3, DataType::Unsigned(2), net.pick(0, 2));
    case 2:
      return net.table(x, net.pick(1, 3), codeType(), net.pick(0, 1));
    default:
      return net.requantize(x, 1, modes[net.pick(0, 6)], codeType(), net.pick(0, 1));
    }
  }

  Value convolve(Value x) {
    const int64_t channels = extent(x, 1);
    SmallVector<int64_t> divisors;
    for (int64_t d = 1; d <= channels; ++d)
      if (channels % d == 0)
        divisors.push_back(d);
    const int64_t groups = divisors[net.pick(0, divisors.size() - 1)];
    return net.conv(x, groups * net.pick(1, 3), groups, window(x), weightType());
  }

  Value pad(Value x) {
    SmallVector<int64_t> low = {0, 0}, high = {0, 0}, values;
    for (int i = 0; i < 2; ++i) {
      low.push_back(net.pick(0, 2));
      high.push_back(net.pick(0, 2));
    }
    for (int64_t i = 0, count = net.pick(0, 1) ? 1 : extent(x, 1); i < count; ++i)
      values.push_back(net.pick(-1, 1));
    return net.pad(x, low, high, values);
  }

  Value slice(Value x) {
    SmallVector<int64_t> offsets, steps, shape;
    for (int d = 0; d < 4; ++d) {
      offsets.push_back(net.pick(0, extent(x, d) - 1));
      steps.push_back(net.pick(1, 3));
      shape.push_back(net.pick(1, (extent(x, d) - 1 - offsets[d]) / steps[d] + 1));
    }
    return net.slice(x, offsets, steps, shape);
  }

  Value gather(Value x) {
    const int axis = net.pick(1, 3);
    SmallVector<int64_t> indices;
    if (net.pick(0, 1)) { // nearest-neighbour upsampling
      for (int64_t i = 0; i < 2 * extent(x, axis); ++i)
        indices.push_back(i / 2);
    } else {
      for (int64_t i = 0, count = net.pick(1, 6); i < count; ++i)
        indices.push_back(net.pick(0, extent(x, axis) - 1));
    }
    return net.gather(x, axis, indices);
  }

  /// An operand that broadcasts against x.
  Value partner(Value x) {
    runtime::Shape shape(net.shape(x).begin(), net.shape(x).end());
    if (net.pick(0, 1)) {
      for (int64_t &extent : shape)
        extent = net.pick(0, 1) ? 1 : extent;
      return net.weights(codeType(), shape);
    }
    // Another path from the same value, with or without its spatial extents.
    if (net.pick(0, 1))
      return requantized(net.sumPool(x, {{extent(x, 2), extent(x, 3)}, {1, 1}, {1, 1}}));
    return net.table(x, 1, codeType());
  }

  /// a [N, C, H, W] times a transposed [N, C, W, H]: a product of two activations.
  Value attend(Value x) {
    Value y = net.transpose(net.table(x, 1, codeType()), {0, 1, 3, 2});
    return net.matmul(x, y);
  }

  Value addOperation(int kind) {
    Value x = any();
    switch (kind) {
    case 0:
    case 1:
    case 2:
      return convolve(x);
    case 3:
      return net.maxPool(x, window(x));
    case 4:
      return net.sumPool(x, window(x));
    case 5:
      return pad(x);
    case 6:
    case 7:
      return net.add(x, partner(x), net.pick(1, 5), net.pick(0, 1) ? -net.pick(1, 9) : 2);
    case 8:
      return net.mul(partner(x), x);
    case 9: {
      SmallVector<Value> parts = {x, net.table(x, 1, codeType())};
      if (net.pick(0, 1))
        parts.push_back(x);
      return net.concat(parts, net.pick(0, 3));
    }
    case 10:
      return slice(x);
    case 11:
      return gather(x);
    case 12:
      return extent(x, 1) % 4 == 0 ? net.depthToSpace(x, {2, 2}, net.pick(0, 1) ? "DCR" : "CRD")
                                   : net.matmul(x, net.pick(1, 5), weightType());
    case 13:
      return net.transpose(x, {0, 1, 3, 2});
    case 14: {
      const int axis = net.pick(1, 3);
      auto [best, where] = net.topK(x, axis, net.pick(1, extent(x, axis)), net.pick(0, 1));
      return net.pick(0, 1) ? best : net.lookup(where, codeType(), {extent(x, axis)});
    }
    case 15:
      return attend(x);
    default: {
      Value where = net.argMax(x, 1);
      Value rows = net.lookup(where, codeType(), {extent(x, 1), 3});
      return net.reshape(rows, {extent(x, 0), extent(x, 2), extent(x, 3), 3});
    }
    }
  }

  Network &net;
  SmallVector<Value> values;
};

std::vector<std::unique_ptr<Network>> makeNetworks(unsigned first, int count) {
  std::vector<std::unique_ptr<Network>> networks;
  for (int i = 0; i < count; ++i) {
    networks.push_back(std::make_unique<Network>(first + i, "random_" + std::to_string(first + i)));
    Network &net = *networks.back();
    Grower(net).grow();
    net.evaluate(4);
    if (!::testing::Test::HasFatalFailure())
      net.lower({"target-cycles=" + std::to_string(1 << net.pick(0, 12)),
                 "interface=" + std::string(net.pick(0, 1) ? "stream" : "memory")});
    if (::testing::Test::HasFatalFailure())
      break;
  }
  return networks;
}

class RandomNetworks : public ::testing::TestWithParam<int> {};

TEST_P(RandomNetworks, EqualTheEvaluator) {
  const int count = 10, first = 1 + GetParam() * count;
  auto networks = makeNetworks(first, count);
  ASSERT_EQ(int(networks.size()), count);
  if (!HasFatalFailure())
    checkTogether(networks, ::testing::TempDir() + "/hls-random-" + std::to_string(first));
}

INSTANTIATE_TEST_SUITE_P(Batches, RandomNetworks, ::testing::Range(0, 4));

} // namespace
} // namespace qcompile::hls
