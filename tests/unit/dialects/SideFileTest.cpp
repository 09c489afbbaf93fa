//===- SideFileTest.cpp - Damage to side files ----------------------------===//
//
// The form is the one that dialects/data/SideFile.h documents, written here byte by byte.
//
//===----------------------------------------------------------------------===//
#include "dialects/data/SideFile.h"

#include "dialects/data/DataDialect.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringExtras.h"
#include "gtest/gtest.h"

namespace qcompile::data {
namespace {

std::string number(uint64_t value) {
  std::string out(8, 0);
  for (char &c : out)
    c = char(value), value >>= 8;
  return out;
}

struct Entry {
  std::string name;
  uint64_t offset, size;
};

std::string header(uint64_t count, llvm::ArrayRef<Entry> entries) {
  std::string out = "QCCONST1" + number(count);
  for (const Entry &entry : entries)
    out += number(entry.name.size()) + entry.name + number(entry.offset) + number(entry.size);
  return out;
}

std::string padded(std::string text, size_t size) {
  text.resize(size);
  return text;
}

/// A side file with "w" = 1, 2, 3 at 128 and "b" = 4 at 192.
std::string wholeFile() {
  std::string out = padded(header(2, {{"b", 192, 1}, {"w", 128, 3}}), 128) + "\1\2\3";
  return padded(out, 192) + "\4";
}

class SideFileTest : public testing::Test {
protected:
  SideFileTest() { context.loadDialect<DataDialect>(); }

  /// The error, or an empty string. The buffer has exactly the file's bytes, so that a sanitizer sees every read
  /// beyond.
  std::string load(const std::string &file) {
    auto owner = std::make_shared<std::vector<uint8_t>>(file.begin(), file.end());
    std::string error;
    bool ok = loadSideFile(&context, *owner, owner, error);
    EXPECT_EQ(ok, error.empty());
    return error;
  }
  const ConstantEntry *find(llvm::StringRef name) {
    return context.getOrLoadDialect<DataDialect>()->getStore().find(name);
  }

  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
};

TEST_F(SideFileTest, Whole) {
  EXPECT_EQ(load(wholeFile()), "");
  ASSERT_TRUE(find("w") && find("b"));
  EXPECT_EQ(find("w")->bytes, llvm::ArrayRef<uint8_t>({1, 2, 3}));
  EXPECT_EQ(find("b")->bytes, llvm::ArrayRef<uint8_t>({4}));
}

TEST_F(SideFileTest, EveryTruncationIsRefused) {
  std::string whole = wholeFile();
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_NE(load(whole.substr(0, size)), "") << size;
}

TEST_F(SideFileTest, NumbersThatLie) {
  constexpr uint64_t kHuge = ~uint64_t{0};
  for (const Entry &entry :
       {Entry{"w", kHuge, 1}, Entry{"w", 64, kHuge}, Entry{"w", 1, kHuge}, Entry{"w", 65, 1}, Entry{"w", 0, 65}})
    EXPECT_EQ(load(padded(header(1, {entry}), 64)), "the side file of constants is truncated or damaged")
        << entry.offset << " " << entry.size;
  EXPECT_NE(load(header(kHuge, {})), "");
  EXPECT_NE(load("QCCONST1" + number(1) + number(kHuge) + "w"), "");
}

TEST_F(SideFileTest, OtherFiles) {
  for (std::string text : {"", "QCCONST", "QCCONST2", "module {}\n"})
    EXPECT_EQ(load(padded(text, std::max<size_t>(text.size(), 4))),
              "expected a side file of constants, found no such header");
}

TEST_F(SideFileTest, OneNameTwice) {
  EXPECT_EQ(load(padded(header(2, {{"w", 128, 1}, {"w", 128, 1}}), 128) + "\1"), "");
  EXPECT_EQ(load(padded(header(2, {{"v", 128, 1}, {"v", 129, 1}}), 128) + "\1\2"),
            "constant 'v' is defined twice with different bytes");
}

TEST_F(SideFileTest, WhatIsWrittenIsReadBack) {
  mlir::OpBuilder builder(&context);
  std::vector<float> values(17, 0.5f);
  auto constant = ConstantAttr::get(&context, "long", runtime::Tensor::FromFloats({17}, values));
  mlir::OwningOpRef<mlir::ModuleOp> module = mlir::ModuleOp::create(builder.getUnknownLoc());
  (*module)->setAttr("test", constant);
  std::string file;
  llvm::raw_string_ostream os(file);
  writeSideFile(*module, os);
  // 8 + 8 + (8 + 4 + 8 + 8) = 44 bytes of header, elements at 64.
  ASSERT_EQ(file.size(), 64u + 17 * 4);
  EXPECT_EQ(file.substr(0, 44), header(1, {{"long", 64, 68}}));
  EXPECT_EQ(file.substr(64, 4), std::string("\0\0\0\x3f", 4)); // 0.5f
  mlir::MLIRContext other(mlir::MLIRContext::Threading::DISABLED);
  auto owner = std::make_shared<std::string>(file);
  std::string error;
  other.loadDialect<DataDialect>();
  EXPECT_TRUE(loadSideFile(&other, llvm::arrayRefFromStringRef(*owner), owner, error)) << error;
  EXPECT_EQ(other.getOrLoadDialect<DataDialect>()->getStore().find("long")->bytes, constant.getBytes());
}

} // namespace
} // namespace qcompile::data
