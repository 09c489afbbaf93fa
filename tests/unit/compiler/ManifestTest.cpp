//===- ManifestTest.cpp - Opening artifacts -------------------------------===//
#include "compiler/session/Manifest.h"

#include "llvm/Support/FileSystem.h"
#include "gtest/gtest.h"

namespace qcompile {
namespace {

/// An artifact of one file, "abc", whose digest FIPS 180-2 gives as example (appendix B.1).
class ManifestTest : public testing::Test {
protected:
  ManifestTest() {
    (void)llvm::sys::fs::createUniqueDirectory("manifest-test", folder);
    manifest.modelName = "net";
    manifest.backend = "cpu";
    manifest.backendVersion = "1";
    manifest.backendOptions = {{"unroll", "4"}, {"name", "\"quoted\"\n"}};
    files = {
        {"a.bin", "weights", "three letters", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", 3}};
    put("a.bin", "abc");
    put("manifest.json", formatManifest(manifest, files));
  }
  ~ManifestTest() override { (void)llvm::sys::fs::remove_directories(folder); }

  void put(llvm::StringRef name, llvm::StringRef contents) {
    std::error_code code;
    llvm::raw_fd_ostream os((folder + "/" + name).str(), code);
    os << contents;
  }
  std::string message() {
    llvm::Expected<Manifest> read = readManifest(folder);
    return read ? "" : llvm::toString(read.takeError());
  }

  llvm::SmallString<128> folder;
  Manifest manifest;
  std::vector<ArtifactFile> files;
};

TEST_F(ManifestTest, WhatIsWrittenIsReadBack) {
  llvm::Expected<Manifest> read = readManifest(folder);
  ASSERT_TRUE(bool(read)) << llvm::toString(read.takeError());
  EXPECT_EQ(read->modelName, "net");
  EXPECT_EQ(read->backend, "cpu");
  EXPECT_EQ(read->backendOptions, manifest.backendOptions);
}

TEST_F(ManifestTest, ChangedFilesAreRefused) {
  for (llvm::StringRef contents : {"abd", "", "abcd", "ab"}) {
    put("a.bin", contents);
    EXPECT_NE(message().find("'a.bin' differs from its manifest"), std::string::npos) << message();
  }
  put("a.bin", "abc");
  EXPECT_EQ(message(), "");
}

TEST_F(ManifestTest, MissingFilesAreRefused) {
  (void)llvm::sys::fs::remove((folder + "/a.bin").str());
  EXPECT_NE(message().find("artifact file 'a.bin' cannot be read"), std::string::npos) << message();
  (void)llvm::sys::fs::remove((folder + "/manifest.json").str());
  EXPECT_NE(message().find("is no artifact"), std::string::npos) << message();
}

TEST_F(ManifestTest, EveryTruncationIsRefused) {
  std::string whole = formatManifest(manifest, files);
  for (size_t size = 0; size + 2 < whole.size(); ++size) { // without the final newline it is whole
    put("manifest.json", whole.substr(0, size));
    EXPECT_NE(message().find("damaged"), std::string::npos) << size << message();
  }
}

TEST_F(ManifestTest, OtherShapesOfJsonAreRefused) {
  for (llvm::StringRef text :
       {"null", "[]", "{}", "{\"model\": 1, \"backend\": {}, \"files\": []}",
        "{\"model\": {\"name\": \"n\"}, \"backend\": {\"name\": \"c\"}, \"files\": []}",
        "{\"model\": {\"name\": \"n\"}, \"backend\": {\"name\": \"c\", \"options\": {}}, \"files\": [7]}",
        "{\"model\": {\"name\": \"n\"}, \"backend\": {\"name\": \"c\", \"options\": {}}, "
        "\"files\": [{\"name\": \"a.bin\"}]}"}) {
    put("manifest.json", text);
    EXPECT_NE(message().find("damaged"), std::string::npos) << text.str() << ": " << message();
  }
}

} // namespace
} // namespace qcompile
