//===- OptionSchemaTest.cpp - Typed options of backends -------------------===//
#include "compiler/backend/OptionSchema.h"

#include "gtest/gtest.h"

namespace qcompile {
namespace {

const std::vector<OptionSpec> kSchema = {OptionSpec::integer("rows", 64, 1, 1024, "rows of a macro"),
                                         OptionSpec::boolean("pipelined", false, "overlap layers"),
                                         OptionSpec::choice("memory", {"auto", "block", "lut"}, "where weights lie"),
                                         OptionSpec::string("part", "generic", "name of the part")};

std::string errorOf(const std::vector<std::string> &settings) {
  llvm::Expected<OptionValues> values = OptionValues::parse(kSchema, settings);
  return values ? "" : llvm::toString(values.takeError());
}

OptionValues parse(const std::vector<std::string> &settings) {
  return llvm::cantFail(OptionValues::parse(kSchema, settings));
}

TEST(OptionSchemaTest, Defaults) {
  OptionValues values = parse({});
  EXPECT_EQ(values.getInteger("rows"), 64);
  EXPECT_FALSE(values.getBoolean("pipelined"));
  EXPECT_EQ(values.getString("memory"), "auto"); // the first choice
  EXPECT_EQ(values.getString("part"), "generic");
  EXPECT_EQ(values.all().size(), 4u);
}

TEST(OptionSchemaTest, Settings) {
  OptionValues values = parse({"rows=128", "pipelined", "memory=lut", "part=a=b", "rows=1024"});
  EXPECT_EQ(values.getInteger("rows"), 1024); // the last one wins
  EXPECT_TRUE(values.getBoolean("pipelined"));
  EXPECT_EQ(values.getString("part"), "a=b");
  EXPECT_FALSE(parse({"pipelined=false"}).getBoolean("pipelined"));
}

TEST(OptionSchemaTest, Mistakes) {
  EXPECT_EQ(errorOf({"rows=0"}), "option 'rows': expected an integer from 1 to 1024, found '0'");
  for (std::string text : {"rows", "rows=", "rows=x", "rows=1025", "rows=1.5", "rows=99999999999999999999"})
    EXPECT_NE(errorOf({text}), "") << text;
  EXPECT_EQ(errorOf({"memory=disk"}), "option 'memory': expected one of auto, block, lut, found 'disk'");
  EXPECT_NE(errorOf({"pipelined=yes"}), "");
  EXPECT_EQ(errorOf({"row=1"}), "unknown option 'row', did you mean 'rows'");
  EXPECT_EQ(errorOf({"frequency=1"}), "unknown option 'frequency'");
  EXPECT_NE(errorOf({""}), "");
}

TEST(OptionSchemaTest, AllMistakesAtOnce) {
  EXPECT_EQ(errorOf({"rows=0", "memory=disk"}), "option 'rows': expected an integer from 1 to 1024, found '0'; "
                                                "option 'memory': expected one of auto, block, lut, found 'disk'");
}

} // namespace
} // namespace qcompile
