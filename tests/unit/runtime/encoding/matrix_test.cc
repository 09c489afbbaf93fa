#include "runtime/encoding/matrix.h"

#include "tests/unit/runtime/encoding/encoding_test_util.h"

namespace qcompile::runtime::encoding {
namespace {

TEST(EncodingMatrix, OrderSaysWhatIsAnOutput) {
  // A matrix product's weights [K = 2, M = 3] as [M, K].
  Tensor weights = *Tensor::FromIntegers(DataType::Signed(8), {2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(ToMatrix(weights, {1, 0}), (std::vector<int64_t>{1, 4, 2, 5, 3, 6}));
  MatrixShape shape = GetMatrixShape(weights.shape(), {1, 0}, 1);
  EXPECT_EQ(shape.outputs, 3);
  EXPECT_EQ(shape.length, 2);
}

TEST(EncodingMatrix, ChannelsLastWeightsGiveTheSameMatrix) {
  // [O, I, kw] = [2, 2, 2] and the same as [O, kw, I].
  Tensor first = *Tensor::FromIntegers(DataType::Signed(8), {2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  Tensor last = *Tensor::FromIntegers(DataType::Signed(8), {2, 2, 2}, {1, 3, 2, 4, 5, 7, 6, 8});
  EXPECT_EQ(ToMatrix(first, {0, 1, 2}), ToMatrix(last, {0, 2, 1}));
}

TEST(EncodingMatrix, FromMatrixIsTheInverse) {
  std::mt19937_64 random(3);
  for (int run = 0; run < 50; ++run) {
    int64_t rank = 2 + Below(3, random);
    Shape shape;
    std::vector<int64_t> order;
    for (int64_t d = 0; d < rank; ++d) {
      shape.push_back(1 + Below(4, random));
      order.push_back(d);
    }
    std::shuffle(order.begin(), order.end(), random);
    DataType type = DataType::Signed(5);
    Tensor tensor = *Tensor::FromIntegers(type, shape, RandomCodes(type, NumElements(shape), 80, random));
    EXPECT_EQ(*FromMatrix(type, shape, order, ToMatrix(tensor, order)), tensor);
  }
}

TEST(EncodingMatrix, OrdersAreChecked) {
  EXPECT_TRUE(CheckOrder(3, {2, 0, 1}, 2).ok());
  EXPECT_EQ(CheckOrder(2, {0, 0}, 1).message(), "expected an order of 2 dimensions, found [0, 0]");
  EXPECT_EQ(CheckOrder(2, {0}, 1).message(), "expected an order of 2 dimensions, found [0]");
  EXPECT_EQ(CheckOrder(2, {0, 2}, 1).message(), "expected an order of 2 dimensions, found [0, 2]");
  EXPECT_EQ(CheckOrder(2, {0, 1}, 2).message(), "expected rows from 1 to 1 for 2 dimensions, found 2");
  EXPECT_FALSE(CheckOrder(2, {0, 1}, 0).ok());
}

} // namespace
} // namespace qcompile::runtime::encoding
