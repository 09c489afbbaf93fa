//===- Pictures.cpp - PNG and JPEG files as samples -----------------------===//
#include "compiler/io/Pictures.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

// The only two formats, from memory only.
#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_NO_STDIO
#define STBI_MAX_DIMENSIONS 32768
#include <stb_image.h>

using namespace llvm;
using qcompile::runtime::Port;
using qcompile::runtime::Shape;
using qcompile::runtime::ShapeToString;
using qcompile::runtime::Tensor;

namespace qcompile {

bool isPicture(StringRef path) {
  StringRef extension = sys::path::extension(path);
  return extension.equals_insensitive(".png") || extension.equals_insensitive(".jpg") ||
         extension.equals_insensitive(".jpeg");
}

//===----------------------------------------------------------------------===//
// Folders
//===----------------------------------------------------------------------===//

namespace {
/// The pictures and folders directly in a folder, by name; everything else, and hidden files, is passed over.
struct Listing {
  std::vector<std::string> pictures, folders;
};
} // namespace

static Expected<Listing> listFolder(StringRef folder) {
  Listing out;
  std::error_code code;
  for (sys::fs::directory_iterator it(folder, code), end; it != end && !code; it.increment(code)) {
    std::string path = it->path();
    if (sys::path::filename(path).starts_with("."))
      continue;
    if (sys::fs::is_directory(path))
      out.folders.push_back(path);
    else if (isPicture(path))
      out.pictures.push_back(path);
  }
  if (code)
    return createStringError(code, "cannot read '" + folder + "': " + code.message());
  llvm::sort(out.pictures);
  llvm::sort(out.folders);
  return out;
}

Expected<PictureList> listPictures(StringRef folder) {
  Expected<Listing> top = listFolder(folder);
  if (!top)
    return top.takeError();
  PictureList out;
  if (!top->pictures.empty()) {
    if (!top->folders.empty())
      return createStringError("'" + folder + "' holds both pictures and folders, expected pictures, or one folder " +
                               "of pictures per class");
    out.paths = std::move(top->pictures);
    return out;
  }
  for (const std::string &name : top->folders) {
    Expected<Listing> inner = listFolder(name);
    if (!inner)
      return inner.takeError();
    out.paths.insert(out.paths.end(), inner->pictures.begin(), inner->pictures.end());
    out.labels.resize(out.paths.size(), int64_t(out.classes.size()));
    out.classes.push_back(sys::path::filename(name).str());
  }
  if (out.paths.empty())
    return createStringError("'" + folder + "' holds no pictures (.png, .jpg, .jpeg)");
  return out;
}

//===----------------------------------------------------------------------===//
// Pixels
//===----------------------------------------------------------------------===//

namespace {
/// Where the pixels of a picture go in one sample of a port.
struct PixelLayout {
  int64_t height = 0, width = 0, channels = 1;
  bool channelsLast = false;
};
} // namespace

static Expected<PixelLayout> getLayout(const Port &port) {
  const Shape &s = port.shape;
  auto isChannels = [](int64_t extent) { return extent == 1 || extent == 3 || extent == 4; };
  if (s.size() == 3)
    return PixelLayout{s[1], s[2], 1, false};
  if (s.size() == 4 && isChannels(s[1]))
    return PixelLayout{s[2], s[3], s[1], false};
  if (s.size() == 4 && isChannels(s[3]))
    return PixelLayout{s[1], s[2], s[3], true};
  return createStringError("input '" + port.name + "' takes no pictures: expected shape NxCxHxW or NxHxWxC with 1, 3 " +
                           "or 4 channels, found " + ShapeToString(s));
}

/// Checks one number, or one per channel.
static Error checkChannels(ArrayRef<double> numbers, int64_t channels, StringRef what, const Port &port) {
  if (numbers.size() == 1 || int64_t(numbers.size()) == channels)
    return Error::success();
  return createStringError(what + ": expected 1 number or " + Twine(channels) + ", one per channel of input '" +
                           port.name + "', found " + Twine(numbers.size()));
}

/// Whether the pieces of a PNG file lie in it, as far as they can be followed: the decoder asks for the memory of a
/// piece before it reads it.
static bool hasWholeChunks(StringRef bytes) {
  if (!bytes.consume_front("\x89PNG\r\n\x1a\n"))
    return true;
  while (bytes.size() >= 8) {
    const uint32_t length = support::endian::read32be(bytes.data());
    if (length > bytes.size())
      return false;
    bytes = bytes.drop_front(std::min<size_t>(bytes.size(), size_t(length) + 12)); // length, kind, checksum
  }
  return true;
}

/// One picture's pixels, [H, W, channels].
static Expected<std::unique_ptr<stbi_uc, void (*)(void *)>> decode(StringRef path, const PixelLayout &layout) {
  auto buffer = MemoryBuffer::getFile(path, false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return createStringError(buffer.getError(), "cannot read '" + path + "': " + buffer.getError().message());
  StringRef bytes = (*buffer)->getBuffer();
  auto data = reinterpret_cast<const stbi_uc *>(bytes.data());
  int width = 0, height = 0, channels = 0, size = int(std::min<size_t>(bytes.size(), INT_MAX));
  auto damaged = [&] {
    const char *reason = stbi_failure_reason();
    return createStringError("'" + path + "' is no picture that can be read: " + (reason ? reason : "damaged"));
  };
  if (!stbi_info_from_memory(data, size, &width, &height, &channels))
    return damaged();
  if (width != layout.width || height != layout.height)
    return createStringError("'" + path + "': expected a picture of " + Twine(layout.width) + "x" +
                             Twine(layout.height) + " pixels, found " + Twine(width) + "x" + Twine(height) +
                             "; bring pictures to the model's size first");
  if (stbi_is_16_bit_from_memory(data, size))
    return createStringError("'" + path + "': expected 8 bits per channel, found 16");
  if (!hasWholeChunks(bytes))
    return createStringError("'" + path + "' is no picture that can be read: a part of it is longer than the file");
  stbi_uc *pixels = stbi_load_from_memory(data, size, &width, &height, &channels, int(layout.channels));
  if (!pixels)
    return damaged();
  return std::unique_ptr<stbi_uc, void (*)(void *)>(pixels, stbi_image_free);
}

Expected<Tensor> readPictures(ArrayRef<std::string> paths, const Port &port, const SampleOptions &options) {
  Expected<PixelLayout> layout = getLayout(port);
  if (!layout)
    return layout.takeError();
  auto [height, width, channels, channelsLast] = *layout;
  if (Error error = checkChannels(options.scale, channels, "--scale", port))
    return std::move(error);
  if (Error error = checkChannels(options.mean, channels, "--mean", port))
    return std::move(error);
  int64_t plane = height * width, sample = plane * channels;
  Shape shape = port.shape;
  shape[0] = int64_t(paths.size());
  std::vector<float> values(sample * paths.size());
  for (auto [index, path] : enumerate(paths)) {
    auto pixels = decode(path, *layout);
    if (!pixels)
      return pixels.takeError();
    float *to = values.data() + index * sample;
    for (int64_t c = 0; c < channels; ++c) {
      double scale = options.scale[options.scale.size() == 1 ? 0 : c];
      double mean = options.mean[options.mean.size() == 1 ? 0 : c];
      for (int64_t p = 0; p < plane; ++p)
        to[channelsLast ? p * channels + c : c * plane + p] = float((pixels->get()[p * channels + c] - mean) * scale);
    }
  }
  return Tensor::FromFloats(shape, values);
}

} // namespace qcompile
