//===- NpyTest.cpp - numpy's array format ---------------------------------===//
//
// Expected bytes follow the format's description (numpy.lib.format, versions 1.0 to 3.0).
//
//===----------------------------------------------------------------------===//
#include "compiler/io/Npy.h"

#include "gtest/gtest.h"

namespace qcompile {
namespace {

using runtime::DataType;
using runtime::Shape;
using runtime::Tensor;

std::string little(uint64_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i)
    out += char(value >> (8 * i));
  return out;
}

/// A file with this header text (padded as numpy pads it) and these elements.
std::string file(std::string header, const std::string &data, int major = 1) {
  int lengthBytes = major == 1 ? 2 : 4;
  size_t before = 8 + lengthBytes;
  header.resize((before + header.size() + 1 + 63) / 64 * 64 - before - 1, ' ');
  header += '\n';
  return "\x93NUMPY" + little(major, 1) + little(0, 1) + little(header.size(), lengthBytes) + header + data;
}

std::string dictionary(const std::string &descr, const std::string &shape, const std::string &fortran = "False") {
  return "{'descr': '" + descr + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }";
}

/// The error, or an empty string. The copy has exactly the file's bytes, so that a sanitizer sees reads beyond.
std::string errorOf(const std::string &bytes) {
  std::vector<char> exact(bytes.begin(), bytes.end());
  llvm::Expected<Tensor> tensor = parseNpy({exact.data(), exact.size()});
  return tensor ? "" : llvm::toString(tensor.takeError());
}

TEST(NpyTest, ElementTypes) {
  struct Case {
    const char *descr;
    std::string bytes;
    DataType type;
    double value;
  };
  for (const Case &c :
       {Case{"|b1", little(1, 1), DataType::Bool(), 1}, Case{"|i1", little(0x80, 1), DataType::Signed(8), -128},
        Case{"|u1", little(0x80, 1), DataType::Unsigned(8), 128},
        Case{"<i2", little(0xfffe, 2), DataType::Signed(16), -2},
        Case{"<u2", little(0xfffe, 2), DataType::Unsigned(16), 65534},
        Case{"<i4", little(0x01020304, 4), DataType::Signed(32), 0x01020304},
        Case{"<u4", little(0xffffffff, 4), DataType::Unsigned(32), 4294967295.0},
        Case{"<i8", little(~uint64_t{0}, 8), DataType::Signed(64), -1},
        Case{"<f4", little(0x3fc00000, 4), DataType::Float32(), 1.5},
        Case{"<f8", little(0x3ff8000000000000, 8), DataType::Float64(), 1.5}}) {
    llvm::Expected<Tensor> tensor = parseNpy(file(dictionary(c.descr, "(1,)"), c.bytes));
    ASSERT_TRUE(bool(tensor)) << c.descr << llvm::toString(tensor.takeError());
    EXPECT_EQ(tensor->type(), c.type) << c.descr;
    EXPECT_EQ(tensor->DoubleAt(0), c.value) << c.descr;
  }
}

TEST(NpyTest, Shapes) {
  auto shapeOf = [](const std::string &shape, size_t bytes) {
    llvm::Expected<Tensor> tensor = parseNpy(file(dictionary("|u1", shape), std::string(bytes, 7)));
    EXPECT_TRUE(bool(tensor)) << shape;
    if (!tensor) {
      llvm::consumeError(tensor.takeError());
      return Shape{-1};
    }
    return tensor->shape();
  };
  EXPECT_EQ(shapeOf("()", 1), Shape{});
  EXPECT_EQ(shapeOf("(3,)", 3), Shape{3});
  EXPECT_EQ(shapeOf("(2, 3)", 6), (Shape{2, 3}));
  EXPECT_EQ(shapeOf("(2,3,1)", 6), (Shape{2, 3, 1}));
  EXPECT_EQ(shapeOf("(0, 3)", 0), (Shape{0, 3}));
}

TEST(NpyTest, Versions) {
  for (int major : {1, 2, 3})
    EXPECT_EQ(errorOf(file(dictionary("|u1", "(1,)"), "a", major)), "") << major;
  for (int major : {0, 4, 255})
    EXPECT_NE(errorOf(file(dictionary("|u1", "(1,)"), "a", major)), "") << major;
}

TEST(NpyTest, EveryTruncationIsRefused) {
  for (int major : {1, 2}) {
    std::string whole = file(dictionary("<f4", "(2,)"), std::string(8, 0), major);
    for (size_t size = 0; size < whole.size(); ++size)
      EXPECT_NE(errorOf(whole.substr(0, size)), "") << size;
    EXPECT_NE(errorOf(whole + "x"), "");
  }
}

TEST(NpyTest, Refusals) {
  auto refused = [](const std::string &dictionary, const std::string &data = "abcdefgh") {
    return errorOf(file(dictionary, data));
  };
  EXPECT_NE(refused(dictionary(">f4", "(2,)")).find("'>f4'"), std::string::npos);
  for (const char *descr : {"<f2", "<c8", "|S4", "<U2", "|O", "<M8[ns]", "<i3", "<f16", "", "f"})
    EXPECT_NE(refused(dictionary(descr, "(2,)")), "") << descr;
  EXPECT_EQ(refused(dictionary("<f4", "(1, 2)", "True")), "not a npy array: expected C order, found Fortran order");
  for (const char *shape : {"(-1,)", "(1.5,)", "2", "(a,)", "(99999999999999999999,)",
                            "(4294967296, 4294967296, 4294967296)", "(1099511627777,)"})
    EXPECT_NE(refused(dictionary("|u1", shape)), "") << shape;
  EXPECT_EQ(refused(dictionary("<f4", "(3,)")), "not a npy array: expected 12 bytes of elements, found 8");
  EXPECT_NE(refused("{'shape': (8,), 'fortran_order': False}"), "");
  EXPECT_NE(refused("{'descr': '|u1', 'fortran_order': False}"), "");
  EXPECT_NE(refused("{'descr': [('a', '<f4'), ('b', '<f4')], 'fortran_order': False, 'shape': (1,)}"), "");
  EXPECT_NE(errorOf("PK\3\4 a zip file, as npz is"), "");
}

TEST(NpyTest, Writing) {
  // 10 bytes before a header of 118 characters: elements begin at 128.
  std::string whole = formatNpy(Tensor::FromFloats({2, 1}, {1.5f, 0.0f}));
  EXPECT_EQ(whole.size(), 128u + 8);
  EXPECT_EQ(whole, file(dictionary("<f4", "(2, 1)"), little(0x3fc00000, 4) + little(0, 4)));
  EXPECT_EQ(
      formatNpy(Tensor::ScalarFloat(0)).substr(10, 60).find("{'descr': '<f4', 'fortran_order': False, 'shape': (), }"),
      0u);
  EXPECT_NE(formatNpy(Tensor::FromFloats({1}, {0})).find("'shape': (1,), }"), std::string::npos);
}

TEST(NpyTest, WhatIsWrittenIsReadBack) {
  for (DataType type : {DataType::Bool(), DataType::Bipolar(), DataType::Signed(3), DataType::Unsigned(4),
                        DataType::Signed(12), DataType::Signed(32), DataType::Int64()}) {
    Tensor tensor = *Tensor::FromIntegers(type, {2}, {1, type.MinValue()});
    llvm::Expected<Tensor> read = parseNpy(formatNpy(tensor));
    ASSERT_TRUE(bool(read)) << llvm::toString(read.takeError());
    EXPECT_EQ(read->ToIntegers(), tensor.ToIntegers()) << type.ToString();
    EXPECT_EQ(read->type().ContainerSize(), type.ContainerSize());
  }
}

} // namespace
} // namespace qcompile
