//===- Npz.cpp - Archives of arrays ---------------------------------------===//
#include "compiler/io/Npz.h"

#include <memory>
#include <string>
#include <vector>

#include <zip.h>

#include "compiler/io/Npy.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace qcompile {

namespace {
struct ArchiveCloser {
  void operator()(zip_t *archive) const { zip_discard(archive); }
};
struct FileCloser {
  void operator()(zip_file_t *file) const { zip_fclose(file); }
};
using Archive = std::unique_ptr<zip_t, ArchiveCloser>;

/// An array of an archive: its name without ".npy", and its position.
struct Entry {
  std::string name;
  zip_uint64_t index;
};
} // namespace

static constexpr StringLiteral kExtension = ".npz";

std::optional<std::pair<StringRef, StringRef>> splitNpzSetting(StringRef setting) {
  if (setting.ends_with(kExtension))
    return std::pair(setting, StringRef());
  size_t at = setting.find(".npz:");
  if (at == StringRef::npos)
    return std::nullopt;
  size_t end = at + kExtension.size();
  return std::pair(setting.take_front(end), setting.drop_front(end + 1));
}

static Expected<Archive> open(StringRef path) {
  int code = 0;
  zip_t *archive = zip_open(path.str().c_str(), ZIP_RDONLY, &code);
  if (archive)
    return Archive(archive);
  int systemError = errno;
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  std::string text = zip_error_strerror(&error);
  bool system = zip_error_system_type(&error) == ZIP_ET_SYS || code == ZIP_ER_NOENT;
  zip_error_fini(&error);
  if (system)
    return createStringError(std::error_code(code == ZIP_ER_NOENT ? ENOENT : systemError, std::generic_category()),
                             "cannot read '" + path +
                                 "': " + std::generic_category().message(code == ZIP_ER_NOENT ? ENOENT : systemError));
  return createStringError("'" + path + "' is not an npz archive: " + text);
}

static std::vector<Entry> listArrays(zip_t *archive) {
  std::vector<Entry> out;
  zip_int64_t count = zip_get_num_entries(archive, 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    const char *name = zip_get_name(archive, zip_uint64_t(i), 0);
    StringRef text = name ? StringRef(name) : StringRef();
    if (text.consume_back(".npy"))
      out.push_back({text.str(), zip_uint64_t(i)});
  }
  return out;
}

static std::string list(ArrayRef<Entry> entries) {
  std::string out;
  for (const Entry &entry : entries.take_front(10))
    out += (out.empty() ? "'" : ", '") + entry.name + "'";
  if (entries.size() > 10)
    out += " and " + std::to_string(entries.size() - 10) + " more";
  return out;
}

static Expected<const Entry *> choose(StringRef path, ArrayRef<Entry> entries, StringRef key,
                                      ArrayRef<StringRef> preferred) {
  auto find = [&](StringRef name) { return find_if(entries, [&](const Entry &entry) { return entry.name == name; }); };
  if (entries.empty())
    return createStringError("'" + path + "' holds no arrays");
  if (!key.empty()) {
    if (auto entry = find(key); entry != entries.end())
      return entry;
    return createStringError("'" + path + "' has no array '" + key + "', it has " + list(entries));
  }
  if (entries.size() == 1)
    return entries.begin();
  for (StringRef name : preferred)
    if (auto entry = find(name); entry != entries.end())
      return entry;
  return createStringError("'" + path + "' has several arrays, expected one to be named as in '" + path + ":" +
                           entries[0].name + "'; it has " + list(entries));
}

/// The bytes of an entry. What the archive says about sizes is not believed: memory grows with what comes out.
static Expected<std::string> extract(StringRef path, zip_t *archive, const Entry &entry) {
  auto damaged = [&](const Twine &what) {
    return createStringError("'" + path + "': array '" + entry.name + "' cannot be read: " + what);
  };
  std::unique_ptr<zip_file_t, FileCloser> file(zip_fopen_index(archive, entry.index, 0));
  if (!file)
    return damaged(zip_strerror(archive));
  std::string bytes;
  std::vector<char> chunk(1 << 20);
  while (true) {
    zip_int64_t count = zip_fread(file.get(), chunk.data(), chunk.size());
    if (count < 0)
      return damaged(zip_file_strerror(file.get()));
    if (count == 0)
      return bytes;
    bytes.append(chunk.data(), size_t(count));
    // An archive may unpack to a thousand times its size.
    if (bytes.size() > (uint64_t{1} << 34))
      return damaged("more than 16 GiB");
  }
}

static Expected<runtime::Tensor> readEntry(StringRef path, zip_t *archive, const Entry &entry) {
  Expected<std::string> bytes = extract(path, archive, entry);
  if (!bytes)
    return bytes.takeError();
  Expected<runtime::Tensor> tensor = parseNpy(*bytes);
  if (!tensor)
    return createStringError("'" + path + ":" + entry.name + "': " + toString(tensor.takeError()));
  return tensor;
}

Expected<runtime::Tensor> readNpzArray(StringRef path, StringRef key, ArrayRef<StringRef> preferred) {
  Expected<Archive> archive = open(path);
  if (!archive)
    return archive.takeError();
  std::vector<Entry> entries = listArrays(archive->get());
  Expected<const Entry *> entry = choose(path, entries, key, preferred);
  if (!entry)
    return entry.takeError();
  return readEntry(path, archive->get(), **entry);
}

Expected<std::map<std::string, runtime::Tensor>> readNpzArrays(StringRef path) {
  Expected<Archive> archive = open(path);
  if (!archive)
    return archive.takeError();
  std::map<std::string, runtime::Tensor> out;
  for (const Entry &entry : listArrays(archive->get())) {
    Expected<runtime::Tensor> tensor = readEntry(path, archive->get(), entry);
    if (!tensor)
      return tensor.takeError();
    out.insert_or_assign(entry.name, std::move(*tensor));
  }
  return out;
}

} // namespace qcompile
