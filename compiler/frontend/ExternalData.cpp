//===- ExternalData.cpp - Tensors in files beside the model ---------------===//
#include "compiler/frontend/ExternalData.h"

#include "compiler/frontend/MappedPages.h"
#include "dialects/diagnostics/Occurrences.h"
#include "dialects/onnx/NodeLocation.h"
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
/// Where the bytes of a tensor lie.
struct Slice {
  std::string location; ///< as the model has it
  SmallString<256> path;
  uint64_t offset = 0, length = 0;
};
/// Why they cannot be had. Tensors of one file that have one kind of problem are reported as one.
struct Problem {
  const char *kind;
  std::string location, reason;

  std::string describe() const { return "external data '" + location + "' refused: " + reason; }
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
  if (place.location.empty())
    return "expected a location";
  // The system would read the name up to there.
  return StringRef(place.location).contains('\0') ? "expected a location without zero bytes" : "";
}

/// What the system says, in the words of our messages.
static std::string describeError(std::error_code code) {
  std::string text = code.message();
  if (!text.empty())
    text[0] = llvm::toLower(text[0]);
  return text + " in the folder of the model";
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
    return describeError(code);
  if (std::error_code code = fs::real_path(joined, path))
    return code == std::errc::no_such_file_or_directory
               ? "expected a file of that name in the folder of the model, found none"
               : describeError(code);
  StringRef rest(path.data(), path.size());
  if (!rest.consume_front(root) || !(root.ends_with("/") || rest.starts_with("/")))
    return "a link leads out of the model's folder";
  return "";
}

static std::optional<Problem> findSlice(ModelContext &model, const TensorProto &tensor, uint64_t expectedSize,
                                        Slice &slice) {
  Place place;
  if (std::string problem = readPlace(tensor, place); !problem.empty())
    return Problem{"place", place.location, problem};
  if (std::string problem = resolve(model.directory, place.location, slice.path); !problem.empty())
    return Problem{"path", place.location, problem};
  llvm::sys::fs::file_status status;
  if (std::error_code code = llvm::sys::fs::status(slice.path, status))
    return Problem{"path", place.location, describeError(code)};
  if (status.type() != llvm::sys::fs::file_type::regular_file)
    return Problem{"path", place.location, "expected a regular file in the folder of the model, found something else"};
  const uint64_t fileSize = status.getSize();
  slice.location = place.location;
  slice.offset = place.offset;
  slice.length = place.length.value_or(expectedSize);
  if (slice.length != expectedSize)
    return Problem{"length", place.location,
                   "expected " + std::to_string(expectedSize) + " bytes, found length " + std::to_string(slice.length)};
  if (slice.offset > fileSize || slice.length > fileSize - slice.offset)
    return Problem{"end", place.location,
                   "expected " + std::to_string(slice.length) + " bytes at offset " + std::to_string(slice.offset) +
                       ", found a file of " + std::to_string(fileSize) + " bytes; it is cut off, or another model's"};
  return std::nullopt;
}

static std::optional<Problem> map(const Slice &slice, MappedBytes &mapped) {
  auto buffer = llvm::MemoryBuffer::getFileSlice(slice.path, slice.length, slice.offset);
  if (!buffer)
    return Problem{"map", slice.location, describeError(buffer.getError())};
  llvm::ArrayRef<uint8_t> bytes = llvm::arrayRefFromStringRef((*buffer)->getBuffer());
  mapped = {bytes, makeOwner(std::move(*buffer))};
  return std::nullopt;
}

MappedBytes mapExternalData(ModelContext &model, const TensorProto &tensor, StringRef name, uint64_t expectedSize) {
  Slice slice;
  MappedBytes mapped;
  std::optional<Problem> problem = findSlice(model, tensor, expectedSize, slice);
  if (!problem)
    problem = map(slice, mapped);
  if (problem)
    model.error(Code::I008) << "initializer '" << name << "': " << problem->describe();
  return mapped;
}

/// Puts the bytes into the message itself.
static void takeOver(TensorProto &tensor, ArrayRef<uint8_t> bytes) {
  tensor.set_raw_data(bytes.data(), bytes.size());
  tensor.clear_external_data();
  tensor.clear_data_location();
}

LogicalResult checkExternalData(ModelContext &model, ArrayRef<ExternalTensor> tensors) {
  struct Refused {
    std::string first, message;
    unsigned count = 0;
  };
  std::map<std::pair<std::string, StringRef>, Refused> refused;
  for (const ExternalTensor &external : tensors) {
    Slice slice;
    std::optional<Problem> problem = findSlice(model, *external.tensor, external.size, slice);
    if (!problem && external.isParameter) {
      MappedBytes mapped;
      problem = map(slice, mapped);
      if (!problem)
        takeOver(*external.tensor, mapped.bytes);
    }
    if (!problem)
      continue;
    Refused &entry = refused[{problem->location, problem->kind}];
    if (entry.count++ == 0)
      entry = {external.tensor->name(), problem->describe(), 1};
  }
  for (const auto &[key, entry] : refused)
    emitError(qcompile::onnx::makeNodeLocation(model.context, entry.first, entry.first, model.file, 0), Code::I008)
        << "initializer '" << entry.first << "': " << entry.message << formatOccurrences(entry.count, "initializers");
  return success(refused.empty());
}

} // namespace qcompile::frontend
