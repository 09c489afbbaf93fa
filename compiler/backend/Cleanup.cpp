//===- Cleanup.cpp - Folders that must not outlive an interrupt -----------===//
#include "compiler/backend/Cleanup.h"

#include <mutex>
#include <set>

#include "llvm/Support/FileSystem.h"

namespace qcompile {

namespace {
struct Held {
  std::mutex mutex;
  std::set<std::string> folders;
};
Held &held() {
  static Held instance;
  return instance;
}
} // namespace

ScopedFolder::ScopedFolder(std::string path) : folder(std::move(path)) {
  std::lock_guard<std::mutex> lock(held().mutex);
  held().folders.insert(folder);
}

void ScopedFolder::release() {
  std::lock_guard<std::mutex> lock(held().mutex);
  held().folders.erase(folder);
  folder.clear();
}

ScopedFolder::~ScopedFolder() {
  if (folder.empty())
    return;
  (void)llvm::sys::fs::remove_directories(folder);
  release();
}

void removeScopedFolders() {
  std::lock_guard<std::mutex> lock(held().mutex);
  for (const std::string &folder : held().folders)
    (void)llvm::sys::fs::remove_directories(folder);
}

} // namespace qcompile
