//===- ParameterImage.cpp - The constants of a compiled network -----------===//
#include "backends/cpu/ParameterImage.h"

#include <cstring>

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"
#include "runtime/artifact/artifact.h"

using namespace llvm;

namespace qcompile::cpu {

/// Formats and the like: worth a comparison with all earlier ones.
static constexpr size_t kSmallPart = 64;

ParameterImage::ParameterImage() : image(sizeof(qcrt_image_header)) {}

uint64_t ParameterImage::add(ArrayRef<uint8_t> bytes) {
  std::string text;
  if (bytes.size() <= kSmallPart) {
    text = toStringRef(bytes).str();
    for (const auto &[part, at] : smallParts)
      if (part == text)
        return at;
  }
  uint64_t at = image.size();
  image.insert(image.end(), bytes.begin(), bytes.end());
  image.resize(alignTo(image.size(), 64));
  if (bytes.size() <= kSmallPart)
    smallParts.emplace_back(std::move(text), at);
  return at;
}

uint64_t ParameterImage::add(StringRef bytes) { return add(arrayRefFromStringRef(bytes)); }

std::vector<uint8_t> ParameterImage::finish(StringRef ports) {
  qcrt_image_header header = {};
  std::memcpy(header.magic, "QCPARAM", 8);
  header.ports_at = add(ports);
  header.ports_size = ports.size();
  header.size = image.size();
  header.hash = qcrt_image_hash(image.data() + sizeof(header), image.size() - sizeof(header));
  std::memcpy(image.data(), &header, sizeof(header));
  return std::move(image);
}

} // namespace qcompile::cpu
