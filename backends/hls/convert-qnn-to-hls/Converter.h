//===- Converter.h - Operations of the integer core as stages ---*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_HLS_CONVERTER_H
#define QCOMPILE_BACKENDS_HLS_CONVERTER_H

#include "backends/hls/dialect/HlsDialect.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseSet.h"

namespace qcompile::hls {

/// A stream of so many elements, one per clock.
StreamType getStreamType(mlir::Type element, int64_t elements);
StreamType getStreamType(mlir::Type tensor);

/// The distance in row-major order between neighbours along each dimension.
llvm::SmallVector<int64_t> getStrides(llvm::ArrayRef<int64_t> shape);

/// Fills a design with stages that compute what the core computes. Files of this folder hold its
/// members by topic.
class Converter {
public:
  Converter(mlir::func::FuncOp core, mlir::OpBuilder &builder) : core(core), builder(builder) {}

  mlir::LogicalResult convert(DesignOp design);

private:
  // The driver.
  void findLiveOperations();
  mlir::LogicalResult convertOperation(mlir::Operation *op);
  void separatePorts(llvm::SmallVectorImpl<mlir::Value> &outputs);
  void giveOneConsumerEach(mlir::Block &block);

  /// The stream of a tensor. Every use of a constant gets a stage of its own; without one for
  /// tensors whose conversion failed.
  mlir::Value getStream(mlir::Value tensor);
  llvm::ArrayRef<int64_t> getShape(mlir::Value tensor);
  mlir::Type getElement(mlir::Value tensor);

  /// Stages, or the stream itself where there is nothing to do.
  mlir::Value reorder(mlir::Location loc, mlir::Value stream, const LoopNest &nest);
  mlir::Value broadcast(mlir::Location loc, mlir::Value tensor, llvm::ArrayRef<int64_t> shape);
  mlir::Value activate(mlir::Location loc, mlir::Value stream, ActivationInterface activation, int64_t channels,
                       mlir::Type element);
  mlir::Value recode(mlir::Location loc, mlir::Value stream, mlir::Type element);

  // Products (ConvertProducts.cpp).
  mlir::LogicalResult convertMatMul(qnn::MatMulOp op);
  mlir::LogicalResult convertConv(qnn::ConvOp op);
  mlir::LogicalResult convertDot(qnn::MatMulOp op);
  mlir::Value makeMatrixVector(mlir::Value result, mlir::Value input, data::ConstantAttr weights, int64_t groups,
                               int64_t period);
  mlir::Value makeVectorVector(mlir::Value result, mlir::Value input, data::ConstantAttr weights);
  mlir::Type getAccumulator(mlir::Value result, mlir::Type input, data::ConstantAttr weights);

  // Activations (ConvertActivations.cpp).
  mlir::LogicalResult convertActivation(mlir::Operation *op);
  ActivationInterface absorbActivation(mlir::Value &value, int64_t outputs);

  // Elementwise and windows (ConvertStreams.cpp).
  mlir::LogicalResult convertJoin(mlir::Operation *op);
  template <typename Pool> mlir::LogicalResult convertPool(Pool op, llvm::StringRef kind);
  mlir::LogicalResult convertPad(qnn::PadOp op);
  mlir::LogicalResult convertConcat(qnn::ConcatOp op);

  // Selection (ConvertSelection.cpp).
  mlir::LogicalResult convertTranspose(qnn::TransposeOp op);
  mlir::LogicalResult convertSlice(qnn::SliceOp op);
  mlir::LogicalResult convertGather(qnn::GatherOp op);
  mlir::LogicalResult convertDepthToSpace(qnn::DepthToSpaceOp op);
  mlir::LogicalResult convertLookup(qnn::LookupOp op);
  mlir::LogicalResult convertArgMax(qnn::ArgMaxOp op);
  mlir::LogicalResult convertTopK(qnn::TopKOp op);

  mlir::func::FuncOp core;
  mlir::OpBuilder &builder;
  llvm::DenseMap<mlir::Value, mlir::Value> streams;
  /// Operations that results depend on; operations that are part of another's stage.
  llvm::DenseSet<mlir::Operation *> live, done;
};

/// An activation whose row is i % period for element i of the stream.
struct PeriodicActivation {
  ActivationInterface activation;
  int64_t period = 1;
};

/// What an operation applies to every element of its operand, where it is a threshold, a table, a
/// multiply-add-shift, or a sum or product with a constant; no activation else.
PeriodicActivation getActivation(mlir::Operation *op);
/// The operand that it applies it to.
mlir::Value getActivated(mlir::Operation *op);

/// Windows of an operand with channels last: loops over samples, output positions, then what
/// `inside` adds for a position, in whose strides the spatial ones are those of the operand.
LoopNest getWindows(llvm::ArrayRef<int64_t> input, llvm::ArrayRef<int64_t> output, llvm::ArrayRef<int64_t> strides);
/// Adds the loops over kernel positions.
void addKernel(LoopNest &nest, llvm::ArrayRef<int64_t> input, llvm::ArrayRef<int64_t> kernel,
               llvm::ArrayRef<int64_t> dilations);
void addLoop(LoopNest &nest, int64_t extent, int64_t stride);

/// Whether channels are the last dimension of an operation with windows; reports it else.
mlir::LogicalResult checkChannelsLast(mlir::Operation *op, int64_t axis, int64_t rank);

} // namespace qcompile::hls

#endif // QCOMPILE_BACKENDS_HLS_CONVERTER_H
