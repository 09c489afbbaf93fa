//===- EncodingTest.cpp - Structures of tensors ---------------------------===//
#include "tests/unit/dialects/StructuredWeights.h"

#include <algorithm>
#include <numeric>

#include "dialects/qnn/QnnDialect.h"
#include "gtest/gtest.h"

using namespace mlir;

namespace qcompile {
namespace {

using runtime::DataType;
using runtime::Tensor;
using testing::StructuredWeights;
using testing::WeightMaker;
using Ints = std::vector<int64_t>;

struct EncodingTest : ::testing::Test {
  EncodingTest() { context.loadDialect<qnn::QnnDialect, encoding::EncodingDialect>(); }

  /// Weights of a matrix product, of a convolution in either layout, or of any rank.
  StructuredWeights makeRandom(WeightMaker &maker, int kind) {
    Ints shape, order;
    int64_t rank = 2 + maker.below(3);
    for (int64_t d = 0; d < rank; ++d) {
      shape.push_back(1 + maker.below(rank == 2 ? 20 : 6));
      order.push_back(d);
    }
    std::shuffle(order.begin(), order.end(), maker.random);
    return maker.make(kind, 2 + int(maker.below(7)), shape, order, 1 + maker.below(rank - 1));
  }

  MLIRContext context{MLIRContext::Threading::DISABLED};
};

/// A copy with dimension d being dimension perm[d] of `source`, element by element.
Tensor permuted(const Tensor &source, ArrayRef<int64_t> perm) {
  runtime::Shape shape;
  for (int64_t d : perm)
    shape.push_back(source.shape()[d]);
  Ints values;
  for (int64_t i = 0; i < source.size(); ++i) {
    Ints index(shape.size());
    int64_t rest = i;
    for (size_t d = shape.size(); d-- > 0; rest /= shape[d])
      index[perm[d]] = rest % shape[d];
    int64_t position = 0;
    for (size_t d = 0; d < shape.size(); ++d)
      position = position * source.shape()[d] + index[d];
    values.push_back(source.IntegerAt(position));
  }
  return *Tensor::FromIntegers(source.type(), shape, values);
}

TEST_F(EncodingTest, EveryEncodingStoresItsCodesInTheBitsCounted) {
  WeightMaker maker(context, 1);
  for (int kind = 0; kind < WeightMaker::kKinds; ++kind)
    for (int run = 0; run < 60; ++run) {
      auto [tensor, encoding] = makeRandom(maker, kind);
      absl::Status status = encoding.checkElements(tensor);
      ASSERT_TRUE(status.ok()) << encoding.getEncodingName().str() << ": " << status;
      auto bytes = encoding.encode(tensor);
      ASSERT_TRUE(bytes.ok()) << bytes.status();
      EXPECT_EQ(int64_t(bytes->size()), (encoding.countBits(tensor) + 7) / 8);
      auto decoded = encoding.decode(tensor.type(), tensor.shape(), *bytes);
      ASSERT_TRUE(decoded.ok()) << decoded.status();
      EXPECT_EQ(*decoded, tensor) << encoding.getEncodingName().str();
    }
}

TEST_F(EncodingTest, DamagedBytesNeverGiveOtherThanStructuredCodes) {
  WeightMaker maker(context, 2);
  for (int kind = 0; kind < WeightMaker::kKinds; ++kind)
    for (int run = 0; run < 60; ++run) {
      auto [tensor, encoding] = makeRandom(maker, kind);
      auto bytes = encoding.encode(tensor);
      ASSERT_TRUE(bytes.ok());
      for (int flips = 0; flips < 3 && !bytes->empty(); ++flips)
        (*bytes)[maker.below(bytes->size())] ^= uint8_t(1 << maker.below(8));
      if (maker.below(4) == 0)
        bytes->resize(maker.below(bytes->size() + 1));
      auto decoded = encoding.decode(tensor.type(), tensor.shape(), *bytes);
      // Other factors give other codes: the attribute's own factors do not describe them.
      if (decoded.ok() && !isa<encoding::BasisAttr>(encoding)) {
        EXPECT_TRUE(encoding.checkElements(*decoded).ok()) << encoding.getEncodingName().str();
      }
    }
}

TEST_F(EncodingTest, PermutedWeightsKeepTheirStructure) {
  WeightMaker maker(context, 3);
  for (int kind = 0; kind < WeightMaker::kKinds; ++kind)
    for (int run = 0; run < 40; ++run) {
      auto [tensor, encoding] = makeRandom(maker, kind);
      SmallVector<int64_t> perm(tensor.rank());
      std::iota(perm.begin(), perm.end(), 0);
      std::shuffle(perm.begin(), perm.end(), maker.random);
      encoding::EncodingAttr moved = encoding::permuteEncoding(encoding, perm);
      ASSERT_TRUE(moved);
      Tensor other = permuted(tensor, perm);
      EXPECT_TRUE(moved.checkElements(other).ok()) << encoding.getEncodingName().str();
      // The same matrix, hence the same bytes.
      EXPECT_EQ(*moved.encode(other), *encoding.encode(tensor));
    }
}

TEST_F(EncodingTest, RowsThatAreSortedKeepTheirStructure) {
  // Rows of a matrix product that joins (channels, height, width), sorted to (height, width, channels).
  WeightMaker maker(context, 4);
  for (int kind = 0; kind < WeightMaker::kKinds; ++kind)
    for (int run = 0; run < 20; ++run) {
      int64_t c = 1 + maker.below(4), h = 1 + maker.below(4), w = 1 + maker.below(4), m = 1 + maker.below(9);
      auto [tensor, encoding] = maker.make(kind, 4, {c * h * w, m}, {1, 0}, 1);
      Tensor sorted = permuted(tensor.Reshaped({c, h, w, m}), {1, 2, 0, 3}).Reshaped(tensor.shape());
      encoding::EncodingAttr moved =
          encoding::rearrangeEncoding(encoding, tensor.shape(), {c, h, w, m}, {1, 2, 0, 3}, tensor.shape());
      ASSERT_TRUE(moved);
      absl::Status status = moved.checkElements(sorted);
      EXPECT_TRUE(status.ok()) << encoding.getEncodingName().str() << ": " << status;
      EXPECT_EQ(*moved.encode(sorted), *encoding.encode(tensor));
    }
}

TEST_F(EncodingTest, ReshapedWeightsAreSeenUnderTheirOwnShape) {
  auto [tensor, encoding] = WeightMaker(context, 5).make(0, 4, {3, 8}, {0, 1}, 1);
  encoding::EncodingAttr moved = encoding::reshapeEncoding(encoding, {3, 8}, {3, 2, 4});
  EXPECT_TRUE(moved.checkElements(tensor.Reshaped({3, 2, 4})).ok());
  EXPECT_EQ(encoding::reshapeEncoding(moved, {3, 2, 4}, {3, 8}), encoding);
  EXPECT_FALSE(encoding.checkElements(tensor.Reshaped({3, 2, 4})).ok());
}

TEST_F(EncodingTest, OfFloatsZerosAndEqualityCount) {
  auto groups = encoding::NmAttr::get(&context, 1, 2, {0, 1}, 1);
  EXPECT_TRUE(groups.checkElements(Tensor::FromFloats({1, 4}, {0.0f, 0.5f, -0.0f, -2.0f})).ok());
  EXPECT_FALSE(groups.checkElements(Tensor::FromFloats({1, 4}, {0.5f, 0.5f, 0.0f, 0.0f})).ok());
  auto circulant = encoding::CirculantAttr::get(&context, 2, {0, 1}, 1);
  EXPECT_TRUE(circulant.checkElements(Tensor::FromFloats({2, 2}, {0.5f, 0.1f, 0.1f, 0.5f})).ok());
  EXPECT_FALSE(circulant.checkElements(Tensor::FromFloats({2, 2}, {0.5f, 0.1f, 0.2f, 0.5f})).ok());
  // (1, -2) times ((0.5, 1), (0.25, 2)), rounded once.
  auto coefficients =
      data::ConstantAttr::get(&context, "c", *Tensor::FromIntegers(DataType::Signed(3), {1, 1, 2}, {1, -2}));
  auto basis = data::ConstantAttr::get(&context, "b", Tensor::FromFloats({1, 1, 2, 2}, {0.5f, 1.0f, 0.25f, 2.0f}));
  auto factors = encoding::BasisAttr::get(&context, 2, 8, 1, coefficients, basis, {0, 1}, 1);
  EXPECT_TRUE(factors.checkElements(Tensor::FromFloats({1, 2}, {0.0f, -3.0f})).ok());
  EXPECT_FALSE(factors.checkElements(Tensor::FromFloats({1, 2}, {0.5f, -3.0f})).ok());
}

TEST_F(EncodingTest, DenseBitsAreElementsTimesWidth) {
  auto constant =
      data::ConstantAttr::get(&context, "w", *Tensor::FromIntegers(DataType::Signed(3), {2, 5}, Ints(10, 1)));
  EXPECT_EQ(encoding::getStoredBits(constant, nullptr), 30);
}

} // namespace
} // namespace qcompile
