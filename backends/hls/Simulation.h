//===- Simulation.h - Designs compiled and run on the host ------*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_HLS_SIMULATION_H
#define QCOMPILE_BACKENDS_HLS_SIMULATION_H

#include "backends/hls/HostParts.h"
#include "backends/hls/emit/EmitTestBench.h"
#include "compiler/backend/Backend.h"

namespace qcompile::hls {

/// The environment variable that names the folder of the vendor's ap_int.h and hls_stream.h. It
/// cannot be an option: options are recorded in artifacts, which hold no path of a machine.
inline constexpr llvm::StringLiteral kApTypesVariable = "QCOMPILE_AP_TYPES_DIR";

/// Compiles the design of an artifact with the host's C++ compiler (CXX, else the first one found)
/// and makes it runnable: host parts by the reference semantics, the core by the compiled test
/// bench.
llvm::Expected<std::unique_ptr<Executable>> openArtifact(llvm::StringRef directory, llvm::StringRef name);

/// The same for several artifacts, of models with different names, in one run of the compiler. For
/// small designs most of the time goes into `optimise`.
llvm::Expected<std::vector<std::unique_ptr<Executable>>> openArtifacts(llvm::ArrayRef<ArtifactPlace> artifacts,
                                                                       bool optimise = true);

} // namespace qcompile::hls

#endif // QCOMPILE_BACKENDS_HLS_SIMULATION_H
