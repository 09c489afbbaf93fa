//===- KernelPlanner.h - Chooses kernels and layouts ------------*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_CPU_KERNELPLANNER_H
#define QCOMPILE_BACKENDS_CPU_KERNELPLANNER_H

#include "backends/cpu/ParameterImage.h"
#include "backends/cpu/lower-to-kernels/Convolution.h"
#include "backends/cpu/lower-to-kernels/KernelPlan.h"
#include "backends/cpu/lower-to-kernels/ParameterPacking.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace qcompile::cpu {

/// Plans a function whose operations are constants, kernels' operations and calls of islands (what
/// cpu-outline-islands leaves).
///
/// A tensor of codes is stored as its users want it where they agree (rows of bits or bytes for a
/// product), else in dense containers, which every kernel takes; users that want something else
/// convert. Tensors of other types are dense. Spatial operations see channels as the last
/// dimension: where they are not, copies transpose before and behind.
class KernelPlanner {
public:
  explicit KernelPlanner(mlir::func::FuncOp main) : main(main) {}

  /// Fails after a diagnostic.
  mlir::FailureOr<KernelPlan> plan();

private:
  /// A buffer with a value's elements.
  struct Placement {
    unsigned buffer;
    Storage storage;
  };

  // Buffers and steps.
  unsigned addBuffer(Buffer::Kind kind, uint64_t at, uint64_t size = 0);
  unsigned addWorkspace(uint64_t size) { return addBuffer(Buffer::Kind::Workspace, 0, size); }
  BufferArgument use(unsigned buffer);
  Step &addStep(mlir::Location location, llvm::StringRef callee, llvm::ArrayRef<Argument> arguments);
  ParameterArgument format(const qcrt_format &format);
  mlir::FailureOr<ParameterArgument> parameters(mlir::Operation *op, const Block &block);

  template <typename T> ParameterArgument array(llvm::ArrayRef<T> values) {
    return {image.add(llvm::ArrayRef(reinterpret_cast<const uint8_t *>(values.data()), values.size() * sizeof(T)))};
  }

  // Where values are.
  uint64_t storageSize(mlir::Value value, const Storage &storage);
  Storage demandOf(mlir::Operation *user, mlir::Value value);
  Storage chooseStorage(mlir::Value value, int64_t period = 1);
  unsigned place(mlir::Value value, const Storage &storage);
  unsigned convert(mlir::Value value, unsigned from, const Storage &fromStorage, const Storage &storage,
                   mlir::Location location);
  void placeConstant(mlir::Value value);
  unsigned ensure(mlir::Value value, const Storage &storage, mlir::Location location);
  unsigned ensureContainers(mlir::Value value, mlir::Location location) {
    return ensure(value, getContainers(value), location);
  }
  Storage findIntegers(mlir::Value value, int64_t n);
  int64_t getPaddedRow(mlir::Value value, int64_t period);

  // Copies of dense containers.
  mlir::LogicalResult addCopy(mlir::Operation *op, unsigned from, unsigned to,
                              std::vector<runtime::CopyDimension> dimensions, int64_t outOffset,
                              int64_t containerBytes);
  mlir::LogicalResult addPermutation(mlir::Operation *op, unsigned from, unsigned to, llvm::ArrayRef<int64_t> shape,
                                     llvm::ArrayRef<int64_t> perm, int64_t containerBytes);
  mlir::FailureOr<unsigned> withChannelsLast(mlir::Operation *op, mlir::Value value, int64_t axis);
  mlir::LogicalResult moveChannelsBack(mlir::Operation *op, unsigned from, mlir::Value value, int64_t axis);

  // Operations.
  mlir::LogicalResult addPorts();
  mlir::LogicalResult selectKernels();
  void checkInput(mlir::BlockArgument argument);
  mlir::LogicalResult addOperation(mlir::Operation *op);
  mlir::LogicalResult add(qnn::AddOp op);
  mlir::LogicalResult add(qnn::ArgMaxOp op);
  mlir::LogicalResult add(qnn::ConcatOp op);
  mlir::LogicalResult add(qnn::ConvOp op);
  mlir::LogicalResult add(qnn::DepthToSpaceOp op);
  mlir::LogicalResult add(qnn::DequantizeOp op);
  mlir::LogicalResult add(qnn::GatherOp op);
  mlir::LogicalResult add(qnn::LookupOp op);
  mlir::LogicalResult add(qnn::MatMulOp op);
  mlir::LogicalResult add(qnn::MaxPoolOp op);
  mlir::LogicalResult add(qnn::MulOp op);
  mlir::LogicalResult add(qnn::PadOp op);
  mlir::LogicalResult add(qnn::PqOp op);
  mlir::LogicalResult add(qnn::QuantizeOp op);
  mlir::LogicalResult add(qnn::RequantizeOp op);
  mlir::LogicalResult add(qnn::ReshapeOp op);
  mlir::LogicalResult add(qnn::SliceOp op);
  mlir::LogicalResult add(qnn::SumPoolOp op);
  mlir::LogicalResult add(qnn::TableOp op);
  mlir::LogicalResult add(qnn::ThresholdOp op);
  mlir::LogicalResult add(qnn::TopKOp op);
  mlir::LogicalResult add(qnn::TransposeOp op);
  template <typename Op, typename Pack> mlir::LogicalResult addActivation(Op op, llvm::StringRef callee, Pack pack);
  mlir::LogicalResult addBinary(mlir::Operation *op, const runtime::BinaryProblem &problem);
  mlir::LogicalResult addProduct(qnn::MatMulOp op);
  mlir::LogicalResult addConvolution(mlir::Operation *op);
  mlir::FailureOr<runtime::ParameterBlock> packEpilogue(mlir::Operation *next, const runtime::ConvPlan &plan,
                                                        int64_t outputs, const qcrt_format &out);
  mlir::LogicalResult add(mlir::func::CallOp call);
  mlir::LogicalResult addFloat(mlir::Operation *op);
  mlir::LogicalResult addOutputs();

  mlir::func::FuncOp main;
  KernelPlan result;
  ParameterImage image;
  std::vector<runtime::Port> inputs, outputs;
  llvm::DenseMap<mlir::Value, llvm::SmallVector<Placement, 2>> placements;
  llvm::DenseMap<mlir::Operation *, runtime::MatmulPlan> matmulPlans;
  llvm::DenseMap<mlir::Operation *, runtime::ConvPlan> convPlans;
  llvm::DenseMap<mlir::Operation *, runtime::PqPlan> pqPlans;
  llvm::DenseSet<mlir::Operation *> fused;             ///< operations that the kernel before them computes
  llvm::DenseMap<mlir::Value, unsigned> outputBuffers; ///< not yet written outputs
};

} // namespace qcompile::cpu

#endif // QCOMPILE_BACKENDS_CPU_KERNELPLANNER_H
