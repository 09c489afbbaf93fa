//===- ParameterImage.cpp - The constants of a compiled network -----------===//
#include "backends/cpu/ParameterImage.h"

#include <cstring>

#include "compiler/evaluator/Evaluator.h"
#include "runtime/artifact/artifact.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"

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

std::vector<uint8_t> ParameterImage::finish(const std::vector<runtime::Port> &inputs,
                                            const std::vector<runtime::Port> &outputs) {
  // All ports are inputs of a program that computes nothing: it may not name outputs that nothing
  // defines.
  runtime::Program program;
  for (const std::vector<runtime::Port> &side : {inputs, outputs})
    for (runtime::Port port : side) {
      port.value = program.num_values++;
      program.inputs.push_back(std::move(port));
    }
  std::string ports = runtime::SerializeProgram(program);
  qcrt_image_header header = {};
  std::memcpy(header.magic, "QCPARAM", 8);
  header.ports_at = add(ports);
  header.ports_size = ports.size();
  header.input_count = inputs.size();
  header.size = image.size();
  std::memcpy(image.data(), &header, sizeof(header));
  header.hash = qcrt_image_hash(image.data() + QCRT_IMAGE_HASHED_AT, image.size() - QCRT_IMAGE_HASHED_AT);
  std::memcpy(image.data(), &header, sizeof(header));
  return std::move(image);
}

Expected<NetworkPorts> readPorts(ArrayRef<uint8_t> image) {
  char message[256] = "";
  if (qcrt_image_check(image.data(), image.size(), message, sizeof(message)) != 0)
    return createStringError(message);
  qcrt_image_header header;
  std::memcpy(&header, image.data(), sizeof(header));
  auto program = runtime::ParseProgram(absl::MakeConstSpan(image.data() + header.ports_at, header.ports_size));
  if (!program.ok())
    return toError(program.status());
  if (header.input_count > program->inputs.size())
    return createStringError("expected at most " + Twine(program->inputs.size()) +
                             " inputs in the parameter image, found " + Twine(header.input_count));
  auto firstOutput = program->inputs.begin() + header.input_count;
  return NetworkPorts{{program->inputs.begin(), firstOutput}, {firstOutput, program->inputs.end()}};
}

} // namespace qcompile::cpu
