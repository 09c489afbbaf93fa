//===- KernelPlan.h - A network as a list of kernel calls -------*- C++ -*-===//
//
// The result of planning: which kernels run in which order on which buffers. Emission and tests
// need nothing else of the network.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_BACKENDS_CPU_KERNELPLAN_H
#define QCOMPILE_BACKENDS_CPU_KERNELPLAN_H

#include <string>
#include <variant>
#include <vector>

#include "mlir/IR/Location.h"
#include "llvm/ADT/SmallVector.h"

namespace qcompile::cpu {

/// Memory of a run: a part of the workspace, an input or an output of the network, or a constant.
struct Buffer {
  enum class Kind { Workspace, Input, Output, Parameter };
  Kind kind = Kind::Workspace;
  uint64_t at = 0;   ///< offset in workspace or image, or number of the port
  uint64_t size = 0; ///< bytes (workspace)
  unsigned firstStep = 0, lastStep = 0;
};

/// An argument of a call.
struct BufferArgument {
  unsigned buffer;
};
struct ParameterArgument {
  uint64_t at;
};
struct ConstantArgument {
  int64_t value;
  unsigned bits; ///< 32 or 64
};
using Argument = std::variant<BufferArgument, ParameterArgument, ConstantArgument>;

/// A call of a kernel, or of an island (`program` at least 0).
struct Step {
  std::string callee;
  llvm::SmallVector<Argument, 8> arguments;
  int32_t failure = 0; ///< result of the run where the kernel does not return 0; 0: returns nothing
  int program = -1;
  llvm::SmallVector<unsigned> islandInputs, islandOutputs;
  mlir::Location location;

  explicit Step(mlir::Location location) : location(location) {}
};

/// Where a serialized island lies in the image.
struct ProgramRange {
  uint64_t at;
  uint64_t size;
};

struct KernelPlan {
  std::vector<Buffer> buffers;
  std::vector<Step> steps;
  std::vector<ProgramRange> programs;
  std::vector<uint8_t> image;
  uint64_t workspaceSize = 0;
};

/// Gives every workspace buffer an offset, a multiple of 64, so that buffers in use at the same
/// time do not overlap, and sets the size of the workspace.
void placeBuffers(KernelPlan &plan);

} // namespace qcompile::cpu

#endif // QCOMPILE_BACKENDS_CPU_KERNELPLAN_H
