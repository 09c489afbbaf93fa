//===- LowerPaddingTest.cpp - Borders of bipolar data ---------------------===//
#include "passes/lower-padding/LowerPadding.h"

#include "CodeNetwork.h"

using namespace qcompile;
using namespace qcompile::testing;

// Bipolar data with a border of 0, in all geometries: the corrected convolution reads bipolar codes and computes the
// same.
TEST(LowerPadding, RandomGeometries) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    CodeNetwork network(seed);
    int64_t rank = network.between(3, 4), axis = network.chance(50) ? 1 : rank - 1;
    Ints shape = {network.between(1, 2)}, weights = {network.between(1, 3)}, kernel, strides, dilations;
    Ints low = {0}, high = {0};
    bool first = true;
    for (int64_t d = 1; d < rank; ++d) {
      bool padded = d != axis && (first || network.chance(50));
      first &= d == axis;
      low.push_back(padded ? network.between(0, 2) : 0);
      high.push_back(padded ? network.between(0, 2) : 0);
      shape.push_back(network.between(d == axis ? 1 : 3, 6));
      weights.push_back(d == axis ? shape.back() : network.between(1, 3));
      if (d != axis) {
        strides.push_back(network.between(1, 2));
        dilations.push_back(1);
      }
    }
    mlir::Value x = network.addInput(shape, runtime::DataType::Bipolar());
    Ints paddedShape = shape;
    for (int64_t d = 0; d < rank; ++d)
      paddedShape[d] += low[d] + high[d];
    auto type = mlir::RankedTensorType::get(paddedShape, network.builder.getIntegerType(2, true));
    mlir::Value pad =
        qnn::PadOp::create(network.builder, network.loc(), type, x, axis, low, high, network.integers({0}));
    mlir::Value w = network.constant(network.randomTensor(network.randomType(), weights));
    mlir::Value y = network.accumulate(network.qnn().conv(pad, w, axis, strides, dilations, 1, mlir::Type(),
                                                          network.builder.getIntegerType(62, true)));
    auto result = tensorOf(y).clone(network.builder.getIntegerType(1, false));
    mlir::Value t = qnn::ThresholdOp::create(network.builder, network.loc(), result, y, axis,
                                             network.attribute(*runtime::Tensor::FromIntegers(
                                                 runtime::DataType::Signed(4), {1, 1}, Ints{network.between(-3, 3)})),
                                             Ints{1}, 0, 1);
    network.finish(t);
    ASSERT_FALSE(HasFatalFailure());

    LowerPaddingOptions options;
    auto widened = network.apply(createLowerPadding(options));
    EXPECT_EQ(network.dump(*network.module), network.dump(*widened));
    options.mode = PaddingMode::Correct;
    auto changed = network.apply(createLowerPadding(options));
    network.expectSame(changed.get());
    ASSERT_FALSE(HasFatalFailure());
    changed->walk([&](qnn::ConvOp op) { EXPECT_EQ(getDataType(op.getInput()), runtime::DataType::Bipolar()); });
    changed->walk([&](qnn::AddOp op) {
      mlir::RankedTensorType constant = tensorOf(op.getRhs());
      EXPECT_EQ(constant.getDimSize(0), 1);
      for (int64_t d = 1; d < rank; ++d)
        if (d != axis && low[d] == 0 && high[d] == 0) {
          EXPECT_EQ(constant.getDimSize(d), 1);
        }
    });
  }
}
