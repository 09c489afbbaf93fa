//===- ExternalData.cpp - Tensors in files beside the model ---------------===//
#include "compiler/frontend/ExternalData.h"

#include "compiler/frontend/MappedPages.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using ::onnx::TensorProto;

namespace qcompile::frontend {

namespace {
struct Place {
  std::string location;
  uint64_t offset = 0;
  std::optional<uint64_t> length;
};
} // namespace

/// The reason why the entries cannot be understood, or an empty string.
static std::string readPlace(const TensorProto &tensor, Place &place) {
  for (const auto &entry : tensor.external_data()) {
    StringRef value = entry.value();
    uint64_t number = 0;
    if (entry.key() == "location") {
      place.location = value.str();
    } else if (entry.key() == "offset" || entry.key() == "length") {
      if (value.getAsInteger(10, number))
        return "expected " + entry.key() + " to be a number, found '" + value.str() + "'";
      if (entry.key() == "offset")
        place.offset = number;
      else
        place.length = number;
    }
  }
  return place.location.empty() ? "expected a location" : "";
}

/// The real path of the file, or the reason why it is refused.
static std::string resolve(StringRef directory, StringRef location, SmallVectorImpl<char> &path) {
  namespace fs = llvm::sys::fs;
  namespace paths = llvm::sys::path;
  if (directory.empty())
    return "a model from memory has no folder";
  bool climbs = llvm::any_of(llvm::make_range(paths::begin(location), paths::end(location)),
                             [](StringRef part) { return part == ".."; });
  if (paths::is_absolute(location) || climbs)
    return "a path must be relative and stay within the model's folder";
  SmallString<256> root, joined(directory);
  paths::append(joined, location);
  if (std::error_code code = fs::real_path(directory, root))
    return code.message();
  if (std::error_code code = fs::real_path(joined, path))
    return code.message();
  StringRef rest(path.data(), path.size());
  if (!rest.consume_front(root) || !(root.ends_with("/") || rest.starts_with("/")))
    return "a link leads out of the model's folder";
  return "";
}

MappedBytes mapExternalData(ModelContext &model, const TensorProto &tensor,
                            uint64_t expectedSize) {
  Place place;
  auto refuse = [&](const Twine &reason) {
    model.error(Code::I008) << "initializer '" << tensor.name() << "': external data '"
                            << place.location << "' refused: " << reason.str();
    return MappedBytes();
  };
  if (std::string problem = readPlace(tensor, place); !problem.empty())
    return refuse(problem);
  SmallString<256> path;
  if (std::string problem = resolve(model.directory, place.location, path); !problem.empty())
    return refuse(problem);
  uint64_t fileSize = 0;
  if (std::error_code code = llvm::sys::fs::file_size(path, fileSize))
    return refuse(code.message());
  uint64_t length = place.length.value_or(expectedSize);
  if (length != expectedSize)
    return refuse("expected " + Twine(expectedSize) + " bytes, found length " + Twine(length));
  if (place.offset > fileSize || length > fileSize - place.offset)
    return refuse("expected " + Twine(length) + " bytes at offset " + Twine(place.offset) +
                  ", found a file of " + Twine(fileSize));
  auto buffer = llvm::MemoryBuffer::getFileSlice(path, length, place.offset);
  if (!buffer)
    return refuse(buffer.getError().message());
  llvm::ArrayRef<uint8_t> bytes = llvm::arrayRefFromStringRef((*buffer)->getBuffer());
  return {bytes, makeOwner(std::move(*buffer))};
}

} // namespace qcompile::frontend
