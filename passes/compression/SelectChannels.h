//===- SelectChannels.h - Constants for some of the channels ----*- C++ -*-===//
#ifndef QCOMPILE_PASSES_COMPRESSION_SELECTCHANNELS_H
#define QCOMPILE_PASSES_COMPRESSION_SELECTCHANNELS_H

#include "mlir/IR/Builders.h"

namespace qcompile::compression {

/// Whether constants alone define a value.
bool isConstant(mlir::Value value);

/// Whether selectAlong can take indices of dimension `dimension`, of `extent` >= 2 elements, from a value that
/// constants alone define: through quantizers, other pointwise operations and transpositions. A dimension that is
/// negative or has one element broadcasts, and so needs no selection.
bool canSelectAlong(mlir::Value value, int64_t dimension, int64_t extent);

/// The value with element `picks[i]` of the dimension in place i. The operations that define it are copied before the
/// builder's place, for others may use them. A structure recorded on the constant stays recorded.
mlir::Value selectAlong(mlir::OpBuilder &builder, mlir::Value value, int64_t dimension, llvm::ArrayRef<int64_t> picks);

} // namespace qcompile::compression

#endif // QCOMPILE_PASSES_COMPRESSION_SELECTCHANNELS_H
