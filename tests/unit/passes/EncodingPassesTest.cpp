//===- EncodingPassesTest.cpp - Passes that move encoded weights ----------===//
//
// The module's verifier checks every encoding against its constant behind every pass; here: that the codes are the
// same, and that encodings stay where they can.
//
//===----------------------------------------------------------------------===//
#include "passes/choose-layout/ChooseLayout.h"
#include "passes/expand-conv-transpose/ExpandConvTranspose.h"
#include "passes/lower-padding/LowerPadding.h"
#include "tests/unit/dialects/StructuredWeights.h"
#include "tests/unit/passes/CodeNetwork.h"

using namespace mlir;

namespace qcompile {
namespace {

using testing::CodeNetwork;
using testing::Ints;
using testing::StructuredWeights;
using testing::WeightMaker;

Value addWeights(CodeNetwork &net, const StructuredWeights &weights) {
  return net.qnn().constant("w", weights.tensor, weights.encoding);
}

int64_t countEncodings(ModuleOp module) {
  int64_t count = 0;
  module.walk([&](qnn::ConstantOp op) { count += op.getEncodingAttr() != nullptr; });
  return count;
}

/// A padded convolution, and a product of its flattened sums.
void build(CodeNetwork &net, WeightMaker &maker, int kind) {
  int64_t c = net.between(1, 4), o = net.between(1, 5), k = net.between(1, 3), size = net.between(k, 6);
  Value x = net.addInput({net.between(1, 2), c, size, size}, runtime::DataType::Bipolar());
  int64_t batch = tensorOf(x).getDimSize(0);
  Value padded = net.qnn().padZero(x, {0, 0, 1, 0}, {0, 0, 0, 1});
  Value kernel = addWeights(net, maker.make(kind, 4, {o, c, k, k}, {0, 1, 2, 3}, 1));
  Value sums =
      net.qnn().conv(padded, kernel, 1, {1, 1}, {1, 1}, 1, Type(), net.builder.getIntegerType(48, /*isSigned=*/true));
  auto shape = tensorOf(sums).getShape();
  int64_t joined = shape[1] * shape[2] * shape[3], m = net.between(1, 6);
  Value flat = net.qnn().reshape(sums, {batch, joined});
  Value rhs = addWeights(net, maker.make(kind, 4, {joined, m}, {1, 0}, 1));
  auto type = RankedTensorType::get({batch, m}, net.builder.getIntegerType(48, /*isSigned=*/true));
  net.finish(net.accumulate(qnn::MatMulOp::create(net.builder, net.loc(), type, flat, rhs)));
}

TEST(EncodingPasses, LayoutsKeepEveryEncoding) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    CodeNetwork net(seed);
    WeightMaker maker(net.context, seed);
    build(net, maker, int(seed) % WeightMaker::kKinds);
    auto changed = net.apply(createChooseLayout({.layout = ChannelLayout::Last}));
    net.expectSame(*changed);
    EXPECT_EQ(countEncodings(*changed), 2) << CodeNetwork::dump(*changed);
  }
}

TEST(EncodingPasses, CorrectedPaddingKeepsEveryEncoding) {
  for (unsigned seed = 0; seed < 30; ++seed) {
    CodeNetwork net(seed);
    WeightMaker maker(net.context, seed);
    build(net, maker, int(seed) % WeightMaker::kKinds);
    auto changed = net.apply(createLowerPadding({.mode = PaddingMode::Correct}));
    net.expectSame(*changed);
    EXPECT_EQ(countEncodings(*changed), 2);
  }
}

TEST(EncodingPasses, PartsOfTransposedConvolutionsKeepWhatHolds) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    CodeNetwork net(seed);
    WeightMaker maker(net.context, seed);
    int kind = int(seed) % WeightMaker::kKinds;
    int64_t c = net.between(1, 4), o = net.between(1, 4), k = net.between(1, 4), stride = net.between(1, 3);
    Value x = net.addInput({1, c, 3, 3}, runtime::DataType::Signed(3));
    Value kernel = addWeights(net, maker.make(kind, 4, {c, o, k, k}, {1, 0, 2, 3}, 1));
    int64_t extent = 2 * stride + k;
    auto type = RankedTensorType::get({1, o, extent, extent}, net.builder.getIntegerType(48, true));
    Value sums = qnn::ConvTransposeOp::create(net.builder, net.loc(), type, x, kernel, Ints{stride, stride}, Ints{1, 1},
                                              Ints{0, 0}, 1);
    net.finish(net.accumulate(sums));
    auto changed = net.apply(createExpandConvTranspose());
    net.expectSame(*changed);
    int64_t convolutions = testing::countOps<qnn::ConvOp>(*changed);
    // Positions of zeros can be stored of any part; other structures may break, which is said.
    if (kind == 1 || kind == 2)
      EXPECT_EQ(countEncodings(*changed), convolutions);
    else if (countEncodings(*changed) < convolutions)
      EXPECT_NE(net.messages.find("[QC-S006]"), std::string::npos);
  }
}

} // namespace
} // namespace qcompile
