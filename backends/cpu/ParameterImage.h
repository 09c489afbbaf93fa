//===- ParameterImage.h - The constants of a compiled network ---*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_CPU_PARAMETERIMAGE_H
#define QCOMPILE_BACKENDS_CPU_PARAMETERIMAGE_H

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/program/program.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace qcompile::cpu {

/// Builds a parameter image (runtime/artifact/artifact.h).
class ParameterImage {
public:
  ParameterImage();

  /// Appends a part and returns where it starts, a multiple of 64. Equal small parts are held once.
  uint64_t add(llvm::ArrayRef<uint8_t> bytes);
  uint64_t add(llvm::StringRef bytes);

  /// The image of a network with these ports.
  std::vector<uint8_t> finish(const std::vector<runtime::Port> &inputs, const std::vector<runtime::Port> &outputs);

private:
  std::vector<uint8_t> image;
  std::vector<std::pair<std::string, uint64_t>> smallParts;
};

/// The ports of the network that a checked image belongs to.
struct NetworkPorts {
  std::vector<runtime::Port> inputs, outputs;
};
llvm::Expected<NetworkPorts> readPorts(llvm::ArrayRef<uint8_t> image);

} // namespace qcompile::cpu

#endif // QCOMPILE_BACKENDS_CPU_PARAMETERIMAGE_H
