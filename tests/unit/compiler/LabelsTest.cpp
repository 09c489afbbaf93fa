//===- LabelsTest.cpp - What a classifier should say ----------------------===//
#include "compiler/io/Labels.h"

#include <cmath>
#include <fstream>

#include "compiler/io/Npy.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "gtest/gtest.h"

namespace qcompile {
namespace {

using runtime::DataType;
using runtime::Tensor;

class LabelsTest : public testing::Test {
protected:
  LabelsTest() { EXPECT_FALSE(llvm::sys::fs::createUniqueDirectory("qcompile-test", folder)); }
  ~LabelsTest() override { (void)llvm::sys::fs::remove_directories(folder); }

  std::string write(const std::string &name, const std::string &contents) {
    std::string path = (folder + "/" + name).str();
    EXPECT_FALSE(llvm::sys::fs::create_directories(llvm::StringRef(path).rsplit('/').first));
    std::ofstream(path, std::ios::binary) << contents;
    return path;
  }
  std::string writeIntegers(const std::string &name, runtime::Shape shape, std::vector<int64_t> values) {
    return write(name, formatNpy(*Tensor::FromIntegers(DataType::Unsigned(8), shape, values)));
  }
  static std::vector<int64_t> read(const std::string &setting, const SampleOptions &options = {}) {
    auto labels = readLabels(setting, options);
    EXPECT_TRUE(bool(labels)) << llvm::toString(labels.takeError());
    return labels ? *labels : std::vector<int64_t>();
  }
  static std::string errorOf(const std::string &setting) {
    auto labels = readLabels(setting);
    return labels ? "" : llvm::toString(labels.takeError());
  }
  llvm::SmallString<128> folder;
};

TEST_F(LabelsTest, Arrays) {
  std::string path = writeIntegers("a.npy", {4}, {3, 1, 2, 0});
  EXPECT_EQ(read(path), (std::vector<int64_t>{3, 1, 2, 0}));
  EXPECT_EQ(read(path, {1, 2}), (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(read(writeIntegers("column.npy", {2, 1}, {5, 6})), (std::vector<int64_t>{5, 6}));
  std::string wide = writeIntegers("wide.npy", {2, 2}, {1, 2, 3, 4});
  EXPECT_EQ(errorOf(wide), "labels '" + wide + "': expected one integer per sample, found shape 2x2 of type uint8");
  EXPECT_NE(errorOf(write("f.npy", formatNpy(Tensor::FromFloats({1}, {1})))), "");
}

TEST_F(LabelsTest, FoldersOfPictures) {
  for (const char *name : {"dog/2.png", "cat/9.jpg", "cat/1.png", "dog/1.jpeg"})
    write(name, "never decoded");
  EXPECT_EQ(read(folder.str().str()), (std::vector<int64_t>{0, 0, 1, 1}));
  write("loose.png", "");
  EXPECT_NE(errorOf(folder.str().str()).find("both pictures and folders"), std::string::npos);
}

TEST_F(LabelsTest, HitsAreCounted) {
  Tensor scores = Tensor::FromFloats({3, 2}, {0, 1, 2, 2, NAN, 0});
  EXPECT_EQ(findGreatest(scores), (std::vector<int64_t>{1, 0, 1}));
  EXPECT_EQ(*countHits(scores, {1, 1, 1}), 2);
  auto wrong = countHits(scores, {1});
  ASSERT_FALSE(bool(wrong));
  EXPECT_EQ(llvm::toString(wrong.takeError()), "expected 3 integer labels, found 1");
}

} // namespace
} // namespace qcompile
