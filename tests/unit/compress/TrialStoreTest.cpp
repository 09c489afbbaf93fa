//===- TrialStoreTest.cpp - Finished trials of a search -------------------===//
#include "compiler/compress/TrialStore.h"

#include <fstream>

#include "llvm/Support/FileSystem.h"
#include "gtest/gtest.h"

namespace qcompile::compress {
namespace {

class TrialStoreTest : public testing::Test {
protected:
  TrialStoreTest() { EXPECT_FALSE(llvm::sys::fs::createUniqueDirectory("qcompile-test", folder)); }
  ~TrialStoreTest() override { (void)llvm::sys::fs::remove_directories(folder); }

  std::unique_ptr<TrialStore> open(bool resume) {
    auto store = TrialStore::open((folder + "/state").str(), resume);
    EXPECT_TRUE(bool(store));
    return std::move(*store);
  }
  static void add(TrialStore &store, const std::string &key, double value) {
    EXPECT_FALSE(bool(store.add(key, llvm::json::Object{{"value", value}})));
  }
  static double get(const TrialStore &store, const std::string &key) {
    const llvm::json::Object *found = store.find(key);
    return found ? found->getNumber("value").value_or(-2) : -1;
  }
  llvm::SmallString<128> folder;
};

TEST_F(TrialStoreTest, NumbersComeBackToTheLastBit) {
  const double values[] = {0.1, 1.0 / 3, 1e-300, 98.93333333333334, 123456789012};
  {
    auto store = open(false);
    for (double value : values)
      add(*store, std::to_string(value), value);
  }
  auto store = open(true);
  EXPECT_EQ(store->size(), 5u);
  for (double value : values)
    EXPECT_EQ(get(*store, std::to_string(value)), value);
}

TEST_F(TrialStoreTest, ALineThatWasCutShortIsDropped) {
  {
    auto store = open(false);
    add(*store, "a", 1);
  }
  std::ofstream((folder + "/state/trials.jsonl").str(), std::ios::app) << "{\"key\":\"b\",\"resu";
  {
    auto store = open(true);
    EXPECT_EQ(store->size(), 1u);
    add(*store, "b", 2);
  }
  auto store = open(true);
  EXPECT_EQ(get(*store, "a"), 1);
  EXPECT_EQ(get(*store, "b"), 2);
}

TEST_F(TrialStoreTest, WithoutResumeItIsDiscarded) {
  add(*open(false), "a", 1);
  EXPECT_EQ(open(false)->size(), 0u);
}

TEST_F(TrialStoreTest, DiscardLeavesNothing) {
  auto store = open(false);
  add(*store, "a", 1);
  store->discard();
  EXPECT_FALSE(llvm::sys::fs::exists(folder + "/state"));
  // What others have put there stays.
  store = open(false);
  std::ofstream((folder + "/state/notes.txt").str()) << "mine";
  store->discard();
  EXPECT_TRUE(llvm::sys::fs::exists(folder + "/state/notes.txt"));
}

TEST_F(TrialStoreTest, WithoutAFolderNothingIsKept) {
  auto store = TrialStore::open("", true);
  ASSERT_TRUE(bool(store));
  add(**store, "a", 1);
  EXPECT_EQ(get(**store, "a"), 1);
}

} // namespace
} // namespace qcompile::compress
