//===- ConstantNamesTest.cpp - Names and sizes of constants ---------------===//
#include "dialects/data/DataDialect.h"
#include "mlir/IR/Builders.h"
#include "gtest/gtest.h"

namespace qcompile::data {
namespace {

class ConstantNamesTest : public testing::Test {
protected:
  ConstantNamesTest() { context.loadDialect<DataDialect>(); }

  std::string add(llvm::StringRef name, float value) {
    return ConstantAttr::get(&context, name, runtime::Tensor::ScalarFloat(value)).getName().str();
  }

  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
};

TEST_F(ConstantNamesTest, EqualBytesShareANameOthersGetTheNextFreeOne) {
  EXPECT_EQ(add("w", 1), "w");
  EXPECT_EQ(add("w", 1), "w");
  EXPECT_EQ(add("w", 2), "w_1");
  EXPECT_EQ(add("w_1", 3), "w_1_1");
  EXPECT_EQ(add("w", 4), "w_2");
  EXPECT_EQ(add("w", 2), "w_1");
}

TEST_F(ConstantNamesTest, SizesMustFit) {
  mlir::Builder builder(&context);
  auto make = [&](mlir::Type element, llvm::ArrayRef<int64_t> shape, size_t size) {
    auto bytes = std::make_shared<std::vector<uint8_t>>(size);
    std::string error;
    ConstantAttr constant =
        ConstantAttr::getFromStorage(mlir::RankedTensorType::get(shape, element), "x", *bytes, bytes, error);
    EXPECT_EQ(bool(constant), error.empty());
    return error;
  };
  mlir::Type si4 = builder.getIntegerType(4, true);
  EXPECT_EQ(make(si4, {3}, 2), "");
  EXPECT_EQ(make(si4, {3}, 1), "expected 2 bytes for tensor<3xsi4>, found 1");
  EXPECT_EQ(make(si4, {3}, 3), "expected 2 bytes for tensor<3xsi4>, found 3");
  EXPECT_EQ(make(builder.getF16Type(), {3}, 6), "");
  EXPECT_EQ(make(builder.getIndexType(), {1}, 8), "type tensor<1xindex> has no storage form");
  EXPECT_EQ(make(si4, {int64_t{1} << 62, 8}, 1), "type tensor<4611686018427387904x8xsi4> has no storage form");
}

TEST_F(ConstantNamesTest, ElementsAtOddAddresses) {
  auto owner = std::make_shared<std::vector<uint8_t>>(9);
  float value = 1.5f;
  std::memcpy(owner->data() + 1, &value, 4);
  std::memcpy(owner->data() + 5, &value, 4);
  std::string error;
  ConstantAttr constant =
      ConstantAttr::getFromStorage(mlir::RankedTensorType::get({2}, mlir::Float32Type::get(&context)), "odd",
                                   llvm::ArrayRef<uint8_t>(*owner).drop_front(), owner, error);
  ASSERT_TRUE(constant) << error;
  EXPECT_EQ(constant.getTensor().DoubleAt(1), 1.5);
}

} // namespace
} // namespace qcompile::data
