//===- KernelPlanner.h - Chooses kernels and layouts ------------*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_CPU_KERNELPLANNER_H
#define QCOMPILE_BACKENDS_CPU_KERNELPLANNER_H

#include "backends/cpu/ParameterImage.h"
#include "backends/cpu/lower-to-kernels/KernelPlan.h"
#include "backends/cpu/lower-to-kernels/ParameterPacking.h"
#include "llvm/ADT/DenseMap.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace qcompile::cpu {

/// Plans a function whose operations are constants, kernels' operations and calls of islands (what
/// cpu-outline-islands leaves).
///
/// Every tensor of codes gets the storage that its first product wants (the kernel chosen there decides),
/// or plain integers where no product uses it; other users convert. Tensors of other types are dense.
class KernelPlanner {
public:
  explicit KernelPlanner(mlir::func::FuncOp main) : main(main) {}

  /// Fails after a diagnostic.
  mlir::FailureOr<KernelPlan> plan();

private:
  /// A buffer with a value's elements; `storage.n` is 0 where the elements are dense containers.
  struct Placement {
    unsigned buffer;
    Storage storage;
  };

  // Buffers and steps.
  unsigned addBuffer(Buffer::Kind kind, uint64_t at, uint64_t size = 0);
  unsigned addWorkspace(uint64_t size) { return addBuffer(Buffer::Kind::Workspace, 0, size); }
  BufferArgument use(unsigned buffer);
  Step &addStep(mlir::Location location, llvm::StringRef callee,
                llvm::ArrayRef<Argument> arguments);
  ParameterArgument format(const qcrt_format &format);
  mlir::FailureOr<ParameterArgument> parameters(mlir::Operation *op, const Block &block);

  // Where values are.
  uint64_t storageSize(mlir::Value value, const Storage &storage);
  Storage demandOf(mlir::Value value);
  Storage chooseStorage(mlir::Value value, int64_t period);
  unsigned denseResult(mlir::Value value);
  const Placement *findPlacement(mlir::Value value, bool dense);
  unsigned ensure(mlir::Value value, const Storage &storage, mlir::Location location);
  unsigned ensureDense(mlir::Value value, mlir::Location location);
  Storage integerStorage(mlir::Value value, int64_t preferredLength, int64_t period);
  unsigned loadCodes(mlir::Value value, unsigned containers, const Storage &storage,
                     mlir::Location location);

  // Operations.
  mlir::LogicalResult addPorts();
  void addConstant(mlir::Operation *op);
  mlir::LogicalResult addOperation(mlir::Operation *op);
  mlir::LogicalResult add(qnn::MatMulOp op);
  mlir::LogicalResult add(qnn::ThresholdOp op);
  mlir::LogicalResult add(qnn::QuantizeOp op);
  mlir::LogicalResult add(qnn::DequantizeOp op);
  mlir::LogicalResult add(qnn::ReshapeOp op);
  mlir::LogicalResult add(qnn::TransposeOp op);
  mlir::LogicalResult add(mlir::func::CallOp call);
  mlir::LogicalResult addFloat(mlir::Operation *op);
  mlir::LogicalResult addOutputs();

  mlir::func::FuncOp main;
  KernelPlan result;
  ParameterImage image;
  std::vector<runtime::Port> inputs, outputs;
  llvm::DenseMap<mlir::Value, llvm::SmallVector<Placement, 2>> placements;
  llvm::DenseMap<mlir::Operation *, runtime::MatmulPlan> matmulPlans;
  llvm::DenseMap<mlir::Value, unsigned> outputBuffers; ///< not yet written outputs
};

} // namespace qcompile::cpu

#endif // QCOMPILE_BACKENDS_CPU_KERNELPLANNER_H
