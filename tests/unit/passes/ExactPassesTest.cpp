//===- ExactPassesTest.cpp - Passes change no code ------------------------===//
#include "RandomCodeNetwork.h"
#include "passes/bound-accumulators/BoundAccumulators.h"
#include "passes/choose-layout/ChooseLayout.h"
#include "passes/expand-conv-transpose/ExpandConvTranspose.h"
#include "passes/lower-padding/LowerPadding.h"
#include "passes/select-requantization/SelectRequantization.h"

using namespace qcompile;
using namespace qcompile::testing;

namespace {

constexpr unsigned kNetworks = 300;

/// Builds the networks of all seeds, and tests what a pass makes of each.
void forAllNetworks(llvm::function_ref<void(CodeNetwork &)> test) {
  for (unsigned seed = 0; seed < kNetworks; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomCodeNetwork network(seed);
    network.build();
    if (::testing::Test::HasFatalFailure())
      return;
    test(network);
    if (::testing::Test::HasFailure())
      return;
  }
}

int64_t getWantedAxis(mlir::Operation *op, ChannelLayout layout) {
  return layout == ChannelLayout::First ? 1 : tensorOf(op->getResult(0)).getRank() - 1;
}

} // namespace

TEST(ExactPasses, ChooseLayout) {
  for (ChannelLayout layout : {ChannelLayout::First, ChannelLayout::Last})
    for (TransposeBorder border : {TransposeBorder::Floats, TransposeBorder::Codes})
      forAllNetworks([&](CodeNetwork &network) {
        ChooseLayoutOptions options;
        options.layout = layout;
        options.border = border;
        auto changed = network.apply(createChooseLayout(options));
        network.expectSame(changed.get());
        changed->walk([&](mlir::Operation *op) {
          if (llvm::isa<qnn::ConvOp, qnn::MaxPoolOp, qnn::SumPoolOp, qnn::DepthToSpaceOp>(op)) {
            EXPECT_EQ(op->getAttrOfType<mlir::IntegerAttr>("axis").getInt(), getWantedAxis(op, layout));
          }
        });
      });
}

TEST(ExactPasses, BoundAccumulators) {
  forAllNetworks([](CodeNetwork &network) {
    auto changed = network.apply(createBoundAccumulators());
    network.expectSame(changed.get());
  });
}

TEST(ExactPasses, LowerPadding) {
  int64_t corrected = 0;
  forAllNetworks([&](CodeNetwork &network) {
    LowerPaddingOptions options;
    options.mode = PaddingMode::Correct;
    auto changed = network.apply(createLowerPadding(options));
    network.expectSame(changed.get());
    corrected += network.messages.find("corrected by") != std::string::npos;
  });
  EXPECT_GT(corrected, 0);
}

TEST(ExactPasses, SelectRequantization) {
  int64_t multiplied = 0, looked = 0;
  forAllNetworks([&](CodeNetwork &network) {
    auto changed = network.apply(createSelectRequantization());
    network.expectSame(changed.get());
    multiplied += countOps<qnn::RequantizeOp>(changed.get()) > countOps<qnn::RequantizeOp>(*network.module);
    looked += countOps<qnn::TableOp>(changed.get()) > countOps<qnn::TableOp>(*network.module);
  });
  EXPECT_GT(multiplied, 0);
  EXPECT_GT(looked, 0);
}

TEST(ExactPasses, SplitDilated) {
  forAllNetworks([](CodeNetwork &network) {
    ExpandConvTransposeOptions options;
    options.dilated = true;
    auto changed = network.apply(createExpandConvTranspose(options));
    network.expectSame(changed.get());
    changed->walk([](qnn::ConvOp op) {
      for (auto [d, extent] : llvm::enumerate(tensorOf(op.getWeights()).getShape().drop_front(1)))
        if (int64_t(d) + 1 != int64_t(op.getAxis()) && extent > 1) {
          EXPECT_EQ(op.getDilations()[int64_t(d) + 1 < int64_t(op.getAxis()) ? d : d - (op.getAxis() == 1)], 1);
        }
    });
  });
}

// As a backend puts them behind each other.
TEST(ExactPasses, AllInSequence) {
  for (ChannelLayout layout : {ChannelLayout::First, ChannelLayout::Last})
    forAllNetworks([&](CodeNetwork &network) {
      ExpandConvTransposeOptions expand;
      expand.dilated = true;
      LowerPaddingOptions padding;
      padding.mode = PaddingMode::Correct;
      ChooseLayoutOptions options;
      options.layout = layout;
      SelectRequantizationOptions select;
      select.minLevels = 1;
      auto changed =
          network.apply(createBoundAccumulators(), createExpandConvTranspose(expand), createLowerPadding(padding),
                        createChooseLayout(options), createBoundAccumulators(), createSelectRequantization(select));
      network.expectSame(changed.get());
    });
}
