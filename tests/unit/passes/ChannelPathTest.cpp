//===- ChannelPathTest.cpp - Channels permuted along paths ----------------===//
#include "passes/compression/ChannelPath.h"

#include <algorithm>
#include <numeric>

#include "RandomPath.h"

namespace qcompile::compression {
namespace {

using testing::RandomPath;

/// Evaluates a function, and what it has become, on equal inputs.
void expectSame(RandomPath &network, mlir::ModuleOp changed) {
  ASSERT_TRUE(mlir::succeeded(mlir::verify(changed))) << RandomPath::dump(changed);
  auto before = Evaluator::create(network.main);
  auto after = Evaluator::create(RandomPath::getMain(changed));
  ASSERT_TRUE(bool(before) && bool(after));
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(testing::findDifference(*before, *after, {network.drawInput()}), "");
}

// Every path of random networks, with random permutations of its channels: the same outputs, all sums being exact.
TEST(ChannelPathTest, PermutationsChangeNothing) {
  int64_t paths = 0;
  for (unsigned seed = 0; seed < 150; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomPath network(seed);
    network.build();
    mlir::OwningOpRef<mlir::ModuleOp> copy = network.module->clone();
    mlir::func::FuncOp function = RandomPath::getMain(*copy);
    std::vector<mlir::Operation *> layers;
    for (const Layer &layer : findLayers(function))
      layers.push_back(layer.operation());
    for (mlir::Operation *op : layers) {
      std::string reason;
      std::optional<ChannelPath> path = ChannelPath::find(*Layer::get(op), reason);
      if (!path)
        continue;
      std::vector<int64_t> picks(path->channels());
      std::iota(picks.begin(), picks.end(), 0);
      for (size_t i = picks.size(); i > 1; --i)
        std::swap(picks[i - 1], picks[size_t(network.below(int64_t(i)))]);
      // The consumer's weights are those of now, columns in the new order.
      std::vector<int64_t> columns = path->getColumns(picks);
      Matrix expected = Layer::get(op)->weights()(Eigen::all, columns);
      path->select(picks);
      EXPECT_EQ(Layer::get(op)->weights(), expected);
      ++paths;
    }
    expectSame(network, *copy);
    if (::testing::Test::HasFailure())
      return;
  }
  EXPECT_GE(paths, 3 * 150);
}

/// conv -> `step` -> conv, and what find says of it.
struct TwoConvs : RandomPath {
  TwoConvs() : RandomPath(0) {}
  mlir::Value conv(mlir::Value x, int64_t groups = 1) {
    return op(
        "Conv",
        {x, constant({4, shapeOf(x)[1] / groups, 1, 1}, std::vector<float>(size_t(4 * shapeOf(x)[1] / groups), 1))},
        mlir::RankedTensorType::get({1, 4, 2, 2}, builder.getF32Type()), {integer("group", groups)});
  }
  std::string find(mlir::Value last) {
    output(last);
    finish();
    std::string reason;
    std::optional<ChannelPath> path = ChannelPath::find(*Layer::get(last.getDefiningOp()), reason);
    return path ? "found" : reason;
  }
};

TEST(ChannelPathTest, SaysWhyThereIsNone) {
  {
    TwoConvs network;
    EXPECT_EQ(network.find(network.conv(network.addInput({1, 4, 2, 2}))), "its inputs are those of the model");
  }
  {
    TwoConvs network;
    mlir::Value x = network.conv(network.addInput({1, 4, 2, 2}));
    network.output(x);
    EXPECT_EQ(network.find(network.conv(x)), "'onnx.Conv' has other users");
  }
  {
    TwoConvs network;
    mlir::Value x = network.conv(network.addInput({1, 4, 2, 2}));
    EXPECT_EQ(network.find(network.conv(x, 2)), "its channels belong to groups");
  }
  {
    TwoConvs network;
    mlir::Value x = network.conv(network.conv(network.addInput({1, 4, 2, 2})), 2);
    EXPECT_EQ(network.find(network.conv(x)), "'onnx.Conv' does not treat channels by themselves");
  }
  {
    TwoConvs network;
    mlir::Value x = network.conv(network.addInput({1, 4, 2, 2}));
    mlir::Value y = network.op("Softmax", x, x.getType(), {network.integer("axis", 1)});
    EXPECT_EQ(network.find(network.conv(y)), "'onnx.Softmax' does not treat channels by themselves");
  }
  {
    TwoConvs network;
    mlir::Value x = network.conv(network.addInput({1, 4, 2, 2}));
    mlir::Value y =
        network.op("Transpose", x, x.getType(),
                   {network.builder.getNamedAttr("perm", network.builder.getDenseI64ArrayAttr({0, 2, 1, 3}))});
    EXPECT_NE(network.find(network.conv(y)), "found");
  }
  {
    TwoConvs network;
    mlir::Value x = network.conv(network.addInput({1, 4, 2, 2}));
    EXPECT_EQ(network.find(network.conv(network.op("Relu", x, x.getType()))), "found");
  }
}

} // namespace
} // namespace qcompile::compression
