//===- ArtifactSinkTest.cpp - A folder complete or not at all -------------===//
#include "compiler/backend/ArtifactSink.h"

#include <filesystem>
#include <fstream>

#include "llvm/Support/FileSystem.h"
#include "gtest/gtest.h"

namespace qcompile {
namespace {

namespace fs = std::filesystem;

class ArtifactSinkTest : public testing::Test {
protected:
  ArtifactSinkTest() {
    llvm::SmallString<128> path;
    EXPECT_FALSE(llvm::sys::fs::createUniqueDirectory("qcompile-test", path));
    folder = path.str().str();
    target = folder + "/out";
  }
  ~ArtifactSinkTest() override { fs::remove_all(folder); }

  std::unique_ptr<ArtifactSink> open(const std::string &path) { return llvm::cantFail(ArtifactSink::create(path)); }
  /// What a whole artifact at the target fails with, at whichever step; empty where it succeeds.
  std::string makeArtifact() {
    llvm::Expected<std::unique_ptr<ArtifactSink>> sink = ArtifactSink::create(target);
    if (!sink)
      return llvm::toString(sink.takeError());
    if (llvm::Error error = (*sink)->write("manifest.json", "manifest", "", "{}"))
      return llvm::toString(std::move(error));
    return text((*sink)->commit());
  }
  static std::string text(llvm::Error error) { return error ? llvm::toString(std::move(error)) : ""; }
  std::string contents(const std::string &name) {
    std::ifstream file(target + "/" + name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  /// What lies beside the target: nothing, once a sink is gone.
  size_t siblings() { return size_t(std::distance(fs::directory_iterator(folder), fs::directory_iterator())); }

  std::string folder, target;
};

TEST_F(ArtifactSinkTest, AppearsOnCommitOnly) {
  auto sink = open(target + "/"); // a slash at the end is no other name
  EXPECT_EQ(text(sink->write("weights/fc1.bin", "weights", "of fc1", "abc")), "");
  EXPECT_EQ(text(sink->write("manifest.json", "manifest", "what it is", "{}")), "");
  EXPECT_FALSE(fs::exists(target));
  EXPECT_EQ(text(sink->commit()), "");
  EXPECT_EQ(contents("weights/fc1.bin"), "abc");
  sink.reset();
  EXPECT_TRUE(fs::exists(target));
  EXPECT_EQ(siblings(), 1u);
}

TEST_F(ArtifactSinkTest, NothingStaysWithoutACommit) {
  auto sink = open(target);
  EXPECT_EQ(text(sink->write("a", "source", "", "abc")), "");
  sink.reset();
  EXPECT_EQ(siblings(), 0u);
}

TEST_F(ArtifactSinkTest, FilesAreSortedAndHashed) {
  auto sink = open(target);
  EXPECT_EQ(text(sink->write("b", "source", "second", "abc")), "");
  EXPECT_EQ(text(sink->write("a", "source", "first", "")), "");
  ASSERT_EQ(sink->files().size(), 2u);
  EXPECT_EQ(sink->files()[0].name, "a");
  // FIPS 180-4 examples: SHA-256 of "" and of "abc".
  EXPECT_EQ(sink->files()[0].sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sink->files()[1].sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sink->files()[1].size, 3u);
}

TEST_F(ArtifactSinkTest, AdoptsWhatAToolWrote) {
  auto sink = open(target);
  std::ofstream(sink->stagingDirectory().str() + "/model.so") << "abc";
  EXPECT_EQ(text(sink->adopt("model.so", "library", "")), "");
  EXPECT_EQ(sink->files()[0].size, 3u);
  EXPECT_NE(text(sink->adopt("absent.so", "library", "")), "");
}

TEST_F(ArtifactSinkTest, ReplacesAnArtifactAsAWhole) {
  for (const char *name : {"old", "new"}) {
    auto sink = open(target);
    EXPECT_EQ(text(sink->write(name, "source", "", name)), "");
    EXPECT_EQ(text(sink->write("manifest.json", "manifest", "", "{\"format\": \"qcompile artifact 1\"}")), "");
    EXPECT_EQ(text(sink->commit()), "");
  }
  EXPECT_FALSE(fs::exists(target + "/old"));
  EXPECT_EQ(contents("new"), "new");
}

TEST_F(ArtifactSinkTest, RefusesFoldersThatAreNoArtifacts) {
  fs::create_directory(target);
  std::ofstream(target + "/thesis.txt") << "years of work";
  EXPECT_EQ(makeArtifact(), "output folder '" + target + "' exists and is not an artifact: choose another one");
  EXPECT_EQ(contents("thesis.txt"), "years of work");
  EXPECT_EQ(siblings(), 1u);
}

TEST_F(ArtifactSinkTest, AnEmptyFolderMayBeUsed) {
  fs::create_directory(target);
  EXPECT_EQ(makeArtifact(), "");
}

TEST_F(ArtifactSinkTest, RefusesAFileInThePlace) {
  std::ofstream(target) << "a file";
  EXPECT_NE(makeArtifact(), "");
  EXPECT_TRUE(fs::is_regular_file(target));
  EXPECT_EQ(siblings(), 1u);
}

TEST_F(ArtifactSinkTest, RefusesFoldersOfOthersThatHaveAManifest) {
  // Web applications and browser extensions have a manifest.json too.
  fs::create_directory(target);
  std::ofstream(target + "/manifest.json") << "{\"name\": \"my web application\"}\n";
  std::ofstream(target + "/index.html") << "years of work";
  EXPECT_NE(makeArtifact(), "");
  EXPECT_EQ(contents("index.html"), "years of work");
}

TEST_F(ArtifactSinkTest, UnwritablePlaces) {
  EXPECT_FALSE(llvm::errorToBool(ArtifactSink::create(target).takeError()));
  std::ofstream(folder + "/file") << "";
  llvm::Expected<std::unique_ptr<ArtifactSink>> sink = ArtifactSink::create(folder + "/file/out");
  ASSERT_FALSE(bool(sink));
  EXPECT_NE(llvm::toString(sink.takeError()).find("cannot create folder"), std::string::npos);
}

} // namespace
} // namespace qcompile
