//===- ElementStorageTest.cpp - The bit order of stored elements ----------===//
//
// Expected bytes follow from the description of #data.constant: little endian, types of 1, 2 and 4 bits packed
// with the first element in the lowest bits, the last byte filled with zero bits.
//
//===----------------------------------------------------------------------===//
#include "dialects/data/ElementStorage.h"

#include "dialects/qnn/QnnDialect.h"
#include "mlir/IR/Builders.h"
#include "gtest/gtest.h"

namespace qcompile::data {
namespace {

using runtime::DataType;
using runtime::Tensor;
using Bytes = std::vector<uint8_t>;

class ElementStorageTest : public testing::Test {
protected:
  ElementStorageTest() { context.loadDialect<qnn::QnnDialect>(); }

  mlir::Type typeOf(DataType type) { return qnn::getCodeType(&context, type); }
  Bytes pack(DataType type, std::vector<int64_t> values) {
    int64_t size = values.size();
    return packElements(typeOf(type), *Tensor::FromIntegers(type, {size}, values));
  }
  std::vector<int64_t> unpack(DataType type, const Bytes &bytes, int64_t size) {
    return unpackElements(mlir::RankedTensorType::get({size}, typeOf(type)), bytes).ToIntegers();
  }

  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
};

TEST_F(ElementStorageTest, OneBit) {
  // Nine elements: the ninth begins the second byte.
  EXPECT_EQ(pack(DataType::Unsigned(1), {1, 0, 0, 1, 0, 0, 0, 1, 1}), (Bytes{0x89, 0x01}));
  EXPECT_EQ(pack(DataType::Signed(1), {-1, 0, -1}), (Bytes{0x05}));
  EXPECT_EQ(pack(DataType::Bipolar(), {1, -1, 1, 1}), (Bytes{0x0d}));
  EXPECT_EQ(unpack(DataType::Bipolar(), {0x0d}, 4), (std::vector<int64_t>{1, -1, 1, 1}));
  EXPECT_EQ(unpack(DataType::Signed(1), {0x05}, 3), (std::vector<int64_t>{-1, 0, -1}));
}

TEST_F(ElementStorageTest, TwoBits) {
  // -2 is 10, -1 is 11, 1 is 01: 01 00 11 10 from the highest bits down.
  EXPECT_EQ(pack(DataType::Signed(2), {-2, -1, 0, 1, 1}), (Bytes{0x4e, 0x01}));
  EXPECT_EQ(unpack(DataType::Signed(2), {0x4e, 0x01}, 5), (std::vector<int64_t>{-2, -1, 0, 1, 1}));
  EXPECT_EQ(pack(DataType::Unsigned(2), {3, 0, 2}), (Bytes{0x23}));
}

TEST_F(ElementStorageTest, FourBits) {
  EXPECT_EQ(pack(DataType::Signed(4), {-8, 7, -1}), (Bytes{0x78, 0x0f}));
  EXPECT_EQ(unpack(DataType::Signed(4), {0x78, 0x0f}, 3), (std::vector<int64_t>{-8, 7, -1}));
  EXPECT_EQ(pack(DataType::Unsigned(4), {15, 1}), (Bytes{0x1f}));
}

TEST_F(ElementStorageTest, OtherWidthsTakeTheSmallestContainer) {
  EXPECT_EQ(pack(DataType::Signed(3), {-4, 3}), (Bytes{0xfc, 0x03}));
  EXPECT_EQ(pack(DataType::Unsigned(5), {31}), (Bytes{0x1f}));
  EXPECT_EQ(pack(DataType::Signed(9), {-256}), (Bytes{0x00, 0xff}));
  EXPECT_EQ(pack(DataType::Signed(17), {-65536}), (Bytes{0x00, 0x00, 0xff, 0xff}));
  EXPECT_EQ(pack(DataType::Signed(33), {-2}), (Bytes{0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}));
}

TEST_F(ElementStorageTest, EveryWidthComesBack) {
  for (int bits = 1; bits <= 64; ++bits)
    for (DataType type : {DataType::Signed(bits), DataType::Unsigned(bits)}) {
      std::vector<int64_t> values;
      for (int64_t value : {type.MinValue(), type.MaxValue(), type.MaxValue() / 3, int64_t{0}})
        for (int i = 0; i < 3; ++i)
          values.push_back(value);
      Bytes bytes = pack(type, values);
      auto tensorType = mlir::RankedTensorType::get({int64_t(values.size())}, typeOf(type));
      EXPECT_EQ(bytes.size(), *getStorageSize(tensorType)) << type.ToString();
      EXPECT_EQ(unpack(type, bytes, values.size()), values) << type.ToString();
    }
}

TEST_F(ElementStorageTest, Sizes) {
  mlir::Builder builder(&context);
  auto size = [&](mlir::Type element, llvm::ArrayRef<int64_t> shape) {
    return getStorageSize(mlir::RankedTensorType::get(shape, element));
  };
  EXPECT_EQ(size(typeOf(DataType::Signed(4)), {3, 3}), 5u); // 36 bits
  EXPECT_EQ(size(typeOf(DataType::Bipolar()), {8}), 1u);
  EXPECT_EQ(size(typeOf(DataType::Bipolar()), {9}), 2u);
  EXPECT_EQ(size(typeOf(DataType::Signed(3)), {9}), 9u);
  EXPECT_EQ(size(builder.getI1Type(), {9}), 9u);
  EXPECT_EQ(size(builder.getF32Type(), {}), 4u);
  EXPECT_EQ(size(builder.getF16Type(), {3}), 6u);
  EXPECT_EQ(size(mlir::ComplexType::get(builder.getF64Type()), {2}), 32u);
  EXPECT_EQ(size(typeOf(DataType::Signed(8)), {0, 5}), 0u);
  EXPECT_EQ(size(builder.getF32Type(), {mlir::ShapedType::kDynamic}), std::nullopt);
  EXPECT_EQ(size(builder.getIndexType(), {1}), std::nullopt);
  EXPECT_EQ(size(builder.getF32Type(), {int64_t{1} << 32, int64_t{1} << 32}), std::nullopt);
  EXPECT_EQ(size(builder.getF32Type(), {int64_t{1} << 62, 4}), std::nullopt);
}

TEST_F(ElementStorageTest, NarrowFloatsAreTheirCodes) {
  mlir::Builder builder(&context);
  const std::vector<uint8_t> bytes = {0x21, 0x07}; // 0.5, 1 and 6 of float4e2m1, the lowest bits first
  auto type = mlir::RankedTensorType::get({3}, mlir::Float4E2M1FNType::get(&context));
  runtime::Tensor tensor = unpackElements(type, bytes);
  EXPECT_EQ(tensor.DoubleAt(0), 0.5);
  EXPECT_EQ(tensor.DoubleAt(1), 1);
  EXPECT_EQ(tensor.DoubleAt(2), 6);
  EXPECT_EQ(packElements(type.getElementType(), tensor), bytes);
  EXPECT_EQ(getDataType(builder.getF16Type()), DataType::Float16());
}

TEST_F(ElementStorageTest, TypesWithoutRuntimeTypeHaveNone) {
  mlir::Builder builder(&context);
  EXPECT_EQ(getDataType(mlir::ComplexType::get(builder.getF32Type())), std::nullopt);
  EXPECT_EQ(getDataType(builder.getI8Type()), std::nullopt); // no signedness
  EXPECT_EQ(getDataType(builder.getIntegerType(65, true)), std::nullopt);
  EXPECT_EQ(getDataType(builder.getI1Type()), DataType::Bool());
  EXPECT_EQ(getDataType(qnn::BipolarType::get(&context)), DataType::Bipolar());
}

} // namespace
} // namespace qcompile::data
