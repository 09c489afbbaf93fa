//===- EmitDesign.h - Designs as HLS C++ ------------------------*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_HLS_EMIT_EMITDESIGN_H
#define QCOMPILE_BACKENDS_HLS_EMIT_EMITDESIGN_H

#include "backends/hls/dialect/HlsDialect.h"

namespace qcompile::hls {

/// A file of the artifact.
struct EmittedFile {
  std::string name, kind, description, contents;
};

/// How the design meets the world: AXI streams, or memory reached through AXI.
enum class Interface { Stream, Memory };

/// One input or output of the top function.
struct DesignPort {
  std::string name;
  StreamType type;
  /// Bits of a word in memory: the next power of two of at least 8.
  int64_t getContainerBits() const;
};

struct DesignPorts {
  std::vector<DesignPort> inputs, outputs;
};
DesignPorts getPorts(DesignOp design);

/// The name of the top function and of its files. A model may be called `main` or `string`: the
/// suffix keeps it from meaning something else.
std::string getTopName(llvm::StringRef name);

/// The parameter list of the top function.
std::string getParameters(const DesignPorts &ports, Interface interface);

/// What has to come before every include of the vendor's headers: the width of its widest integer.
std::string getWidthDefinition(DesignOp design);

/// The header and the source of the top function, and the memories.
std::vector<EmittedFile> emitDesign(DesignOp design, llvm::StringRef name, Interface interface);

} // namespace qcompile::hls

#endif // QCOMPILE_BACKENDS_HLS_EMIT_EMITDESIGN_H
