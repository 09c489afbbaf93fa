//===- OccurrencesTest.cpp - One message for many nodes -------------------===//
#include "dialects/diagnostics/Occurrences.h"

#include "gtest/gtest.h"

namespace qcompile {
namespace {

TEST(OccurrencesTest, WhatIsPutTogetherComesApart) {
  for (unsigned count : {1u, 2u, 70000u}) {
    std::string message = "node Conv 'a': it's not supported (yet)" + formatOccurrences(count);
    Occurrences parts = splitOccurrences(message, "a");
    EXPECT_EQ(parts.problem, "it's not supported (yet)");
    EXPECT_EQ(parts.count, count);
  }
}

TEST(OccurrencesTest, OtherMessagesStayWhole) {
  for (const char *message : {"expected 3 (4 nodes) or 5", "node 'b': wrong", "a (1 nodes)", "", "(2)", "value x"}) {
    Occurrences parts = splitOccurrences(message, "a");
    EXPECT_EQ(parts.problem, message);
    EXPECT_EQ(parts.count, 1u);
  }
  EXPECT_EQ(splitOccurrences("value 'a': wrong (3 values)", "a").count, 3u);
  EXPECT_EQ(splitOccurrences("value 'a': wrong (3 values)", "a").problem, "wrong");
  EXPECT_EQ(splitOccurrences("initializer 'a': wrong (3 initializers)", "a").problem, "wrong");
  // A name that looks like the end of the name.
  EXPECT_EQ(splitOccurrences("node 'a': b': wrong", "a': b").problem, "wrong");
}

} // namespace
} // namespace qcompile
