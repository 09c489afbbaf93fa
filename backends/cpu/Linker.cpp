//===- Linker.cpp - The system's C compiler driver as a linker ------------===//
#include "backends/cpu/Linker.h"

#include <cerrno>
#include <cstring>
#include <dlfcn.h>

#include "compiler/io/ScopedPath.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"

using namespace llvm;

namespace qcompile::cpu {

Expected<std::optional<std::string>> findDriver(StringRef wanted) {
  if (!wanted.empty()) {
    ErrorOr<std::string> found = sys::findProgramByName(wanted);
    if (!found)
      return createStringError("option 'cc': no program '" + wanted + "' on the path");
    return *found;
  }
  for (StringRef name : {"cc", "clang", "gcc"})
    if (ErrorOr<std::string> found = sys::findProgramByName(name))
      return *found;
  return std::nullopt;
}

Expected<std::string> findRuntimeArchive() {
  Dl_info info;
  if (!dladdr(reinterpret_cast<const void *>(&findRuntimeArchive), &info))
    return createStringError("cannot find the library that holds the cpu backend");
  SmallString<256> path;
  if (std::error_code code = sys::fs::real_path(info.dli_fname, path))
    return createStringError(code, "cannot find '" + Twine(info.dli_fname) + "'");
  sys::path::remove_filename(path);
  sys::path::append(path, "libqcompile_artifact.a");
  if (!sys::fs::exists(path))
    return createStringError("expected the artifact runtime at '" + path.str() + "'");
  return path.str().str();
}

/// The driver's output, for the message.
static std::string readLog(StringRef path) {
  auto buffer = MemoryBuffer::getFile(path, /*IsText=*/true);
  return buffer ? (*buffer)->getBuffer().trim().take_front(2000).str() : std::string();
}

/// A full disk is no fault of the model or the driver; linkers tell it in their text only.
static std::error_code getLinkFailure(StringRef output) {
  return output.contains(strerror(ENOSPC)) ? std::make_error_code(std::errc::no_space_on_device)
                                           : inconvertibleErrorCode();
}

Error link(const LinkJob &job) {
  Expected<std::string> archive = findRuntimeArchive();
  if (!archive)
    return archive.takeError();
  // Static parts hide their symbols: two artifacts in one process do not see each other, and a
  // program keeps its own C++ runtime.
  auto inDirectory = [&](StringRef name) {
    SmallString<256> path(job.directory);
    sys::path::append(path, name);
    return path.str().str();
  };
  std::vector<std::string> arguments = {job.driver, "-shared", "-o", inDirectory(job.library), inDirectory(job.object),
                                        *archive};
  if (job.hasIslands)
    for (StringRef argument : {"-Wl,-Bstatic", "-lstdc++", "-Wl,-Bdynamic", "-static-libgcc"})
      arguments.push_back(argument.str());
  arguments.push_back("-lm");
  arguments.push_back("-Wl,-soname," + job.library);
  arguments.push_back("-Wl,--exclude-libs,ALL,-z,defs,-z,noexecstack,--build-id=none,--gc-sections,-s");
  SmallVector<StringRef> references(arguments.begin(), arguments.end());
  Expected<std::unique_ptr<ScopedPath>> scratch = createTemporaryFolder("qcompile-link");
  if (!scratch)
    return scratch.takeError();
  SmallString<128> log((*scratch)->path());
  sys::path::append(log, "log");
  std::string message;
  int result = sys::ExecuteAndWait(job.driver, references, std::nullopt, {StringRef(""), log.str(), log.str()},
                                   /*SecondsToWait=*/0, /*MemoryLimit=*/0, &message);
  std::string output = readLog(log);
  if (result != 0)
    return createStringError(getLinkFailure(output),
                             "the C compiler driver '" + job.driver +
                                 "' could not link the library: " + (message.empty() ? output : message));
  return Error::success();
}

} // namespace qcompile::cpu
