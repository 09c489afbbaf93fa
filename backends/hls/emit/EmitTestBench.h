//===- EmitTestBench.h - Test bench and build scripts -----------*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_HLS_EMIT_EMITTESTBENCH_H
#define QCOMPILE_BACKENDS_HLS_EMIT_EMITTESTBENCH_H

#include "backends/hls/emit/EmitDesign.h"

namespace qcompile::hls {

/// Codes of some samples, inputs and outputs of a sample one after the other.
struct TestVectors {
  int64_t samples = 0;
  std::vector<int64_t> inputs, outputs;
};

/// Flags that the host compiler needs, beside the folder of the vendor's headers. Optimising more
/// takes longer than it saves.
inline constexpr llvm::StringLiteral kHostFlags[] = {"-std=c++14", "-O1", "-Wno-unknown-pragmas"};

/// tb/NAME_bench.h, tb/testbench.cpp and tb/vectors.h.
std::vector<EmittedFile> emitTestBench(DesignOp design, llvm::StringRef name, Interface interface,
                                       const TestVectors &vectors);

/// An artifact's folder and the model's name.
struct ArtifactPlace {
  std::string directory, name;
};

/// A program that runs the design of the artifact whose number is its first argument, from a file
/// to a file: one source for all, so that the vendor's headers are read once.
std::string getBatchProgram(llvm::ArrayRef<ArtifactPlace> artifacts);

/// Makefile for the host, and the script NAME.tcl for the vendor's tool.
std::vector<EmittedFile> emitScripts(DesignOp design, llvm::StringRef name, llvm::StringRef part, int64_t clockMhz);

} // namespace qcompile::hls

#endif // QCOMPILE_BACKENDS_HLS_EMIT_EMITTESTBENCH_H
