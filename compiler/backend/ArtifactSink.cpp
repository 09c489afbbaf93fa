//===- ArtifactSink.cpp - Where backends write ----------------------------===//
#include "compiler/backend/ArtifactSink.h"

#include <unistd.h>

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace qcompile {

static Error failure(const Twine &what, StringRef path, std::error_code code) {
  return createStringError(code, what + " '" + path + "': " + code.message());
}

/// Whether a folder has a manifest, or the report of a compression, that this project wrote.
static bool isArtifact(StringRef directory) {
  auto manifest = MemoryBuffer::getFile(directory + "/manifest.json");
  if (manifest && (*manifest)->getBuffer().contains("\"format\": \"qcompile artifact"))
    return true;
  auto report = MemoryBuffer::getFile(directory + "/report.json");
  return report && (*report)->getBuffer().contains("\"format\": \"qcompile compression");
}

/// Refuses to replace what no earlier run has written: a file, or a folder with other contents.
static Error checkTarget(StringRef target) {
  if (!sys::fs::exists(target))
    return Error::success();
  std::error_code code;
  bool empty =
      sys::fs::is_directory(target) && sys::fs::directory_iterator(target, code) == sys::fs::directory_iterator();
  if (empty || isArtifact(target))
    return Error::success();
  if (!sys::fs::is_directory(target))
    return createStringError("output '" + target + "' exists and is no folder: choose another one");
  return createStringError("output folder '" + target + "' exists and is not an artifact: choose another one");
}

Expected<std::unique_ptr<ArtifactSink>> ArtifactSink::create(StringRef directory) {
  StringRef target = directory.rtrim('/');
  // Before any work; and again when the work is done.
  if (Error error = checkTarget(target))
    return std::move(error);
  // A sibling, so that the final rename stays on one file system.
  std::unique_ptr<ArtifactSink> sink(new ArtifactSink(target.str(), (target + ".partial-" + Twine(::getpid())).str()));
  StringRef staging = sink->stagingDirectory();
  if (std::error_code code = sys::fs::create_directories(staging, true, sys::fs::all_all))
    return failure("cannot create folder", staging, code);
  return sink;
}

Error ArtifactSink::write(StringRef name, StringRef kind, StringRef description, StringRef contents) {
  SmallString<256> path(staging.path());
  sys::path::append(path, name);
  if (std::error_code code = sys::fs::create_directories(sys::path::parent_path(path), true, sys::fs::all_all))
    return failure("cannot create folder for", name, code);
  std::error_code code;
  raw_fd_ostream os(path, code);
  if (code)
    return failure("cannot write", name, code);
  os << contents;
  os.close();
  if (os.has_error()) {
    code = os.error();
    os.clear_error();
    return failure("cannot write", name, code);
  }
  return adopt(name, kind, description);
}

Error ArtifactSink::adopt(StringRef name, StringRef kind, StringRef description) {
  SmallString<256> path(staging.path());
  sys::path::append(path, name);
  auto buffer = MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return failure("cannot read back", name, buffer.getError());
  StringRef contents = (*buffer)->getBuffer();
  ArtifactFile file{name.str(), kind.str(), description.str(),
                    toHex(SHA256::hash(arrayRefFromStringRef(contents)), /*LowerCase=*/true), contents.size()};
  auto before = [](const ArtifactFile &a, const ArtifactFile &b) { return a.name < b.name; };
  written.insert(std::upper_bound(written.begin(), written.end(), file, before), file);
  return Error::success();
}

Error ArtifactSink::commit() {
  if (Error error = checkTarget(target))
    return error;
  if (sys::fs::exists(target))
    if (std::error_code code = sys::fs::remove_directories(target, /*IgnoreErrors=*/false))
      return failure("cannot replace", target, code);
  if (std::error_code code = sys::fs::rename(staging.path(), target))
    return failure("cannot put in place", target, code);
  staging.release();
  return Error::success();
}

} // namespace qcompile
