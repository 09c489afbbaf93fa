//===- PrintableTest.cpp - Names of a file on a terminal ------------------===//
#include "dialects/diagnostics/Printable.h"

#include "gtest/gtest.h"

namespace qcompile {
namespace {

TEST(PrintableTest, TextStaysAsItIs) {
  for (const char *text : {"", "/a/b.c:0", "a\\b 'c' \"d\"", "ünïcødé 汉字 🎉"})
    EXPECT_EQ(makePrintable(text), text);
}

TEST(PrintableTest, WhatSteersTerminalsIsEscaped) {
  EXPECT_EQ(makePrintable("a\nb\tc\rd"), "a\\nb\\tc\\rd");
  EXPECT_EQ(makePrintable("\x1b[31m\x7f"), "\\x1b[31m\\x7f");
  EXPECT_EQ(makePrintable(llvm::StringRef("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(makePrintable("\xc2\x9b!"), "\\xc2\\x9b!"); // U+009B begins a command
}

TEST(PrintableTest, BytesThatAreNoTextAreEscaped) {
  EXPECT_EQ(makePrintable("a\xff"), "a\\xff");
  EXPECT_EQ(makePrintable("\xe6\xb1"), "\\xe6\\xb1");          // cut off
  EXPECT_EQ(makePrintable("\xc0\xaf"), "\\xc0\\xaf");          // longer than need be
  EXPECT_EQ(makePrintable("\xed\xa0\x80"), "\\xed\\xa0\\x80"); // half of a pair
}

} // namespace
} // namespace qcompile
