//===- ExpandConvTransposeTest.cpp - Transposed convolutions in parts -----===//
#include "passes/expand-conv-transpose/ExpandConvTranspose.h"

#include "CodeNetwork.h"
#include "passes/expand-conv-transpose/ResidueClasses.h"

using namespace qcompile;
using namespace qcompile::testing;

// Against the definition: output Q = p * stride + i * dilation. Every pair is in one class, at the place the class
// says.
TEST(ResidueClasses, AreTheDefinition) {
  for (int64_t kernel = 1; kernel <= 5; ++kernel)
    for (int64_t stride = 1; stride <= 4; ++stride)
      for (int64_t dilation = 1; dilation <= 4; ++dilation)
        for (int64_t offset = 0; offset <= 5; ++offset)
          for (int64_t outputs = 1; outputs <= 9; ++outputs) {
            auto classes = getResidueClasses(kernel, stride, dilation, offset, outputs);
            ASSERT_EQ(int64_t(classes.size()), stride);
            std::set<std::array<int64_t, 3>> expected, found;
            for (int64_t q = 0; q < outputs; ++q)
              for (int64_t i = 0; i < kernel; ++i)
                if (int64_t rest = q + offset - i * dilation; rest % stride == 0)
                  expected.insert({q, i, rest / stride});
            int64_t total = 0;
            for (int64_t r = 0; r < stride; ++r) {
              const ResidueClass &c = classes[r];
              total += c.count;
              for (int64_t t = 0; t < c.count; ++t)
                for (int64_t a = 0; a < c.taps; ++a)
                  found.insert(
                      {t * stride + r, c.firstTap + a * c.tapStep, c.start + t + (c.taps - 1 - a) * c.dilation});
            }
            ASSERT_EQ(total, outputs);
            ASSERT_EQ(found, expected) << kernel << " " << stride << " " << dilation << " " << offset;
          }
}

namespace {

struct Case {
  Ints input, weights, strides, dilations, offsets, outputs;
  int64_t groups = 1;
};

/// A network of one transposed convolution; inputs are as narrow as drawn, bipolar ones too.
void build(CodeNetwork &network, const Case &c, bool constantWeights = true) {
  mlir::Value x = network.addInput(c.input, network.randomType());
  runtime::DataType type = network.randomType();
  mlir::Value w =
      constantWeights ? network.constant(network.randomTensor(type, c.weights)) : network.addInput(c.weights, type);
  Ints shape = {c.input[0], c.weights[1] * c.groups};
  shape.insert(shape.end(), c.outputs.begin(), c.outputs.end());
  auto result = mlir::RankedTensorType::get(shape, tensorOf(x).getElementType());
  mlir::Value y = qnn::ConvTransposeOp::create(network.builder, network.loc(), result, x, w, c.strides, c.dilations,
                                               c.offsets, c.groups);
  network.finish(network.accumulate(y));
}

/// Multiply-accumulates of the convolutions of a module.
int64_t countMacs(mlir::ModuleOp module) {
  int64_t macs = 0;
  module.walk([&](qnn::ConvOp op) {
    mlir::RankedTensorType weights = tensorOf(op.getWeights()), result = tensorOf(op.getResult());
    macs += weights.getNumElements() * result.getNumElements() / result.getDimSize(1);
  });
  return macs;
}

/// The pairs of an output and a kernel position that belong to a position of the zero-free input grid, at the border
/// too.
int64_t countPairs(const Case &c) {
  int64_t pairs = c.input[0] * c.weights[0] * c.weights[1];
  for (size_t d = 0; d < c.strides.size(); ++d) {
    int64_t along = 0;
    for (int64_t q = 0; q < c.outputs[d]; ++q)
      for (int64_t i = 0; i < c.weights[d + 2]; ++i)
        along += (q + c.offsets[d] - i * c.dilations[d]) % c.strides[d] == 0;
    pairs *= along;
  }
  return pairs;
}

} // namespace

TEST(ExpandConvTranspose, RandomGeometries) {
  for (unsigned seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    CodeNetwork network(seed);
    Case c;
    int64_t spatial = network.between(1, 3);
    c.groups = network.chance(30) ? network.between(2, 3) : 1;
    c.input = {network.between(1, 2), c.groups * network.between(1, 2)};
    c.weights = {c.input[1], network.between(1, 2)};
    for (int64_t d = 0; d < spatial; ++d) {
      c.input.push_back(network.between(1, spatial == 3 ? 3 : 5));
      c.weights.push_back(network.between(1, 4));
      c.strides.push_back(network.between(1, 3));
      c.dilations.push_back(network.chance(60) ? 1 : network.between(1, 4));
      c.offsets.push_back(network.between(0, 4));
      c.outputs.push_back(network.between(1, spatial == 3 ? 5 : 12));
    }
    build(network, c, network.chance(85));
    ASSERT_FALSE(HasFatalFailure());
    auto changed = network.apply(createExpandConvTranspose());
    network.expectSame(changed.get());
    ASSERT_FALSE(HasFatalFailure());
    EXPECT_EQ(countOps<qnn::ConvTransposeOp>(changed.get()), 0);
    // Classes that no input meets are left out.
    EXPECT_LE(countMacs(changed.get()), countPairs(c));
  }
}

// The usual up-samplers: every pair once, and no more.
TEST(ExpandConvTranspose, MultiplyAccumulates) {
  // Kernel, stride, offset, with outputs = 6 * stride.
  for (auto [kernel, stride, offset] : {std::array<int64_t, 3>{2, 2, 0}, {3, 2, 1}, {4, 2, 1}, {9, 3, 4}, {1, 2, 0}}) {
    CodeNetwork network(1);
    Case c{{1, 4, 6, 6}, {4, 3, kernel, kernel}, {stride, stride}, {1, 1}, {offset, offset}, {6 * stride, 6 * stride}};
    build(network, c);
    auto changed = network.apply(createExpandConvTranspose());
    network.expectSame(changed.get());
    EXPECT_EQ(countMacs(changed.get()), countPairs(c));
    EXPECT_EQ(countPairs(c), 36 * kernel * kernel * 12);
  }
}

// Classes that read the same inputs are one convolution: kernel = stride gives one of 1 x 1.
TEST(ExpandConvTranspose, JoinsClasses) {
  CodeNetwork network(1);
  Case c{{1, 2, 3, 3}, {2, 3, 2, 2}, {2, 2}, {1, 1}, {0, 0}, {6, 6}};
  build(network, c);
  auto changed = network.apply(createExpandConvTranspose());
  network.expectSame(changed.get());
  EXPECT_EQ(countOps<qnn::ConvOp>(changed.get()), 1);
  EXPECT_EQ(countOps<qnn::ConcatOp>(changed.get()), 0);
}

// Nothing but zeros, in an accumulator of one signed bit, which has no 1.
TEST(ExpandConvTranspose, ZerosOfOneSignedBit) {
  CodeNetwork network(1);
  mlir::Value x = network.addInput({1, 1, 2}, runtime::DataType::Unsigned(1));
  mlir::Value w =
      network.constant(*runtime::Tensor::FromIntegers(runtime::DataType::Signed(1), {1, 1, 2}, Ints{0, -1}));
  auto type = mlir::RankedTensorType::get({1, 1, 6}, network.builder.getIntegerType(1, true));
  mlir::Value y =
      qnn::ConvTransposeOp::create(network.builder, network.loc(), type, x, w, Ints{3}, Ints{1}, Ints{0}, 1);
  network.finish(y);
  auto changed = network.apply(createExpandConvTranspose());
  network.expectSame(changed.get());
}
