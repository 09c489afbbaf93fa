//===- Convolution.h - Operations on windows, channels last -----*- C++ -*-===//
//
// Brings convolutions and pools, whose channels may be dimension 1, to the one form that kernels
// know: channels last.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_BACKENDS_CPU_CONVOLUTION_H
#define QCOMPILE_BACKENDS_CPU_CONVOLUTION_H

#include "dialects/qnn/QnnDialect.h"
#include "runtime/kernels/packing_network.h"

namespace qcompile::cpu {

/// A qnn.conv, or a qnn.sum_pool, which is a convolution of single channels with weights of 1.
struct Convolution {
  runtime::WindowProblem window;
  int64_t axis = 0; ///< of the channels in the operation
  int64_t groups = 1;
  int64_t outputs = 1;
  runtime::DataType inputType, resultType;
  std::vector<int64_t> weights; ///< [outputs, kernel..., channels / groups]; none for a pool

  /// Refers to the weights.
  runtime::ConvProblem problem() const { return {window, groups, outputs, inputType, resultType, weights}; }
};

/// Nothing for other operations, and for convolutions with weights that are data.
std::optional<Convolution> getConvolution(mlir::Operation *op);

absl::StatusOr<runtime::ConvPlan> selectConvolution(const Convolution &convolution);

runtime::WindowProblem getWindow(qnn::MaxPoolOp op);

/// The dimensions of a tensor of `rank` dimensions in the order batch, spatial ones, channels; and
/// the order that undoes it.
llvm::SmallVector<int64_t> getChannelsLastOrder(int64_t rank, int64_t axis);
llvm::SmallVector<int64_t> getInverseOrder(llvm::ArrayRef<int64_t> order);

} // namespace qcompile::cpu

#endif // QCOMPILE_BACKENDS_CPU_CONVOLUTION_H
