//===- ScopedPath.cpp - Files that must not outlive an interrupt ----------===//
#include "compiler/io/ScopedPath.h"

#include <atomic>
#include <climits>
#include <cstring>
#include <sys/wait.h>
#include <unistd.h>

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"

namespace qcompile {

namespace {
/// Paths stand in fixed places, so that they can be read whatever the other threads were doing.
struct Slot {
  std::atomic<bool> taken{false};
  std::atomic<bool> valid{false};
  char path[PATH_MAX];
};
constexpr int kSlots = 16;
Slot slots[kSlots];
} // namespace

ScopedPath::ScopedPath(std::string path) : name(std::move(path)), slot(-1) {
  for (int i = 0; i < kSlots && slot < 0 && name.size() < PATH_MAX; ++i)
    if (!slots[i].taken.exchange(true))
      slot = i;
  if (slot < 0)
    return; // removed by the destructor only
  std::memcpy(slots[slot].path, name.c_str(), name.size() + 1);
  slots[slot].valid = true;
}

void ScopedPath::release() {
  name.clear();
  if (slot < 0)
    return;
  slots[slot].valid = false;
  slots[slot].taken = false;
  slot = -1;
}

ScopedPath::~ScopedPath() {
  if (name.empty())
    return;
  if (llvm::sys::fs::is_directory(name))
    (void)llvm::sys::fs::remove_directories(name);
  else
    (void)llvm::sys::fs::remove(name);
  release();
}

llvm::Expected<std::unique_ptr<ScopedPath>> createTemporaryFolder(llvm::StringRef prefix) {
  constexpr int kAttempts = 128;
  std::error_code code;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    llvm::SmallString<128> name;
    llvm::sys::fs::createUniquePath(prefix + "-%%%%%%%%", name, /*MakeAbsolute=*/true);
    auto folder = std::make_unique<ScopedPath>(name.str().str());
    code = llvm::sys::fs::create_directory(name, /*IgnoreExisting=*/false, llvm::sys::fs::owner_all);
    if (!code)
      return folder;
    folder->release(); // another's, or none
    if (code != std::errc::file_exists)
      break;
  }
  return llvm::createStringError(code, "cannot create a temporary folder: " + code.message());
}

static void removeTree(char *path) {
  char program[] = "/bin/rm", options[] = "-rf", end[] = "--";
  char *arguments[] = {program, options, end, path, nullptr};
  // A tool that was started before (a linker) may still write: try again until nothing is left.
  for (int attempt = 0; attempt < 100 && ::access(path, F_OK) == 0; ++attempt) {
    pid_t child = ::_Fork(); // without the handlers of fork, which would wait for locks
    if (child == 0) {
      ::execv(program, arguments);
      ::_exit(127);
    }
    if (child > 0)
      ::waitpid(child, nullptr, 0);
    ::usleep(20 * 1000);
  }
}

void removeScopedPaths() {
  for (Slot &slot : slots)
    if (slot.valid)
      removeTree(slot.path);
}

} // namespace qcompile
