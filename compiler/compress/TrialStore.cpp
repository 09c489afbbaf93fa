//===- TrialStore.cpp - Finished trials of a search -----------------------===//
#include "compiler/compress/TrialStore.h"

#include "compiler/io/WriteFile.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace qcompile::compress {

static void printLine(raw_ostream &os, StringRef key, const json::Object &result) {
  os << json::Value(json::Object{{"key", key}, {"result", json::Object(result)}}) << "\n";
}

Expected<std::unique_ptr<TrialStore>> TrialStore::open(StringRef folder, bool resume) {
  std::unique_ptr<TrialStore> store(new TrialStore());
  if (folder.empty())
    return std::move(store);
  store->folder = folder.str();
  SmallString<128> path(folder);
  sys::path::append(path, "trials.jsonl");
  store->path = path.str().str();
  if (std::error_code code = sys::fs::create_directories(folder))
    return createStringError(code, "cannot create folder '" + folder + "': " + code.message());
  if (auto buffer = resume ? MemoryBuffer::getFile(store->path) : std::make_error_code(std::errc::io_error)) {
    SmallVector<StringRef> lines;
    (*buffer)->getBuffer().split(lines, '\n', -1, /*KeepEmpty=*/false);
    for (StringRef line : lines) {
      Expected<json::Value> value = json::parse(line);
      if (!value) {
        consumeError(value.takeError());
        continue;
      }
      json::Object *entry = value->getAsObject();
      json::Object *result = entry ? entry->getObject("result") : nullptr;
      if (std::optional<StringRef> key = entry ? entry->getString("key") : std::nullopt; key && result)
        store->results.try_emplace(key->str(), std::move(*result));
    }
  }
  // Whole lines only, so that new ones can be appended.
  if (Error error = writeFile(store->path, [&](raw_ostream &os) {
        for (const auto &[key, result] : store->results)
          printLine(os, key, result);
      }))
    return std::move(error);
  return std::move(store);
}

const json::Object *TrialStore::find(StringRef key) const {
  auto it = results.find(key);
  return it == results.end() ? nullptr : &it->second;
}

Error TrialStore::add(StringRef key, json::Object result) {
  auto it = results.insert_or_assign(key.str(), std::move(result)).first;
  if (path.empty())
    return Error::success();
  std::error_code code;
  raw_fd_ostream os(path, code, sys::fs::CD_OpenExisting, sys::fs::FA_Write, sys::fs::OF_Append);
  if (!code) {
    printLine(os, key, it->second);
    os.close();
    code = os.error();
    os.clear_error();
  }
  if (code)
    return createStringError(code, "cannot write '" + path + "': " + code.message());
  return Error::success();
}

void TrialStore::discard() {
  if (path.empty())
    return;
  // The folder goes too where nothing else is in it.
  (void)sys::fs::remove(path);
  (void)sys::fs::remove(folder);
}

} // namespace qcompile::compress
