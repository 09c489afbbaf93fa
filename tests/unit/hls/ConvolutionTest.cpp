// Networks with windows: shaped like the known ones, and every spatial operation in odd shapes.
#include "tests/unit/hls/Network.h"

#include <gtest/gtest.h>

using namespace mlir;

namespace qcompile::hls {
namespace {

using namespace testing;

Network::Window square(int64_t kernel, int64_t stride = 1, int64_t dilation = 1) {
  return {{kernel, kernel}, {stride, stride}, {dilation, dilation}};
}

/// conv 3x3, threshold, conv 3x3, threshold, max pool, then matrix products; no padding.
TEST(Convolution, LikeCnv) {
  Network net(1);
  const DataType bipolar = DataType::Bipolar();
  Value x = net.begin({1, 3, 12, 12}, net.code(DataType::Signed(8)));
  x = net.threshold(net.conv(x, 8, 1, square(3), bipolar), 1, 1, bipolar);
  x = net.threshold(net.conv(x, 8, 1, square(3), bipolar), 1, 1, bipolar);
  x = net.maxPool(x, square(2, 2));
  x = net.threshold(net.conv(x, 12, 1, square(3), bipolar), 1, 3, DataType::Unsigned(2));
  x = net.maxPool(x, square(2, 2));
  x = net.reshape(x, {1, 12});
  x = net.threshold(net.matmul(x, 10, bipolar), 1, 1, bipolar);
  net.finish({net.dequantize(net.matmul(x, 7, bipolar))});
  net.check({"target-cycles=2000"});
}

Value residual(Network &net, Value x, int64_t channels, int64_t stride, DataType code) {
  const DataType weights = DataType::Signed(4);
  const int64_t padding[] = {0, 0, 1, 1};
  Value y = net.pad(x, padding, padding, {0});
  y = net.threshold(net.conv(y, channels, 1, square(3, stride), weights), 1, 7, code);
  y = net.conv(net.pad(y, padding, padding, {0}), channels, 1, square(3), weights);
  Value around = x;
  if (stride != 1 || net.shape(x)[1] != channels)
    around = net.conv(x, channels, 1, square(1, stride), weights);
  return net.threshold(net.add(y, around, 3, 5), 1, 7, code);
}

TEST(Convolution, LikeResNet) {
  Network net(2);
  const DataType code = DataType::Unsigned(3);
  const int64_t padding[] = {0, 0, 1, 1};
  Value x = net.begin({1, 3, 9, 8}, net.code(DataType::Signed(6)));
  x = net.conv(net.pad(x, padding, padding, {2, -1, 0}), 4, 1, square(3), DataType::Signed(4));
  x = net.threshold(x, 1, 7, code);
  x = residual(net, x, 4, 1, code);
  x = residual(net, x, 6, 2, code);
  x = net.sumPool(x, {{5, 4}, {1, 1}, {1, 1}});
  x = net.matmul(net.reshape(x, {1, 6}), 5, DataType::Signed(4));
  net.finish({net.dequantize(x)});
  net.check({"target-cycles=3000"});
}

TEST(Convolution, LikeMobileNet) {
  Network net(3);
  const DataType code = DataType::Unsigned(4), weights = DataType::Signed(4);
  const int64_t padding[] = {0, 0, 1, 1};
  Value x = net.begin({1, 3, 10, 11}, net.code(DataType::Unsigned(8)));
  x = net.threshold(net.conv(net.pad(x, padding, padding, {7}), 6, 1, square(3, 2), weights), 1, 15, code);
  for (int64_t outputs : {8, 12}) {
    const int64_t channels = net.shape(x)[1];
    x = net.conv(net.pad(x, padding, padding, {0}), channels, channels, square(3), weights);
    x = net.threshold(x, 1, 15, code);
    x = net.conv(x, outputs, 1, square(1), weights);
    x = net.requantize(x, 1, "ROUND", code);
  }
  net.finish({net.sumPool(x, {{5, 6}, {1, 1}, {1, 1}})});
  net.check({"target-cycles=500"});
}

TEST(Convolution, LikeEspcn) {
  Network net(4);
  const DataType code = DataType::Unsigned(4), weights = DataType::Signed(4);
  const int64_t two[] = {0, 0, 2, 2}, one[] = {0, 0, 1, 1};
  Value x = net.begin({1, 1, 7, 9}, net.code(DataType::Unsigned(8)));
  x = net.threshold(net.conv(net.pad(x, two, two, {0}), 6, 1, square(5), weights), 1, 15, code);
  x = net.threshold(net.conv(net.pad(x, one, one, {0}), 4, 1, square(3), weights), 1, 15, code);
  x = net.threshold(net.conv(net.pad(x, one, one, {0}), 9, 1, square(3), weights), 1, 15, code);
  Value shuffled = net.depthToSpace(x, {3, 3}, "CRD");
  Value transposed = net.convTranspose(x, 2, 1, square(3, 2), weights);
  net.finish({shuffled, transposed});
  net.check({"target-cycles=2000"});
}

TEST(Convolution, GroupsStridesDilationsBatches) {
  Network net(5);
  Value x = net.begin({2, 6, 9, 10}, net.code(DataType::Signed(3)));
  Value grouped = net.conv(x, 9, 3, {{3, 2}, {2, 1}, {1, 3}}, DataType::Signed(3));
  Value multiplied = net.conv(x, 12, 6, {{2, 3}, {1, 3}, {2, 1}}, DataType::Signed(2));
  Value pooled = net.maxPool(x, {{3, 2}, {2, 3}, {2, 1}});
  Value summed = net.sumPool(x, {{2, 3}, {1, 2}, {3, 1}});
  net.finish({net.threshold(grouped, 1, 1, DataType::Bipolar()), multiplied, pooled, summed});
  net.check({"target-cycles=700", "interface=memory"});
}

TEST(Convolution, OneDimensionAndChannelsLast) {
  Network net(6);
  Value x = net.begin({1, 20, 4}, net.code(DataType::Bipolar()));
  Value y = net.conv(x, 6, 1, {{5}, {2}, {1}}, DataType::Bipolar(), /*axis=*/2);
  y = net.threshold(y, 2, 1, DataType::Bipolar());
  Value depthwise = net.conv(y, 6, 6, {{3}, {1}, {2}}, DataType::Bipolar(), 2);
  Value table = net.table(depthwise, 2, DataType::Signed(4));
  net.finish({table, net.requantize(y, 2, "HALF_UP", DataType::Unsigned(3))});
  net.check({"target-cycles=20"});
}

TEST(Convolution, BipolarPaddingWithZero) {
  Network net(7);
  const int64_t padding[] = {0, 0, 1, 1};
  Value x = net.begin({1, 4, 6, 6}, net.code(DataType::Bipolar()));
  x = net.conv(net.pad(x, padding, padding, {0}), 5, 1, square(3), DataType::Bipolar());
  x = net.threshold(x, 1, 1, DataType::Bipolar());
  net.finish({net.conv(net.pad(x, padding, padding, {-1}), 3, 1, square(3), DataType::Bipolar())});
  net.check({"target-cycles=300"});
}

TEST(Convolution, ActivationsBehindCounts) {
  // Bipolar products are counted; what follows them sees counts in place of sums.
  Network net(8);
  Value x = net.begin({1, 4, 5, 5}, net.code(DataType::Bipolar()));
  const DataType bipolar = DataType::Bipolar();
  Value a = net.table(net.conv(x, 4, 1, square(2), bipolar), 1, DataType::Signed(5));
  Value b = net.requantize(net.conv(x, 4, 1, square(2), bipolar), 1, "ROUND", DataType::Signed(5));
  Value c = net.add(net.conv(x, 4, 4, square(2), bipolar), net.weights(DataType::Signed(4), {1, 4, 1, 1}), 3, -2);
  net.finish({a, b, c});
  net.check({});
}

} // namespace
} // namespace qcompile::hls
