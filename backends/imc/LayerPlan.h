//===- LayerPlan.h - qnn operations as layers -------------------*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_IMC_LAYERPLAN_H
#define QCOMPILE_BACKENDS_IMC_LAYERPLAN_H

#include <functional>

#include "dialects/qnn/QnnDialect.h"
#include "runtime/imc/code_generator.h"
#include "llvm/Support/Error.h"

namespace qcompile::imc {

/// Addresses in the activation buffer, in the order of a plan.
struct LayerAddresses {
  llvm::SmallVector<int64_t> inputs;
  llvm::SmallVector<int64_t> tables;
  llvm::SmallVector<int64_t> outputs;
};

/// What an operation takes from the activation buffer and gives to it, and how it is emitted. An
/// operation that is one layer with the next one (its finish) gives the result of that one.
struct LayerPlan {
  llvm::SmallVector<mlir::Value> inputs;
  llvm::SmallVector<runtime::Tensor> tables; // constants of the layer's own
  llvm::SmallVector<mlir::Value> outputs;
  std::function<absl::Status(runtime::imc::CodeGenerator &, const LayerAddresses &)> emit;
};

/// The plan of an operation. Fails, with the reason, where the macro cannot do it. Spatial
/// operations need their channels last; with `anyLayout` they are planned as if they had.
llvm::Expected<LayerPlan> planLayer(mlir::Operation *op, bool anyLayout = false);

/// Whether the plan of another operation computes this one, or nothing has to be computed.
bool needsNoPlan(mlir::Operation *op);

/// The threshold or requantization that a producer of sums is one layer with: its only use, with
/// one row or one per channel. Or null.
mlir::Operation *getFusedFinish(mlir::Operation *producer);

/// Bytes that a tensor takes in the activation buffer; fails where its elements are no codes or
/// its shape is not static.
llvm::Expected<int64_t> getActivationBytes(mlir::Type type);
int64_t getActivationBytes(const runtime::Tensor &tensor);

/// An error with the message of a status, or success.
llvm::Error toError(const absl::Status &status);

} // namespace qcompile::imc

#endif // QCOMPILE_BACKENDS_IMC_LAYERPLAN_H
